package view

import (
	"bytes"
	"encoding/json"
	"regexp"
	"sort"
)

// A list is mostly hidden containers, and decoding is what costs. The search for
// candidates finds the elements that can be visible by searching the encoded
// list for strings that every visible element holds. It can only hide more:
// what it finds is decoded and judged like any other element, and a list of
// another form than dockerd's is decoded in full.
//
// Yaegi: a loop over the bytes costs a hundred times what it does in Go, one
// call that searches all of them costs the same.

// Every element of dockerd's list begins in this way. A quote inside a string
// is escaped, so that no label can hold the separator.
var (
	listStart        = []byte(`[{"Id":"`)
	elementSeparator = []byte(`},{"Id":"`)
	namesStart       = []byte(`","Names":[`)
)

// summaryStart is how a ContainerSummary begins, and no object inside of one.
var summaryStart = regexp.MustCompile(`^\{"Id":"[0-9a-f]{64}","Names":\[`)

// escape begins every escape of a character that plainText has: what holds one
// is decoded.
var escape = []byte(`\u00`)

// slashEscape stands where an encoder escapes what needs no escape.
var slashEscape = []byte(`\/`)

// candidates returns the elements of a list, in order, that hold a needle.
// It reports false where the list has to be decoded in full.
func candidates(body []byte, needles [][]byte) ([][]byte, bool) {
	body = bytes.TrimRight(body, "\n")
	if len(needles) == 0 || !bytes.HasPrefix(body, listStart) || !bytes.HasSuffix(body, []byte("}]")) {
		return nil, false
	}
	last := bytes.LastIndex(body, elementSeparator) + 1
	if last > 0 {
		last++
	} else {
		last = 1
	}
	if !json.Valid(body[last : len(body)-1]) {
		// Cut short, or not what it looks like.
		return nil, false
	}
	if bytes.Contains(body, slashEscape) {
		return nil, false
	}
	elements := elementsWith(body, needles)
	for _, element := range elements {
		if !summaryStart.Match(element) {
			return nil, false
		}
	}
	return elements, true
}

// elementsWith returns the elements of a list, in order, that hold a needle or
// an escape. Of the list, one byte before the elements and one after them
// counts for nothing.
func elementsWith(list []byte, needles [][]byte) [][]byte {
	found := map[int]int{}
	if bytes.Contains(list, escape) {
		findElements(list, escape, found)
	}
	for _, needle := range needles {
		findElements(list, needle, found)
	}
	starts := make([]int, 0, len(found))
	for start := range found {
		starts = append(starts, start)
	}
	sort.Ints(starts)
	elements := make([][]byte, 0, len(starts))
	for _, start := range starts {
		elements = append(elements, list[start:found[start]])
	}
	return elements
}

// findElements notes the start and end of the elements that hold a needle.
func findElements(body, needle []byte, found map[int]int) {
	at := 1
	for at < len(body) {
		hit := bytes.Index(body[at:], needle)
		if hit < 0 {
			return
		}
		hit += at
		start := 1
		if i := bytes.LastIndex(body[:hit], elementSeparator); i >= 0 {
			start = i + 2
		}
		end := len(body) - 1
		if i := bytes.Index(body[hit:], elementSeparator); i >= 0 {
			end = hit + i + 1
		}
		found[start] = end
		at = end
	}
}

// Where the ID of an element stands: after {"Id":".
const (
	beforeID = 7
	afterID  = beforeID + 64
)

// standAlone reports whether the elements that were cut out are the elements
// of the list that they were joined to. Each has an ID in full: candidates
// looked.
func standAlone(elements [][]byte, bodies []summaryBody) bool {
	if len(bodies) != len(elements) {
		return false
	}
	for i := range bodies {
		if bodies[i].Id != string(elements[i][beforeID:afterID]) {
			return false
		}
	}
	return true
}
