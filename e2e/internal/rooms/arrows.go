package rooms

import (
	"fmt"
	"slices"
	"strings"
)

// Arrows says for every room which others it may import.
type Arrows map[string][]string

// Check lists what the rooms import against the arrows. A room without an entry
// is one that nobody has given a place yet, and as wrong.
func (a Arrows) Check(rooms []*Room) []string {
	var wrong []string
	names := map[string]bool{}
	for _, r := range rooms {
		names[r.Name] = true
	}
	for _, r := range rooms {
		allowed, ok := a[r.Name]
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%s has no entry in the table of arrows", r.Name))
			continue
		}
		for _, imported := range r.Imports {
			if names[imported] && !slices.Contains(allowed, imported) {
				wrong = append(wrong, fmt.Sprintf("%s must not import %s", r.Name, imported))
			}
		}
	}
	return wrong
}

// Know lists the rooms among names that import the package pkg or one below it.
func Know(rooms []*Room, names []string, pkg string) []string {
	var wrong []string
	for _, r := range rooms {
		if !slices.Contains(names, r.Name) {
			continue
		}
		for _, imported := range r.Imports {
			if imported == pkg || strings.HasPrefix(imported, pkg+"/") {
				wrong = append(wrong, fmt.Sprintf("%s must not import %s", r.Name, imported))
			}
		}
	}
	return wrong
}
