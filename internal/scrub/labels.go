package scrub

import (
	"encoding/json"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

var maskedValue = []byte(`"` + mask + `"`)

// HidesLabel reports whether the values of a label are masked: maskLabels names
// it, or scrubMounts is set and it holds paths of the host.
func (s *Scrubber) HidesLabel(key string) bool {
	return s.masksLabel(key) || s.mounts && engineapi.HostPathLabel(key)
}

// masksLabel reports whether the option maskLabels names a label.
func (s *Scrubber) masksLabel(key string) bool {
	return len(s.maskLabels) > 0 && policy.MatchAny(s.maskLabels, strings.ToLower(key))
}

// labels masks values in an object of labels. The labels of an engine are a list
// of key=value.
func (s *Scrubber) labels(raw []byte) ([]byte, error) {
	if body := rawjson.Trim(raw); len(body) > 0 && body[0] == '[' {
		return s.labelList(body)
	}
	return rawjson.EditMembers(raw, func(key string, _ []byte) ([]byte, error) {
		if s.HidesLabel(key) {
			return maskedValue, nil
		}
		return nil, nil
	})
}

func (s *Scrubber) labelList(raw []byte) ([]byte, error) {
	return rawjson.EachElement(raw, func(element []byte) ([]byte, error) {
		var label string
		if err := json.Unmarshal(element, &label); err != nil {
			return nil, err
		}
		key, _, hasValue := strings.Cut(label, "=")
		if !hasValue || !s.HidesLabel(key) {
			return element, nil
		}
		return rawjson.Encode(key + "=" + mask)
	})
}

// attributes masks labels in the attributes of a container's event, where the
// name and the image of the container stand in the place of labels of that name.
func (s *Scrubber) attributes(raw []byte) ([]byte, error) {
	return rawjson.EditMembers(raw, func(key string, _ []byte) ([]byte, error) {
		if key != "name" && key != "image" && s.HidesLabel(key) {
			return maskedValue, nil
		}
		return nil, nil
	})
}

// objectAttributes masks labels in the attributes of the event of anything
// else, where scrubMounts finds paths of the host, too.
func (s *Scrubber) objectAttributes(raw []byte) ([]byte, error) {
	return rawjson.EditMembers(raw, func(key string, value []byte) ([]byte, error) {
		if s.hidesAttribute(key, value) {
			return maskedValue, nil
		}
		return nil, nil
	})
}

func (s *Scrubber) hidesAttribute(key string, value []byte) bool {
	if key == "name" {
		return false
	}
	if s.HidesLabel(key) || len(s.maskLabels) > 0 && key == "labels" {
		// The reload of a daemon tells its labels in one text.
		return true
	}
	return s.mounts && holdsPath(key, value)
}

// holdsPath reports whether the attribute of an event of a volume, or of the
// daemon, is a path of the host or holds one.
func holdsPath(key string, raw []byte) bool {
	switch key {
	case "source", "destination", "mountpoint", "device":
		return true
	case "image":
		return false
	}
	var value string
	if err := json.Unmarshal(raw, &value); err != nil {
		return true // Fail closed: an attribute that is no text.
	}
	return strings.HasPrefix(value, "/") || strings.Contains(value, `"/`) || strings.Contains(value, `:\`)
}
