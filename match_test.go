package dpf

import "testing"

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
	c := &container{ID: id("a"), Name: "my-foobar", Labels: labels}
	for _, tt := range tests {
		p, err := newPolicy(&Config{ContainerNames: tt.names, ContainerLabels: tt.labels})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := p.visible(c); got != tt.want {
			t.Errorf("%s: got visible %t, want %t", tt.name, got, tt.want)
		}
	}
}

func TestVisibleWithoutLabelsOrName(t *testing.T) {
	p, err := newPolicy(&Config{ContainerNames: []string{"a"}, ContainerLabels: []string{"b"}})
	if err != nil {
		t.Fatal(err)
	}
	if p.visible(&container{}) {
		t.Error("a container without name and labels is visible")
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
		if got := primaryName(tt.names); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.names, got, tt.want)
		}
	}
}
