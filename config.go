package dpf

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
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

	// ScrubEnvs empties the environment lists in answers.
	ScrubEnvs bool `json:"scrubEnvs,omitempty"`

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
	"containerNames", "containerLabels", "scrubEnvs", "insecureAllowOperations", "upstreamURL", "maxBodyBytes", "logLevel",
}

// CreateConfig returns the defaults, which alone are not a valid
// configuration: one that selects nothing and scrubs nothing is refused.
func CreateConfig() *Config {
	return &Config{MaxBodyBytes: defaultMaxBodyBytes, LogLevel: "error"}
}

// validate checks what no other part of the plugin compiles.
func (c *Config) validate() error {
	if err := unknownOption(c.Rest); err != nil {
		return err
	}
	if err := trimList("containerNames", c.ContainerNames); err != nil {
		return err
	}
	if err := trimList("containerLabels", c.ContainerLabels); err != nil {
		return err
	}
	if err := trimList("insecureAllowOperations", c.InsecureAllowOperations); err != nil {
		return err
	}
	if c.MaxBodyBytes <= 0 {
		return fmt.Errorf("maxBodyBytes: %d: must be greater than 0", c.MaxBodyBytes)
	}
	if len(c.ContainerNames) == 0 && len(c.ContainerLabels) == 0 && !c.ScrubEnvs {
		// Closed: a bare or mistyped configuration never means "show all".
		return errors.New("nothing is configured: set containerNames or containerLabels, or scrubEnvs: true to show all containers without their environment")
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
	hint := suggestion(names[0], optionNames)
	if hint == "" {
		hint = "; the options are " + strings.Join(optionNames, ", ")
	}
	return fmt.Errorf("%s: unknown option%s", names[0], hint)
}

// suggestion asks for the valid name that name was probably meant to be, if
// there is one.
func suggestion(name string, valid []string) string {
	best, bestDistance := "", len(name)/2+1
	for _, candidate := range valid {
		d := distance(strings.ToLower(name), strings.ToLower(candidate))
		if d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return ", did you mean " + best + "?"
}

func contains(list []string, s string) bool {
	for _, element := range list {
		if element == s {
			return true
		}
	}
	return false
}

// distance is the Levenshtein distance of a and b, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			d := diagonal
			if a[i-1] != b[j-1] {
				d++
			}
			diagonal = row[j]
			if row[j]+1 < d {
				d = row[j] + 1
			}
			if row[j-1]+1 < d {
				d = row[j-1] + 1
			}
			row[j] = d
		}
	}
	return row[len(b)]
}

// trimList trims the values of a list in place and refuses blank ones, which
// "a,,b" and "a," give and which would match every container.
func trimList(option string, values []string) error {
	for i, value := range values {
		values[i] = strings.TrimSpace(value)
		if values[i] == "" {
			return fmt.Errorf("%s[%d]: %s: blank value", option, i, strconv.Quote(value))
		}
	}
	return nil
}
