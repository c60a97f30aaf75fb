package policy

// Marks is what the labels of a container say of it. They never change, and a
// name, which does, is all that is missing for a verdict.
type Marks struct {
	Selected bool // by a label
	Excluded bool // by a label
}

// Marks returns the marks of labels.
func (p *Policy) Marks(labels map[string]string) Marks {
	return Marks{Selected: matchAnyLabel(p.labels, labels), Excluded: matchAnyLabel(p.excludeLabels, labels)}
}

// ExcludesKey reports whether a label of that key, with some value, is one that
// an exclude looks for.
func (p *Policy) ExcludesKey(key string) bool {
	for i := range p.excludeLabels {
		if p.excludeLabels[i].key.re.MatchString(key) {
			return true
		}
	}
	return false
}

// VisibleAs is Visible for a container with these marks.
func (p *Policy) VisibleAs(name string, m Marks) bool {
	if p.All {
		return true
	}
	if m.Excluded || (len(p.excludeNames) > 0 && (name == "" || MatchAny(p.excludeNames, name))) {
		return false
	}
	if len(p.names) == 0 {
		return len(p.labels) == 0 || m.Selected
	}
	byName := name != "" && MatchAny(p.names, name)
	switch {
	case len(p.labels) == 0:
		return byName
	case p.requireAll:
		return byName && m.Selected
	}
	return byName || m.Selected
}
