package dpf

import (
	"bytes"
	"encoding/json"
	"errors"
)

// scrubber removes fields from JSON objects, as the scrub options say. Order,
// unknown fields and every byte that is not removed survive.
type scrubber struct {
	envs bool
}

// inspect scrubs a ContainerInspectResponse.
func (s *scrubber) inspect(body []byte) ([]byte, error) {
	if !s.envs {
		return body, nil
	}
	top, err := members(body)
	if err != nil {
		return nil, err
	}
	var edits []edit
	for _, config := range top {
		if config.key != "Config" {
			continue
		}
		inner, err := members(body[config.from:config.to])
		if err != nil {
			return nil, err
		}
		for _, env := range inner {
			if env.key == "Env" {
				edits = append(edits, edit{config.from + env.from, config.from + env.to, []byte("[]")})
			}
		}
	}
	scrubbed := apply(body, edits)
	return scrubbed, checkEnvs(scrubbed)
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
