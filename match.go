package dpf

import (
	"fmt"
	"strings"
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
	all    bool
	names  []string
	labels []labelRule
}

// labelRule matches a label by a part of its key and a part of its value.
type labelRule struct {
	key, value string
}

// newPolicy compiles the selectors of config.
func newPolicy(config *Config) (policy, error) {
	p := policy{names: config.ContainerNames}
	for i, s := range config.ContainerLabels {
		key, value, hasValue := strings.Cut(s, "=")
		if key == "" {
			return policy{}, fmt.Errorf("containerLabels[%d]: %q: empty key", i, s)
		}
		if hasValue && value == "" {
			// Closed: every value contains the empty one, so that the rule
			// would show more than it seems to.
			return policy{}, fmt.Errorf("containerLabels[%d]: %q: empty value; write %q to match every value", i, s, key)
		}
		p.labels = append(p.labels, labelRule{key: key, value: value})
	}
	p.all = len(p.names) == 0 && len(p.labels) == 0
	return p, nil
}

// visible reports whether the client may know of c.
func (p *policy) visible(c *container) bool {
	if p.all {
		return true
	}
	for _, name := range p.names {
		if strings.Contains(c.Name, name) {
			return true
		}
	}
	for _, rule := range p.labels {
		if rule.matches(c.Labels) {
			return true
		}
	}
	return false
}

// matches reports whether one label has both parts of the rule.
func (r *labelRule) matches(labels map[string]string) bool {
	for key, value := range labels {
		if strings.Contains(key, r.key) && strings.Contains(value, r.value) {
			return true
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
