package main

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// recorded are answers by what was asked, with {ref} where they repeat the
// reference.
func recorded(t *testing.T) map[string]string {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/answers.txtar")
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{}
	for _, f := range archive.Files {
		answers[f.Name] = string(f.Data)
	}
	if len(answers) < 40 {
		t.Fatalf("only %d answers", len(answers))
	}
	return answers
}

// answer is a recorded answer to a reference.
func answer(text, ref string) response {
	head, body, _ := strings.Cut(strings.ReplaceAll(text, "{ref}", ref), "\n\n")
	return response{head: head, body: []byte(body)}
}

// testRefs are references that the answers may hold for another reason.
var testRefs = []struct{ name, hidden, unknown string }{
	{"a digit", "7", "b"},
	{"a digit of ports and versions", "1", "4"},
	{"a letter that is a word", "a", "b"},
	{"a letter of many words", "e", "f"},
	{"two digits", "24", "ad"},
	{"two digits of a version", "41", "99"},
	{"three digits of a status", "404", "eee"},
	{"digits of an address", "192", "a0b"},
	{"all but one", "127", "192"},
	{"a word", "is", "zz"},
	{"two words", "is", "by"},
	{"a longer word", "such", "zzzz"},
	{"words of one text", "such", "name"},
	{"the kind", "container", "zzzzzzzzz"},
	{"the kinds", "image", "names"},
	{"a key", "message", "zzzzzzz"},
	{"a segment of the path", "json", "zzzz"},
	{"a header", "docker", "Docker"},
	{"a product", "linux", "zzzzz"},
	{"an ID", testID, strings.Repeat("f", 64)},
	{"a short ID", testID[:shortID], strings.Repeat("f", shortID)},
	{"a name", "zq00000000-run", "zy00000000-run"},
	{"a pair", "vis-trap", "vis-trqp"},
}

// TestSameAnswers compares what an engine and the plugin answer to two
// references that mean nothing.
func TestSameAnswers(t *testing.T) {
	r := &runner{stem: "zq00000000", unknownStem: "zy00000000"}
	answers := recorded(t)
	for _, tt := range testRefs {
		t.Run(tt.name, func(t *testing.T) {
			for asked, text := range answers {
				refs := [2]reference{plain(tt.hidden), plain(tt.unknown)}
				if d := r.difference(answer(text, tt.hidden), answer(text, tt.unknown), refs); d != "" {
					t.Errorf("%s: %s", asked, d)
				}
				back := [2]reference{refs[1], refs[0]}
				if d := r.difference(answer(text, tt.unknown), answer(text, tt.hidden), back); d != "" {
					t.Errorf("%s, the other way round: %s", asked, d)
				}
			}
		})
	}
}

// TestDifferentAnswers changes the answer for the hidden object in a way that
// would tell it, whatever the reference is.
func TestDifferentAnswers(t *testing.T) {
	r := &runner{stem: "zq00000000", unknownStem: "zy00000000"}
	answers := recorded(t)
	changes := []struct{ name, asked, old, changed string }{
		{"another status", "engine: GET /containers/{ref}/json", "404 Not Found", "409 Conflict"},
		{"another header", "engine: GET /containers/{ref}/json", "Ostype: linux\n", ""},
		{"one more header", "engine: GET /containers/{ref}/json", "Ostype: linux\n", "Ostype: linux\nX: {ref}\n"},
		{"another version", "engine: GET /containers/{ref}/json", "Api-Version: 1.41", "Api-Version: 1.40"},
		{"no reference", "engine: GET /containers/{ref}/json", "No such container: {ref}", "No such container: "},
		{"the reference twice", "engine: GET /containers/{ref}/json", "{ref}", "{ref} {ref}"},
		{"the full ID", "engine: GET /containers/{ref}/json", "{ref}", testID[:63] + "1"},
		{"more than the reference", "engine: GET /containers/{ref}/json", "{ref}", "{ref}1"},
		{"one kind for the other", "engine: GET /volumes/{ref}", "get {ref}: no such volume", "network {ref} not found"},
		{"a word more", "engine: GET /networks/{ref}", "not found", "was not found"},
		{"a letter less", "engine: GET /networks/{ref}", "not found", "not foun"},
		{"one of two references", "engine: POST /containers/{ref}/kill", ": {ref}: No", ": {ref}x: No"},
		{"a list with an element", "engine: GET /containers/json?filters=%7B%22id%22%3A%5B%22{ref}%22%5D%7D", "[]", "[{}]"},
		{"a number", "engine: GET /volumes?filters=%7B%22name%22%3A%5B%22{ref}%22%5D%7D", "[]", "{ref}"},
		{"another port", "engine: GET /distribution/{ref}/json", "53:53", "53:5{ref}"},
		{"another address", "engine: GET /distribution/{ref}/json", "192.0.2.53", "192.0.{ref}.53"},
		{"a refusal", "engine: GET /containers/{ref}/json", "No such container: {ref}", "dpf: {ref} is not an operation that can be filtered"},
	}
	for _, change := range changes {
		t.Run(change.name, func(t *testing.T) {
			text, ok := answers[change.asked]
			changed := strings.Replace(text, change.old, change.changed, 1)
			if !ok || changed == text {
				t.Fatalf("%s has no %q", change.asked, change.old)
			}
			for _, ref := range testRefs {
				refs := [2]reference{plain(ref.hidden), plain(ref.unknown)}
				if r.difference(answer(changed, ref.hidden), answer(text, ref.unknown), refs) == "" {
					t.Errorf("%s: not seen in the answer for the hidden object", ref.name)
				}
				if r.difference(answer(text, ref.hidden), answer(changed, ref.unknown), refs) == "" {
					t.Errorf("%s: not seen in the answer for the unknown object", ref.name)
				}
			}
		})
	}
}

