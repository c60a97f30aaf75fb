// Package scrub removes and masks what the scrub options name: environments,
// labels, commands and host paths, wherever the API answers with them. It knows
// nothing of HTTP and of hidden containers.
package scrub

import (
	"bytes"
	"encoding/json"
	"regexp"
	"sync"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
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
// removed survive. But for the trees, which are made once, it is read-only.
type Scrubber struct {
	// DropsDetails: the details of logs are not asked for, which print the
	// variables and labels that the log options of the container name.
	DropsDetails bool
	// GuardsFilters: CheckFilters has something to check.
	GuardsFilters bool
	// GuardsErrors: an error of the engine may quote what is scrubbed.
	GuardsErrors bool

	envs       bool
	commands   bool
	mounts     bool
	keepEnvs   []policy.Pattern
	maskEnvs   []policy.Pattern
	maskLabels []policy.Pattern

	mu    sync.Mutex
	trees map[string]*trees // by operationId
}

// trees are what changes in the answers of an operation; nil: nothing does.
type trees struct {
	answer  *rawjson.Tree
	steps   *rawjson.Tree // where a build step may stand among the commands
	objects *rawjson.Tree // the answer for events of anything but containers
	// variables is the place of the environment, if all of it goes and answer
	// changes nothing else but texts, the instructions for builds.
	variables []string
	texts     *rawjson.Tree
}

// New compiles the scrub options. The error is an *option.Error.
func New(config *Config) (*Scrubber, error) {
	s := &Scrubber{
		envs:     config.Envs,
		commands: config.Commands,
		mounts:   config.Mounts,
	}
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
	s.DropsDetails = s.readsSteps() || s.mounts
	s.GuardsErrors = s.commands || s.mounts
	s.GuardsFilters = s.GuardsErrors || len(s.maskLabels) > 0
	return s, nil
}

// treesOf returns what changes in the answers of an operation.
// Yaegi: to make them all takes New too long, since Traefik calls it for each
// router. There are as many as operations that clients use.
func (s *Scrubber) treesOf(id string) *trees {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.trees[id]
	if found == nil {
		if s.trees == nil {
			s.trees = map[string]*trees{}
		}
		found = s.newTrees(id)
		s.trees[id] = found
	}
	return found
}

// newTrees puts the changes where the options want them.
func (s *Scrubber) newTrees(id string) *trees {
	t := &trees{}
	if s.concernsEnvs() {
		t.answer = add(t.answer, id, engineapi.Environment, s.env)
	}
	if s.concernsEnvs() && id == "ExecInspect" {
		// No engine is known to tell the variables of an exec instance. Its
		// answer is open: one that does would be sent.
		t.answer = &rawjson.Tree{}
		t.answer.Add("ProcessConfig/Env", s.env)
	}
	if s.readsSteps() {
		t.answer = add(t.answer, id, engineapi.EnvironmentText, s.buildText)
	}
	if s.readsSteps() && !s.commands {
		t.steps = add(t.steps, id, engineapi.Command, s.command)
	}
	if len(s.maskLabels) > 0 || s.mounts {
		t.answer = add(t.answer, id, engineapi.Labels, s.labels)
		t.answer = add(t.answer, id, engineapi.EventAttributes, s.attributes)
		t.objects = add(t.objects, id, engineapi.EventAttributes, s.objectAttributes)
	}
	if s.commands {
		t.answer = add(t.answer, id, engineapi.Command, rawjson.Empty)
		t.answer = add(t.answer, id, engineapi.EventAction, cutAction)
		t.objects = add(t.objects, id, engineapi.EventAction, cutAction)
		t.answer = addProcesses(t.answer, id)
	}
	if s.mounts {
		t.answer = add(t.answer, id, engineapi.HostPath, rawjson.Empty)
	}
	if id == "ContainerInspect" && s.envs && len(s.keepEnvs)+len(s.maskLabels) == 0 && !s.commands && !s.mounts {
		t.variables = []string{"Config", "Env"}
		t.texts = add(nil, id, engineapi.EnvironmentText, s.buildText)
	}
	return t
}

// onBuild finds instructions for builds, of which few images have any.
var onBuild = regexp.MustCompile(`(?i)"onbuild"\s*:\s*[^n\s]`)

// applyAnswer makes the changes of the answer. Most users set scrubEnvs alone,
// and have a way of their own.
func (t *trees) applyAnswer(body []byte) ([]byte, error) {
	if t.variables != nil {
		if changed, ok := rawjson.SetOnly(body, t.variables, "[]"); ok {
			if t.texts == nil || !onBuild.Match(changed) {
				return changed, nil
			}
			return t.texts.Apply(changed)
		}
	}
	return t.answer.Apply(body)
}

// add puts a change at all places of a kind in the answer of an operation, and
// returns the tree, which may be nil.
func add(tree *rawjson.Tree, id string, kind engineapi.FieldKind, change func(raw []byte) ([]byte, error)) *rawjson.Tree {
	for _, place := range engineapi.Places(id, kind) {
		if tree == nil {
			tree = &rawjson.Tree{}
		}
		tree.Add(place, change)
	}
	return tree
}

// addProcesses is add for lists of processes: the columns stand apart from their
// titles, so that the change is one of the whole answer.
func addProcesses(tree *rawjson.Tree, id string) *rawjson.Tree {
	if len(engineapi.Places(id, engineapi.Processes)) == 0 {
		return tree
	}
	tree = &rawjson.Tree{}
	tree.Add("", cutTop)
	return tree
}

// Concerns reports whether answers of the operation are scrubbed.
func (s *Scrubber) Concerns(id string) bool {
	t := s.treesOf(id)
	return t.answer != nil || t.steps != nil
}

// Answer scrubs the answer of an operation.
func (s *Scrubber) Answer(id string, body []byte) ([]byte, error) {
	t := s.treesOf(id)
	scrubbed := body
	var err error
	if t.answer != nil {
		if scrubbed, err = t.applyAnswer(body); err != nil {
			return nil, err
		}
	}
	if t.steps != nil && mayHoldStep(scrubbed) {
		if scrubbed, err = applySteps(t.steps, id, scrubbed); err != nil {
			return nil, err
		}
	}
	if bytes.HasSuffix(body, []byte{'\n'}) && !bytes.HasSuffix(scrubbed, []byte{'\n'}) {
		scrubbed = append(scrubbed[:len(scrubbed):len(scrubbed)], '\n')
	}
	if id == "ContainerInspect" || id == "ImageInspect" {
		err = s.prove(scrubbed)
	}
	return scrubbed, err
}

// argumentsBytes find the mark of build arguments.
var argumentsBytes = regexp.MustCompile(`\|[0-9]`)

// mayHoldStep reports whether one of the commands in an answer may be a build
// step: it has the mark of one, or an escape other than those of <, > and & that
// dockerd writes. Few have, and to look at each command is slow in the
// interpreter.
func mayHoldStep(body []byte) bool {
	if bytes.Contains(body, []byte(nop)) || argumentsBytes.Match(body) {
		return true
	}
	escapes := bytes.Count(body, []byte(`\u00`))
	if escapes == 0 {
		return false
	}
	known := bytes.Count(body, []byte(`\u0026`)) + bytes.Count(body, []byte(`\u003c`)) + bytes.Count(body, []byte(`\u003e`))
	return escapes != known
}

// applySteps removes build steps among the commands. Where the program of a
// container is the mark of build arguments, these are its own arguments.
func applySteps(tree *rawjson.Tree, id string, body []byte) ([]byte, error) {
	if id == "ContainerInspect" {
		var container struct{ Path string }
		if err := json.Unmarshal(body, &container); err != nil {
			return nil, err
		}
		if isStep(container.Path) {
			changed, err := rawjson.Set(body, map[string]string{"Args": "[]"})
			if err != nil {
				return nil, err
			}
			body = changed
		}
	}
	return tree.Apply(body)
}

// RecordSeparator begins a record in the framing json-seq.
const RecordSeparator = "\x1e"

// Event scrubs the line of an event. nil: it cannot be scrubbed, and must not be
// sent.
func (s *Scrubber) Event(raw []byte) []byte {
	t := s.treesOf("SystemEvents")
	if t.answer == nil {
		return raw
	}
	text := bytes.TrimLeft(raw, RecordSeparator)
	var event struct{ Type string }
	if err := json.Unmarshal(text, &event); err != nil {
		return nil // Fail closed: what cannot be read cannot be scrubbed.
	}
	tree := t.answer
	if event.Type != "container" {
		tree = t.objects
	}
	scrubbed, err := tree.Apply(text)
	if err != nil {
		return nil // Fail closed, as above.
	}
	start := len(raw) - len(text)
	return append(raw[:start:start], scrubbed...)
}
