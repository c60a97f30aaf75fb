package policy

import (
	"strings"
	"testing"
)

// id makes a full ID that begins with prefix.
func id(prefix string) string {
	return prefix + strings.Repeat("0", 64-len(prefix))
}

func TestVisible(t *testing.T) {
	labels := map[string]string{"homepage.group": "media", "uptime": "no", "other": "media", "eq": "a=b"}
	tests := []struct {
		name   string
		names  []string
		labels []string
		want   bool
	}{
		{"name substring", []string{"foo"}, nil, true},
		{"name exact", []string{"my-foobar"}, nil, true},
		{"name case", []string{"Foo"}, nil, false},
		{"second name", []string{"nope", "bar"}, nil, true},
		{"slash is no part of the name", []string{"/my"}, nil, false},
		{"no name", []string{"nope"}, nil, false},
		{"label key", nil, []string{"homepage"}, true},
		{"label key substring", nil, []string{"page.gr"}, true},
		{"label value", nil, []string{"homepage.group=media"}, true},
		{"label value substring", nil, []string{"group=edi"}, true},
		{"value of another label", nil, []string{"uptime=media"}, false},
		{"value with equals sign", nil, []string{"eq=a=b"}, true},
		{"no label", nil, []string{"nope"}, false},
		{"key of no value", nil, []string{"media"}, false},
		{"name or label", []string{"nope"}, []string{"uptime"}, true},
		{"neither", []string{"nope"}, []string{"nope"}, false},
		{"two labels of the same key", nil, []string{"other=books", "other=media"}, true},
	}
	c := &Container{ID: id("a"), Name: "my-foobar", Labels: labels}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := New(&Config{Names: tt.names, Labels: tt.labels})
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
				return
			}
			if got := p.Visible(c); got != tt.want {
				t.Errorf("%s: got visible %t, want %t", tt.name, got, tt.want)
			}
		})
	}
}

func TestVisibleWithoutLabelsOrName(t *testing.T) {
	p, err := New(&Config{Names: []string{"a"}, Labels: []string{"b"}})
	if err != nil {
		t.Fatal(err)
	}
	if p.Visible(&Container{}) {
		t.Error("a container without name and labels is visible")
	}
}

func TestMatchModes(t *testing.T) {
	c := &Container{ID: id("a"), Name: "web-1", Labels: map[string]string{"app.tier": "front\nend", "team": "red", "empty": ""}}
	tests := []struct {
		mode, value string
		name, label bool // matches as a name, as a label
	}{
		{"contains", "web", true, false},
		{"contains", "team", false, true},
		{"contains", "team=re", false, true},
		{"exact", "web", false, false},
		{"exact", "web-1", true, false},
		{"exact", "team", false, true},
		{"exact", "team=red", false, true},
		{"exact", "team=re", false, false},
		{"exact", "empty=", false, true},
		{"exact", "team=", false, false},
		{"glob", "web-?", true, false},
		{"glob", "web", false, false},
		{"glob", "*", true, true},
		{"glob", "app.*", false, true},
		{"glob", "appXtier", false, false},
		{"glob", "app.*=front*", false, true},
		{"glob", "team=r?d", false, true},
		{"glob", "team=r?", false, false},
		{"regexp", `web-\d+`, true, false},
		{"regexp", `eb-\d`, false, false},
		{"regexp", `web|db`, false, false},
		{"regexp", `x|web-1`, true, false},
		{"regexp", `app\..*=front.*`, false, true},
		{"regexp", `te.m=(red|blue)`, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.mode+" "+tt.value, func(t *testing.T) {
			for _, exclude := range []bool{false, true} {
				byName := &Config{Match: tt.mode, Names: []string{tt.value}}
				byLabel := &Config{Match: tt.mode, Labels: []string{tt.value}}
				if exclude {
					byName = &Config{Match: tt.mode, ExcludeNames: []string{tt.value}}
					byLabel = &Config{Match: tt.mode, ExcludeLabels: []string{tt.value}}
				}
				for _, p := range []struct {
					kind   string
					config *Config
					match  bool
				}{{"name", byName, tt.name}, {"label", byLabel, tt.label}} {
					compiled, err := New(p.config)
					if err != nil {
						t.Errorf("%s %s %s: %v", tt.mode, p.kind, tt.value, err)
						continue
					}
					if got := compiled.Visible(c); got != (p.match != exclude) {
						t.Errorf("%s %s %s, exclude %t: got visible %t", tt.mode, p.kind, tt.value, exclude, got)
					}
				}
			}
		})
	}
}

func TestRequireAndExclude(t *testing.T) {
	c := &Container{ID: id("a"), Name: "web", Labels: map[string]string{"team": "red"}}
	tests := []struct {
		name   string
		config Config
		want   bool
	}{
		{"any, both", Config{Names: []string{"web"}, Labels: []string{"team"}}, true},
		{"any, one", Config{Names: []string{"web"}, Labels: []string{"x"}}, true},
		{"all, both", Config{Require: "all", Names: []string{"web"}, Labels: []string{"team"}}, true},
		{"all, name only", Config{Require: "all", Names: []string{"web"}, Labels: []string{"x"}}, false},
		{"all, label only", Config{Require: "all", Names: []string{"x"}, Labels: []string{"team"}}, false},
		{"all, one list", Config{Require: "all", Names: []string{"x", "web"}}, true},
		{"excluded by name", Config{Labels: []string{"team"}, ExcludeNames: []string{"we"}}, false},
		{"excluded by label", Config{Names: []string{"web"}, ExcludeLabels: []string{"team=red"}}, false},
		{"not excluded", Config{Names: []string{"web"}, ExcludeLabels: []string{"team=blue"}}, true},
		{"excludes alone show the rest", Config{ExcludeNames: []string{"db"}}, true},
		{"excludes alone hide", Config{ExcludeNames: []string{"web"}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := tt.config
			p, err := New(&config)
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
				return
			}
			if got := p.Visible(c); got != tt.want {
				t.Errorf("%s: got visible %t, want %t", tt.name, got, tt.want)
			}
		})
	}
	p, err := New(&Config{ExcludeNames: []string{"x"}})
	if err != nil || p.Visible(&Container{ID: id("a")}) {
		t.Errorf("a container whose name is not known is visible under excludeNames (%v)", err)
	}
}
