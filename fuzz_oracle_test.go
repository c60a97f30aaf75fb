package dpf

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
)

// The oracle of the fuzzers: the policy as the README has it, by encoding/json
// and without any code of the plugin.

// listed is a container as an answer has it.
type listed struct {
	raw     []byte
	id      string
	name    string
	aliases []string
	labels  map[string]string
}

var oracleID = regexp.MustCompile(`\A[0-9a-f]{64}\z`)

// readSummary reads an element of ContainerList.
func readSummary(raw []byte) (*listed, error) {
	var body struct {
		ID         string `json:"Id"`
		Names      []string
		Labels     map[string]string
		HostConfig struct{ NetworkMode string }
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, err
	}
	if !oracleID.MatchString(body.ID) {
		return nil, errors.New("no ID")
	}
	c := &listed{raw: raw, id: body.ID, labels: body.Labels}
	for _, name := range body.Names {
		if len(name) > 0 && name[0] == '/' && !strings.Contains(name[1:], "/") {
			if c.name == "" {
				c.name = name[1:]
			}
		}
	}
	if len(body.Names) > 1 {
		c.aliases = body.Names
	}
	return c, nil
}

// readInspect reads an answer to ContainerInspect.
func readInspect(raw []byte) (*listed, error) {
	var body struct {
		ID         string `json:"Id"`
		Name       string
		Config     struct{ Labels map[string]string }
		HostConfig struct{ NetworkMode string }
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, err
	}
	if !oracleID.MatchString(body.ID) {
		return nil, errors.New("no ID")
	}
	return &listed{raw: raw, id: body.ID, name: strings.TrimPrefix(body.Name, "/"), labels: body.Config.Labels}, nil
}

// expectedList is the elements of the list that the selectors show.
func expectedList(config *Config, list []byte) ([]*listed, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(list, &elements); err != nil {
		return nil, err
	}
	if elements == nil {
		return nil, errors.New("null")
	}
	var visible []*listed
	for _, element := range elements {
		c, err := readSummary(element)
		if err != nil {
			return nil, err
		}
		if shows(config, c) {
			visible = append(visible, c)
		}
	}
	return visible, nil
}

// shows is the table "Which containers are visible" of docs/users.md.
func shows(config *Config, c *listed) bool {
	byName, byLabel := c.name != "" && named(config.Match, config.ContainerNames, c), labelled(config.Match, config.ContainerLabels, c)
	if named(config.Match, config.ExcludeNames, c) || labelled(config.Match, config.ExcludeLabels, c) {
		return false
	}
	if len(config.ExcludeNames) > 0 && c.name == "" {
		return false
	}
	names, labels := len(config.ContainerNames) > 0, len(config.ContainerLabels) > 0
	switch {
	case !names && !labels:
		return true
	case names && labels && config.Require == "all":
		return byName && byLabel
	}
	return names && byName || labels && byLabel
}

func named(match string, names []string, c *listed) bool {
	for _, name := range names {
		if same(match, strings.TrimSpace(name), c.name) {
			return true
		}
	}
	return false
}

func labelled(match string, labels []string, c *listed) bool {
	for _, label := range labels {
		wantKey, wantValue, hasValue := strings.Cut(strings.TrimSpace(label), "=")
		for key, value := range c.labels {
			if same(match, wantKey, key) && (!hasValue || same(match, wantValue, value)) {
				return true
			}
		}
	}
	return false
}

// same compares in one of the modes of the option match.
func same(match, pattern, s string) bool {
	switch match {
	case "exact":
		return s == pattern
	case "glob":
		return globs([]rune(pattern), []rune(s))
	case "regexp":
		return regexp.MustCompile(`\A(?s:` + pattern + `)\z`).MatchString(s)
	}
	return strings.Contains(s, pattern)
}

