package dpf

import (
	"regexp"
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

// hasUsers reports whether the view depends on who logged in.
func (c *Config) hasUsers() bool { return c.UserHeader+c.GroupsHeader != "" }

// headerName is what a header may be called.
var headerName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// checkUsers checks userHeader, groupsHeader and the placeholders that need
// them.
func (c *Config) checkUsers() error {
	for _, list := range c.lists()[:selectorLists] {
		name := list.name
		for i, value := range *list.values {
			if err := policy.CheckPlaceholders(c.Match, value); err != nil {
				return option.At(name, i, value, err.Error())
			}
			user, group := policy.Placeholders([]string{value})
			if user && c.UserHeader == "" {
				return option.At(name, i, value, "{user} needs the option userHeader")
			}
			if group && c.GroupsHeader == "" {
				return option.At(name, i, value, "{group} needs the option groupsHeader")
			}
		}
	}
	user, group := policy.Placeholders(c.ContainerNames, c.ContainerLabels, c.ExcludeNames, c.ExcludeLabels)
	if err := checkHeader("userHeader", c.UserHeader, "{user}", user); err != nil {
		return err
	}
	if err := checkHeader("groupsHeader", c.GroupsHeader, "{group}", group); err != nil {
		return err
	}
	if c.hasUsers() && strings.EqualFold(c.UserHeader, c.GroupsHeader) {
		return option.New("groupsHeader", c.GroupsHeader, "is the header of userHeader")
	}
	return nil
}

// checkHeader checks the name of a header, for which a placeholder stands in the
// selectors or does not.
func checkHeader(name, header, placeholder string, stands bool) error {
	switch {
	case header == "":
		return nil
	case !headerName.MatchString(header):
		return option.New(name, header, "is not the name of a header")
	case !stands:
		// Fail closed: everyone would see the same, and somebody thinks otherwise.
		return option.New(name, "", "no selector has "+placeholder)
	}
	return nil
}
