package dpf

import (
	"strings"
	"testing"
)

// mustScrubber compiles the scrub options of config.
func mustScrubber(t *testing.T, config *Config) *scrubber {
	t.Helper()
	s, err := newScrubber(config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

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
	s := mustScrubber(t, &Config{ScrubEnvs: true})
	for _, tt := range tests {
		got, err := s.answer("ContainerInspect", []byte(tt.in))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got %s, %v, want %s", tt.name, got, err, tt.want)
		}
	}
}

// Keys that Go clients read as Env must not escape the scrubbing.
func TestScrubInspectFailsClosed(t *testing.T) {
	s := mustScrubber(t, &Config{ScrubEnvs: true})
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
	return &inventory{visible: []summary{
		{container: container{ID: id("aa1"), Name: "web"}},
		{container: container{ID: id("bb3"), Name: "db"}},
	}}
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

func TestScrubOptions(t *testing.T) {
	tests := []struct {
		name, id string
		config   Config
		in, want string
	}{
		{
			"keep", "ContainerInspect", Config{ScrubEnvs: true, KeepEnvs: []string{"tz", "LC_*"}},
			`{"Config":{"Env":["TZ=UTC","PW=<x>","LC_ALL=a=<b>","TZX=1"]}}`, `{"Config":{"Env":["TZ=UTC","LC_ALL=a=<b>"]}}`,
		},
		{
			"keep all", "ContainerInspect", Config{ScrubEnvs: true, KeepEnvs: []string{"*"}},
			`{"Config":{"Env":["A=\u003cb\u003e"]}}`, `{"Config":{"Env":["A=\u003cb\u003e"]}}`,
		},
		{
			"mask", "ContainerInspect", Config{MaskEnvs: []string{"*password*", "*_TOKEN"}},
			`{"Config":{"Env":["DB_PASSWORD=x","TZ=UTC","A_TOKEN=y=z","PASSWORD"]}}`, `{"Config":{"Env":["DB_PASSWORD=***","TZ=UTC","A_TOKEN=***","PASSWORD"]}}`,
		},
		{
			"labels in a list", "ContainerList", Config{MaskLabels: []string{"homepage.widget.*"}},
			`[{"Id":"a","Labels":{"Homepage.widget.key":"s","x":"y"}},{"Id":"b","Labels":{}},{"Id":"c","Labels":null}]` + "\n", `[{"Id":"a","Labels":{"Homepage.widget.key":"***","x":"y"}},{"Id":"b","Labels":{}},{"Id":"c","Labels":null}]` + "\n",
		},
		{
			"labels in an inspect", "ContainerInspect", Config{MaskLabels: []string{"secret"}},
			`{"Config":{"Labels":{"secret":"a\"b","x":"secret"}}}`, `{"Config":{"Labels":{"secret":"***","x":"secret"}}}`,
		},
		{
			"labels in a service", "ServiceInspect", Config{MaskLabels: []string{"s"}},
			`{"Spec":{"Labels":{"s":"1"},"TaskTemplate":{"ContainerSpec":{"Labels":{"s":"1"}}}},"PreviousSpec":{"Labels":{"s":"1"}}}`,
			`{"Spec":{"Labels":{"s":"***"},"TaskTemplate":{"ContainerSpec":{"Labels":{"s":"***"}}}},"PreviousSpec":{"Labels":{"s":"***"}}}`,
		},
		{
			"commands", "ContainerInspect", Config{ScrubCommands: true},
			`{"Path":"sh","Args":["-c","pw"],"Config":{"Cmd":["x"],"Entrypoint":null,"Healthcheck":{"Test":["CMD","x"]}},"State":{"Health":{"Log":[{"Output":"pw","ExitCode":0}]}}}`,
			`{"Path":"","Args":[],"Config":{"Cmd":[],"Entrypoint":null,"Healthcheck":{"Test":[]}},"State":{"Health":{"Log":[{"Output":"","ExitCode":0}]}}}`,
		},
		{
			"processes", "ContainerTop", Config{ScrubCommands: true},
			`{"Processes":[["root","1","sh","-c"],["root","2","top"]],"Titles":["UID","PID","CMD"]}`, `{"Titles":["UID","PID","CMD"],"Processes":[["root","1","***"],["root","2","***"]]}`,
		},
		{
			"exec events", "SystemEvents", Config{ScrubCommands: true},
			`{"status":"exec_create: sh -c pw","Action":"exec_create: sh -c pw","Type":"container"}`, `{"status":"exec_create: ***","Action":"exec_create: ***","Type":"container"}`,
		},
		{
			"other events", "SystemEvents", Config{ScrubCommands: true},
			`{"Action":"health_status: healthy"}`, `{"Action":"health_status: healthy"}`,
		},
		{
			"mounts", "ContainerInspect", Config{ScrubMounts: true},
			`{"HostsPath":"/var/x","HostConfig":{"Binds":["/a:/b"]},"Mounts":[{"Source":"/a","Destination":"/b"}],"GraphDriver":{"Data":{"Dir":"/x"},"Name":"vfs"}}`,
			`{"HostsPath":"","HostConfig":{"Binds":[]},"Mounts":[{"Source":"","Destination":"/b"}],"GraphDriver":{"Data":{},"Name":"vfs"}}`,
		},
	}
	for _, tt := range tests {
		config := tt.config
		s := mustScrubber(t, &config)
		got, err := s.answer(tt.id, []byte(tt.in))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got  %s, %v\nwant %s", tt.name, got, err, tt.want)
		}
	}
}

