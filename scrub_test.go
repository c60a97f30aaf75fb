package dpf

import (
	"strings"
	"testing"
)

func TestScrubInspect(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"env", `{"Id":"a","Config":{"Env":["A=1"],"Cmd":["x"]}}`, `{"Id":"a","Config":{"Env":[],"Cmd":["x"]}}`},
		{"closing bracket in a value", `{"Config":{"Env":["A=\"]","B=\\"],"Z":1}}`, `{"Config":{"Env":[],"Z":1}}`},
		{"null", `{"Config":{"Env":null}}`, `{"Config":{"Env":[]}}`},
		{"none", `{"Config":{"Cmd":[]}}`, `{"Config":{"Cmd":[]}}`},
		{"no config", `{"Config":null}`, `{"Config":null}`},
		{"elsewhere stays", `{"Env":["x"],"Config":{"Labels":{"Env":"y"},"Env":["A"]}}`, `{"Env":["x"],"Config":{"Labels":{"Env":"y"},"Env":[]}}`},
		{"repeated", `{"Config":{"Env":["A"],"Env":["B"]},"Config":{"Env":["C"]}}`, `{"Config":{"Env":[],"Env":[]},"Config":{"Env":[]}}`},
		{"blanks and big numbers", "{ \"N\" : 12345678901234567890 ,\n\"Config\" : { \"Env\" : [ \"A\" ] } }\n", "{ \"N\" : 12345678901234567890 ,\n\"Config\" : { \"Env\" : [] } }\n"},
		{"escaped key", `{"Config":{"\u0045nv":["A"]}}`, `{"Config":{"\u0045nv":[]}}`},
	}
	s := scrubber{envs: true}
	for _, tt := range tests {
		got, err := s.answer("ContainerInspect", []byte(tt.in))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got %s, %v, want %s", tt.name, got, err, tt.want)
		}
	}
}

// Keys that Go clients read as Env must not escape the scrubbing.
func TestScrubInspectFailsClosed(t *testing.T) {
	s := scrubber{envs: true}
	for _, in := range []string{
		`{"config":{"env":["A"]}}`, `{"Config":{"ENV":["A"]}}`, `{"Config":[]}`, `{"Config":{"Env":["A"]}`, `[]`, ``, `{"Config":{"Env":["A"]}} x`,
	} {
		if got, err := s.answer("ContainerInspect", []byte(in)); err == nil {
			t.Errorf("%s: got %s, want an error", in, got)
		}
	}
}

// testInventory knows web and db and does not know secret.
func testInventory() *inventory {
	return &inventory{visible: []container{{ID: id("aa1"), Name: "web"}, {ID: id("bb3"), Name: "db"}}}
}

func TestCutSummary(t *testing.T) {
	hidden := id("ab2")
	tests := []struct{ name, in, want string }{
		{"alias in a hidden container", `{"Names":["/secret/web","/web"],"Image":"x"}`, `{"Names":["/web"],"Image":"x"}`},
		{"alias in a visible container", `{"Names":["/db/web","/web"]}`, `{"Names":["/db/web","/web"]}`},
		{"joins a hidden one", `{"HostConfig":{"NetworkMode":"container:` + hidden + `"}}`, `{"HostConfig":{"NetworkMode":"container:` + unknownID + `"}}`},
		{"joins a visible one", `{"HostConfig":{"NetworkMode":"container:` + id("bb3") + `"}}`, `{"HostConfig":{"NetworkMode":"container:` + id("bb3") + `"}}`},
		{"links of a network", `{"NetworkSettings":{"Networks":{"n":{"Links":["secret:s","db:d"],"MacAddress":""}}}}`, `{"NetworkSettings":{"Networks":{"n":{"Links":["db:d"],"MacAddress":""}}}}`},
		{"no links", `{"NetworkSettings":{"Networks":{"n":{"Links":null}}}}`, `{"NetworkSettings":{"Networks":{"n":{"Links":null}}}}`},
	}
	for _, tt := range tests {
		got, err := testInventory().cutSummary([]byte(tt.in))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got %s, %v, want %s", tt.name, got, err, tt.want)
		}
	}
}

func TestCutInspect(t *testing.T) {
	hidden := id("ab2")
	in := `{"Id":"x","State":{"Error":"cannot join ` + hidden + `","Pid":1},"HostsPath":"/c/` + hidden + `/hosts","LogPath":"/c/own",` +
		`"HostConfig":{"NetworkMode":"container:` + hidden + `","PidMode":"container:secret","IpcMode":"private","VolumesFrom":["secret:ro","web"],"Links":["/secret:/web/s","/db:/web/d"]},` +
		`"Config":{"Hostname":"ab2000000000","Domainname":"canary","Env":[]}}`
	want := `{"Id":"x","State":{"Error":"","Pid":1},"HostsPath":"","LogPath":"/c/own",` +
		`"HostConfig":{"NetworkMode":"container:` + unknownID + `","PidMode":"container:` + unknownID + `","IpcMode":"private","VolumesFrom":["web"],"Links":["/db:/web/d"]},` +
		`"Config":{"Hostname":"","Domainname":"","Env":[]}}`
	if !mayRefer([]byte(in)) {
		t.Error("the inspect is not recognized as one with references")
	}
	got, err := testInventory().cutInspect([]byte(in))
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}

	// What refers to visible containers stays as it is.
	in = strings.ReplaceAll(strings.ReplaceAll(in, hidden, id("bb3")), "secret", "db")
	if got, err = testInventory().cutInspect([]byte(in)); err != nil || string(got) != in {
		t.Errorf("got %s, %v\nwant %s", got, err, in)
	}
}

func TestListCutsReferencesToHidden(t *testing.T) {
	engine := testEngine()
	engine.containers[0].summary = `,"Names":["/secret/alias","/web"],"HostConfig":{"NetworkMode":"container:` + id("ab2") + `"}`
	engine.containers[0].inspect = `,"HostConfig":{"Links":["/secret:/web/s"]}`
	h := newTestFilter(t, engine, testConfig())
	for _, target := range []string{"/containers/json", "/containers/web/json"} {
		rec := do(h, "GET", target, "")
		if body := rec.Body.String(); rec.Code != 200 || strings.Contains(body, "secret") || strings.Contains(body, id("ab2")) {
			t.Errorf("%s: got %d %s", target, rec.Code, body)
		}
	}
}
