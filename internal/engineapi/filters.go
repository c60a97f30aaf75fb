package engineapi

import (
	"encoding/json"
	"fmt"
	"strings"
)

// MaxFilterValues bounds the values of all filters of a request: each may be
// compared with each of the objects that the client may know of.
const MaxFilterValues = 1000

// FilterError says that the query parameter filters is not one of the operation.
type FilterError struct {
	Key     string // that the operation does not have; empty: no engine can read it
	Refused bool   // by name: an engine may have the key
	Message string
}

func (e *FilterError) Error() string { return e.Message }

// ParseFilters decodes the query parameter filters of an operation, which may
// have the keys that the operation has. Any other key is left out where dockerd
// itself takes no notice of it. An error is a *FilterError.
func (op *Operation) ParseFilters(value string) (map[string][]string, error) {
	filters, err := ParseFilters(value)
	if err != nil {
		return nil, err
	}
	total := 0
	for key, values := range filters {
		total += len(values)
		switch {
		case op.filters[key]:
		case op.OpenFilters:
			delete(filters, key)
		case op.refusal(InFilter, key) != "":
			e := &FilterError{Key: key, Refused: true, Message: op.refusal(InFilter, key)}
			return nil, e
		default:
			e := &FilterError{Key: key, Message: fmt.Sprintf("%s: filters: unknown key %q", op.ID, key)}
			return nil, e
		}
	}
	if total > MaxFilterValues {
		e := &FilterError{Refused: true, Message: fmt.Sprintf("%s: filters: %d values, more than %d", op.ID, total, MaxFilterValues)}
		return nil, e
	}
	return filters, nil
}

// ParseFilters decodes the query parameter filters as dockerd does, with the same
// calls: what it refuses, dockerd refuses, too. All values have the form
// {"value":true}, or all have the form ["value"] (moby, daemon/internal/filters,
// FromJSON). An error is a *FilterError.
func ParseFilters(value string) (map[string][]string, error) {
	var sets map[string]map[string]bool
	if json.Unmarshal([]byte(value), &sets) == nil {
		filters := make(map[string][]string, len(sets))
		for key, chosen := range sets {
			filters[key] = names(chosen)
		}
		return filters, nil
	}
	var lists map[string][]string
	if json.Unmarshal([]byte(value), &lists) == nil {
		return lists, nil
	}
	e := &FilterError{Message: "filters is not a JSON object"}
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(value), &members) == nil {
		e.Message = "filters: the values of a key are no list of strings"
	}
	return nil, e
}

func names(set map[string]bool) []string {
	all := make([]string, 0, len(set))
	for name := range set {
		all = append(all, name)
	}
	return all
}

// EncodeFilters is the form that every engine since API 1.22 takes.
func EncodeFilters(filters map[string][]string) string {
	return encodeSets(filterSets(filters))
}

// EncodeFiltersLike is EncodeFilters with the values that are false in what the
// client sent. Where dockerd compares a value as a whole, one that is false
// matches nothing; elsewhere it is like any other.
func EncodeFiltersLike(filters map[string][]string, sent string) string {
	sets := filterSets(filters)
	var client map[string]map[string]bool
	if strings.Contains(sent, "false") && json.Unmarshal([]byte(sent), &client) == nil {
		for key, values := range client {
			for value, chosen := range values {
				if sets[key][value] {
					sets[key][value] = chosen
				}
			}
		}
	}
	return encodeSets(sets)
}

func filterSets(filters map[string][]string) map[string]map[string]bool {
	sets := make(map[string]map[string]bool, len(filters))
	for key, values := range filters {
		sets[key] = set(values...)
	}
	return sets
}

func encodeSets(sets map[string]map[string]bool) string {
	encoded, err := json.Marshal(sets)
	if err != nil {
		return "{}" // Strings and booleans always encode.
	}
	return string(encoded)
}
