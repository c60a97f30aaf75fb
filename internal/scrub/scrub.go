// Package scrub removes and masks what the scrub options name: environments,
// labels, commands and host paths, wherever the API answers with them. It knows
// nothing of HTTP and of hidden containers.
package scrub

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/option"
	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// mask stands for a value that the client may not see.
const mask = "***"

// Config is the scrub options.
type Config struct {
	Envs       bool // scrubEnvs
	KeepEnvs   []string
	MaskEnvs   []string
	MaskLabels []string
	Commands   bool // scrubCommands
	Mounts     bool // scrubMounts
}

// Scrubber removes and masks fields in the answers about visible containers,
// as the scrub options say. Order, unknown fields and every byte that is not
// removed survive. It is pure and read-only.
type Scrubber struct {
	// DropsDetails: the details of logs are not asked for, which print the
	// variables and labels that the log options of the container name.
	DropsDetails bool
	// MasksLabels: the option maskLabels is set.
	MasksLabels bool
	// CutsCommands: the option scrubCommands is set.
	CutsCommands bool

	envs       bool
	keepEnvs   []policy.Pattern
	maskEnvs   []policy.Pattern
	maskLabels []policy.Pattern
	answers    map[string]*rawjson.Tree // by operationId
}

// New compiles the scrub options. The error is an *option.Error.
func New(config *Config) (*Scrubber, error) {
	s := &Scrubber{envs: config.Envs, CutsCommands: config.Commands, answers: map[string]*rawjson.Tree{}}
	if len(config.KeepEnvs) > 0 && !config.Envs {
		return nil, option.New("keepEnvs", "", "has no effect without scrubEnvs: true")
	}
	var err error
	if s.keepEnvs, err = policy.KeyGlobs("keepEnvs", config.KeepEnvs); err != nil {
		return nil, err
	}
	if s.maskEnvs, err = policy.KeyGlobs("maskEnvs", config.MaskEnvs); err != nil {
		return nil, err
	}
	if s.maskLabels, err = policy.KeyGlobs("maskLabels", config.MaskLabels); err != nil {
		return nil, err
	}
	s.MasksLabels = len(s.maskLabels) > 0
	s.DropsDetails = s.concernsEnvs() || s.MasksLabels
	s.addPlaces(config)
	return s, nil
}

// addPlaces puts the changes where the options want them.
func (s *Scrubber) addPlaces(config *Config) {
	if s.concernsEnvs() {
		s.put(envPlaces, s.env)
	}
	if s.MasksLabels {
		s.put(labelPlaces, s.labels)
		s.put(map[string][]string{"SystemEvents": {"Actor/Attributes"}}, s.attributes)
	}
	if s.DropsDetails {
		s.put(builtPlaces, rawjson.Empty)
	}
	if config.Commands {
		s.put(commandPlaces, rawjson.Empty)
		s.put(map[string][]string{"ContainerTop": {""}}, cutTop)
		s.put(map[string][]string{"SystemEvents": {"Action", "status"}}, cutExecAction)
	}
	if config.Mounts {
		s.put(mountPlaces, rawjson.Empty)
	}
}

// put adds a change at places of the answers. The place "" is the answer.
func (s *Scrubber) put(places map[string][]string, change func(raw []byte) ([]byte, error)) {
	for id, paths := range places {
		if s.answers[id] == nil {
			s.answers[id] = &rawjson.Tree{}
		}
		for _, path := range paths {
			s.answers[id].Add(path, change)
		}
	}
}

func (s *Scrubber) concernsEnvs() bool { return s.envs || len(s.maskEnvs) > 0 }

// Concerns reports whether answers of the operation are scrubbed.
func (s *Scrubber) Concerns(id string) bool { return s.answers[id] != nil }

// Answer scrubs the answer of an operation.
func (s *Scrubber) Answer(id string, body []byte) ([]byte, error) {
	tree := s.answers[id]
	if tree == nil {
		return body, nil
	}
	scrubbed, err := tree.Apply(body)
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

// RecordSeparator begins a record in the framing json-seq.
const RecordSeparator = "\x1e"

// Event scrubs the line of an event. nil: it cannot be scrubbed, and must not be
// sent.
func (s *Scrubber) Event(raw []byte) []byte {
	tree := s.answers["SystemEvents"]
	if tree == nil {
		return raw
	}
	text := bytes.TrimLeft(raw, RecordSeparator)
	scrubbed, err := tree.Apply(text)
	if err != nil {
		return nil // Fail closed: what cannot be read cannot be scrubbed.
	}
	start := len(raw) - len(text)
	return append(raw[:start:start], scrubbed...)
}

// env scrubs an environment list.
func (s *Scrubber) env(raw []byte) ([]byte, error) {
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
	return rawjson.Encode(kept)
}

// variables returns what is left of an environment.
func (s *Scrubber) variables(list []string) []string {
	kept := make([]string, 0, len(list))
	for _, variable := range list {
		key, _, hasValue := strings.Cut(variable, "=")
		if s.envs && !policy.MatchAny(s.keepEnvs, strings.ToLower(key)) {
			continue
		}
		if hasValue && policy.MatchAny(s.maskEnvs, strings.ToLower(key)) {
			variable = key + "=" + mask
		}
		kept = append(kept, variable)
	}
	return kept
}

// checkEnvs makes sure that no environment is left that a client in Go would
// read as one, however its keys are spelled.
func (s *Scrubber) checkEnvs(body []byte) error {
	var check struct {
		Config struct {
			Env []string
		}
		ContainerConfig struct {
			Env []string
		}
	}
	if body = rawjson.Trim(body); len(body) == 0 || body[0] != '{' {
		return nil // A list: swarm has no spelling but one.
	}
	if err := json.Unmarshal(body, &check); err != nil {
		return err
	}
	left := append(append([]string{}, check.Config.Env...), check.ContainerConfig.Env...)
	if strings.Join(s.variables(left), "\x00") != strings.Join(left, "\x00") {
		return errors.New("the environment could not be removed")
	}
	return nil
}

// labels masks values in an object of labels.
func (s *Scrubber) labels(raw []byte) ([]byte, error) { return s.maskedMembers(raw, nil) }

// eventAttributes stand in the place of labels of that name.
var eventAttributes = map[string]bool{"name": true, "image": true}

// attributes masks labels in the attributes of an event, where the name and the
// image of the container stand in the place of labels of that name.
func (s *Scrubber) attributes(raw []byte) ([]byte, error) {
	return s.maskedMembers(raw, eventAttributes)
}

// maskedMembers masks labels in an object, but for the keys that are no labels.
func (s *Scrubber) maskedMembers(raw []byte, noLabels map[string]bool) ([]byte, error) {
	return rawjson.EditMembers(raw, func(key string, _ []byte) ([]byte, error) {
		if !noLabels[key] && s.MasksLabel(key) {
			return []byte(`"` + mask + `"`), nil
		}
		return nil, nil
	})
}

// MasksLabel reports whether the values of a label are masked.
func (s *Scrubber) MasksLabel(key string) bool {
	return policy.MatchAny(s.maskLabels, strings.ToLower(key))
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
	return rawjson.Encode(top)
}
