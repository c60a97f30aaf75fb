package rawjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// Form is the kind of JSON value that a Shape takes. The zero value takes
// none: what stands there is emptied.
type Form int

// The forms. null passes in each of them.
const (
	Emptied Form = iota // nothing
	Scalar              // a string, a number or a boolean
	List                // a list, of elements as Each says
	Map                 // an object with any keys, of values as Each says
	Object              // an object of the members that were Set
	Any                 // every value, unread
)

// Shape is the allow list of a JSON value. It is read-only once built, and may
// hold itself: a walk ends where the value does.
type Shape struct {
	Form Form
	Each *Shape // of a List and a Map
	Open bool   // an Object keeps the members that were not Set

	members map[string]*Shape // by name and by folded name
}

// Set allows a member of an Object.
func (s *Shape) Set(name string, member *Shape) {
	if s.members == nil {
		s.members = map[string]*Shape{}
	}
	s.members[name] = member
	s.members[fold(name)] = member
}

// Member is what was Set for a name, in whatever case it is spelled, or nil.
func (s *Shape) Member(name string) *Shape {
	if member := s.members[name]; member != nil {
		return member
	}
	return s.members[fold(name)]
}

// fold makes two names equal that encoding/json takes for the same field: it
// compares without regard to case, and takes the long s and the Kelvin sign for
// the letters s and k.
func fold(name string) string { return strings.ToLower(strings.ToUpper(name)) }

// Fit returns a JSON document without what the shape does not allow: a member
// that was not Set is left out, a value of another form becomes the zero value
// of its own JSON type. Every other byte is kept, and a document that fits is
// returned as it is.
func (s *Shape) Fit(document []byte) ([]byte, error) {
	if !json.Valid(document) {
		return nil, errors.New("not a JSON document")
	}
	raw := bytes.Trim(document, " \t\r\n")
	fitted, err := s.fit(raw)
	if err != nil || len(raw) == len(document) {
		return fitted, err
	}
	at := bytes.Index(document, raw)
	return bytes.Join([][]byte{document[:at], fitted, document[at+len(raw):]}, nil), nil
}

// fit is Fit for a value without blanks around it.
func (s *Shape) fit(raw []byte) ([]byte, error) {
	fits, err := s.fits(raw)
	if err != nil || fits {
		return raw, err
	}
	if !s.takes(raw[0]) {
		return Zero(raw), nil
	}
	return s.rebuild(raw)
}

// takes reports whether the form takes a value that begins with a byte.
func (s *Shape) takes(first byte) bool {
	switch s.Form {
	case Scalar:
		return first != '{' && first != '['
	case List:
		return first == '['
	case Map, Object:
		return first == '{'
	case Any:
		return true
	case Emptied:
		return false
	}
	return false
}

// fits reports whether a value can stay as it is. It may say no of one that
// can.
// Yaegi: it decodes a whole object by one call, which costs a tenth of reading
// it member by member, and most objects fit.
func (s *Shape) fits(raw []byte) (bool, error) {
	if plainlyFits(s, raw) {
		return true, nil
	}
	if s.Form == Emptied || s.Form == Scalar || !s.takes(raw[0]) {
		return false, nil
	}
	if s.Form == List {
		return s.fitsList(raw)
	}
	return s.fitsMembers(raw)
}

// zeros are the values that Zero returns: they fit everywhere.
var zeros = map[string]bool{`""`: true, "0": true, "false": true, "[]": true, "{}": true, "null": true, noTime: true}

// plainlyFits is fits for what needs no decoding: most values. A list or a map
// without another bracket in it can hold scalars only.
func plainlyFits(s *Shape, raw []byte) bool {
	switch s.Form {
	case Any:
		return true
	case Scalar:
		if raw[0] != '{' && raw[0] != '[' {
			return true
		}
	case List, Map:
		if s.Each != nil && s.Each.Form == Scalar && (s.Form == List && raw[0] == '[' || s.Form == Map && raw[0] == '{') &&
			bytes.LastIndexByte(raw, '{') <= 0 && bytes.LastIndexByte(raw, '[') <= 0 {
			return true
		}
	case Emptied, Object:
		// A zero fits.
	}
	return zeros[string(raw)]
}

func (s *Shape) fitsList(raw []byte) (bool, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return false, err
	}
	each := s.of("")
	for _, element := range elements {
		if plainlyFits(each, element) {
			continue
		}
		fits, err := each.fits(element)
		if err != nil || !fits {
			return false, err
		}
	}
	return true, nil
}

func (s *Shape) fitsMembers(raw []byte) (bool, error) {
	var values map[string]json.RawMessage
	if err := json.Unmarshal(raw, &values); err != nil {
		return false, err
	}
	size := 1 + len(values) // The braces and the commas.
	if len(values) == 0 {
		size = 2
	}
	for name, value := range values {
		size += len(name) + len(value) + 3
		child := s.members[name]
		if child == nil {
			if child = s.of(name); child == nil {
				return false, nil
			}
		}
		if plainlyFits(child, value) {
			continue // Yaegi: a function costs a sixth of a method.
		}
		fits, err := child.fits(value)
		if err != nil || !fits {
			return false, err
		}
	}
	// A name that comes twice is in the map once: then the sizes differ. So
	// they do with blanks or escapes, which is no harm.
	return size == len(raw), nil
}

var (
	anything = &Shape{Form: Any}
	nothing  = &Shape{Form: Emptied}
)

// of is the shape of a member or an element, or nil for a member that is left
// out.
func (s *Shape) of(name string) *Shape {
	if s.Form == Object {
		if child := s.Member(name); child != nil || !s.Open {
			return child
		}
		return anything
	}
	if s.Each == nil {
		return nothing
	}
	return s.Each
}

// rebuild fits the members or elements of a value one by one.
func (s *Shape) rebuild(raw []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(raw))
	out = append(out, raw[0])
	end := int(dec.InputOffset())
	name := ""
	for dec.More() {
		if s.Form != List {
			token, err := dec.Token()
			if err != nil {
				return nil, err
			}
			name, _ = token.(string)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		begin := end
		end = int(dec.InputOffset())
		child := s.members[name]
		if child == nil {
			if child = s.of(name); child == nil {
				continue
			}
		}
		before := raw[begin : end-len(value)]
		if len(out) == 1 {
			// The first that is left has no comma before it.
			before = bytes.TrimLeft(before, " \t\r\n,")
		}
		out = append(out, before...)
		if plainlyFits(child, value) {
			out = append(out, value...)
			continue
		}
		fitted, err := child.fit(value)
		if err != nil {
			return nil, err
		}
		out = append(out, fitted...)
	}
	return append(out, raw[end:]...), nil
}

// noTime is the zero time, which dockerd sends where there is no time. Clients
// cannot read an empty string as a time.
const noTime = `"0001-01-01T00:00:00Z"`

// Zero is the zero value of the same JSON type: "", 0, false, [], {} or null.
// A time becomes the zero time.
func Zero(raw []byte) []byte {
	if len(raw) == 0 {
		return raw
	}
	switch raw[0] {
	case '"':
		if len(raw) >= len(noTime) && raw[5] == '-' && raw[8] == '-' && raw[11] == 'T' && raw[14] == ':' {
			return []byte(noTime)
		}
		return []byte(`""`)
	case '[':
		return []byte("[]")
	case '{':
		return []byte("{}")
	case 't', 'f':
		return []byte("false")
	case 'n':
		return raw
	}
	return []byte("0")
}
