package view

import (
	"fmt"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/internal/policy"
)

// References mean by index what they mean by a look at each container.
func TestIndexedReferences(t *testing.T) {
	p, err := policy.New(&policy.Config{ExcludeNames: []string{"hidden"}})
	if err != nil {
		t.Fatal(err)
	}
	var elements []string
	for i, name := range []string{"web", id("c1"), "ab", "hidden", "db"} {
		prefix := []string{"a1", "a2", "b1", "b2", "c1"}[i]
		elements = append(elements, fmt.Sprintf(`{"Id":"%s","Names":["/%s"],"Labels":{}}`, id(prefix), name))
	}
	inv, err := NewInventory(p, []byte("["+strings.Join(elements, ",")+"]"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		ref, want string
		ambiguous bool
	}{
		{"web", id("a1"), false},
		{"/web", id("a1"), false},
		{"a1", id("a1"), false},
		{"a", "", true},
		{"ab", id("b1"), false},     // a name, before the prefix of an ID
		{"b", id("b1"), false},      // the other one is hidden
		{"b2", "", false},           // hidden
		{"hidden", "", false},       //
		{id("c1"), id("c1"), false}, // an ID, before a name
		{"c1", id("c1"), false},     //
		{id("a1")[:63], id("a1"), false},
		{id("a1") + "0", "", false},
		{"A1", "", false},
		{"ffff", "", false},
		{"0", "", false},
		{"", "", false},
		{"/", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.ref, func(t *testing.T) {
			got := inv.Resolve(tt.ref)
			if got.ID != tt.want || got.Ambiguous != tt.ambiguous {
				t.Errorf("%q: got %q, ambiguous %t", tt.ref, got.ID, got.Ambiguous)
			}
		})
	}
}
