package main

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// words are what the placeholders of the requests stand for at present. A
// hidden object has no ID before it is made: until then its placeholder stands
// for an ID that nobody has, and in the answers either is the placeholder
// again.
type words map[string]string

// idLength is the length of a full ID, shortID what clients show of it, and
// stub a prefix that is short and still nobody else's.
const idLength, shortID, stub = 64, 12, 5

// set makes the placeholders of an object: {name.id}, {name.short} and
// {name.stub}.
func (w words) set(name, id string) {
	id = strings.TrimPrefix(id, "sha256:")
	w[name+".id"], w[name+".short"], w[name+".stub"] = id, id[:min(len(id), shortID)], id[:min(len(id), stub)]
}

// setAbsent makes the placeholders of an object that does not exist yet.
func (w words) setAbsent(name string) {
	id := make([]byte, idLength/2)
	_, _ = rand.Read(id) // It never fails.
	w.set(name, hex.EncodeToString(id))
}

// expand replaces placeholders by what they stand for.
func (w words) expand(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		if word, ok := w[name[1:len(name)-1]]; ok {
			return word
		}
		return name
	})
}

var placeholder = regexp.MustCompile(`\{[a-z-]+\.[a-z]+\}`)

// masker returns what puts the placeholders back into an answer, the longest
// first. A stub is too short to be searched for: it is replaced only as a word
// of its own in an error, where the engine echoes it.
func (w words) masker() func(body string) string {
	names := slices.Collect(maps.Keys(w))
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(w[b]), len(w[a])), cmp.Compare(a, b))
	})
	var long []string
	echoed := map[*regexp.Regexp]string{}
	for _, name := range names {
		if len(w[name]) >= shortID {
			long = append(long, w[name], "{"+name+"}")
		} else {
			echoed[regexp.MustCompile(`\b`+w[name]+`\b`)] = "{" + name + "}"
		}
	}
	words := strings.NewReplacer(long...)
	return func(body string) string {
		body = words.Replace(body)
		if strings.HasPrefix(body, `{"message":`) {
			for stub, name := range echoed {
				body = stub.ReplaceAllLiteralString(body, name)
			}
		}
		return body
	}
}

// escapedPlaceholder matches a placeholder that went through url.QueryEscape.
var escapedPlaceholder = regexp.MustCompile(`%7B([a-z-]+\.[a-z]+)%7D`)
