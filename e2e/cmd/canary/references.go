package main

import (
	"encoding/hex"
	"net/url"
	"strings"
)

// kind is a kind of object that a request can refer to.
type kind string

const (
	container kind = "container"
	exec      kind = "exec"
	image     kind = "image"
	network   kind = "network"
	volume    kind = "volume"
	service   kind = "service"
	task      kind = "task"
	config    kind = "config"
	secret    kind = "secret"
	label     kind = "label"
	other     kind = "other" // what no container has: nothing hidden to refer to
)

var kinds = []kind{container, exec, image, network, volume, service, task, config, secret, label, other}

// placeholder stands for a reference of this kind in paths, queries, bodies.
func (k kind) placeholder() string { return "{" + string(k) + "}" }

// reference is one way to refer to an object.
type reference struct {
	plain string // the reference itself
	raw   string // as it is written in a path
}

// pair is a reference to a hidden object and one of the same form to an object
// that does not exist. The answers to the two must be the same.
type pair struct {
	form            string
	hidden, unknown reference
}

// plain returns the reference that a path takes as it is, but for the bytes
// that cannot stand there.
func plain(ref string) reference {
	return reference{ref, strings.ReplaceAll(url.PathEscape(ref), "%2F", "/")}
}

// namePairs are the forms of a reference by name. An unknown name differs from
// a hidden one in nothing but its stem.
func (s *scene) namePairs(form, name string) []pair {
	var pairs []pair
	add := func(form string, ref func(name string) reference) {
		pairs = append(pairs, pair{form, ref(name), ref(s.unknownName(name))})
	}
	add(form, plain)
	add(form+" upper case", func(n string) reference { return plain(strings.ToUpper(n)) })
	add(form+" junk", func(n string) reference { return plain(n + "x") })
	add(form+" slash", func(n string) reference { return reference{"/" + n, "%2F" + n} })
	add(form+" blanks", func(n string) reference { return plain(" " + n + " ") })
	add(form+" escaped", func(n string) reference { return reference{n, escapeAll(n)} })
	return pairs
}

// unknownName is a name of the same form that no object has.
func (s *scene) unknownName(name string) string {
	return strings.ReplaceAll(name, s.secrets.stem, s.unknownStem)
}

// idPairs are the forms of a reference by hexadecimal ID.
func (s *scene) idPairs(form, id string) []pair {
	unknown := s.random.hex(len(id))
	var pairs []pair
	add := func(form string, ref func(id string) reference) {
		pairs = append(pairs, pair{form, ref(id), ref(unknown)})
	}
	add(form, plain)
	add(form+" short", func(id string) reference { return plain(id[:shortID]) })
	add(form+" all but one", func(id string) reference { return plain(id[:len(id)-1]) })
	add(form+" upper case", func(id string) reference { return plain(strings.ToUpper(id)) })
	add(form+" junk", func(id string) reference { return plain(id + "0") })
	add(form+" slash", func(id string) reference { return reference{"/" + id, "%2F" + id} })
	add(form+" sha256", func(id string) reference { return plain("sha256:" + id) })
	return pairs
}

// prefixPairs are references by the first digits of hidden IDs with which no
// visible ID begins.
func prefixPairs(chance random, hidden, visible []string, lengths ...int) []pair {
	var pairs []pair
	for _, n := range lengths {
		h, ok := freePrefix(hidden, visible, n)
		if !ok {
			continue
		}
		u, ok := unusedPrefix(chance, append(append([]string{}, hidden...), visible...), n)
		if !ok {
			continue
		}
		pairs = append(pairs, pair{"prefix of " + string(rune('0'+n)), plain(h), plain(u)})
	}
	return pairs
}

// freePrefix is the beginning of one of ids that begins none of the others.
func freePrefix(ids, others []string, n int) (string, bool) {
	for _, id := range ids {
		if !anyHasPrefix(others, id[:n]) {
			return id[:n], true
		}
	}
	return "", false
}

// unusedPrefix is n digits with which no ID begins.
func unusedPrefix(chance random, ids []string, n int) (string, bool) {
	const tries = 1000
	for range tries {
		if p := chance.hex(n); !anyHasPrefix(ids, p) {
			return p, true
		}
	}
	return "", false
}

func anyHasPrefix(ids []string, prefix string) bool {
	for _, id := range ids {
		if strings.HasPrefix(id, prefix) {
			return true
		}
	}
	return false
}

// escapeAll writes every byte as an escape.
func escapeAll(s string) string {
	var out strings.Builder
	for i := range len(s) {
		out.WriteString("%" + hex.EncodeToString([]byte{s[i]}))
	}
	return out.String()
}
