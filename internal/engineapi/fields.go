package engineapi

import (
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// Verdict is what becomes of a field while a selector is set. The zero value
// is the strictest.
type Verdict int

// The verdicts.
const (
	Dropped Verdict = iota // not sent: the zero value of its JSON type takes its place
	Cut                    // sent as far as it is about what the client may see
	Kept                   // sent as it is
	Omitted                // not sent: left out, as the engine does where there is none
)

var verdicts = map[string]Verdict{"dropped": Dropped, "cut": Cut, "kept": Kept, "omitted": Omitted}

// FieldKind is what the scrub options take a field for.
type FieldKind int

// The kinds. A field may be of several. All fields of a kind have the same form,
// but that the labels of an engine are a list of key=value, and that a command and a path of the host may be text, a list or an object.
const (
	Environment FieldKind = iota // a list of KEY=value
	Labels                       // an object of labels
	Command                      // command lines, their output, and errors that quote them
	HostPath                     // paths of the host, and errors and options that hold them
	// EnvironmentText tells variables and labels in a form of its own, such as
	// the step of a build file.
	EnvironmentText
	EventAttributes // labels, among what the engine itself says of an event
	EventAction     // a verb, and behind it the command line of an exec instance
	Processes       // the rows of ContainerTop, whose columns Titles names
)

var fieldKinds = map[string]FieldKind{
	"environment":     Environment,
	"labels":          Labels,
	"command":         Command,
	"hostPath":        HostPath,
	"environmentText": EnvironmentText,
	"eventAttributes": EventAttributes,
	"eventAction":     EventAction,
	"processes":       Processes,
}

// Field is a line of the table.
type Field struct {
	Name    string
	Verdict Verdict
	// Element is what the field holds: [] and {} for lists and maps of it, then
	// the name of a type, "any" for what has no type, or nothing for a scalar.
	Element string
	Kinds   []FieldKind
	Old     bool // older engines send it, or newer ones to older clients; moby's types lack it
}

// FieldType is an answer, or an object in one, under the name of moby's type.
type FieldType struct {
	Name   string
	Fields []*Field
	// Open: a field without a line is the visible container's own, and sent.
	// Otherwise it is not sent while a selector is set.
	Open bool
	// Inherits: it is open where it stands in an open type.
	Inherits bool
}

// FieldTable is the table of fields, read.
type FieldTable struct {
	Types   []*FieldType
	Answers map[string]string // the Element that is the answer, by operation

	byName map[string]*FieldType
	places map[string]map[FieldKind][]string // by element
	shapes map[string]*rawjson.Shape         // by element, and whether it stands in an open type
}

// Fields is the table of all fields in the answers of the Engine API. It is
// read-only.
var Fields = newFieldTable(answerLines, fieldLines)

// newFieldTable reads the table. A word that it does not know is taken for a
// type without a line, of which nothing is sent.
func newFieldTable(answers, fields string) *FieldTable {
	t := &FieldTable{
		Answers: map[string]string{},
		byName:  map[string]*FieldType{},
		places:  map[string]map[FieldKind][]string{},
		shapes:  map[string]*rawjson.Shape{},
	}
	for _, line := range strings.Split(answers, "\n") {
		if operation, element, ok := strings.Cut(line, " "); ok {
			t.Answers[operation] = element
		}
	}
	var current *FieldType
	for _, line := range strings.Split(fields, "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) < 2:
		case line[0] == '\t':
			current.Fields = append(current.Fields, newField(words))
		default:
			current = &FieldType{Name: words[0], Open: words[1] == "open", Inherits: words[1] == "inherits"}
			t.Types = append(t.Types, current)
			t.byName[current.Name] = current
		}
	}
	// All at once: requests read it side by side.
	for _, element := range t.Answers {
		t.placesOf(element)
		t.shapeOf(element, false)
	}
	return t
}

func newField(words []string) *Field {
	f := &Field{Name: words[0], Verdict: verdicts[words[1]]}
	for _, word := range words[2:] {
		if kind, ok := fieldKinds[word]; ok {
			f.Kinds = append(f.Kinds, kind)
		} else if word == "old" {
			f.Old = true
		} else {
			f.Element = word
		}
	}
	return f
}

