package dpf

import "github.com/docker-proxy-filter/dpf/internal/policy"

// newPolicy compiles the selectors of config.
func newPolicy(config *Config) (*policy.Policy, error) {
	return policy.New(&policy.Config{
		Names:         config.ContainerNames,
		Labels:        config.ContainerLabels,
		ExcludeNames:  config.ExcludeNames,
		ExcludeLabels: config.ExcludeLabels,
		Match:         config.Match,
		Require:       config.Require,
	})
}
