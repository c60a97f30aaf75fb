package dpf

import (
	"regexp"
	"sort"
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

// listOption is an option that is a list.
type listOption struct {
	name   string
	values *[]string
}

// selectorLists is how many of lists are selectors.
const selectorLists = 4

// lists are the options that are lists, the selectors first.
func (c *Config) lists() []listOption {
	return []listOption{
		{"containerNames", &c.ContainerNames},
		{"containerLabels", &c.ContainerLabels},
		{"excludeNames", &c.ExcludeNames},
		{"excludeLabels", &c.ExcludeLabels},
		{"keepEnvs", &c.KeepEnvs},
		{"maskEnvs", &c.MaskEnvs},
		{"maskLabels", &c.MaskLabels},
		{"operations", &c.Operations},
		{"insecureAllowOperations", &c.InsecureAllowOperations},
	}
}

// checkValues trims and checks the values of all lists.
func (c *Config) checkValues() error {
	for _, list := range c.lists() {
		if err := checkListOption(list.name, *list.values); err != nil {
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
		return option.New(name, "", option.SetEmpty)
	}
	for i, value := range values {
		values[i] = strings.TrimSpace(value)
		if err := option.Element(name, i, values[i]); err != nil {
			return err
		}
	}
	return nil
}

// plainName is what an option may be called; only such a name is repeated to
// clients.
var plainName = regexp.MustCompile(`^[A-Za-z]{1,32}$`)

// optionNames are the options as the documentation spells them.
var optionNames = []string{
	"containerNames", "containerLabels", "excludeNames", "excludeLabels", "match", "require",
	"userHeader", "groupsHeader",
	"scrubEnvs", "keepEnvs", "maskEnvs", "maskLabels", "scrubCommands", "scrubMounts",
	"operations", "insecureAllowOperations", "upstreamURL", "maxBodyBytes", "logLevel",
}

// decode fills the options from Rest, where Traefik leaves all of them. The
// decoder of Traefik has no say: for a value of the wrong type it drops the
// router, and another one that matches would serve the client unfiltered.
func (c *Config) decode() error {
	names := make([]string, 0, len(c.Rest))
	for name := range c.Rest {
		names = append(names, name)
	}
	sort.Strings(names)
	set := map[string]bool{}
	for _, typed := range names {
		name := knownOption(typed)
		if name == "" {
			return unknownOption(typed)
		}
		if set[name] {
			return option.New(name, "", "set twice, in two spellings")
		}
		set[name] = true
		if err := c.set(name, c.Rest[typed]); err != nil {
			return err
		}
	}
	return nil
}

// typedLevel is the option logLevel of a configuration that may not be decoded.
func (c *Config) typedLevel() string {
	for name, value := range c.Rest {
		if level, ok := value.(string); ok && strings.EqualFold(name, "logLevel") {
			return level
		}
	}
	return c.LogLevel
}

// knownOption is the option that is meant by a name as it was typed, or empty.
func knownOption(typed string) string {
	for _, name := range optionNames {
		if strings.EqualFold(name, typed) {
			return name
		}
	}
	return ""
}

// unknownOption reports an option that does not exist.
func unknownOption(typed string) error {
	hint := option.Suggest(typed, optionNames)
	if hint == "" {
		hint = "; the options are " + strings.Join(optionNames, ", ")
	}
	if !plainName.MatchString(typed) {
		// It may hold a value, such as containerNames=a.
		return option.New("", typed, "unknown option"+hint)
	}
	return option.New(typed, "", "unknown option"+hint)
}

// set sets one option.
func (c *Config) set(name string, value interface{}) error {
	if value == nil {
		return option.New(name, "", option.SetEmpty)
	}
	for _, list := range c.lists() {
		if list.name == name {
			values, err := option.List(name, value)
			*list.values = values
			return err
		}
	}
	return c.setScalar(name, value)
}

// setScalar sets an option of one value.
func (c *Config) setScalar(name string, value interface{}) error {
	text, ok := option.Text(value)
	if !ok {
		return option.New(name, "", "must be one value, and no list and no object")
	}
	var err error
	switch name {
	case "match":
		c.Match, err = option.Required(name, text)
	case "require":
		c.Require, err = option.Required(name, text)
	case "userHeader":
		c.UserHeader, err = option.Required(name, text)
	case "groupsHeader":
		c.GroupsHeader, err = option.Required(name, text)
	case "upstreamURL":
		c.UpstreamURL = text
	case "logLevel":
		c.LogLevel = text
	case "scrubEnvs":
		c.ScrubEnvs, err = option.Bool(name, text)
	case "scrubCommands":
		c.ScrubCommands, err = option.Bool(name, text)
	case "scrubMounts":
		c.ScrubMounts, err = option.Bool(name, text)
	case "maxBodyBytes":
		c.MaxBodyBytes, err = option.Bytes(name, text)
	}
	return err
}
