// Package rawjson edits JSON in its encoded form: what is not changed stays the
// same byte for byte, unknown members, their order and the spelling of numbers
// included. It knows nothing of Docker and of HTTP.
//
// Keys are found as encoding/json finds them, by which clients in Go read the
// result: a key that differs from the one that is looked for only in case is
// that key.
//
// Yaegi: a loop over bytes costs a hundred times what it does in Go, so that
// everything here is a few calls of the standard library for each value that is
// entered, and values that are not changed are not entered.
package rawjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
)

// ErrOmit is what a change returns for an element that must not be sent:
// EachElement and EachMember leave it out, and everything else returns it as it
// is.
var ErrOmit = errors.New("not visible")

// Member is one member of an object. Its value stands at [From, To) of the
// object, its key, in quotes, at [KeyFrom, KeyTo).
type Member struct {
	Key            string
	KeyFrom, KeyTo int
	From, To       int
}

// IsNull reports whether raw is null.
func IsNull(raw []byte) bool { return string(Trim(raw)) == "null" }

// Trim removes what JSON allows around a value. Other space, which
// bytes.TrimSpace removes, too, makes a value invalid.
func Trim(raw []byte) []byte { return bytes.Trim(raw, " \t\r\n") }

// Members splits an object at its top level. null has no members. Anything
// else, and data after the object, is an error.
func Members(raw []byte) ([]Member, error) {
	if IsNull(raw) {
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
	var found []Member
	for dec.More() {
		m, err := nextMember(dec, raw)
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		// Fail closed: what follows would be passed on unread.
		return nil, errors.New("data after the JSON object")
	}
	return found, nil
}

// nextMember reads one member of the object raw.
func nextMember(dec *json.Decoder, raw []byte) (Member, error) {
	before := int(dec.InputOffset())
	key, err := dec.Token()
	if err != nil {
		return Member{}, err
	}
	m := Member{KeyTo: int(dec.InputOffset())}
	m.KeyFrom = before + bytes.IndexByte(raw[before:], '"')
	m.Key, _ = key.(string)
	var value json.RawMessage
	if err := dec.Decode(&value); err != nil {
		return Member{}, err
	}
	m.To = int(dec.InputOffset())
	m.From = m.To - len(value)
	return m, nil
}

// replacement puts other bytes in the place of [from, to).
type replacement struct {
	from, to int
	with     []byte
}

// replace returns raw with the replacements, which must be in order and apart.
func replace(raw []byte, replacements []replacement) []byte {
	if len(replacements) == 0 {
		return raw
	}
	out := make([]byte, 0, len(raw))
	at := 0
	for _, r := range replacements {
		out = append(out, raw[at:r.from]...)
		out = append(out, r.with...)
		at = r.to
	}
	return append(out, raw[at:]...)
}

// EditMembers passes each member of an object through change, and leaves those
// as they are for which it returns nil. null stays null.
func EditMembers(raw []byte, change func(key string, value []byte) ([]byte, error)) ([]byte, error) {
	inner, err := Members(raw)
	if err != nil {
		return nil, err
	}
	var replacements []replacement
	for _, m := range inner {
		with, err := change(m.Key, raw[m.From:m.To])
		if err != nil {
			return nil, err
		}
		if with != nil {
			replacements = append(replacements, replacement{m.From, m.To, with})
		}
	}
	return replace(raw, replacements), nil
}

// Edit replaces the values of the members of an object that changes names, by
// what their change returns; nil leaves the value as it is.
func Edit(raw []byte, changes map[string]func(value []byte) ([]byte, error)) ([]byte, error) {
	return EditMembers(raw, func(key string, value []byte) ([]byte, error) {
		change := changes[key]
		if change == nil {
			change = folded(changes, key)
		}
		if change == nil {
			return nil, nil
		}
		return change(value)
	})
}

// folded finds the change for a key in another case.
func folded(changes map[string]func(value []byte) ([]byte, error), key string) func(value []byte) ([]byte, error) {
	for name, change := range changes {
		if strings.EqualFold(name, key) {
			return change
		}
	}
	return nil
}

// Within replaces the value of one key of an object.
func Within(raw []byte, key string, change func(value []byte) ([]byte, error)) ([]byte, error) {
	return EditMembers(raw, func(k string, value []byte) ([]byte, error) {
		if k != key && !strings.EqualFold(k, key) {
			return nil, nil
		}
		return change(value)
	})
}

// Set replaces the values of some members of an object by JSON. Members that
// the object does not have are not added.
func Set(raw []byte, values map[string]string) ([]byte, error) {
	return EditMembers(raw, func(key string, _ []byte) ([]byte, error) {
		for name, value := range values {
			if name == key || strings.EqualFold(name, key) {
				return []byte(value), nil
			}
		}
		return nil, nil
	})
}

// EachMember passes the value of each member of an object through change, and
// leaves the members out for which it returns ErrOmit.
func EachMember(raw []byte, change func(key string, value []byte) ([]byte, error)) ([]byte, error) {
	inner, err := Members(raw)
	if err != nil || inner == nil && IsNull(raw) {
		return raw, err
	}
	kept := make([][]byte, 0, len(inner))
	for _, m := range inner {
		value, err := change(m.Key, raw[m.From:m.To])
		if err == ErrOmit { //nolint:errorlint // Changes return ErrOmit itself.
			continue
		}
		if err != nil {
			return nil, err
		}
		if value == nil {
			value = raw[m.From:m.To]
		}
		key := raw[m.KeyFrom:m.KeyTo]
		kept = append(kept, append(append(key[:len(key):len(key)], ':'), value...))
	}
	return join('{', kept, '}'), nil
}

// EachElement passes the elements of a list through change, and leaves those
// out for which it returns ErrOmit. null stays null.
func EachElement(raw []byte, change func(element []byte) ([]byte, error)) ([]byte, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return nil, err
	}
	if elements == nil {
		return raw, nil
	}
	kept := make([][]byte, 0, len(elements))
	for _, element := range elements {
		changed, err := change(element)
		if err == ErrOmit { //nolint:errorlint // Changes return ErrOmit itself.
			continue
		}
		if err != nil {
			return nil, err
		}
		kept = append(kept, changed)
	}
	return JoinList(kept), nil
}

