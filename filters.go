package dpf

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// filters decodes the query parameter filters of an endpoint. A label whose
// value is masked cannot be asked for: the answer would tell the value.
func (f *filter) filters(ep *endpoint) (map[string][]string, error) {
	filters, err := parseFilters(ep.query.Get("filters"), ep.op.filters)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ep.op.id, err)
	}
	return filters, f.checkMasked(ep, filters)
}

// checkMasked refuses filters by a label whose value is masked.
func (f *filter) checkMasked(ep *endpoint, filters map[string][]string) error {
	for _, label := range append(append([]string{}, filters["label"]...), filters["label!"]...) {
		key, _, _ := strings.Cut(label, "=")
		if f.scrub.masksLabel(key) {
			return fmt.Errorf("%s: filters: the label %q is masked", ep.op.id, key)
		}
	}
	return nil
}

// checkLabelFilters checks the filters of an operation that is forwarded as
// it is.
func (f *filter) checkLabelFilters(req *http.Request, ep *endpoint) error {
	if len(f.scrub.maskLabels) == 0 {
		return nil
	}
	if strings.HasSuffix(ep.op.path, "/prune") {
		dropBody(req) // dockerd reads the filters of a form body first.
	}
	value := ep.sent.Get("filters")
	if value == "" {
		return nil
	}
	filters, err := parseFilters(value, "*")
	if err != nil {
		return fmt.Errorf("%s: %w", ep.op.id, err)
	}
	return f.checkMasked(ep, filters)
}

// parseFilters decodes the query parameter filters in both of its forms,
// {"key":["value"]} and {"key":{"value":true}}. known holds the keys,
// separated by blanks; * stands for any. The key dangling is left out where it
// is not known: what is in use is used by hidden containers, too.
func parseFilters(value, known string) (map[string][]string, error) {
	var raw map[string]json.RawMessage
	if err := decodeStrict([]byte(value), &raw); err != nil {
		return nil, errors.New("filters is not a JSON object")
	}
	keys := strings.Fields(known)
	filters := make(map[string][]string, len(raw))
	for key, message := range raw {
		if known != "*" && !contains(keys, key) {
			if key == "dangling" {
				continue
			}
			return nil, fmt.Errorf("filters: unknown key %q", key)
		}
		var values []string
		if err := json.Unmarshal(message, &values); err != nil {
			var set map[string]bool
			if err := json.Unmarshal(message, &set); err != nil {
				return nil, fmt.Errorf("filters: the values of %q are no list of strings", key)
			}
			for v := range set {
				values = append(values, v)
			}
		}
		filters[key] = values
	}
	return filters, nil
}

// encodeFilters is the form that every engine since API 1.22 takes.
func encodeFilters(filters map[string][]string) string {
	sets := make(map[string]map[string]bool, len(filters))
	for key, values := range filters {
		set := make(map[string]bool, len(values))
		for _, v := range values {
			set[v] = true
		}
		sets[key] = set
	}
	encoded, err := json.Marshal(sets)
	if err != nil {
		return "{}" // Strings and booleans always encode.
	}
	return string(encoded)
}
