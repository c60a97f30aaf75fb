// Package fields holds the field table of the plugin against moby's types and
// against what real engines answered.
package fields

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	rawMessage    = reflect.TypeFor[json.RawMessage]()
)

// element is a type as the table writes it: [] and {} for lists and maps, the
// name of a struct, "any", or nothing for what is no object and no list. A
// struct without a name has that of the place where it stands.
func element(t reflect.Type, place string) (string, reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == rawMessage || t.Kind() == reflect.Interface:
		return "any", nil
	case t.Implements(jsonMarshaler) || reflect.PointerTo(t).Implements(jsonMarshaler):
		return "", nil
	case t.Implements(textMarshaler) || reflect.PointerTo(t).Implements(textMarshaler):
		return "", nil
	}
	switch t.Kind() {
	case reflect.Struct:
		switch {
		case t.Name() != "":
			return t.String(), t
		case t.NumField() > 0:
			return place, t
		}
		return "", nil // The value of a set.
	case reflect.Map:
		inner, found := element(t.Elem(), place)
		return "{}" + inner, found
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return "", nil // In base64.
		}
		inner, found := element(t.Elem(), place)
		return "[]" + inner, found
	}
	return "", nil
}

// member is a field of a struct as encoding/json sees it.
type member struct {
	name, element string
	nested        reflect.Type
}

// members are the fields of a struct, those of embedded ones among them.
func members(t reflect.Type, place string) []member {
	var found []member
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" || (!field.IsExported() && !field.Anonymous) {
			continue
		}
		if field.Anonymous && name == "" {
			inner := field.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct {
				found = append(found, members(inner, place)...)
				continue
			}
		}
		if name == "" {
			name = field.Name
		}
		// moby has a name with a blank before it, " Parents".
		m := member{name: strings.TrimSpace(name)}
		m.element, m.nested = element(field.Type, place+"."+m.name)
		found = append(found, m)
	}
	return found
}
