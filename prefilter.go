package dpf

import (
	"bytes"
	"encoding/json"
	"regexp"
	"sort"
	"strings"
)

// A list is mostly hidden containers, and decoding is what costs. The
// prefilter finds the elements that can be visible by searching the encoded
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

// plainText are strings that stand in JSON as they are.
var plainText = regexp.MustCompile(`^[A-Za-z0-9._:/=-]+$`)

// newNeedles returns strings of which every visible element of a list and every
// event of a visible container holds one, or nil if there are none such. None
// begins with a quote: it is the most frequent byte, and a search that begins
// with it takes many times as long.
func newNeedles(p *policy) [][]byte {
	needles := selectorNeedles(p)
	for _, needle := range needles {
		if bytes.Contains(elementSeparator, needle) {
			return nil // It would be found between the elements.
		}
	}
	return needles
}

func selectorNeedles(p *policy) [][]byte {
	byName := nameNeedles(p.names)
	byLabel := labelNeedles(p.labels)
	switch {
	case len(p.names) == 0:
		return byLabel
	case len(p.labels) == 0:
		return byName
	case p.requireAll && byLabel != nil:
		return byLabel
	case p.requireAll:
		return byName
	case byName == nil || byLabel == nil:
		return nil
	}
	return append(byName, byLabel...)
}

func nameNeedles(names []pattern) [][]byte {
	var needles [][]byte
	for i := range names {
		text := names[i].text
		switch {
		case !plainText.MatchString(text):
			return nil
		case names[i].mode == "exact":
			needles = append(needles, []byte(text+`"`))
		case names[i].mode == "contains":
			needles = append(needles, []byte(text))
		default:
			return nil
		}
	}
	return needles
}

func labelNeedles(rules []labelRule) [][]byte {
	var needles [][]byte
	for i := range rules {
		key, value := rules[i].key, rules[i].value
		switch {
		case !plainText.MatchString(key.text):
			return nil
		case key.mode == "exact" && rules[i].hasValue && plainText.MatchString(value.text) && strings.Contains(key.text, "."):
			needles = append(needles, []byte(key.text+`":"`+value.text+`"`))
		case key.mode == "exact":
			// Docker: in an event, what it says itself replaces the value of a
			// label of that name, such as image or signal; none has a dot.
			needles = append(needles, []byte(key.text+`":`))
		case key.mode == "contains":
			needles = append(needles, []byte(key.text))
		default:
			return nil
		}
	}
	return needles
}

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

// eventNeedles are the needles for lines of events, nil if there are none. The
// events of networks and volumes are looked at: they tell the container by its
// ID only.
func eventNeedles(p *policy) [][]byte {
	if p.needles == nil {
		return nil
	}
	return append([][]byte{escape, slashEscape, []byte(`network"`), []byte(`volume"`)}, p.needles...)
}
