package dpf

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// change returns what a JSON value becomes.
type change func(raw []byte) ([]byte, error)

// place is a node of a tree of places: the value itself, the values of some
// keys of an object, or every element of a list.
type place struct {
	change change
	keys   map[string]*place
	each   *place
}

// add puts a change at a path below the node.
func (p *place) add(path string, c change) {
	key, rest, deeper := strings.Cut(path, ".")
	var child *place
	if key == "*" {
		if p.each == nil {
			p.each = &place{}
		}
		child = p.each
	} else {
		if p.keys == nil {
			p.keys = map[string]*place{}
		}
		if p.keys[key] == nil {
			p.keys[key] = &place{}
		}
		child = p.keys[key]
	}
	if deeper {
		child.add(rest, c)
		return
	}
	child.change = c
}

// apply returns raw with the changes at all places. Every other byte stays.
func (p *place) apply(raw []byte) ([]byte, error) {
	if p.change != nil {
		return p.change(raw)
	}
	if p.each != nil {
		return eachElement(raw, p.each.apply)
	}
	return editMembers(raw, func(key string, value []byte) ([]byte, error) {
		if child := p.keys[key]; child != nil {
			return child.apply(value)
		}
		return nil, nil
	})
}

// member is one member of a JSON object; its value stands at [from, to).
type member struct {
	key      string
	from, to int
}

func isNull(raw []byte) bool { return string(trimBlanks(raw)) == "null" }

// trimBlanks removes what JSON allows around a value. Other space, which
// bytes.TrimSpace removes, too, makes it invalid.
func trimBlanks(raw []byte) []byte { return bytes.Trim(raw, " \t\r\n") }

// members splits a JSON object at its top level. null has no members.
func members(raw []byte) ([]member, error) {
	if isNull(raw) {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	open, err := dec.Token()
	if err != nil {
		return nil, err
	}
	if open != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	var found []member
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		to := int(dec.InputOffset())
		name, _ := key.(string)
		found = append(found, member{key: name, from: to - len(value), to: to})
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		// Closed: what follows would be passed on unread.
		return nil, errors.New("data after the JSON object")
	}
	return found, nil
}

// edit replaces the bytes at [from, to).
type edit struct {
	from, to int
	with     []byte
}

// apply returns raw with the edits, which must be in order and apart.
func apply(raw []byte, edits []edit) []byte {
	if len(edits) == 0 {
		return raw
	}
	out := make([]byte, 0, len(raw))
	at := 0
	for _, e := range edits {
		out = append(out, raw[at:e.from]...)
		out = append(out, e.with...)
		at = e.to
	}
	return append(out, raw[at:]...)
}

// editMembers passes the members of an object through c, and leaves those as
// they are for which it returns nil.
func editMembers(raw []byte, c func(key string, value []byte) ([]byte, error)) ([]byte, error) {
	inner, err := members(raw)
	if err != nil {
		return nil, err
	}
	var edits []edit
	for _, m := range inner {
		with, err := c(m.key, raw[m.from:m.to])
		if err != nil {
			return nil, err
		}
		if with != nil {
			edits = append(edits, edit{m.from, m.to, with})
		}
	}
	return apply(raw, edits), nil
}

// within replaces the values of one key of an object, or of every key if key
// is empty.
func within(raw []byte, key string, c change) ([]byte, error) {
	return editMembers(raw, func(k string, value []byte) ([]byte, error) {
		if key != "" && k != key {
			return nil, nil
		}
		return c(value)
	})
}

// replaceMembers replaces the values of some members of an object.
func replaceMembers(raw []byte, values map[string]string) ([]byte, error) {
	return editMembers(raw, func(key string, _ []byte) ([]byte, error) {
		if value, ok := values[key]; ok {
			return []byte(value), nil
		}
		return nil, nil
	})
}

// errHidden says that a value is about an object that the client may not know
// of.
var errHidden = errors.New("not visible")

// eachElement passes the elements of a list through c, and leaves those out
// for which it returns errHidden. null stays null.
func eachElement(raw []byte, c change) ([]byte, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return nil, err
	}
	if elements == nil {
		return raw, nil
	}
	kept := make([][]byte, 0, len(elements))
	for _, element := range elements {
		changed, err := c(element)
		if errors.Is(err, errHidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		kept = append(kept, changed)
	}
	return joinList(kept), nil
}

func joinList(elements [][]byte) []byte {
	size := 2 + len(elements)
	for _, element := range elements {
		size += len(element)
	}
	body := make([]byte, 0, size)
	body = append(body, '[')
	body = append(body, bytes.Join(elements, []byte{','})...)
	return append(body, ']')
}

// encode is json.Marshal as dockerd does it, without HTML escapes.
func encode(v interface{}) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte{'\n'}), nil
}
