package dpf

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// container is what the policy judges: a subset of moby's container.Summary
// and container.InspectResponse.
type container struct {
	// ID is the full ID, 64 hexadecimal digits.
	ID string
	// Name is the primary name, without the leading slash.
	Name   string
	Labels map[string]string
	// networkMode is HostConfig.NetworkMode; the policy does not look at it.
	networkMode string
}

// policy says which containers a client sees. It is pure: the same container
// gets the same verdict wherever it shows up.
type policy struct {
	// all: no selector is configured, every container is visible.
	all bool
	// labelsOnly: containerLabels is the only selector.
	labelsOnly bool
	// readsNames: a rename can change a verdict.
	readsNames bool
	// requireAll: each list that is set must have a match.
	requireAll    bool
	names         []pattern
	labels        []labelRule
	excludeNames  []pattern
	excludeLabels []labelRule
	// needles are strings of which the encoding of every visible container
	// holds one; nil if there are none such.
	needles [][]byte
}

// newPolicy compiles the selectors of config.
func newPolicy(config *Config) (policy, error) {
	var p policy
	switch config.Require {
	case "any", "":
	case "all":
		p.requireAll = true
	default:
		return policy{}, fmt.Errorf("require: %q: must be any or all", config.Require)
	}
	var err error
	if p.names, err = newPatterns("containerNames", config.Match, config.ContainerNames); err != nil {
		return policy{}, err
	}
	if p.labels, err = newLabelRules("containerLabels", config.Match, config.ContainerLabels); err != nil {
		return policy{}, err
	}
	if p.excludeNames, err = newPatterns("excludeNames", config.Match, config.ExcludeNames); err != nil {
		return policy{}, err
	}
	if p.excludeLabels, err = newLabelRules("excludeLabels", config.Match, config.ExcludeLabels); err != nil {
		return policy{}, err
	}
	p.all = len(p.names)+len(p.labels)+len(p.excludeNames)+len(p.excludeLabels) == 0
	p.readsNames = len(p.names)+len(p.excludeNames) > 0
	p.labelsOnly = len(p.labels) > 0 && !p.readsNames && len(p.excludeLabels) == 0
	p.needles = newNeedles(&p)
	return p, nil
}

// visible reports whether the client may know of c.
func (p *policy) visible(c *container) bool {
	if p.labelsOnly {
		return matchAnyLabel(p.labels, c.Labels)
	}
	return p.all || p.shows(c)
}

// shows judges c by all selectors and excludes.
func (p *policy) shows(c *container) bool {
	return !p.excluded(c) && p.selected(c)
}

// excludes reports whether an exclude is set.
func (p *policy) excludes() bool {
	return len(p.excludeNames)+len(p.excludeLabels) > 0
}

// excluded reports whether an exclude hides c.
func (p *policy) excluded(c *container) bool {
	if len(p.excludeNames) > 0 && c.Name == "" {
		return true // Closed: without a name nobody can say.
	}
	return matchAny(p.excludeNames, c.Name) || matchAnyLabel(p.excludeLabels, c.Labels)
}

// selected reports whether the selectors show c; none shows all.
func (p *policy) selected(c *container) bool {
	if len(p.names) == 0 {
		return len(p.labels) == 0 || matchAnyLabel(p.labels, c.Labels)
	}
	// A container whose name is not known matches no name, "*" included.
	byName := c.Name != "" && matchAny(p.names, c.Name)
	switch {
	case len(p.labels) == 0:
		return byName
	case p.requireAll:
		return byName && matchAnyLabel(p.labels, c.Labels)
	}
	return byName || matchAnyLabel(p.labels, c.Labels)
}

// pattern is a string to compare with, in one of the modes of the option match.
type pattern struct {
	mode string
	text string
	// re is the pattern in all modes. Yaegi: a call of it from where it is
	// needed is a fifth of one of a method of ours.
	re *regexp.Regexp
}

// newPattern compiles text for a mode.
func newPattern(mode, text string) (pattern, error) {
	if !utf8.ValidString(text) {
		return pattern{}, errors.New("not valid UTF-8")
	}
	expression := regexp.QuoteMeta(text)
	switch mode {
	case "contains", "":
		return pattern{mode: "contains", text: text, re: regexp.MustCompile(expression)}, nil
	case "exact":
	case "glob":
		if strings.ContainsAny(text, `[]{}\`) {
			return pattern{}, errors.New("a glob has * and ? only; use match: regexp for more")
		}
		expression = strings.ReplaceAll(strings.ReplaceAll(expression, `\*`, `.*`), `\?`, `.`)
	case "regexp":
		// By itself, so that no parenthesis closes the one below.
		if _, err := regexp.Compile(text); err != nil {
			return pattern{}, err
		}
		expression = text
	default:
		return pattern{}, errors.New("no such match mode")
	}
	re, err := regexp.Compile(`^(?s:` + expression + `)$`)
	if err != nil {
		return pattern{}, err
	}
	return pattern{mode: mode, text: text, re: re}, nil
}

func matchAny(patterns []pattern, s string) bool {
	for i := range patterns {
		if patterns[i].re.MatchString(s) {
			return true
		}
	}
	return false
}

// newPatterns compiles one list of names.
func newPatterns(option, mode string, values []string) ([]pattern, error) {
	patterns := make([]pattern, 0, len(values))
	for i, value := range values {
		p, err := newPattern(mode, value)
		if err != nil {
			return nil, fmt.Errorf("%s[%d]: %q: %w", option, i, value, err)
		}
		patterns = append(patterns, p)
	}
	return patterns, nil
}

// labelRule matches a label by its key and, if there is one, its value.
type labelRule struct {
	key      pattern
	value    pattern
	hasValue bool
}

// newLabelRules compiles one list of labels, "key" or "key=value".
func newLabelRules(option, mode string, values []string) ([]labelRule, error) {
	rules := make([]labelRule, 0, len(values))
	for i, s := range values {
		key, value, hasValue := strings.Cut(s, "=")
		if key == "" {
			return nil, fmt.Errorf("%s[%d]: %q: empty key", option, i, s)
		}
		if hasValue && value == "" && (mode == "contains" || mode == "") {
			// Closed: every value contains the empty one, so that the rule
			// would match more than it seems to.
			return nil, fmt.Errorf("%s[%d]: %q: empty value; write %q to match every value", option, i, s, key)
		}
		rule := labelRule{hasValue: hasValue}
		var err error
		if rule.key, err = newPattern(mode, key); err == nil {
			rule.value, err = newPattern(mode, value)
		}
		if err != nil {
			return nil, fmt.Errorf("%s[%d]: %q: %w", option, i, s, err)
		}
		rules = append(rules, rule)
	}
	return rules, nil
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

// primaryName returns the primary name among the names of a
// ContainerSummary, without its slash. The list is sorted and may begin with
// a link alias "/parent/alias"; the primary name is the one with one slash.
func primaryName(names []string) string {
	for _, name := range names {
		if strings.HasPrefix(name, "/") && strings.Count(name, "/") == 1 {
			return name[1:]
		}
	}
	return ""
}
