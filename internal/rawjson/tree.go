package rawjson

import "strings"

// Tree is what changes at which places of a JSON value. A place is a path of
// keys, separated by "/"; "*" stands for every element of a list and for the
// value of every member of an object, and the empty path for the value itself.
// A Tree is built once and read-only from then on.
type Tree struct {
	change func(raw []byte) ([]byte, error)
	keys   map[string]*Tree
	each   *Tree
}

// Add puts a change at a path. A change that is added at the same place later
// is made after the first.
func (t *Tree) Add(path string, change func(raw []byte) ([]byte, error)) {
	if path == "" {
		t.change = chain(t.change, change)
		return
	}
	key, rest, _ := strings.Cut(path, "/")
	t.child(key).Add(rest, change)
}

// child returns the node of one key, and makes it if need be.
func (t *Tree) child(key string) *Tree {
	if key == "*" {
		if t.each == nil {
			t.each = &Tree{}
		}
		return t.each
	}
	if t.keys == nil {
		t.keys = map[string]*Tree{}
	}
	if t.keys[key] == nil {
		t.keys[key] = &Tree{}
	}
	return t.keys[key]
}

// chain makes one change of two.
func chain(first, second func(raw []byte) ([]byte, error)) func(raw []byte) ([]byte, error) {
	if first == nil {
		return second
	}
	return func(raw []byte) ([]byte, error) {
		changed, err := first(raw)
		if err != nil {
			return nil, err
		}
		return second(changed)
	}
}

// Apply returns raw with the changes at all places. Every other byte stays.
func (t *Tree) Apply(raw []byte) ([]byte, error) {
	if t.change != nil {
		return t.change(raw)
	}
	if t.each != nil {
		return t.applyEach(raw)
	}
	return EditMembers(raw, func(key string, value []byte) ([]byte, error) {
		if child := t.at(key); child != nil {
			return child.Apply(value)
		}
		return nil, nil
	})
}

// applyEach applies the tree of all elements, or of all members.
func (t *Tree) applyEach(raw []byte) ([]byte, error) {
	if body := Trim(raw); len(body) > 0 && body[0] == '{' {
		return EditMembers(raw, func(_ string, value []byte) ([]byte, error) { return t.each.Apply(value) })
	}
	return EachElement(raw, t.each.Apply)
}

// at finds the tree of a key as encoding/json finds a field.
func (t *Tree) at(key string) *Tree {
	if child := t.keys[key]; child != nil {
		return child
	}
	for name, child := range t.keys {
		if strings.EqualFold(name, key) {
			return child
		}
	}
	return nil
}
