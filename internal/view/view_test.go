package view

import (
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/policy"
)

// id makes a full ID that begins with prefix.
func id(prefix string) string {
	return prefix + strings.Repeat("0", 64-len(prefix))
}

// A digest is shown with its repository, and a name in any of its spellings.
func TestImageNames(t *testing.T) {
	u := newUsage()
	u.add(&used{Image: "nginx:1.27", ImageID: "sha256:" + id("1")})
	u.add(&used{Image: "docker.io/priv/app@sha256:" + id("2"), ImageID: "sha256:" + id("3")})
	u.add(&used{Image: "example.com:5000/both:2@sha256:" + id("4"), ImageID: "sha256:" + id("5")})
	for tag, want := range map[string]bool{
		"nginx:1.27": true, "docker.io/library/nginx:1.27": true, "index.docker.io/library/nginx:1.27": true,
		"nginx@sha256:" + id("9"): true, "nginx": false, "nginx:1.26": false, "other:1.27": false,
		"priv/app@sha256:" + id("2"): true, "priv/app:2@sha256:" + id("2"): true, "priv/app:2": false,
		"priv/hid@sha256:" + id("2"): false, "localhost:5000/nginx:1.27": false,
		"index.example.com:5000/both:2": false, "example.com:5000/both:2": true, "example.com:5000/both": false,
		"example.com:5000/both@sha256:" + id("4"): true, "index.nginx:1.27": false,
	} {
		if got := u.showsTag(tag); got != want {
			t.Errorf("%s: got shown %t, want %t", tag, got, want)
		}
	}
}

func TestPrimaryName(t *testing.T) {
	tests := []struct {
		names []string
		want  string
	}{
		{[]string{"/web"}, "web"},
		{[]string{"/hidden/web", "/zz"}, "zz"},
		{[]string{"/hidden/web"}, ""},
		{[]string{"web"}, ""},
		{nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			if got := primaryName(tt.names); got != tt.want {
				t.Errorf("%v: got %q, want %q", tt.names, got, tt.want)
			}
		})
	}
}

// testInventory knows web and db and does not know secret.
func testInventory() *Inventory {
	visible := []Summary{
		{Container: policy.Container{ID: id("aa1"), Name: "web"}},
		{Container: policy.Container{ID: id("bb3"), Name: "db"}},
	}
	inspect := func(_ string) ([]byte, error) { return []byte(`{"HostConfig":{"NetworkMode":"bridge"}}`), nil }
	return &Inventory{Visible: visible, Inspect: inspect}
}

func TestCutSummary(t *testing.T) {
	hidden := id("ab2")
	tests := []struct{ name, in, want string }{
		{"alias in a hidden container", `{"Names":["/secret/web","/web"],"Image":"x"}`, `{"Names":["/web"],"Image":"x"}`},
		{"alias in a visible container", `{"Names":["/db/web","/web"]}`, `{"Names":["/db/web","/web"]}`},
		{"joins a hidden one", `{"HostConfig":{"NetworkMode":"container:` + hidden + `"}}`, `{"HostConfig":{"NetworkMode":"container:` + engineapi.UnknownID + `"}}`},
		{"joins a visible one", `{"HostConfig":{"NetworkMode":"container:` + id("bb3") + `"}}`, `{"HostConfig":{"NetworkMode":"container:` + id("bb3") + `"}}`},
		{"links of a network", `{"HostConfig":{"NetworkMode":"n"},"NetworkSettings":{"Networks":{"n":{"Links":["secret:s","db:d"],"MacAddress":""}}}}`, `{"HostConfig":{"NetworkMode":"n"},"NetworkSettings":{"Networks":{"n":{"Links":["db:d"],"MacAddress":""}}}}`},
		{"no links", `{"HostConfig":{"NetworkMode":"n"},"NetworkSettings":{"Networks":{"n":{"Links":null}}}}`, `{"HostConfig":{"NetworkMode":"n"},"NetworkSettings":{"Networks":{"n":{"Links":null}}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := testInventory().CutSummary([]byte(tt.in))
			if err != nil || string(got) != tt.want {
				t.Errorf("%s: got %s, %v, want %s", tt.name, got, err, tt.want)
			}
		})
	}
}

func TestCutInspect(t *testing.T) {
	hidden := id("ab2")
	in := `{"Id":"x","State":{"Error":"cannot join ` + hidden + `","Pid":1},"HostsPath":"/c/` + hidden + `/hosts","LogPath":"/c/own",` +
		`"HostConfig":{"NetworkMode":"container:` + hidden + `","PidMode":"container:secret","IpcMode":"private","VolumesFrom":["secret:ro","web"],"Links":["/secret:/web/s","/db:/web/d"]},` +
		`"Config":{"Hostname":"ab2000000000","Domainname":"canary","Env":[]}}`
	want := `{"Id":"x","State":{"Error":"","Pid":1},"HostsPath":"","LogPath":"/c/own",` +
		`"HostConfig":{"NetworkMode":"container:` + engineapi.UnknownID + `","PidMode":"container:` + engineapi.UnknownID + `","IpcMode":"private","VolumesFrom":["web"],"Links":["/db:/web/d"]},` +
		`"Config":{"Hostname":"","Domainname":"","Env":[]}}`
	if others, _ := MayRefer([]byte(in), "x"); !others {
		t.Error("the inspect is not recognized as one with references")
	}
	got, err := testInventory().CutInspect([]byte(in))
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}

	// What refers to visible containers stays as it is.
	in = strings.ReplaceAll(strings.ReplaceAll(in, hidden, id("bb3")), "secret", "db")
	if got, err = testInventory().CutInspect([]byte(in)); err != nil || string(got) != in {
		t.Errorf("got %s, %v\nwant %s", got, err, in)
	}
}
