package policy

import (
	"strconv"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/option"
)

// labelRule matches a label by its key and, if there is one, its value.
type labelRule struct {
	key      Pattern
	value    Pattern
	hasValue bool
}

// text is the rule as the user typed it.
func (r *labelRule) text() string {
	if r.hasValue {
		return r.key.text + "=" + r.value.text
	}
	return r.key.text
}

// newLabelRules compiles one list of labels, "key" or "key=value".
func newLabelRules(name, mode string, values []string, who *Identity) ([]labelRule, error) {
	rules := make([]labelRule, 0, len(values))
	for i, s := range values {
		key, value, hasValue := strings.Cut(s, "=")
		if key == "" {
			return nil, option.At(name, i, s, "empty key")
		}
		if hasValue && value == "" && (mode == "contains" || mode == "") {
			// Fail closed: every value contains the empty one, so that the rule
			// would match more than it seems to.
			e := option.At(name, i, s, "empty value")
			e.Hint = "; write " + strconv.Quote(key) + " to match every value"
			return nil, e
		}
		all := fillings(s, who)
		for j := range all {
			rule, err := newLabelRule(mode, &all[j])
			if err != nil {
				return nil, patternError(name, i, s, err)
			}
			rules = append(rules, rule)
		}
	}
	return rules, nil
}

// newLabelRule compiles one label.
func newLabelRule(mode string, label *filled) (labelRule, error) {
	key, value, hasValue := label.cut()
	rule := labelRule{hasValue: hasValue}
	var err error
	if rule.key, err = newPattern(mode, &key); err != nil {
		return rule, err
	}
	rule.value, err = newPattern(mode, &value)
	return rule, err
}

// matchAnyLabel reports whether one label has both parts of one of the rules.
func matchAnyLabel(rules []labelRule, labels map[string]string) bool {
	for i := range rules {
		r := &rules[i]
		if r.key.mode == "exact" {
			if value, ok := labels[r.key.text]; ok && (!r.hasValue || value == r.value.text) {
				return true
			}
			continue
		}
		for key, value := range labels {
			if r.key.re.MatchString(key) && (!r.hasValue || r.value.re.MatchString(value)) {
				return true
			}
		}
	}
	return false
}
