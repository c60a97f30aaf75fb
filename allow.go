package dpf

import (
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/option"
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
			return sets, option.At("insecureAllowOperations", i, id, "operations takes it away")
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
	operations := engineapi.Operations()
	for i := range operations {
		allowed[operations[i].ID] = onlyAway || operations[i].Group == ""
	}
	for i, entry := range entries {
		name := strings.TrimPrefix(entry, "-")
		ids := operationsOf(name)
		if len(ids) == 0 || (name != entry && contains(groups, name)) {
			err := option.At("operations", i, entry, "no such operation or group")
			err.Hint = option.Suggest(name, operationNames())
			return nil, err
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
	operations := engineapi.Operations()
	for i := range operations {
		op := &operations[i]
		if op.ID == name || contains(strings.Fields(op.Group), name) {
			ids = append(ids, op.ID)
		}
	}
	return ids
}

// operationNames are the values of the option operations.
func operationNames() []string {
	names := append([]string{}, groups...)
	operations := engineapi.Operations()
	for i := range operations {
		names = append(names, operations[i].ID)
	}
	return names
}

// newInsecure compiles the option insecureAllowOperations.
func newInsecure(ids []string) (map[string]bool, error) {
	var gated []string
	operations := engineapi.Operations()
	for i := range operations {
		if operations[i].Gate != "" || operations[i].Opens {
			gated = append(gated, operations[i].ID)
		}
	}
	set := make(map[string]bool, len(ids))
	for i, id := range ids {
		if !contains(gated, id) {
			err := option.At("insecureAllowOperations", i, id, "not an operation that needs it")
			err.Hint = option.Suggest(id, gated)
			return nil, err
		}
		set[id] = true
	}
	return set, nil
}

// refusals says why a client may not use an operation, by operationId.
// selecting: a selector is set, so that there are containers to hide.
func (s *operationSets) refusals(selecting bool) map[string]string {
	reasons := map[string]string{}
	operations := engineapi.Operations()
	for i := range operations {
		if reason := s.refusal(&operations[i], selecting); reason != "" {
			reasons[operations[i].ID] = reason
		}
	}
	return reasons
}

// refusal says why a client may not use an operation, or nothing.
func (s *operationSets) refusal(op *engineapi.Operation, selecting bool) string {
	if s.insecure[op.ID] {
		return ""
	}
	if s.allowed != nil && !s.allowed[op.ID] {
		return op.ID + " is refused: it is not among the operations of this client (option operations)"
	}
	if selecting && op.Gate != "" {
		return op.ID + " is refused: " + op.Gate + " (option insecureAllowOperations)"
	}
	return ""
}

func contains(list []string, s string) bool {
	for _, element := range list {
		if element == s {
			return true
		}
	}
	return false
}
