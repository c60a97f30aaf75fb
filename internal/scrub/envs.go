package scrub

import (
	"encoding/json"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// concernsEnvs reports whether an option for environments is set.
func (s *Scrubber) concernsEnvs() bool { return s.envs || len(s.maskEnvs) > 0 }

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
		if s.dropsEnv(key) {
			continue
		}
		if hasValue && s.masksEnv(key) {
			variable = key + "=" + mask
		}
		kept = append(kept, variable)
	}
	return kept
}

// dropsEnv reports whether a variable is removed.
func (s *Scrubber) dropsEnv(key string) bool {
	return s.envs && !policy.MatchAny(s.keepEnvs, strings.ToLower(key))
}

// masksEnv reports whether the value of a variable is masked.
func (s *Scrubber) masksEnv(key string) bool {
	return policy.MatchAny(s.maskEnvs, strings.ToLower(key))
}
