package policy

import (
	"strings"
	"testing"
)

func TestPlaceholders(t *testing.T) {
	al := &Identity{User: "al", Groups: []string{"red", "blue"}}
	odd := &Identity{User: `a.*|b\E]`, Groups: []string{"x=y", "*"}}
	tests := []struct {
		name   string
		config Config
		labels map[string]string
		want   bool
	}{
		{"own", Config{Match: "exact", Labels: []string{"owner={user}"}, Who: al}, map[string]string{"owner": "al"}, true},
		{"of a longer name", Config{Match: "exact", Labels: []string{"owner={user}"}, Who: al}, map[string]string{"owner": "alice"}, false},
		{"the placeholder itself", Config{Match: "exact", Labels: []string{"owner={user}"}, Who: al}, map[string]string{"owner": "{user}"}, false},
		{"one of the groups", Config{Match: "exact", Labels: []string{"team={group}"}, Who: al}, map[string]string{"team": "blue"}, true},
		{"another group", Config{Match: "exact", Labels: []string{"team={group}"}, Who: al}, map[string]string{"team": "green"}, false},
		{"user and group", Config{Match: "exact", Labels: []string{"{group}.{user}=yes"}, Who: al}, map[string]string{"red.al": "yes"}, true},
		{"in a glob", Config{Match: "glob", Labels: []string{"owner=*-{user}"}, Who: al}, map[string]string{"owner": "x-al"}, true},
		{"in an expression", Config{Match: "regexp", Labels: []string{"owner=({user}|root)"}, Who: al}, map[string]string{"owner": "al"}, true},
		{"repeated in an expression", Config{Match: "regexp", Labels: []string{"owner={user}{2}"}, Who: al}, map[string]string{"owner": "alal"}, true},

		{"an equals sign in a group splits nothing", Config{Match: "exact", Labels: []string{"{group}=yes"}, Who: odd}, map[string]string{"x=y": "yes"}, true},
		{"an equals sign in a group is no value", Config{Match: "exact", Labels: []string{"{group}"}, Who: odd}, map[string]string{"x": "y"}, false},
		{"a user stands for itself in exact", Config{Match: "exact", Labels: []string{"owner={user}"}, Who: odd}, map[string]string{"owner": `a.*|b\E]`}, true},
		{"a user stands for itself in a glob", Config{Match: "glob", Labels: []string{"owner={user}"}, Who: odd}, map[string]string{"owner": `a.*|b\E]`}, true},
		{"a star of a user matches nothing else in a glob", Config{Match: "glob", Labels: []string{"team={group}"}, Who: odd}, map[string]string{"team": "red"}, false},
		{"a user stands for itself in an expression", Config{Match: "regexp", Labels: []string{"owner={user}"}, Who: odd}, map[string]string{"owner": `a.*|b\E]`}, true},
		{"an expression of a user matches nothing else", Config{Match: "regexp", Labels: []string{"owner={user}"}, Who: odd}, map[string]string{"owner": "b"}, false},
		{"excluded", Config{Match: "exact", ExcludeLabels: []string{"not-for={user}"}, Who: al}, map[string]string{"not-for": "al"}, false},
		{"not excluded", Config{Match: "exact", ExcludeLabels: []string{"not-for={user}"}, Who: al}, map[string]string{"not-for": "alice"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := tt.config
			p, err := New(&config)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Visible(&Container{ID: "1", Name: "web", Labels: tt.labels}); got != tt.want {
				t.Errorf("got visible %t, want %t", got, tt.want)
			}
		})
	}
}

// What the engine is asked for, and what is searched for, are the user's.
func TestPlaceholdersAreFilledEverywhere(t *testing.T) {
	p, err := New(&Config{Match: "exact", Labels: []string{"owner={user}"}, Who: &Identity{User: "al"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.EngineFilters["label"]; len(got) != 1 || got[0] != "owner=al" {
		t.Errorf("got filters %q", got)
	}
	p, err = New(&Config{Match: "exact", Names: []string{"{user}-web"}, Who: &Identity{User: "al"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Needles; len(got) != 1 || string(got[0]) != `al-web"` {
		t.Errorf("got needles %q", got)
	}
}

func TestCheckPlaceholders(t *testing.T) {
	tests := []struct{ mode, value, want string }{
		{"exact", "owner={user}", ""},
		{"glob", "{group}-*", ""},
		{"regexp", "(?:{user}|x)[a-z]{2}", ""},
		{"regexp", `\\{user}`, ""},
		{"contains", "plain", ""},
		{"regexp", "[a-z]+{group}?", ""},

		{"contains", "owner={user}", "needs match"},
		{"", "{group}", "needs match"},
		{"exact", "{User}", "the placeholders are"},
		{"exact", "{ user }", "the placeholders are"},
		{"exact", "{groups}", "the placeholders are"},
		{"regexp", "[{user}]", "neither in a class"},
		{"regexp", `[\]{user}]`, "neither in a class"},
		{"regexp", `\{user}`, "neither in a class"},
		{"regexp", `\Q{user}\E`, "does not go with"},
	}
	for _, tt := range tests {
		t.Run(tt.mode+" "+tt.value, func(t *testing.T) {
			err := CheckPlaceholders(tt.mode, tt.value)
			if tt.want == "" {
				if err != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestPlaceholdersUsed(t *testing.T) {
	user, group := Placeholders([]string{"a"}, nil, []string{"x={user}"})
	if !user || group {
		t.Errorf("got user %t, group %t", user, group)
	}
}
