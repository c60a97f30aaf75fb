package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// echo is what an answer may repeat of its request: in the answer for the
// hidden object, and at the same place in the answer for the unknown one.
type echo struct {
	hidden, unknown string
	anywhere        bool // no text has it by chance
}

// echoes are the forms in which an answer repeats the reference, the longest
// first. Names differ in nothing but their stem, so that it stands for any part
// of a name.
func (r *runner) echoes(refs [2]reference) []echo {
	var all []echo
	add := func(form func(ref string) string, hidden, unknown string) {
		if e := (echo{form(hidden), form(unknown), len(hidden) >= shortID || hidden == r.stem}); e.hidden != "" && e.unknown != "" {
			all = append(all, e)
		}
	}
	for _, form := range []func(string) string{strings.Clone, bareID, algorithmID} {
		add(form, refs[0].plain, refs[1].plain)
	}
	add(strings.Clone, refs[0].raw, refs[1].raw)
	for _, form := range []func(string) string{strings.Clone, strings.ToUpper} {
		add(form, r.stem, r.unknownStem)
	}
	slices.SortStableFunc(all, func(a, b echo) int { return len(b.hidden) - len(a.hidden) })
	return all
}

// bareID is a reference as an engine looks it up: without an algorithm, and
// without what it trims.
func bareID(ref string) string { return strings.Trim(strings.TrimPrefix(ref, "sha256:"), "/ ") }

// algorithmID is a reference by ID as an engine names an image.
func algorithmID(ref string) string {
	if id := bareID(ref); isFullID(id) {
		return "sha256:" + id
	}
	return ""
}

// portPair is where a connection of the engine's own comes from.
var portPair = regexp.MustCompile(`\d+->`)

// escape is an escape in a path, or one of an escape.
var escape = regexp.MustCompile(`(?i)%(?:25)*[0-9a-f]{2}`)

// text is all of a response, without what differs from one request to the next,
// and with letters and digits as such: how they are escaped is the request's.
func (r response) text() string {
	text := fmt.Sprintf("%s\n\n%s\ntrailer %v, timeout %v, broken %v", r.head, r.body, r.trailer, r.timeout, r.broken)
	text = escape.ReplaceAllStringFunc(text, func(found string) string {
		b, err := strconv.ParseUint(found[len(found)-2:], 16, 8)
		if err != nil || !isAlphanumeric(byte(b)) {
			return found
		}
		return string(rune(b))
	})
	return portPair.ReplaceAllString(text, "N->")
}

// difference says how the answer for a hidden object differs from the answer
// for an unknown one, or nothing. Where one repeats its reference, the other
// must repeat its own, and every other byte must be the same: a reference that
// happens to be a word of the answer, or a digit of an address, is no echo
// there.
func (r *runner) difference(hidden, unknown response, refs [2]reference) string {
	is, want := hidden.text(), unknown.text()
	if is == want {
		return ""
	}
	echoes := r.echoes(refs)
	i, j := 0, 0
	for i < len(is) && j < len(want) {
		if e, ok := echoAt(is, i, want, j, echoes); ok {
			i, j = i+len(e.hidden), j+len(e.unknown)
			continue
		}
		if is[i] != want[j] {
			return showDifference(want, j, is, i)
		}
		i, j = i+1, j+1
	}
	if i < len(is) || j < len(want) {
		return showDifference(want, j, is, i)
	}
	return ""
}

// echoAt is the echo that begins at i in one answer and at j in the other. One
// that a text may have by chance must be set off as the engine sets off a
// reference.
func echoAt(is string, i int, want string, j int, echoes []echo) (echo, bool) {
	for _, e := range echoes {
		if !strings.HasPrefix(is[i:], e.hidden) || !strings.HasPrefix(want[j:], e.unknown) {
			continue
		}
		before, after := is[:i], is[i+len(e.hidden):]
		if e.anywhere || opens(before) && closes(after) {
			return e, true
		}
	}
	return echo{}, false
}

// opens reports whether a reference can begin after text.
func opens(text string) bool {
	return text == "" || strings.IndexByte(" \r\n\"'`/([=", text[len(text)-1]) >= 0
}

// closes reports whether a reference can end before text: full stops and
// colons do not count where they join the parts of addresses and versions.
func closes(text string) bool {
	text = strings.TrimPrefix(text, ":latest")
	text = strings.TrimLeft(text, ".:")
	return text == "" || strings.IndexByte(" \r\n\"'`/)],;?&\\", text[0]) >= 0
}
