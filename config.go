package dpf

import (
	"strconv"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/option"
)

// Config is the dynamic configuration of the middleware. Traefik puts what it
// read from YAML, TOML or Docker labels into Rest, and New fills the options from
// there: names are matched without regard to case, and a list may also come as
// one comma-separated string.
type Config struct {
	// ContainerNames and ContainerLabels select the visible containers. A
	// label is "key" or "key=value", split at the first "="; both parts must
	// match the same label.
	ContainerNames  []string `json:"containerNames,omitempty" mapstructure:"-"`
	ContainerLabels []string `json:"containerLabels,omitempty" mapstructure:"-"`

	// ExcludeNames and ExcludeLabels hide containers, whatever else matches.
	ExcludeNames  []string `json:"excludeNames,omitempty" mapstructure:"-"`
	ExcludeLabels []string `json:"excludeLabels,omitempty" mapstructure:"-"`

	// Match is how names, label keys and label values are compared:
	// "contains", "exact", "glob" (* and ?) or "regexp" (RE2, anchored at both
	// ends).
	Match string `json:"match,omitempty" mapstructure:"-"`

	// Require is "any": a match of a name or a label is enough, or "all": each
	// selector list that is set must have a match.
	Require string `json:"require,omitempty" mapstructure:"-"`

	// UserHeader and GroupsHeader are the request headers in which a middleware
	// before dpf puts who logged in. The values of the four lists above may then
	// hold {user} or {group}, and each user has a view of their own.
	UserHeader   string `json:"userHeader,omitempty" mapstructure:"-"`
	GroupsHeader string `json:"groupsHeader,omitempty" mapstructure:"-"`

	// ScrubEnvs empties the environment lists in answers, but for the keys
	// that KeepEnvs names. MaskEnvs and MaskLabels replace the values of keys.
	// All three are globs that match keys without regard to case.
	ScrubEnvs  bool     `json:"scrubEnvs,omitempty" mapstructure:"-"`
	KeepEnvs   []string `json:"keepEnvs,omitempty" mapstructure:"-"`
	MaskEnvs   []string `json:"maskEnvs,omitempty" mapstructure:"-"`
	MaskLabels []string `json:"maskLabels,omitempty" mapstructure:"-"`

	// ScrubCommands empties command lines and health checks, ScrubMounts the
	// paths of the host.
	ScrubCommands bool `json:"scrubCommands,omitempty" mapstructure:"-"`
	ScrubMounts   bool `json:"scrubMounts,omitempty" mapstructure:"-"`

	// Operations are the operations that the client may use: the groups read,
	// lifecycle, exec, files and manage, operationIds of the Engine API, and
	// "-operationId" to take one away. Empty: all that can be filtered.
	Operations []string `json:"operations,omitempty" mapstructure:"-"`

	// InsecureAllowOperations names operations of the Engine API that cannot
	// be filtered and are refused while a selector is set; they are forwarded
	// as they are.
	InsecureAllowOperations []string `json:"insecureAllowOperations,omitempty" mapstructure:"-"`

	// UpstreamURL is where side inspects go: an absolute http or https URL.
	// Empty: to the service of the router.
	UpstreamURL string `json:"upstreamURL,omitempty" mapstructure:"-"`

	// MaxBodyBytes bounds one buffered answer, in bytes.
	MaxBodyBytes int64 `json:"maxBodyBytes,omitempty" mapstructure:"-"`

	// LogLevel is "error", "info" (one line for each refused or hidden
	// request) or "debug" (one line for each decision).
	LogLevel string `json:"logLevel,omitempty" mapstructure:"-"`

	// Rest receives every option as it was typed. The tag "-" keeps Traefik from
	// decoding them: it ignores what it does not know, takes an empty list for
	// one that is not there, and drops the router for a value of the wrong type.
	Rest map[string]interface{} `json:"-" mapstructure:",remain"`
}

const defaultMaxBodyBytes = 64 << 20

// CreateConfig returns the defaults, which alone are not a valid
// configuration: one that selects nothing and scrubs nothing is refused.
func CreateConfig() *Config {
	return &Config{Match: "contains", Require: "any", MaxBodyBytes: defaultMaxBodyBytes, LogLevel: "error"}
}

// validate checks what no other part of the plugin compiles.
func (c *Config) validate() error {
	if err := c.checkValues(); err != nil {
		return err
	}
	switch c.Match {
	case "", "contains", "exact", "glob", "regexp":
	default:
		return option.New("match", c.Match, "must be contains, exact, glob or regexp")
	}
	if err := c.checkUsers(); err != nil {
		return err
	}
	if c.MaxBodyBytes <= 0 {
		return option.New("maxBodyBytes", strconv.FormatInt(c.MaxBodyBytes, 10), "must be greater than 0")
	}
	if !c.selects() && !c.scrubs() && len(c.Operations) == 0 {
		// Fail closed: a bare or mistyped configuration never means "show all".
		return option.New("", "", "nothing is configured: set containerNames or containerLabels, or an option such as scrubEnvs: true to show all containers without their environment")
	}
	return nil
}

// selects reports whether a selector is set.
func (c *Config) selects() bool {
	return len(c.ContainerNames)+len(c.ContainerLabels)+len(c.ExcludeNames)+len(c.ExcludeLabels) > 0
}

// scrubs reports whether a scrub or mask option is set.
func (c *Config) scrubs() bool {
	return c.ScrubEnvs || c.ScrubCommands || c.ScrubMounts || len(c.MaskEnvs)+len(c.MaskLabels) > 0
}

// checkValues trims and checks the values of all lists.
func (c *Config) checkValues() error {
	lists := []struct {
		option string
		values []string
	}{
		{"containerNames", c.ContainerNames},
		{"containerLabels", c.ContainerLabels},
		{"excludeNames", c.ExcludeNames},
		{"excludeLabels", c.ExcludeLabels},
		{"keepEnvs", c.KeepEnvs},
		{"maskEnvs", c.MaskEnvs},
		{"maskLabels", c.MaskLabels},
		{"operations", c.Operations},
		{"insecureAllowOperations", c.InsecureAllowOperations},
	}
	for _, list := range lists {
		if err := checkListOption(list.option, list.values); err != nil {
			return err
		}
	}
	return nil
}

// checkListOption trims the values of a list in place and checks them. Blank ones,
// which "a,,b" and "a," give, would match every container.
func checkListOption(name string, values []string) error {
	if values != nil && len(values) == 0 {
		// Fail closed: whoever sets a list means to restrict something, and a
		// list that is not there restricts nothing.
		return option.New(name, "", setEmpty)
	}
	for i, value := range values {
		values[i] = strings.TrimSpace(value)
		if err := option.Element(name, i, values[i]); err != nil {
			return err
		}
	}
	return nil
}
