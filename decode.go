package dpf

import (
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/option"
)

// setEmpty refuses an option that is there and has no value, such as the
// Docker label of a compose variable that is not set.
const setEmpty = "set but empty"

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
		return option.New(name, "", setEmpty)
	}
	var err error
	switch name {
	case "containerNames":
		c.ContainerNames, err = listValue(name, value)
	case "containerLabels":
		c.ContainerLabels, err = listValue(name, value)
	case "excludeNames":
		c.ExcludeNames, err = listValue(name, value)
	case "excludeLabels":
		c.ExcludeLabels, err = listValue(name, value)
	case "keepEnvs":
		c.KeepEnvs, err = listValue(name, value)
	case "maskEnvs":
		c.MaskEnvs, err = listValue(name, value)
	case "maskLabels":
		c.MaskLabels, err = listValue(name, value)
	case "operations":
		c.Operations, err = listValue(name, value)
	case "insecureAllowOperations":
		c.InsecureAllowOperations, err = listValue(name, value)
	default:
		err = c.setScalar(name, value)
	}
	return err
}

// setScalar sets an option of one value.
func (c *Config) setScalar(name string, value interface{}) error {
	text, ok := scalarText(value)
	if !ok {
		return option.New(name, "", "must be one value, and no list and no object")
	}
	var err error
	switch name {
	case "match":
		c.Match, err = requiredText(name, text)
	case "require":
		c.Require, err = requiredText(name, text)
	case "userHeader":
		c.UserHeader, err = requiredText(name, text)
	case "groupsHeader":
		c.GroupsHeader, err = requiredText(name, text)
	case "upstreamURL":
		c.UpstreamURL = text
	case "logLevel":
		c.LogLevel = text
	case "scrubEnvs":
		c.ScrubEnvs, err = boolValue(name, text)
	case "scrubCommands":
		c.ScrubCommands, err = boolValue(name, text)
	case "scrubMounts":
		c.ScrubMounts, err = boolValue(name, text)
	case "maxBodyBytes":
		c.MaxBodyBytes, err = bytesValue(name, text)
	}
	return err
}

// listValue is the value of a list: a list, or one string with commas.
func listValue(name string, value interface{}) ([]string, error) {
	elements, ok := value.([]interface{})
	if !ok {
		text, ok := scalarText(value)
		if !ok {
			return nil, option.New(name, "", "must be a list, or one string with commas")
		}
		if strings.TrimSpace(text) == "" {
			return nil, option.New(name, "", setEmpty)
		}
		return strings.Split(text, ","), nil
	}
	values := make([]string, 0, len(elements))
	for i := range elements {
		text, ok := scalarText(elements[i])
		if !ok {
			return nil, option.At(name, i, "", "must be a string")
		}
		values = append(values, text)
	}
	return values, nil
}

// scalarText is the text of a value that is no list and no object. Traefik has
// made a string of nearly all of them.
func scalarText(value interface{}) (text string, ok bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case int, int64:
		return fmt.Sprint(v), true
	}
	return "", false
}

// requiredText is a text that must not be blank: it says how much is shown.
func requiredText(name, text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", option.New(name, "", setEmpty)
	}
	return text, nil
}

func boolValue(name, text string) (bool, error) {
	if strings.TrimSpace(text) == "" {
		return false, option.New(name, "", setEmpty)
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		return false, option.New(name, text, "must be true or false")
	}
	return b, nil
}

func bytesValue(name, text string) (int64, error) {
	if strings.TrimSpace(text) == "" {
		return 0, option.New(name, "", setEmpty)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, option.New(name, text, "must be a whole number of bytes")
	}
	return n, nil
}
