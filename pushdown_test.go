package dpf

import (
	"net/url"
	"strings"
	"testing"
)

// Lists are asked for with the filters that the engine has for the selectors,
// beside those of the client.
func TestListIsFilteredByTheEngine(t *testing.T) {
	byLabel := &Config{Match: "exact", ContainerLabels: []string{"homepage.group=media"}}
	byName := &Config{Match: "exact", ContainerNames: []string{"web"}}
	tests := []struct {
		name    string
		config  *Config
		filters string // of the client
		want    string
	}{
		{"label", byLabel, "", `{"label":{"homepage.group=media":true}}`},
		{"label and the client's", byLabel, `{"label":["x"],"status":["running"]}`, `{"label":{"homepage.group=media":true,"x":true},"status":{"running":true}}`},
		{"name", byName, "", `{"name":{"^/?web$":true}}`},
		{"name and a label of the client's", byName, `{"label":["x"]}`, `{"label":{"x":true},"name":{"^/?web$":true}}`},
		{"a name of the client's stands alone", byName, `{"name":["db"]}`, `{"name":{"db":true}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := *tt.config
			config.MaxBodyBytes = defaultMaxBodyBytes
			engine := testEngine()
			target := "/containers/json?all=1"
			if tt.filters != "" {
				target += "&filters=" + url.QueryEscape(tt.filters)
			}
			rec := do(newTestFilter(t, engine, &config), "GET", target, "")
			if want := "GET /containers/json?all=1&filters=" + url.QueryEscape(tt.want); engine.last() != want {
				t.Errorf("got upstream request %s, want %s", engine.last(), want)
			}
			// What comes back is judged as ever: the engine here filters nothing.
			if got := rec.Body.String(); !strings.Contains(got, `"/web"`) || strings.Contains(got, "secret") || strings.Contains(got, `"/db"`) {
				t.Errorf("got %s", got)
			}
		})
	}
	engine := testEngine()
	config := *byLabel
	config.MaxBodyBytes = defaultMaxBodyBytes
	do(newTestFilter(t, engine, &config), "GET", "/containers/aa1/top", "")
	if want := "GET /containers/json?all=1&filters=" + url.QueryEscape(`{"label":{"homepage.group=media":true}}`); engine.requests[0] != want {
		t.Errorf("side list: got upstream request %s, want %s", engine.requests[0], want)
	}
}
