package policy

import (
	"fmt"
	"testing"
)

// A verdict by marks is the verdict on the container.
func TestVisibleAs(t *testing.T) {
	configs := []*Config{
		{},
		{Names: []string{"web"}},
		{Labels: []string{"app=x"}},
		{Names: []string{"web"}, Labels: []string{"app=x"}},
		{Names: []string{"web"}, Labels: []string{"app=x"}, Require: "all"},
		{ExcludeNames: []string{"web"}},
		{ExcludeLabels: []string{"app=x"}},
		{Names: []string{"w"}, ExcludeNames: []string{"web"}, ExcludeLabels: []string{"no"}},
		{Labels: []string{"app"}, ExcludeLabels: []string{"app=x"}, Match: "glob"},
		{Names: []string{".*"}, Match: "regexp"},
	}
	for i, config := range configs {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			p, err := New(config)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"", "web", "w", "db"} {
				for _, labels := range []map[string]string{nil, {"app": "x"}, {"app": "y"}, {"no": ""}, {"app": "x", "no": "1"}} {
					want := p.Visible(&Container{ID: id("a"), Name: name, Labels: labels})
					if got := p.VisibleAs(name, p.Marks(labels)); got != want {
						t.Errorf("policy %d, %q %v: got %t, want %t", i, name, labels, got, want)
					}
				}
			}
		})
	}
}

func TestExcludesKey(t *testing.T) {
	p, err := New(&Config{ExcludeLabels: []string{"signal=9", "exit*"}, Labels: []string{"image"}, Match: "glob"})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]bool{"signal": true, "exitCode": true, "image": false, "name": false} {
		t.Run(key, func(t *testing.T) {
			if got := p.ExcludesKey(key); got != want {
				t.Errorf("%s: got %t", key, got)
			}
		})
	}
}
