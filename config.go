package dpf

import (
	"errors"
	"sort"
	"strconv"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/option"
)

// Config is the dynamic configuration of the middleware. Traefik fills it
// from YAML, TOML or Docker labels: names are matched without regard to case,
// and a list may also come as one comma-separated string.
type Config struct {
	// ContainerNames and ContainerLabels select the visible containers. A
	// label is "key" or "key=value", split at the first "="; both parts must
	// match the same label.
	ContainerNames  []string `json:"containerNames,omitempty"`
	ContainerLabels []string `json:"containerLabels,omitempty"`

	// ExcludeNames and ExcludeLabels hide containers, whatever else matches.
	ExcludeNames  []string `json:"excludeNames,omitempty"`
	ExcludeLabels []string `json:"excludeLabels,omitempty"`

	// Match is how names, label keys and label values are compared:
	// "contains", "exact", "glob" (* and ?) or "regexp" (RE2, anchored at both
	// ends).
	Match string `json:"match,omitempty"`

	// Require is "any": a match of a name or a label is enough, or "all": each
	// selector list that is set must have a match.
	Require string `json:"require,omitempty"`

	// ScrubEnvs empties the environment lists in answers, but for the keys
	// that KeepEnvs names. MaskEnvs and MaskLabels replace the values of keys.
	// All three are globs that match keys without regard to case.
	ScrubEnvs  bool     `json:"scrubEnvs,omitempty"`
	KeepEnvs   []string `json:"keepEnvs,omitempty"`
	MaskEnvs   []string `json:"maskEnvs,omitempty"`
	MaskLabels []string `json:"maskLabels,omitempty"`

	// ScrubCommands empties command lines and health checks, ScrubMounts the
	// paths of the host.
	ScrubCommands bool `json:"scrubCommands,omitempty"`
	ScrubMounts   bool `json:"scrubMounts,omitempty"`

	// Operations are the operations that the client may use: the groups read,
	// lifecycle, exec, files and manage, operationIds of the Engine API, and
	// "-operationId" to take one away. Empty: all that can be filtered.
	Operations []string `json:"operations,omitempty"`

	// InsecureAllowOperations names operations of the Engine API that cannot
	// be filtered and are refused while a selector is set; they are forwarded
	// as they are.
	InsecureAllowOperations []string `json:"insecureAllowOperations,omitempty"`

	// UpstreamURL is where side inspects go: an absolute http or https URL.
	// Empty: to the service of the router.
	UpstreamURL string `json:"upstreamURL,omitempty"`

	// MaxBodyBytes bounds one buffered answer, in bytes.
	MaxBodyBytes int64 `json:"maxBodyBytes,omitempty"`

	// LogLevel is "error", "info" (one line for each refused or hidden
	// request) or "debug" (one line for each decision).
	LogLevel string `json:"logLevel,omitempty"`

	// Rest receives every option that Config does not have, so that a typing
	// error is refused; without it Traefik would ignore the option.
	Rest map[string]interface{} `json:"-" mapstructure:",remain"`
}

const defaultMaxBodyBytes = 64 << 20

// optionNames are the options as the documentation spells them.
var optionNames = []string{
	"containerNames", "containerLabels", "excludeNames", "excludeLabels", "match", "require",
	"scrubEnvs", "keepEnvs", "maskEnvs", "maskLabels", "scrubCommands", "scrubMounts",
	"operations", "insecureAllowOperations", "upstreamURL", "maxBodyBytes", "logLevel",
}

// CreateConfig returns the defaults, which alone are not a valid
// configuration: one that selects nothing and scrubs nothing is refused.
func CreateConfig() *Config {
	return &Config{Match: "contains", Require: "any", MaxBodyBytes: defaultMaxBodyBytes, LogLevel: "error"}
}

// validate checks what no other part of the plugin compiles.
func (c *Config) validate() error {
	if err := unknownOption(c.Rest); err != nil {
		return err
	}
	if err := c.trimLists(); err != nil {
		return err
	}
	switch c.Match {
	case "", "contains", "exact", "glob", "regexp":
	default:
		return option.New("match", c.Match, "must be contains, exact, glob or regexp")
	}
	if c.MaxBodyBytes <= 0 {
		return option.New("maxBodyBytes", "", strconv.FormatInt(c.MaxBodyBytes, 10)+": must be greater than 0")
	}
	if !c.selects() && !c.scrubs() && len(c.Operations) == 0 {
		// Fail closed: a bare or mistyped configuration never means "show all".
		return errors.New("nothing is configured: set containerNames or containerLabels, or an option such as scrubEnvs: true to show all containers without their environment")
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

// trimLists trims the values of all lists.
func (c *Config) trimLists() error {
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
		if err := trimList(list.option, list.values); err != nil {
			return err
		}
	}
	return nil
}

// unknownOption reports the first of the options in rest.
func unknownOption(rest map[string]interface{}) error {
	names := make([]string, 0, len(rest))
	for name := range rest {
		names = append(names, name)
	}
	if len(names) == 0 {
		return nil
	}
	sort.Strings(names)
	hint := option.Suggest(names[0], optionNames)
	if hint == "" {
		hint = "; the options are " + strings.Join(optionNames, ", ")
	}
	err := option.New(names[0], "", "unknown option")
	err.Hint = hint
	return err
}

// trimList trims the values of a list in place and refuses blank ones, which
// "a,,b" and "a," give and which would match every container.
func trimList(name string, values []string) error {
	for i, value := range values {
		values[i] = strings.TrimSpace(value)
		if values[i] == "" {
			return option.New(name+"["+strconv.Itoa(i)+"]", "", strconv.Quote(value)+": blank value")
		}
	}
	return nil
}