// globs matches * and ?. It goes back to the last * only.
func globs(pattern, s []rune) bool {
	p, i, star, from := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			from++
			p, i = star+1, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// refers reports whether an element may name other containers.
func refers(elements []*listed) bool {
	for _, c := range elements {
		if len(c.aliases) > 0 {
			return true
		}
		for _, text := range []string{`"container:`, `"VolumesFrom":[`, `"Links":[`} {
			if bytes.Contains(c.raw, []byte(text)) {
				return true
			}
		}
		// Whose network a container has that tells no mode, the list does not say.
		var summary struct{ HostConfig struct{ NetworkMode string } }
		if err := json.Unmarshal(c.raw, &summary); err != nil || summary.HostConfig.NetworkMode == "" {
			return true
		}
	}
	return false
}

func joined(elements []*listed) string {
	all := make([]string, 0, len(elements))
	for _, c := range elements {
		all = append(all, string(c.raw))
	}
	return strings.Join(all, ",")
}

// checkReferences checks a list whose elements name other containers: the same
// containers, and none of them names a hidden one.
func checkReferences(t *testing.T, config *Config, list []byte, want []*listed, got []byte) {
	t.Helper()
	var elements []json.RawMessage
	if err := json.Unmarshal(got, &elements); err != nil || len(elements) != len(want) {
		t.Errorf("got %s, %v\nwant %d elements", got, err, len(want))
		return
	}
	visible, err := expectedList(config, list)
	if err != nil {
		t.Fatal(err)
	}
	for i, element := range elements {
		c, err := readSummary(element)
		if err != nil || c.id != want[i].id {
			t.Errorf("got %s, %v\nwant the element %s", element, err, want[i].raw)
			continue
		}
		var body struct {
			Names      []string
			HostConfig map[string]json.RawMessage
		}
		exactly(element, "Names", &body.Names)
		exactly(element, "HostConfig", &body.HostConfig)
		for _, name := range body.Names {
			if parent, _, alias := strings.Cut(strings.TrimPrefix(name, "/"), "/"); alias && !isKnown(visible, parent) {
				t.Errorf("got %s with the alias %q in a hidden container", element, name)
			}
		}
		var mode string
		_ = json.Unmarshal(body.HostConfig["NetworkMode"], &mode)
		if ref := strings.TrimPrefix(mode, "container:"); ref != mode && ref != strings.Repeat("0", 64) && !isKnown(visible, ref) {
			t.Errorf("got %s, which joins a hidden container", element)
		}
	}
}

// exactly decodes the member of that very name: encoding/json folds names.
func exactly(object []byte, name string, into interface{}) {
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) == nil && members[name] != nil {
		_ = json.Unmarshal(members[name], into)
	}
}

// isKnown reports whether a reference in an answer is of a visible container.
func isKnown(visible []*listed, ref string) bool {
	for _, c := range visible {
		if c.id == ref || c.name == strings.TrimPrefix(ref, "/") || ref != "" && strings.HasPrefix(c.id, ref) {
			return true
		}
	}
	return false
}

// scrubbedMembers are the members of an inspect that an option may change, in
// lower case.
var scrubbedMembers = map[string]bool{
	"config": true, "state": true, "path": true, "args": true, "mounts": true, "hostconfig": true, "graphdriver": true,
	"networksettings": true, "resolvconfpath": true, "hostnamepath": true, "hostspath": true, "logpath": true,
}

// checkScrubbed checks an inspect that is shown: nothing is left of what the
// options remove, and the rest is as it was.
func checkScrubbed(t *testing.T, config *Config, inspect, got []byte) {
	t.Helper()
	if !config.ScrubEnvs && !config.ScrubCommands && !config.ScrubMounts && len(config.MaskEnvs)+len(config.MaskLabels) == 0 &&
		!refers([]*listed{{raw: inspect}}) && !bytes.Equal(inspect, got) {
		t.Errorf("got  %s\nwant %s", got, inspect)
	}
	var before, after map[string]json.RawMessage
	if err := json.Unmarshal(got, &after); err != nil {
		t.Errorf("got %s: %v", got, err)
		return
	}
	_ = json.Unmarshal(inspect, &before)
	for key, value := range before {
		if !scrubbedMembers[strings.ToLower(key)] && !bytes.Equal(value, after[key]) {
			t.Errorf("%s: got %s, want %s", key, after[key], value)
		}
	}
	checkEnvironment(t, config, got)
	checkLabels(t, config, after["Config"])
	var command struct {
		Path string
		Args []string
	}
	exactly(got, "Path", &command.Path)
	exactly(got, "Args", &command.Args)
	if config.ScrubCommands && (command.Path != "" || len(command.Args) > 0) {
		t.Errorf("a command is left: %s", got)
	}
	var binds []string
	exactly(after["HostConfig"], "Binds", &binds)
	if config.ScrubMounts && len(binds) > 0 {
		t.Errorf("a path of the host is left: %s", got)
	}
}

// checkEnvironment checks what a client in Go reads as the environment.
func checkEnvironment(t *testing.T, config *Config, got []byte) {
	t.Helper()
	var body struct{ Config struct{ Env []string } }
	_ = json.Unmarshal(got, &body)
	for _, variable := range body.Config.Env {
		key, value, hasValue := strings.Cut(variable, "=")
		if config.ScrubEnvs && !globsAny(config.KeepEnvs, key) {
			t.Errorf("the variable %q is left", variable)
		}
		if hasValue && value != "***" && globsAny(config.MaskEnvs, key) {
			t.Errorf("the value of %q is left", variable)
		}
	}
}

func checkLabels(t *testing.T, config *Config, object []byte) {
	t.Helper()
	labels := map[string]json.RawMessage{}
	exactly(object, "Labels", &labels)
	for key, value := range labels {
		if key != "name" && key != "image" && string(value) != `"***"` && globsAny(config.MaskLabels, key) {
			t.Errorf("the label %q is left: %s", key, value)
		}
	}
}

func globsAny(globs []string, key string) bool {
	for _, glob := range globs {
		if same("glob", strings.ToLower(strings.TrimSpace(glob)), strings.ToLower(key)) {
			return true
		}
	}
	return false
}
