package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// exception is a difference that stays, for a reason.
type exception struct {
	pair, operation, path, without, with string // regular expressions, anchored
	reason                               string
}

// exceptions is everything that may differ.
var exceptions = []exception{
	{
		"leave", "ContainerStats", `(networks|\w+_stats)\..*|networks`, `-|null`, `\{\}|null|\[\]|0|\[0(,0)*\]|\{("\w+":0,?)*\}`,
		"the engine measures nothing of a container whose network is that of one that is gone",
	},
}

// group is all differences of one kind.
type group struct {
	operation, path, pair string
	kinds                 map[string]int // of requests
	requests              int
	examples              []string
}

// report collects the differences.
type report struct {
	started   time.Time
	examples  int // to keep of each group
	requests  int
	differing int
	groups    map[string]*group
	excused   map[string]int // by reason
}

func newReport(details bool) *report {
	r := &report{started: time.Now(), examples: 2, groups: map[string]*group{}, excused: map[string]int{}}
	if details {
		r.examples = 1 << 20
	}
	return r
}

// compare adds what differs in two answers to the same request.
func (r *report) compare(pair string, first, second exchange) {
	r.requests++
	var differs bool
	found := compareAnswers(first.request, first.answer, second.answer)
	for _, d := range append(found, told(first, second)...) {
		if reason := excuse(pair, first.operation, d); reason != "" {
			r.excused[reason]++
			continue
		}
		differs = true
		r.add(pair, first, d)
	}
	if differs {
		r.differing++
	}
}

// told returns the hidden IDs that an answer tells, whether they are those of a
// container that is there or of one that is gone: the engine keeps those in
// what refers to it, and so the answers are the same.
func told(first, second exchange) []difference {
	a, b := hiddenIDs(first), hiddenIDs(second)
	if a == "" && b == "" {
		return nil
	}
	return []difference{{"(hidden ID)", a, b}}
}

var hiddenID = regexp.MustCompile(`\{(hid|img-hid)[a-z-]*\.(id|short)\}`)

// hiddenIDs lists what the client has not named itself.
func hiddenIDs(e exchange) string {
	ids := map[string]bool{}
	for _, id := range hiddenID.FindAllString(string(e.body), -1) {
		if !strings.Contains(e.target, id) {
			ids[id] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(ids)), " ")
}

func (r *report) add(pair string, e exchange, d difference) {
	key := e.operation + " " + d.path + " " + pair
	g := r.groups[key]
	if g == nil {
		g = &group{operation: e.operation, path: d.path, pair: pair, kinds: map[string]int{}}
		r.groups[key] = g
	}
	g.requests++
	g.kinds[e.kind]++
	// One of each kind of request tells more than many of one.
	if len(g.examples) < r.examples && (g.kinds[e.kind] == 1 || r.examples > 2) {
		g.examples = append(g.examples, fmt.Sprintf("%s\n        without: %s\n        with:    %s", e.sent, clip(d.first), clip(d.second)))
	}
}

func clip(text string) string {
	const most = 300
	text = strings.ReplaceAll(text, "\n", `\n`)
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

// excuse returns the reason of the exception that covers a difference.
func excuse(pair, operation string, d difference) string {
	for _, e := range exceptions {
		if full(e.pair, pair) && full(e.operation, operation) && full(e.path, d.path) && full(e.without, d.first) && full(e.with, d.second) {
			return e.reason
		}
	}
	return ""
}

func full(pattern, text string) bool {
	return regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString(text)
}

// print writes the groups, those of the most requests first.
func (r *report) print(w io.Writer) {
	groups := slices.SortedFunc(maps.Values(r.groups), func(a, b *group) int {
		return cmp.Or(cmp.Compare(b.requests, a.requests), cmp.Compare(a.operation+a.path+a.pair, b.operation+b.path+b.pair))
	})
	for _, g := range groups {
		fmt.Fprintf(w, "%d × %s %s (%s)\n    %s\n", g.requests, g.operation, g.path, g.pair, kinds(g.kinds))
		for _, example := range g.examples {
			fmt.Fprintf(w, "    %s\n", example)
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(r.excused)) {
		fmt.Fprintf(w, "excused: %d × %s\n", r.excused[reason], reason)
	}
}

// kinds lists the kinds of requests that a group has, the most frequent first.
func kinds(count map[string]int) string {
	const most = 12
	names := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	var parts []string
	for i, name := range names {
		if i == most {
			parts = append(parts, fmt.Sprintf("… and %d kinds", len(names)-most))
			break
		}
		parts = append(parts, fmt.Sprintf("%s (%d)", name, count[name]))
	}
	return strings.Join(parts, "; ")
}
