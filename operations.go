package dpf

import (
	"fmt"
	"strings"
)

// groups are the names that the option operations has for several operations.
var groups = []string{"read", "lifecycle", "exec", "files", "manage"}

// operationSets are the operations that a client may use.
type operationSets struct {
	// allowed is nil if the option operations is not set: all that can be
	// filtered.
	allowed map[string]bool
	// insecure is the option insecureAllowOperations.
	insecure map[string]bool
}

// newOperationSets compiles the options operations and
// insecureAllowOperations.
func newOperationSets(config *Config) (operationSets, error) {
	var sets operationSets
	var err error
	if sets.insecure, err = newInsecure(config.InsecureAllowOperations); err != nil {
		return sets, err
	}
	if len(config.Operations) == 0 {
		return sets, nil
	}
	if sets.allowed, err = newAllowed(config.Operations); err != nil {
		return sets, err
	}
	for i, id := range config.InsecureAllowOperations {
		if contains(config.Operations, "-"+id) {
			return sets, fmt.Errorf("insecureAllowOperations[%d]: %q: operations takes it away", i, id)
		}
	}
	return sets, nil
}

// newAllowed compiles the option operations. Entries that only take away
// begin with everything.
func newAllowed(entries []string) (map[string]bool, error) {
	allowed := map[string]bool{}
	onlyAway := true
	for _, entry := range entries {
		onlyAway = onlyAway && strings.HasPrefix(entry, "-")
	}
	for i := range operations {
		allowed[operations[i].id] = onlyAway || operations[i].group == ""
	}
	for i, entry := range entries {
		name := strings.TrimPrefix(entry, "-")
		ids := operationsOf(name)
		if len(ids) == 0 || (name != entry && contains(groups, name)) {
			return nil, fmt.Errorf("operations[%d]: %q: no such operation or group%s", i, entry, suggestion(name, operationNames()))
		}
		if name != entry {
			continue
		}
		for _, id := range ids {
			allowed[id] = true
		}
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry, "-") {
			allowed[entry[1:]] = false
		}
	}
	return allowed, nil
}

// operationsOf returns the operations of a group, or the one of that name.
func operationsOf(name string) []string {
	var ids []string
	for i := range operations {
		op := &operations[i]
		if op.id == name || contains(strings.Fields(op.group), name) {
			ids = append(ids, op.id)
		}
	}
	return ids
}

// operationNames are the values of the option operations.
func operationNames() []string {
	names := append([]string{}, groups...)
	for i := range operations {
		names = append(names, operations[i].id)
	}
	return names
}

// newInsecure compiles the option insecureAllowOperations.
func newInsecure(ids []string) (map[string]bool, error) {
	var gated []string
	for i := range operations {
		if operations[i].gate != "" {
			gated = append(gated, operations[i].id)
		}
	}
	set := make(map[string]bool, len(ids))
	for i, id := range ids {
		if !contains(gated, id) {
			return nil, fmt.Errorf("insecureAllowOperations[%d]: %q: not an operation that needs it%s", i, id, suggestion(id, gated))
		}
		set[id] = true
	}
	return set, nil
}

// refusals says why a client may not use an operation, by operationId.
// selecting: a selector is set, so that there are containers to hide.
func (s *operationSets) refusals(selecting bool) map[string]string {
	reasons := map[string]string{}
	for i := range operations {
		if reason := s.refusal(&operations[i], selecting); reason != "" {
			reasons[operations[i].id] = reason
		}
	}
	return reasons
}

// refusal says why a client may not use an operation, or nothing.
func (s *operationSets) refusal(op *operation, selecting bool) string {
	if s.insecure[op.id] {
		return ""
	}
	if s.allowed != nil && !s.allowed[op.id] {
		return op.id + " is refused: it is not among the operations of this client (option operations)"
	}
	if selecting && op.gate != "" {
		return op.id + " is refused: " + op.gate + " (option insecureAllowOperations)"
	}
	return ""
}

// stringSet returns the set of keys.
func stringSet(keys ...string) map[string]bool {
	s := make(map[string]bool, len(keys))
	for _, key := range keys {
		s[key] = true
	}
	return s
}
