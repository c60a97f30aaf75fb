// Package policy decides which containers a client may know of. It is pure: the
// same container gets the same verdict wherever it shows up.
package policy

import "github.com/docker-proxy-filter/dpf/internal/option"

// Container is what the policy judges: a subset of moby's container.Summary and
// container.InspectResponse.
type Container struct {
	// ID is the full ID, 64 hexadecimal digits.
	ID string
	// Name is the primary name, without the leading slash.
	Name   string
	Labels map[string]string
}

// Config is the selectors as the user typed them.
type Config struct {
	Names, Labels               []string
	ExcludeNames, ExcludeLabels []string
	// Match is "contains" (also ""), "exact", "glob" or "regexp".
	Match string
	// Require is "any" (also "") or "all".
	Require string
	// Who fills the placeholders; nil: there are none.
	Who *Identity
}

// Policy says which containers a client sees. It is read-only.
type Policy struct {
	// All: no selector is configured, every container is visible.
	All bool
	// ReadsNames: a rename can change a verdict.
	ReadsNames bool
	// Needles are strings of which the encoding of every visible container, as
	// dockerd writes it, holds one; nil if there are none such.
	Needles [][]byte
	// EngineFilters are filters of ContainerList that every visible container
	// passes; nil if there are none such. It must not be changed.
	EngineFilters map[string][]string

	labelsOnly    bool // containerLabels is the only selector
	requireAll    bool // each list that is set must have a match
	names         []Pattern
	labels        []labelRule
	excludeNames  []Pattern
	excludeLabels []labelRule
}

// New compiles selectors. The error is an *option.Error.
func New(config *Config) (*Policy, error) {
	p := &Policy{}
	switch config.Require {
	case "any", "":
	case "all":
		p.requireAll = true
	default:
		return nil, option.New("require", config.Require, "must be any or all")
	}
	var err error
	if p.names, err = newPatterns("containerNames", config.Match, config.Names, config.Who); err != nil {
		return nil, err
	}
	if p.labels, err = newLabelRules("containerLabels", config.Match, config.Labels, config.Who); err != nil {
		return nil, err
	}
	if p.excludeNames, err = newPatterns("excludeNames", config.Match, config.ExcludeNames, config.Who); err != nil {
		return nil, err
	}
	if p.excludeLabels, err = newLabelRules("excludeLabels", config.Match, config.ExcludeLabels, config.Who); err != nil {
		return nil, err
	}
	p.All = len(p.names)+len(p.labels)+len(p.excludeNames)+len(p.excludeLabels) == 0
	p.ReadsNames = len(p.names)+len(p.excludeNames) > 0
	p.labelsOnly = len(p.labels) > 0 && !p.ReadsNames && len(p.excludeLabels) == 0
	p.Needles = newNeedles(p)
	p.EngineFilters = engineFilters(p)
	return p, nil
}

// Visible reports whether the client may know of c.
func (p *Policy) Visible(c *Container) bool {
	if p.labelsOnly {
		return matchAnyLabel(p.labels, c.Labels)
	}
	return p.All || p.shows(c)
}

// shows judges c by all selectors and excludes.
func (p *Policy) shows(c *Container) bool {
	return !p.Excluded(c) && p.Selected(c)
}

// Excluded reports whether an exclude hides c.
func (p *Policy) Excluded(c *Container) bool {
	if len(p.excludeNames) > 0 && c.Name == "" {
		return true // Fail closed: without a name nobody can say.
	}
	return MatchAny(p.excludeNames, c.Name) || matchAnyLabel(p.excludeLabels, c.Labels)
}

// Selected reports whether the selectors show c; none shows all.
func (p *Policy) Selected(c *Container) bool {
	if len(p.names) == 0 {
		return len(p.labels) == 0 || matchAnyLabel(p.labels, c.Labels)
	}
	// A container whose name is not known matches no name, "*" included.
	byName := c.Name != "" && MatchAny(p.names, c.Name)
	switch {
	case len(p.labels) == 0:
		return byName
	case p.requireAll:
		return byName && matchAnyLabel(p.labels, c.Labels)
	}
	return byName || matchAnyLabel(p.labels, c.Labels)
}
