package dpf

import (
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/option"
	"github.com/docker-proxy-filter/dpf/internal/policy"
)

// newPolicy compiles the selectors of config for who, which fills their
// placeholders; nil: there are none.
func newPolicy(config *Config, who *policy.Identity) (*policy.Policy, error) {
	p, err := policy.New(&policy.Config{
		Names:         config.ContainerNames,
		Labels:        config.ContainerLabels,
		ExcludeNames:  config.ExcludeNames,
		ExcludeLabels: config.ExcludeLabels,
		Match:         config.Match,
		Require:       config.Require,
		Who:           who,
	})
	if err != nil {
		return nil, err
	}
	return p, checkSelectors(config)
}

// checkSelectors refuses selectors that match nothing: one that excludes would
// show what it seems to hide.
func checkSelectors(config *Config) error {
	if err := checkNameSelectors("containerNames", config.Match, config.ContainerNames); err != nil {
		return err
	}
	if err := checkNameSelectors("excludeNames", config.Match, config.ExcludeNames); err != nil {
		return err
	}
	if err := checkLabelSelectors("containerLabels", config.Match, config.ContainerLabels); err != nil {
		return err
	}
	return checkLabelSelectors("excludeLabels", config.Match, config.ExcludeLabels)
}

// notInNames are characters that no name of a container or service has, and
// that stand for a label, a list, or another mode.
const notInNames = "*?^$|()[]+\\,=/\"'`"

// checkNameSelectors refuses values that match no name.
func checkNameSelectors(name, match string, values []string) error {
	allowed := ""
	switch match {
	case "glob":
		allowed = "*?"
	case "regexp":
		allowed = notInNames
	}
	for i, value := range values {
		if strings.HasPrefix(strings.TrimPrefix(value, "^"), "/") {
			err := option.At(name, i, value, "names have no leading slash here")
			err.Hint = "; write " + strings.TrimLeft(value, "^/")
			return err
		}
		for _, c := range value {
			if strings.ContainsRune(notInNames, c) && !strings.ContainsRune(allowed, c) {
				err := option.At(name, i, value, "no name has this character in it")
				err.Hint = ": " + string(c) + "; a pattern needs match: glob or regexp"
				return err
			}
		}
	}
	return nil
}

// checkLabelSelectors refuses what only another mode, or a list, gives a meaning.
func checkLabelSelectors(name, match string, values []string) error {
	if match == "glob" || match == "regexp" {
		return nil
	}
	for i, value := range values {
		if strings.HasPrefix(value, "[") {
			return option.At(name, i, value, "begins with a bracket; in one string a list has commas only")
		}
		if strings.Contains(value, "*") {
			return option.At(name, i, value, "* needs match: glob")
		}
	}
	return nil
}
