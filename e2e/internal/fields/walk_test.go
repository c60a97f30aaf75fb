package fields

import (
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
)

// shown are the fields that a description or an answer has: "type field".
type shown map[string]bool

// line finds the line of a field, in whatever case it is spelled.
func line(t *engineapi.FieldType, name string) *engineapi.Field {
	for _, f := range t.Fields {
		if strings.EqualFold(f.Name, strings.TrimSpace(name)) {
			return f
		}
	}
	return nil
}

// value notes the fields of an answer that holds an element of the table.
func (s shown) value(element string, v any) {
	switch v := v.(type) {
	case []any:
		for _, each := range v {
			s.value(strings.TrimPrefix(element, "[]"), each)
		}
	case map[string]any:
		if inner, ok := strings.CutPrefix(element, "{}"); ok {
			for _, each := range v {
				s.value(inner, each)
			}
			return
		}
		t := engineapi.Fields.Type(element)
		if t == nil {
			if len(v) > 0 && element != "any" {
				s["an object in the place of "+element] = true
			}
			return
		}
		for name, each := range v {
			s[t.Name+" "+name] = true
			if f := line(t, name); f != nil {
				s.value(f.Element, each)
			}
		}
	}
}

// schema notes the fields of a Swagger schema of an element of the table.
func (s shown) schema(definitions map[string]any, element string, schema map[string]any, depth int) {
	if depth > 30 {
		return
	}
	if ref, ok := schema["$ref"].(string); ok {
		target, _ := definitions[strings.TrimPrefix(ref, "#/definitions/")].(map[string]any)
		s.schema(definitions, element, target, depth+1)
		return
	}
	if all, ok := schema["allOf"].([]any); ok {
		for _, part := range all {
			if part, ok := part.(map[string]any); ok {
				s.schema(definitions, element, part, depth+1)
			}
		}
	}
	if items, ok := schema["items"].(map[string]any); ok {
		s.schema(definitions, strings.TrimPrefix(element, "[]"), items, depth+1)
	}
	if values, ok := schema["additionalProperties"].(map[string]any); ok {
		s.schema(definitions, strings.TrimPrefix(element, "{}"), values, depth+1)
	}
	t := engineapi.Fields.Type(element)
	properties, _ := schema["properties"].(map[string]any)
	if t == nil || strings.ContainsAny(element, "[{") {
		return
	}
	for name, property := range properties {
		s[t.Name+" "+name] = true
		f := line(t, name)
		if property, ok := property.(map[string]any); ok && f != nil {
			s.schema(definitions, f.Element, property, depth+1)
		}
	}
}
