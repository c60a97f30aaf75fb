package policy

import (
	"encoding/json"
	"testing"
)

func TestEngineFilters(t *testing.T) {
	tests := []struct {
		name   string
		config Config
		want   string // JSON
	}{
		{"one label", Config{Match: "exact", Labels: []string{"show=yes"}}, `{"label":["show=yes"]}`},
		{"the key of a label", Config{Match: "exact", Labels: []string{"show"}}, `{"label":["show"]}`},
		{"an empty value", Config{Match: "exact", Labels: []string{"show="}}, `{"label":["show="]}`},
		{"a value with equals signs", Config{Match: "exact", Labels: []string{"show=a=b"}}, `{"label":["show=a=b"]}`},
		{"names", Config{Match: "exact", Names: []string{"web", "d.b"}}, `{"name":["^/?web$","^/?d\\.b$"]}`},
		{"parts of names", Config{Names: []string{"we+b"}}, `{"name":["we\\+b"]}`},
		{"excludes besides", Config{Match: "exact", Labels: []string{"show"}, ExcludeNames: []string{"x"}}, `{"label":["show"]}`},
		{"both required", Config{Match: "exact", Require: "all", Labels: []string{"show"}, Names: []string{"web"}}, `{"label":["show"],"name":["^/?web$"]}`},
		{"names of several labels required", Config{Match: "exact", Require: "all", Labels: []string{"a", "b"}, Names: []string{"web"}}, `{"name":["^/?web$"]}`},

		{"one of two labels is enough", Config{Match: "exact", Labels: []string{"a", "b"}}, `null`},
		{"a name or a label is enough", Config{Match: "exact", Labels: []string{"a"}, Names: []string{"web"}}, `null`},
		{"a part of a label", Config{Labels: []string{"show"}}, `null`},
		{"globs", Config{Match: "glob", Names: []string{"w*"}}, `null`},
		{"regular expressions", Config{Match: "regexp", Labels: []string{"show"}}, `null`},
		{"excludes alone", Config{Match: "exact", ExcludeLabels: []string{"x"}}, `null`},
		{"nothing", Config{}, `null`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := tt.config
			p, err := New(&config)
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(p.EngineFilters)
			if err != nil || string(got) != tt.want {
				t.Errorf("got %s, %v, want %s", got, err, tt.want)
			}
		})
	}
}
