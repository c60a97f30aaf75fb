package dpf

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// usersEngine has a container of al, one of bo of the team red, and one of
// nobody.
func usersEngine() *fakeEngine {
	return &fakeEngine{
		apiVersion: "1.41",
		containers: []fakeContainer{
			{id: id("aa1"), name: "al-web", labels: map[string]string{"owner": "al"}},
			{id: id("ab2"), name: "bo-web", labels: map[string]string{"owner": "bo", "team": "red"}},
			{id: id("ac3"), name: "nobody"},
		},
	}
}

func usersConfig() *Config {
	config := CreateConfig()
	config.Match = "exact"
	config.UserHeader = "Remote-User"
	config.GroupsHeader = "Remote-Groups"
	config.ContainerLabels = []string{"owner={user}", "team={group}"}
	return config
}

// as sends a request with identity headers.
func as(h http.Handler, header http.Header, method, target string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, target, nil)
	for key, values := range header {
		req.Header[key] = values
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec
}

// Everyone sees their own containers and those of their groups, through one
// instance, whoever asked before.
func TestEachUserHasAView(t *testing.T) {
	al := http.Header{"Remote-User": {"al"}, "Remote-Groups": {"none"}}
	alRed := http.Header{"Remote-User": {"al"}, "Remote-Groups": {"blue|red"}}
	bo := http.Header{"Remote-User": {"bo"}, "Remote-Groups": {"none"}}
	tests := []struct {
		name        string
		header      http.Header
		shows, hide []string
	}{
		{"al", al, []string{"al-web"}, []string{"bo-web", "nobody"}},
		{"bo", bo, []string{"bo-web"}, []string{"al-web", "nobody"}},
		{"al in the group", alRed, []string{"al-web", "bo-web"}, []string{"nobody"}},
		{"al again", al, []string{"al-web"}, []string{"bo-web", "nobody"}},
		{"a stranger", http.Header{"Remote-User": {"a"}, "Remote-Groups": {"re"}}, nil, []string{"al-web", "bo-web", "nobody"}},
	}
	engine := usersEngine()
	h := newTestFilter(t, engine, usersConfig())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := as(h, tt.header, "GET", "/containers/json?all=1")
			for _, name := range tt.shows {
				if !strings.Contains(rec.Body.String(), `"/`+name+`"`) {
					t.Errorf("got %d %s, want %s", rec.Code, rec.Body, name)
				}
				if got := as(h, tt.header, "GET", "/containers/"+name+"/json"); got.Code != 200 {
					t.Errorf("%s: got %d", name, got.Code)
				}
			}
			for _, name := range tt.hide {
				if strings.Contains(rec.Body.String(), name) {
					t.Errorf("got %s, with %s", rec.Body, name)
				}
				if got := as(h, tt.header, "POST", "/containers/"+name+"/stop"); got.Code != 404 {
					t.Errorf("%s: got %d", name, got.Code)
				}
			}
			for _, header := range engine.headers {
				if header.Get("Remote-User")+header.Get("Remote-Groups") != "" {
					t.Errorf("the engine got %v", header)
				}
			}
		})
	}
}

// Nobody without a login gets anything, a ping included.
func TestWithoutALoginNothingIsForwarded(t *testing.T) {
	for name, header := range map[string]http.Header{
		"no header":     {},
		"no groups":     {"Remote-User": {"al"}},
		"two users":     {"Remote-User": {"al", "bo"}, "Remote-Groups": {"red"}},
		"two spellings": {"Remote-User": {"al"}, "remote-user": {"bo"}, "Remote-Groups": {"red"}},
	} {
		for _, target := range []string{"/_ping", "/version", "/containers/json", "/nothing"} {
			t.Run(name+" "+target, func(t *testing.T) {
				engine := usersEngine()
				rec := as(newTestFilter(t, engine, usersConfig()), header, "GET", target)
				if rec.Code != http.StatusForbidden || len(engine.requests) > 0 {
					t.Errorf("got %d %s, upstream %v", rec.Code, rec.Body, engine.requests)
				}
			})
		}
	}
}

func TestUserOptionsRefused(t *testing.T) {
	tests := []struct {
		name   string
		change func(c *Config)
		want   string
	}{
		{"contains", func(c *Config) { c.Match = "contains" }, "containerLabels[0]"},
		{"no user header", func(c *Config) { c.UserHeader = "" }, "{user} needs the option userHeader"},
		{"no groups header", func(c *Config) { c.GroupsHeader = "" }, "{group} needs the option groupsHeader"},
		{"no placeholder", func(c *Config) { c.ContainerLabels = []string{"team={group}"} }, "userHeader: no selector has {user}"},
		{"no group", func(c *Config) { c.ContainerLabels = []string{"owner={user}"} }, "groupsHeader: no selector has {group}"},
		{"the same header", func(c *Config) { c.GroupsHeader = "remote-user" }, "is the header of userHeader"},
		{"no header name", func(c *Config) { c.UserHeader = "Remote User" }, "is not the name of a header"},
		{"a misspelled placeholder", func(c *Config) { c.ContainerLabels = []string{"owner={user}", "team={groups}"} }, "the placeholders are"},
		{"headers without selectors", func(c *Config) { c.ContainerLabels = nil; c.ScrubEnvs = true }, "no selector has {user}"},
		{"in an exclude", func(c *Config) {
			c.UserHeader = ""
			c.ContainerLabels = []string{"team={group}"}
			c.ExcludeNames = []string{"{user}"}
		}, "excludeNames[0]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := usersConfig()
			tt.change(config)
			engine := usersEngine()
			_, err := newHandler(context.Background(), engine, config, "test")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}
