package dpf

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/option"
	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/serve"
)

// headerName is what a header may be called.
var headerName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// selectors are the lists in which placeholders may stand.
func (c *Config) selectors() map[string][]string {
	return map[string][]string{
		"containerNames":  c.ContainerNames,
		"containerLabels": c.ContainerLabels,
		"excludeNames":    c.ExcludeNames,
		"excludeLabels":   c.ExcludeLabels,
	}
}

// hasUsers reports whether the view depends on who logged in.
func (c *Config) hasUsers() bool { return c.UserHeader+c.GroupsHeader != "" }

// checkUsers checks userHeader, groupsHeader and the placeholders that need
// them.
func (c *Config) checkUsers() error {
	for _, name := range []string{"containerNames", "containerLabels", "excludeNames", "excludeLabels"} {
		for i, value := range c.selectors()[name] {
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

// anyone fills the placeholders while the configuration is checked.
var anyone = &policy.Identity{User: "user", Groups: []string{"group"}}

// newUsers returns the handler that gives each user a view of their own, made of
// options but for the policy.
func newUsers(config *Config, options *serve.Options) http.Handler {
	users := serve.NewUsers(&serve.UserOptions{
		UserHeader:   config.UserHeader,
		GroupsHeader: config.GroupsHeader,
		Log:          options.Log,
		View: func(who *policy.Identity) (*serve.Handler, error) {
			p, err := newPolicy(config, who)
			if err != nil {
				return nil, err
			}
			view := *options
			view.Policy = p
			return serve.New(&view), nil
		},
	})
	return users
}
