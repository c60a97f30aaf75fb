package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// placeOrID matches the keys of objects that are IDs or placeholders.
var placeOrID = regexp.MustCompile(`[0-9a-f]{64}|\{[a-z.-]+\}`)

// volatile is a place in answers whose value differs between two times for
// reasons that have nothing to do with hidden objects.
type volatile struct {
	operations string // operationIds; any if empty
	path       string // regular expression
	reason     string
	replace    func(value any) any
}

// volatiles is all that is made equal before answers are compared.
var volatiles = index([]volatile{
	{"ContainerList SystemDataUsage", `(^|\.)(\[\]\.)?Status$`, "says how long ago, in words", age},
	{"ContainerStats", `.*`, "counters and the clock of a running container", numbers},
	{"ContainerTop", `^Processes\[\]\[\]$`, "CPU time and memory of living processes", processColumn},
	{"SystemInfo", `^SystemTime$`, "the clock", same},
	{"SystemEvents", `^\[\]\.(time|timeNano)$`, "the clock; both scenes do the same at other times", same},
	{"SystemEvents", `\.execDuration$`, "how long a container ran", same},
	{"", `^message$`, "the engine lists the values of a filter in any order", sortList},
})

// unordered are the operations and paths of arrays that the engine makes of a
// map, in any order.
var unordered = regexp.MustCompile(`^\w+ (.*\.)?Mounts$|^NetworkList $|^(VolumeList|SystemDataUsage) (Volumes|VolumeUsage\.Items)$|^ContainerChanges $`)

type rule struct {
	volatile
	match *regexp.Regexp
}

func index(all []volatile) []rule {
	rules := make([]rule, len(all))
	for i, v := range all {
		rules[i] = rule{v, regexp.MustCompile(v.path)}
	}
	return rules
}

// normaliser makes volatile values equal.
type normaliser struct {
	operation string
	applied   int // how often
}

// value is value, which stands at path, with all that is volatile in it
// replaced.
func (n *normaliser) value(path string, value any) any {
	switch v := value.(type) {
	case []member:
		members := make([]member, len(v))
		for i, m := range v {
			members[i] = member{m.key, n.value(join(path, m.key), m.value)}
		}
		return members
	case []any:
		elements := make([]any, len(v))
		for i, e := range v {
			elements[i] = n.value(path+"[]", e)
		}
		if unordered.MatchString(n.operation + " " + path) {
			n.applied++
			slices.SortFunc(elements, func(a, b any) int {
				return cmp.Or(cmp.Compare(identity(a), identity(b)), cmp.Compare(show(a), show(b)))
			})
		}
		return elements
	}
	return n.scalar(path, value)
}

func (n *normaliser) scalar(path string, value any) any {
	for _, rule := range volatiles {
		if !rule.covers(n.operation, path) {
			continue
		}
		if replaced := rule.replace(value); replaced != value {
			n.applied++
			return replaced
		}
	}
	return value
}

func (r *rule) covers(operation, path string) bool {
	return (r.operations == "" || strings.Contains(" "+r.operations+" ", " "+operation+" ")) && r.match.MatchString(path)
}

func same(any) any { return "(volatile)" }

var ages = regexp.MustCompile(`(Up |\) )(Less than a second|About an? \w+|\d+ \w+)( ago)?`)

func age(value any) any {
	if text, ok := value.(string); ok {
		return ages.ReplaceAllString(text, "${1}(age)$3")
	}
	return value
}

var listed = regexp.MustCompile(`\[[^\]]*\]`)

func sortList(value any) any {
	text, ok := value.(string)
	if !ok {
		return value
	}
	return listed.ReplaceAllStringFunc(text, func(list string) string {
		words := strings.Fields(strings.Trim(list, "[]"))
		slices.Sort(words)
		return fmt.Sprint(words)
	})
}

var clock = regexp.MustCompile(`^\d{4}-\d\d-\d\dT[0-9:.]+Z$`)

func numbers(value any) any {
	switch v := value.(type) {
	case json.Number:
		return json.Number("0")
	case string:
		return clock.ReplaceAllString(v, "(clock)")
	}
	return value
}

// processColumn leaves the identity of a process and its command, and takes
// percentages, times, states and sizes.
var measure = regexp.MustCompile(`^(\d+\.\d+|[0-9]+:[0-9:]+|[RSDIZTtX][sNLl+<]*|-?\d{1,2}|\d{3,9}|\d\d:\d\d|\?)$`)

func processColumn(value any) any {
	if text, ok := value.(string); ok {
		return measure.ReplaceAllString(text, "(measure)")
	}
	return value
}