// Elements splits a list. null is an error.
func Elements(raw []byte) ([][]byte, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return nil, err
	}
	if elements == nil {
		return nil, errors.New("not a JSON list")
	}
	// Yaegi: a list of json.RawMessage is no list of []byte.
	split := make([][]byte, len(elements))
	for i := range elements {
		split[i] = elements[i]
	}
	return split, nil
}

// JoinList makes a list of elements.
func JoinList(elements [][]byte) []byte { return join('[', elements, ']') }

func join(open byte, parts [][]byte, end byte) []byte {
	size := 2 + len(parts)
	for _, part := range parts {
		size += len(part)
	}
	joined := make([]byte, 0, size)
	joined = append(joined, open)
	joined = append(joined, bytes.Join(parts, []byte{','})...)
	return append(joined, end)
}

// Decode fills v from one JSON value and refuses anything after it.
func Decode(raw []byte, v interface{}) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("data after the JSON value")
	}
	return nil
}

// Encode is json.Marshal as dockerd does it, without HTML escapes.
func Encode(v interface{}) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte{'\n'}), nil
}

// Empty returns the empty value of the type of raw: "", [] or {}; null for
// numbers, booleans and null.
func Empty(raw []byte) ([]byte, error) {
	raw = Trim(raw)
	if len(raw) == 0 {
		return raw, nil
	}
	switch raw[0] {
	case '"':
		return []byte(`""`), nil
	case '[':
		return []byte("[]"), nil
	case '{':
		return []byte("{}"), nil
	}
	return []byte("null"), nil
}

// letterEscape is the escape of an ASCII letter, which no encoder that clients
// have writes: a key may hide in it.
var letterEscape = regexp.MustCompile(`\\u00[4-7]`)

// SetOnly is Set for one member, deep in an object at a path of keys, where a
// search proves that the whole document has no other member of its name, however
// that is spelled. It reports false where there is no such proof: whoever calls
// it does without it then. The letters k and s fold to more than one other, so
// that names with them have none.
//
// Yaegi: the few calls of the standard library cost a tenth of taking the objects
// on the way apart.
func SetOnly(raw []byte, path []string, with string) (changed []byte, ok bool) {
	value := raw
	for _, key := range path {
		var inner map[string]json.RawMessage
		if err := json.Unmarshal(value, &inner); err != nil {
			return nil, false
		}
		if value, ok = inner[key]; !ok {
			return nil, false
		}
	}
	name := path[len(path)-1]
	quoted := []byte(`"` + strings.ToLower(name) + `"`)
	if strings.ContainsAny(name, "kKsS") || letterEscape.Match(raw) || bytes.Count(bytes.ToLower(raw), quoted) != 1 {
		return nil, false
	}
	member := append([]byte(`"`+name+`":`), value...)
	at := bytes.Index(raw, member)
	if at < 0 {
		return nil, false
	}
	to := at + len(member)
	from := to - len(value)
	return replace(raw, []replacement{{from, to, []byte(with)}}), true
}
