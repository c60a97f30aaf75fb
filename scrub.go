package dpf

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// scrubber removes fields from JSON objects, as the scrub options say. Order,
// unknown fields and every byte that is not removed survive.
type scrubber struct {
	envs bool
}

// envPaths are the places of environment lists in the answers of the API. A
// blank stands for every element of a list.
var envPaths = map[string][]string{
	"ContainerInspect": {"Config.Env"},
	"ImageInspect":     {"Config.Env", "ContainerConfig.Env"},
	"ServiceList":      {" .Spec.TaskTemplate.ContainerSpec.Env", " .PreviousSpec.TaskTemplate.ContainerSpec.Env"},
	"ServiceInspect":   {"Spec.TaskTemplate.ContainerSpec.Env", "PreviousSpec.TaskTemplate.ContainerSpec.Env"},
	"TaskList":         {" .Spec.ContainerSpec.Env"},
	"TaskInspect":      {"Spec.ContainerSpec.Env"},
}

// concerns reports whether answers of the operation are scrubbed.
func (s *scrubber) concerns(id string) bool {
	return s.envs && envPaths[id] != nil
}

// answer scrubs the answer of an operation.
func (s *scrubber) answer(id string, body []byte) ([]byte, error) {
	if !s.concerns(id) {
		return body, nil
	}
	var err error
	for _, path := range envPaths[id] {
		if body, err = replaceAt(body, path, emptyList); err != nil {
			return nil, err
		}
	}
	if id == "ContainerInspect" || id == "ImageInspect" {
		err = checkEnvs(body)
	}
	return body, err
}

func emptyList(_ []byte) ([]byte, error) { return []byte("[]"), nil }

// replaceAt replaces the values at a path of keys with dots between them.
func replaceAt(raw []byte, path string, replace func([]byte) ([]byte, error)) ([]byte, error) {
	key, rest, deeper := strings.Cut(path, ".")
	inner := replace
	if deeper {
		inner = func(value []byte) ([]byte, error) { return replaceAt(value, rest, replace) }
	}
	if key == " " {
		return eachElement(raw, inner)
	}
	return within(raw, key, inner)
}

// eachElement replaces every element of a list.
func eachElement(raw []byte, replace func([]byte) ([]byte, error)) ([]byte, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return nil, err
	}
	out := make([][]byte, 0, len(elements))
	for _, element := range elements {
		changed, err := replace(element)
		if err != nil {
			return nil, err
		}
		out = append(out, changed)
	}
	return joinList(out), nil
}

// checkEnvs makes sure that an inspect holds no environment, however its keys
// are spelled.
func checkEnvs(body []byte) error {
	var check struct {
		Config struct {
			Env []json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &check); err != nil {
		return err
	}
	if len(check.Config.Env) > 0 {
		return errors.New("the environment could not be removed")
	}
	return nil
}

// member is one member of a JSON object; its value stands at [from, to).
type member struct {
	key      string
	from, to int
}

// members splits a JSON object at its top level. null has no members.
func members(raw []byte) ([]member, error) {
	if bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	open, err := dec.Token()
	if err != nil {
		return nil, err
	}
	if open != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	var found []member
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		to := int(dec.InputOffset())
		name, _ := key.(string)
		found = append(found, member{key: name, from: to - len(value), to: to})
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	return found, nil
}

// edit replaces the bytes at [from, to).
type edit struct {
	from, to int
	with     []byte
}

// apply returns raw with the edits, which must be in order and apart.
func apply(raw []byte, edits []edit) []byte {
	if len(edits) == 0 {
		return raw
	}
	out := make([]byte, 0, len(raw))
	at := 0
	for _, e := range edits {
		out = append(out, raw[at:e.from]...)
		out = append(out, e.with...)
		at = e.to
	}
	return append(out, raw[at:]...)
}
