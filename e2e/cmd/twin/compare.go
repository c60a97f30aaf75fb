package main

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// difference is a place at which two answers differ. The path has no indexes,
// so that the same difference in other elements is of the same kind.
type difference struct{ path, first, second string }

// outside are headers that say nothing about the scene: the clock, and the
// length of a body that is compared itself.
var outside = []string{"Date", "Content-Length"}

// compareAnswers returns where two answers to the same request differ, after
// what is volatile has been made equal.
func compareAnswers(req *request, first, second answer) []difference {
	if first.failure != second.failure {
		return []difference{{"(no answer)", first.failure, second.failure}}
	}
	if first.status != second.status {
		return []difference{{"(status)",
			fmt.Sprintf("%d %s", first.status, first.body), fmt.Sprintf("%d %s", second.status, second.body)}}
	}
	found := compareHeaders(req, first.header, second.header)
	return append(found, compareBodies(req, first.body, second.body)...)
}

func compareHeaders(req *request, first, second http.Header) (found []difference) {
	names := map[string]bool{}
	for _, header := range []http.Header{first, second} {
		for name := range header {
			names[name] = !slices.Contains(outside, name) || req.method == http.MethodHead && name != "Date"
		}
	}
	for name, compared := range names {
		if a, b := strings.Join(first[name], ", "), strings.Join(second[name], ", "); compared && a != b {
			found = append(found, difference{"(header " + name + ")", a, b})
		}
	}
	return found
}

// compareBodies compares JSON member by member, and anything else as bytes.
func compareBodies(req *request, first, second []byte) []difference {
	if bytes.Equal(first, second) {
		return nil
	}
	a, err1 := decode(first)
	b, err2 := decode(second)
	if err1 != nil || err2 != nil {
		at := commonPrefix(first, second)
		return []difference{{"(bytes)", excerpt(first, at), excerpt(second, at)}}
	}
	if req.lines {
		// A stream of one line is an array, too.
		a, b = asArray(a), asArray(b)
	}
	n := normaliser{operation: req.operation}
	found := compareValues("", n.value("", a), n.value("", b))
	if len(found) == 0 && n.applied == 0 {
		return []difference{{"(spelling)", string(first), string(second)}}
	}
	return found
}

func asArray(value any) any {
	if array, ok := value.([]any); ok {
		return array
	}
	return []any{value}
}

func commonPrefix[T comparable](a, b []T) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return i
}

func excerpt(body []byte, at int) string {
	const before, after = 30, 120
	return fmt.Sprintf("%d bytes, …%q…", len(body), body[max(0, at-before):min(len(body), at+after)])
}

// compareValues returns where two decoded values differ.
func compareValues(path string, first, second any) []difference {
	switch a := first.(type) {
	case []member:
		if b, ok := second.([]member); ok {
			return compareObjects(path, a, b)
		}
	case []any:
		if b, ok := second.([]any); ok {
			return compareArrays(path+"[]", a, b)
		}
	}
	if a, b := show(first), show(second); a != b {
		return []difference{{path, a, b}}
	}
	return nil
}

func compareObjects(path string, first, second []member) (found []difference) {
	rest := map[string]any{}
	for _, m := range second {
		rest[m.key] = m.value
	}
	var kept, keys []string
	for _, m := range first {
		value, ok := rest[m.key]
		if !ok {
			found = append(found, difference{join(path, m.key), show(m.value), "-"})
			continue
		}
		kept = append(kept, m.key)
		delete(rest, m.key)
		found = append(found, compareValues(join(path, m.key), m.value, value)...)
	}
	for _, m := range second {
		if _, extra := rest[m.key]; extra {
			found = append(found, difference{join(path, m.key), "-", show(m.value)})
		} else {
			keys = append(keys, m.key)
		}
	}
	if !slices.Equal(kept, keys) {
		found = append(found, difference{path + " (order of members)", fmt.Sprint(kept), fmt.Sprint(keys)})
	}
	return found
}

// join appends a key to a path. A key that is an ID or a name would make a kind
// of its own for each object.
func join(path, key string) string {
	if len(key) > shortID && placeOrID.MatchString(key) {
		key = "{id}"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// compareArrays tells which elements only one of the arrays has, then whether
// their order is another, and then how they differ.
func compareArrays(path string, first, second []any) (found []difference) {
	a, b := identities(first), identities(second)
	if len(a) == len(b) && (!identified(first) || !identified(second)) {
		return compareElements(path, first, second)
	}
	if more := without(a, b); len(more) > 0 {
		found = append(found, difference{path, "also " + strings.Join(more, " "), "-"})
	}
	if more := without(b, a); len(more) > 0 {
		found = append(found, difference{path, "-", "also " + strings.Join(more, " ")})
	}
	if len(found) > 0 {
		return found
	}
	if !slices.Equal(a, b) {
		at := commonPrefix(a, b)
		return []difference{{path + " (order)", strings.Join(a[at:], " "), strings.Join(b[at:], " ")}}
	}
	return compareElements(path, first, second)
}

func compareElements(path string, first, second []any) (found []difference) {
	for i := range first {
		found = append(found, compareValues(path, first[i], second[i])...)
	}
	return found
}

// without returns what is in all and not in others, as often as it is.
func without(all, others []string) (more []string) {
	count := map[string]int{}
	for _, other := range others {
		count[other]++
	}
	for _, one := range all {
		if count[one]--; count[one] < 0 {
			more = append(more, one)
		}
	}
	return more
}

// identities names the elements of an array by the members that tell objects of
// the Engine API apart, and others by all that they are.
func identities(array []any) []string {
	names := make([]string, len(array))
	for i, element := range array {
		if names[i] = identity(element); names[i] == "" {
			names[i] = show(element)
		}
	}
	return names
}

// identified reports whether the elements are objects that can be told apart.
func identified(array []any) bool {
	for _, element := range array {
		if identity(element) == "" {
			return false
		}
	}
	return true
}

func identity(element any) string {
	object, _ := element.([]member)
	var id []string
	for _, m := range object {
		switch m.key {
		case "Id", "ID", "Names", "Name", "Type", "Action", "Destination", "digest", "RepoTags":
			id = append(id, show(m.value))
		case "Actor":
			id = append(id, identity(m.value))
		}
	}
	return strings.Join(id, "|")
}
