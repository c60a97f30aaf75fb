package dpf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// mask stands for a value that the client may not see.
const mask = "***"

// scrubber removes and masks fields in the answers about visible containers,
// as the scrub options say. Order, unknown fields and every byte that is not
// removed survive. It is pure and read-only once compiled.
type scrubber struct {
	envs       bool // scrubEnvs
	keepEnvs   []pattern
	maskEnvs   []pattern
	maskLabels []pattern
	commands   bool
	answers    map[string]*place // by operationId
	// dropsDetails: log details are cut, which print the variables and labels
	// that the log options of the container name.
	dropsDetails bool
}

// newScrubber compiles the scrub options.
func newScrubber(config *Config) (*scrubber, error) {
	s := &scrubber{envs: config.ScrubEnvs, commands: config.ScrubCommands, answers: map[string]*place{}}
	if len(config.KeepEnvs) > 0 && !config.ScrubEnvs {
		return nil, errors.New("keepEnvs: has no effect without scrubEnvs: true")
	}
	var err error
	if s.keepEnvs, err = keyGlobs("keepEnvs", config.KeepEnvs); err != nil {
		return nil, err
	}
	if s.maskEnvs, err = keyGlobs("maskEnvs", config.MaskEnvs); err != nil {
		return nil, err
	}
	if s.maskLabels, err = keyGlobs("maskLabels", config.MaskLabels); err != nil {
		return nil, err
	}
	if s.concernsEnvs() {
		s.put(envPlaces, s.env)
	}
	if len(s.maskLabels) > 0 {
		s.put(labelPlaces, s.labels)
		s.put(map[string][]string{"SystemEvents": {"Actor.Attributes"}}, s.attributes)
	}
	if s.dropsDetails = s.concernsEnvs() || len(s.maskLabels) > 0; s.dropsDetails {
		s.put(builtPlaces, emptied)
	}
	if config.ScrubCommands {
		s.put(commandPlaces, emptied)
		s.put(map[string][]string{"ContainerTop": {""}}, cutTop)
		s.put(map[string][]string{"SystemEvents": {"Action", "status"}}, cutExecAction)
	}
	if config.ScrubMounts {
		s.put(mountPlaces, emptied)
	}
	return s, nil
}

// keyGlobs compiles globs for keys, which match without regard to case.
func keyGlobs(option string, globs []string) ([]pattern, error) {
	patterns := make([]pattern, 0, len(globs))
	for i, glob := range globs {
		p, err := newPattern("glob", strings.ToLower(glob))
		if err != nil {
			return nil, fmt.Errorf("%s[%d]: %q: %w", option, i, glob, err)
		}
		patterns = append(patterns, p)
	}
	return patterns, nil
}

// put adds a change at places of the answers. The place "" is the answer.
func (s *scrubber) put(places map[string][]string, c change) {
	for id, paths := range places {
		if s.answers[id] == nil {
			s.answers[id] = &place{}
		}
		for _, path := range paths {
			if path == "" {
				s.answers[id].change = c
				continue
			}
			s.answers[id].add(path, c)
		}
	}
}

func (s *scrubber) concernsEnvs() bool { return s.envs || len(s.maskEnvs) > 0 }

// concerns reports whether answers of the operation are scrubbed.
func (s *scrubber) concerns(id string) bool { return s.answers[id] != nil }

// answer scrubs the answer of an operation.
func (s *scrubber) answer(id string, body []byte) ([]byte, error) {
	tree := s.answers[id]
	if tree == nil {
		return body, nil
	}
	scrubbed, err := tree.apply(body)
	if err != nil {
		return nil, err
	}
	if bytes.HasSuffix(body, []byte{'\n'}) && !bytes.HasSuffix(scrubbed, []byte{'\n'}) {
		scrubbed = append(scrubbed, '\n')
	}
	if s.concernsEnvs() && envPlaces[id] != nil {
		err = s.checkEnvs(scrubbed)
	}
	return scrubbed, err
}

