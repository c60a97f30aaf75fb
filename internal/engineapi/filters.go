package engineapi

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// MaxFilterValues bounds the values of all filters of a request: each may be
// compared with each of the objects that the client may know of.
const MaxFilterValues = 1000

// ParseFilters decodes the query parameter filters of an operation, which may
// have the keys that the operation has. Any other key is left out where dockerd
// itself takes no notice of it.
func (op *Operation) ParseFilters(value string) (map[string][]string, error) {
	filters, err := ParseFilters(value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op.ID, err)
	}
	total := 0
	for key, values := range filters {
		total += len(values)
		switch {
		case op.filters[key]:
		case op.OpenFilters:
			delete(filters, key)
		default:
			return nil, fmt.Errorf("%s: filters: unknown key %q", op.ID, key)
		}
	}
	if total > MaxFilterValues {
		return nil, fmt.Errorf("%s: filters: %d values, more than %d", op.ID, total, MaxFilterValues)
	}
	return filters, nil
}

// ParseFilters decodes the query parameter filters in both of its forms,
// {"key":["value"]} and {"key":{"value":true}} (moby, api/types/filters,
// FromJSON).
func ParseFilters(value string) (map[string][]string, error) {
	var raw map[string]json.RawMessage
	if err := rawjson.Decode([]byte(value), &raw); err != nil {
		return nil, errors.New("filters is not a JSON object")
	}
	filters := make(map[string][]string, len(raw))
	for key, message := range raw {
		values, err := filterValues(message)
		if err != nil {
			return nil, fmt.Errorf("filters: the values of %q are no list of strings", key)
		}
		filters[key] = values
	}
	return filters, nil
}

// filterValues decodes the values of one key.
func filterValues(message []byte) ([]string, error) {
	var values []string
	if err := json.Unmarshal(message, &values); err == nil {
		return values, nil
	}
	var chosen map[string]bool
	if err := json.Unmarshal(message, &chosen); err != nil {
		return nil, err
	}
	values = make([]string, 0, len(chosen))
	for value := range chosen {
		values = append(values, value)
	}
	return values, nil
}

// EncodeFilters is the form that every engine since API 1.22 takes.
func EncodeFilters(filters map[string][]string) string {
	sets := make(map[string]map[string]bool, len(filters))
	for key, values := range filters {
		sets[key] = set(values...)
	}
	encoded, err := json.Marshal(sets)
	if err != nil {
		return "{}" // Strings and booleans always encode.
	}
	return string(encoded)
}
