package view

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// Most summaries and inspects say nothing of other containers. A search of the
// encoded form finds those that may: what it finds is decoded, and a match of
// something else only costs time.

// joins begins a mode that shares a namespace of another container.
const joins = "container:"

// fullIDLength is the length of the ID of a container.
const fullIDLength = 64

// The search is in lower case and lets blanks be. No pattern begins with a
// quote: it is the most frequent byte, and a search that begins with it takes
// many times as long.
var (
	volumesFrom  = regexp.MustCompile(`volumesfrom"\s*:\s*\[\s*[^\]\s]`)
	links        = regexp.MustCompile(`links"\s*:\s*\[\s*[^\]\s]`)
	paths        = regexp.MustCompile(`path"\s*:\s*"(?:[^"\\]|\\.)*"`)
	cgroups      = regexp.MustCompile(`cgroupparent"\s*:\s*"(?:[^"\\]|\\.)*"`)
	fullIDs      = regexp.MustCompile(`[0-9a-f]{64}`)
	shortIDs     = regexp.MustCompile(`[0-9a-f]{12}`)
	containerDir = regexp.MustCompile(`containers/[0-9a-f]{64}`)

	// A description of the image that says nothing but what it is.
	descriptor      = []byte(`imagemanifestdescriptor"`)
	plainDescriptor = regexp.MustCompile(`imagemanifestdescriptor":(?:null|\{"mediatype":"[^"\\]*","digest":"[^"\\]*","size":[0-9]+(?:,"platform":\{"architecture":"[^"\\]*","os":"[^"\\]*"(?:,"variant":"[^"\\]*")?\})?\})`)
)

// MayRefer reports whether summaries or an inspect can hold a reference to
// another container, and whether they can hold more of an image than what it
// is. own is the ID of the container if it is one, or empty.
func MayRefer(raw []byte, own string) (others, image bool) {
	if own != "" {
		raw = bytes.ReplaceAll(raw, []byte(own), nil)
	}
	text := searchable(raw)
	others = bytes.Contains(text, []byte(joins)) || volumesFrom.Match(text) || links.Match(text) ||
		containerDir.Match(text) || holdsID(paths, text) || holdsID(cgroups, text)
	image = bytes.Count(text, descriptor) != len(plainDescriptor.FindAllIndex(text, -1))
	return others, image
}

// holdsID reports whether one of the values that a pattern finds holds a full ID.
// To look for one in the pattern itself takes many times as long.
func holdsID(values *regexp.Regexp, text []byte) bool {
	return fullIDs.Match(bytes.Join(values.FindAll(text, -1), nil))
}

// NamesOthers reports whether words hold the full ID of another container than
// own, or something like one.
func NamesOthers(words []byte, own string) bool {
	return fullIDs.Match(bytes.ReplaceAll(searchable(words), []byte(own), nil))
}

// NamesIDs reports whether words hold something like an ID, be it short or in
// full, but for those in refs, which the client or the plugin has asked about.
func NamesIDs(words []byte, refs ...string) bool {
	text := searchable(words)
	for _, ref := range refs {
		if ref = strings.TrimPrefix(strings.ToLower(ref), "sha256:"); ref != "" {
			text = bytes.ReplaceAll(text, []byte(ref), nil)
		}
	}
	return shortIDs.Match(text)
}

// searchable returns JSON in lower case, without the escapes that an encoder
// can do without: keys fold, and an escaped character is the same character.
func searchable(raw []byte) []byte {
	text := bytes.ToLower(raw)
	if bytes.Contains(text, []byte(`\u`)) || bytes.Contains(text, []byte(`\/`)) || bytes.Contains(text, []byte("ſ")) {
		text = []byte(unescape.Replace(string(text)))
	}
	return text
}

// unescape undoes escapes in JSON of lower case. An escaped backslash stays, and
// is no part of the next escape.
var unescape = newUnescape()

func newUnescape() *strings.Replacer {
	// encoding/json takes the long s and the Kelvin sign in keys for s and k.
	pairs := []string{`\\`, `\\`, `\/`, `/`, `ſ`, `s`, `\u017f`, `s`, `\u212a`, `k`}
	for c := rune(' '); c < 127; c++ {
		if c != '"' && c != '\\' {
			pairs = append(pairs, fmt.Sprintf(`\u%04x`, c), strings.ToLower(string(c)))
		}
	}
	return strings.NewReplacer(pairs...)
}
