package policy

import "regexp"

// The engine selects containers by label and by name itself. Where it can
// express what the selectors mean, or a superset of it, lists are asked for with
// its filters, and hidden containers cost nothing at any number. What comes back
// is judged as ever: excludes, and what a filter matches beyond the selectors.

// engineFilters returns filters of ContainerList that every visible container
// passes, or nil if the engine can express none. Of several labels the engine
// wants all, of several names one (moby, daemon/list.go), so that several labels
// of which one is enough cannot be expressed.
func engineFilters(p *Policy) map[string][]string {
	filters := map[string][]string{}
	alone := len(p.names) == 0 || len(p.labels) == 0
	if !alone && !p.requireAll {
		return nil
	}
	if len(p.labels) == 1 && p.labels[0].key.mode == "exact" {
		filters["label"] = []string{p.labels[0].text()}
	}
	if names := nameFilters(p.names); len(names) > 0 {
		filters["name"] = names
	}
	if len(filters) == 0 {
		return nil
	}
	return filters
}

// nameFilters returns a value of the filter name for each of the names, or nil
// if one cannot be expressed. The engine takes a value for a regular expression
// and compares it with the name, with or without its slash.
func nameFilters(names []Pattern) []string {
	values := make([]string, 0, len(names))
	for i := range names {
		quoted := regexp.QuoteMeta(names[i].text)
		switch names[i].mode {
		case "exact":
			values = append(values, "^/?"+quoted+"$")
		case "contains":
			values = append(values, quoted)
		default:
			return nil
		}
	}
	return values
}