// env scrubs an environment list.
func (s *scrubber) env(raw []byte) ([]byte, error) {
	if s.envs && len(s.keepEnvs) == 0 {
		return []byte("[]"), nil
	}
	var list []string
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	kept := s.variables(list)
	if len(kept) == len(list) && strings.Join(kept, "\x00") == strings.Join(list, "\x00") {
		return raw, nil
	}
	return encode(kept)
}

// variables returns what is left of an environment.
func (s *scrubber) variables(list []string) []string {
	kept := make([]string, 0, len(list))
	for _, variable := range list {
		key, _, hasValue := strings.Cut(variable, "=")
		if s.envs && !matchAny(s.keepEnvs, strings.ToLower(key)) {
			continue
		}
		if hasValue && matchAny(s.maskEnvs, strings.ToLower(key)) {
			variable = key + "=" + mask
		}
		kept = append(kept, variable)
	}
	return kept
}

// checkEnvs makes sure that no environment is left that a client in Go would
// read as one, however its keys are spelled.
func (s *scrubber) checkEnvs(body []byte) error {
	var check struct {
		Config struct {
			Env []string
		}
		ContainerConfig struct {
			Env []string
		}
	}
	if body = trimBlanks(body); len(body) == 0 || body[0] != '{' {
		return nil // A list: swarm has no spelling but one.
	}
	if err := json.Unmarshal(body, &check); err != nil {
		return err
	}
	left := append(check.Config.Env, check.ContainerConfig.Env...)
	if strings.Join(s.variables(left), "\x00") != strings.Join(left, "\x00") {
		return errors.New("the environment could not be removed")
	}
	return nil
}

// labels masks values in an object of labels.
func (s *scrubber) labels(raw []byte) ([]byte, error) { return s.maskedMembers(raw, nil) }

// attributes masks labels in the attributes of an event, where the name and the
// image of the container stand in the place of labels of that name.
func (s *scrubber) attributes(raw []byte) ([]byte, error) {
	return s.maskedMembers(raw, []string{"name", "image"})
}

// maskedMembers masks labels in an object, but for the keys that are no labels.
func (s *scrubber) maskedMembers(raw []byte, noLabels []string) ([]byte, error) {
	return editMembers(raw, func(key string, _ []byte) ([]byte, error) {
		if !contains(noLabels, key) && s.masksLabel(key) {
			return []byte(`"` + mask + `"`), nil
		}
		return nil, nil
	})
}

func (s *scrubber) masksLabel(key string) bool {
	return matchAny(s.maskLabels, strings.ToLower(key))
}

// emptied is the empty value of the same type.
func emptied(raw []byte) ([]byte, error) {
	raw = trimBlanks(raw)
	if len(raw) == 0 {
		return raw, nil
	}
	switch raw[0] {
	case '"':
		return []byte(`""`), nil
	case '[':
		return []byte("[]"), nil
	case '{':
		return []byte("{}"), nil
	}
	return []byte("null"), nil
}

// cutExecAction removes the command line from the action of an event of an
// exec instance, "exec_create: sh -c ...".
func cutExecAction(raw []byte) ([]byte, error) {
	var action string
	if err := json.Unmarshal(raw, &action); err != nil {
		return nil, err
	}
	verb, _, _ := strings.Cut(action, ":")
	if verb != "exec_create" && verb != "exec_start" {
		return raw, nil
	}
	return []byte(`"` + verb + `: ` + mask + `"`), nil
}

// cutTop empties the column of the command line in the answer of
// ContainerTop. Without such a column there is nothing that could be shown.
func cutTop(raw []byte) ([]byte, error) {
	var top struct {
		Titles    []string
		Processes [][]string
	}
	if err := json.Unmarshal(raw, &top); err != nil {
		return nil, err
	}
	column := -1
	for i, title := range top.Titles {
		if title == "CMD" || title == "COMMAND" {
			column = i
		}
	}
	for i, process := range top.Processes {
		if column < 0 || column >= len(process) {
			return nil, errors.New("the process list has no column of commands")
		}
		// The command is the last column and holds the rest of the line.
		top.Processes[i] = append(process[:column:column], mask)
	}
	return encode(top)
}