// Type is the type that an element names, or nil where it names none.
func (t *FieldTable) Type(element string) *FieldType {
	return t.byName[strings.TrimLeft(element, "[]{}")]
}

// Places are the places of a kind in the answer of an operation: names of
// fields, joined by "/", and "*" for every element of a list and every value of
// a map. Where the answer itself is one of the kind there is no place.
func Places(operation string, kind FieldKind) []string {
	return Fields.placesOf(Fields.Answers[operation])[kind]
}

// placesOf are the places of all kinds in an element. A type that stands in
// itself has the places of its outermost value only.
func (t *FieldTable) placesOf(element string) map[FieldKind][]string {
	if found, ok := t.places[element]; ok {
		return found
	}
	t.places[element] = nil
	found := map[FieldKind][]string{}
	switch typ := t.byName[element]; {
	case strings.HasPrefix(element, "[]") || strings.HasPrefix(element, "{}"):
		addPlaces(found, "*/", t.placesOf(element[2:]))
	case typ != nil:
		for _, f := range typ.Fields {
			for _, kind := range f.Kinds {
				found[kind] = append(found[kind], f.Name)
			}
			if f.Element != "" {
				addPlaces(found, f.Name+"/", t.placesOf(f.Element))
			}
		}
	}
	t.places[element] = found
	return found
}

func addPlaces(to map[FieldKind][]string, prefix string, from map[FieldKind][]string) {
	for kind, places := range from {
		for _, place := range places {
			to[kind] = append(to[kind], prefix+place)
		}
	}
}

// Shape is the allow list of the answer of an operation while a selector is
// set: what has no line, or is omitted, is not in it, what is dropped is empty. What a room of view cuts
// is in it, and for that room to cut. An answer without a line is emptied.
func Shape(operation string) *rawjson.Shape {
	element, ok := Fields.Answers[operation]
	if !ok {
		return &rawjson.Shape{}
	}
	return Fields.shapeOf(element, false)
}

// shapeOf is the shape of an element that stands in an open type or not. What
// is open throughout needs no reading: its shape is Any.
func (t *FieldTable) shapeOf(element string, open bool) *rawjson.Shape {
	key := element
	if open {
		key += " open"
	}
	if found := t.shapes[key]; found != nil {
		return found
	}
	s := &rawjson.Shape{}
	t.shapes[key] = s
	switch {
	case element == "any" || element == "" && open:
		s.Form = rawjson.Any
	case element == "":
		s.Form = rawjson.Scalar
	case strings.HasPrefix(element, "[]"):
		t.setEach(s, rawjson.List, element[2:], open)
	case strings.HasPrefix(element, "{}"):
		t.setEach(s, rawjson.Map, element[2:], open)
	default:
		t.setMembers(s, t.byName[element], open)
	}
	return s
}

func (t *FieldTable) setEach(s *rawjson.Shape, form rawjson.Form, element string, open bool) {
	// Yaegi: in one assignment with the call, the form would be lost.
	s.Each = t.shapeOf(element, open)
	s.Form = form
	if open && s.Each.Form == rawjson.Any {
		s.Form = rawjson.Any
	}
}

func (t *FieldTable) setMembers(s *rawjson.Shape, typ *FieldType, open bool) {
	if typ == nil {
		return // Closed: no line, nothing is sent.
	}
	s.Form = rawjson.Object
	s.Open = typ.Open || typ.Inherits && open
	unread := s.Open
	for _, f := range typ.Fields {
		if f.Verdict == Omitted && !s.Open {
			unread = false
			continue
		}
		member := &rawjson.Shape{}
		if f.Verdict == Cut || f.Verdict == Kept {
			member = t.shapeOf(f.Element, s.Open)
		}
		s.Set(f.Name, member)
		unread = unread && member.Form == rawjson.Any
	}
	if unread {
		s.Form = rawjson.Any
	}
}