func TestScrubTopWithoutCommandColumn(t *testing.T) {
	s := mustScrubber(t, &Config{ScrubCommands: true})
	for _, in := range []string{`{"Titles":["UID"],"Processes":[["root"]]}`, `{"Titles":["UID","CMD"],"Processes":[["root"]]}`} {
		if got, err := s.answer("ContainerTop", []byte(in)); err == nil {
			t.Errorf("%s: got %s, want an error", in, got)
		}
	}
}

// A filter on a label would tell its masked value.
func TestMaskedLabelCannotBeAskedFor(t *testing.T) {
	for _, selector := range [][]string{{"homepage.group"}, nil} {
		engine := testEngine()
		config := CreateConfig()
		config.ContainerLabels = selector
		config.MaskLabels = []string{"secret*"}
		h := newTestFilter(t, engine, config)
		for _, path := range []string{"/containers/json", "/events", "/networks", "/volumes", "/images/json"} {
			rec := do(h, "GET", path+"?filters=%7B%22label%22%3A%5B%22secret.key%3Dguess%22%5D%7D", "")
			if rec.Code != 400 || !strings.Contains(rec.Body.String(), "is masked") {
				t.Errorf("%s: got %d %s", path, rec.Code, rec.Body.String())
			}
		}
		if len(engine.requests) != 0 {
			t.Errorf("got upstream requests %v", engine.requests)
		}
	}
}

// A label that is masked still selects, and is masked in events, too.
func TestMaskedLabelSelects(t *testing.T) {
	event := `{"Type":"container","Action":"start","Actor":{"ID":"` + id("aa1") + `","Attributes":{"homepage.group":"media","image":"x","name":"web"}}}` + "\n"
	engine := chunkedEngine("application/json", []string{event})
	config := testConfig()
	config.ContainerLabels = []string{"homepage.group=media"}
	config.MaskLabels = []string{"homepage.*", "name"}
	h := newTestFilter(t, engine, config)
	if got, want := do(h, "GET", "/events", "").Body.String(), strings.Replace(event, "media", "***", 1); got != want {
		t.Errorf("events: got %s, want %s", got, want)
	}
	for _, target := range []string{"/containers/json", "/containers/web/json"} {
		rec := do(h, "GET", target, "")
		if got := rec.Body.String(); rec.Code != 200 || !strings.Contains(got, `"homepage.group":"***"`) || strings.Contains(got, "media") {
			t.Errorf("%s: got %d %s", target, rec.Code, got)
		}
	}
}

// Without a selector the masks hold as well.
func TestMasksWithoutSelector(t *testing.T) {
	event := `{"Type":"container","Action":"start","Actor":{"ID":"x","Attributes":{"secret":"pw","name":"web"}}}` + "\n"
	engine := chunkedEngine("application/json", []string{event + "garbage pw\n"})
	config := CreateConfig()
	config.MaskLabels = []string{"secret"}
	h := newTestFilter(t, engine, config)
	if got, want := do(h, "GET", "/events", "").Body.String(), strings.Replace(event, "pw", "***", 1); got != want {
		t.Errorf("events: got %s, want %s", got, want)
	}
	do(h, "GET", "/containers/web/logs?details=1&stdout=1", "")
	if got := engine.last(); got != "GET /containers/web/logs?stdout=1" {
		t.Errorf("got upstream request %s", got)
	}
}

// A label may be called like an attribute of events; there it is the attribute.
func TestMaskedLabelCalledName(t *testing.T) {
	s := mustScrubber(t, &Config{MaskLabels: []string{"*"}})
	body, err := s.answer("ContainerInspect", []byte(`{"Config":{"Labels":{"name":"canary","image":"canary"}}}`))
	if err != nil || strings.Contains(string(body), "canary") {
		t.Errorf("inspect: got %s, %v", body, err)
	}
	line, err := s.answer("SystemEvents", []byte(`{"Actor":{"Attributes":{"name":"web","x":"canary"}}}`))
	if err != nil || string(line) != `{"Actor":{"Attributes":{"name":"web","x":"***"}}}` {
		t.Errorf("event: got %s, %v", line, err)
	}
}

// What follows the value is not passed on unread.
func TestScrubRefusesTrailingData(t *testing.T) {
	s := mustScrubber(t, &Config{MaskLabels: []string{"*"}, ScrubCommands: true})
	for _, id := range []string{"ContainerInspect", "SystemEvents"} {
		if body, err := s.answer(id, []byte(`{"Type":"x"}},"Actor":{"Attributes":{"x":"canary"}}}`)); err == nil {
			t.Errorf("%s: got %s", id, body)
		}
	}
}