// TestDifference has the forms in which a reference comes back, and where it
// may not.
func TestDifference(t *testing.T) {
	r := &runner{stem: "zq00", unknownStem: "zy00"}
	other := strings.Repeat("f", 64)
	tests := []struct {
		name            string
		hidden, unknown string // what comes back
		refs            [2]string
		same            bool
	}{
		{"ID without its algorithm", "No such image: " + testID, "No such image: " + other, [2]string{"sha256:" + testID, "sha256:" + other}, true},
		{"ID with an algorithm", "No such image: sha256:" + testID, "No such image: sha256:" + other, [2]string{testID, other}, true},
		{"name in upper case", "ZQ00-RUN", "ZY00-RUN", [2]string{"zq00-run", "zy00-run"}, true},
		{"part of a name", "lookup zq00-registry.test: no", "lookup zy00-registry.test: no", [2]string{"zq00-registry.test/x:1", "zy00-registry.test/x:1"}, true},
		{"redirect of an ID", "Location: /containers/" + testID + "/json", "Location: /containers/" + other + "/json", [2]string{testID, other}, true},
		{"more after an ID", "no " + testID + ".json", "no " + other + ".json", [2]string{testID, other}, true},
		{"escaped letters", "Location: /%7A%7100-run", "Location: /%7a%7900-run", [2]string{"zq00-run", "zy00-run"}, true},
		{"escapes of escapes", "/zq00-ru%256e and %25257", "/zy00-ru%256e and %25257", [2]string{"zq00-run", "zy00-run"}, true},
		{"port of the engine", "10.0.0.1:4711->10.0.0.2:80", "10.0.0.1:47->10.0.0.2:80", [2]string{"7", "b"}, true},
		{"end of a line", "No such container: 7\r\n", "No such container: b\r\n", [2]string{"7", "b"}, true},

		{"digit in a number", `{"Size":7}`, `{"Size":b}`, [2]string{"7", "b"}, false},
		{"digit in an ID", "7e", "be", [2]string{"7", "b"}, false},
		{"letters in a word", "this", "thzz", [2]string{"is", "zz"}, false},
		{"part of an address", "172.7.0.1", "172.b.0.1", [2]string{"7", "b"}, false},
		{"tag of an image", "image:7", "image:b", [2]string{"7", "b"}, false},
		{"version", "client version 1.7 is", "client version 1.b is", [2]string{"7", "b"}, false},
		{"another escape", "zq00-run%2F", "zy00-run%00", [2]string{"zq00-run", "zy00-run"}, false},
		{"list", `[{"Id":"x"}]`, "[]", [2]string{"zq00-run", "zy00-run"}, false},
		{"ID for a name", testID, other, [2]string{"zq00-run", "zy00-run"}, false},
		{"each other's", "zy00-run", "zq00-run", [2]string{"zq00-run", "zy00-run"}, false},
		{"hidden where unknown is", "zq00-run", "zq00-run and more", [2]string{"zq00-run", "zy00-run"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			refs := [2]reference{plain(tt.refs[0]), plain(tt.refs[1])}
			d := r.difference(response{body: []byte(tt.hidden)}, response{body: []byte(tt.unknown)}, refs)
			if same := d == ""; same != tt.same {
				t.Errorf("got same %v, want %v: %s", same, tt.same, d)
			}
		})
	}
	if r.difference(response{timeout: true}, response{}, [2]reference{}) == "" {
		t.Error("an answer that does not end is the same as one that does")
	}
}
