package dpf

import (
	"net/http"
	"strings"
	"testing"
)

func TestMatchModes(t *testing.T) {
	c := &container{ID: id("a"), Name: "web-1", Labels: map[string]string{"app.tier": "front\nend", "team": "red", "empty": ""}}
	tests := []struct {
		mode, value string
		name, label bool // matches as a name, as a label
	}{
		{"contains", "web", true, false},
		{"contains", "team", false, true},
		{"contains", "team=re", false, true},
		{"exact", "web", false, false},
		{"exact", "web-1", true, false},
		{"exact", "team", false, true},
		{"exact", "team=red", false, true},
		{"exact", "team=re", false, false},
		{"exact", "empty=", false, true},
		{"exact", "team=", false, false},
		{"glob", "web-?", true, false},
		{"glob", "web", false, false},
		{"glob", "*", true, true},
		{"glob", "app.*", false, true},
		{"glob", "appXtier", false, false},
		{"glob", "app.*=front*", false, true},
		{"glob", "team=r?d", false, true},
		{"glob", "team=r?", false, false},
		{"regexp", `web-\d+`, true, false},
		{"regexp", `eb-\d`, false, false},
		{"regexp", `web|db`, false, false},
		{"regexp", `x|web-1`, true, false},
		{"regexp", `app\..*=front.*`, false, true},
		{"regexp", `te.m=(red|blue)`, false, true},
	}
	for _, tt := range tests {
		for _, exclude := range []bool{false, true} {
			byName := &Config{Match: tt.mode, ContainerNames: []string{tt.value}}
			byLabel := &Config{Match: tt.mode, ContainerLabels: []string{tt.value}}
			if exclude {
				byName = &Config{Match: tt.mode, ExcludeNames: []string{tt.value}}
				byLabel = &Config{Match: tt.mode, ExcludeLabels: []string{tt.value}}
			}
			for _, p := range []struct {
				kind   string
				config *Config
				match  bool
			}{{"name", byName, tt.name}, {"label", byLabel, tt.label}} {
				compiled, err := newPolicy(p.config)
				if err != nil {
					t.Errorf("%s %s %s: %v", tt.mode, p.kind, tt.value, err)
					continue
				}
				if got := compiled.visible(c); got != (p.match != exclude) {
					t.Errorf("%s %s %s, exclude %t: got visible %t", tt.mode, p.kind, tt.value, exclude, got)
				}
			}
		}
	}
}

func TestRequireAndExclude(t *testing.T) {
	c := &container{ID: id("a"), Name: "web", Labels: map[string]string{"team": "red"}}
	tests := []struct {
		name   string
		config Config
		want   bool
	}{
		{"any, both", Config{ContainerNames: []string{"web"}, ContainerLabels: []string{"team"}}, true},
		{"any, one", Config{ContainerNames: []string{"web"}, ContainerLabels: []string{"x"}}, true},
		{"all, both", Config{Require: "all", ContainerNames: []string{"web"}, ContainerLabels: []string{"team"}}, true},
		{"all, name only", Config{Require: "all", ContainerNames: []string{"web"}, ContainerLabels: []string{"x"}}, false},
		{"all, label only", Config{Require: "all", ContainerNames: []string{"x"}, ContainerLabels: []string{"team"}}, false},
		{"all, one list", Config{Require: "all", ContainerNames: []string{"x", "web"}}, true},
		{"excluded by name", Config{ContainerLabels: []string{"team"}, ExcludeNames: []string{"we"}}, false},
		{"excluded by label", Config{ContainerNames: []string{"web"}, ExcludeLabels: []string{"team=red"}}, false},
		{"not excluded", Config{ContainerNames: []string{"web"}, ExcludeLabels: []string{"team=blue"}}, true},
		{"excludes alone show the rest", Config{ExcludeNames: []string{"db"}}, true},
		{"excludes alone hide", Config{ExcludeNames: []string{"web"}}, false},
	}
	for _, tt := range tests {
		config := tt.config
		p, err := newPolicy(&config)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := p.visible(c); got != tt.want {
			t.Errorf("%s: got visible %t, want %t", tt.name, got, tt.want)
		}
	}
	p, err := newPolicy(&Config{ExcludeNames: []string{"x"}})
	if err != nil || p.visible(&container{ID: id("a")}) {
		t.Errorf("a container whose name is not known is visible under excludeNames (%v)", err)
	}
}

func TestPolicyRefused(t *testing.T) {
	tests := []struct {
		change func(c *Config)
		want   string
	}{
		{func(c *Config) { c.Match = "prefix" }, `match: "prefix": must be contains, exact, glob or regexp`},
		{func(c *Config) { c.Require = "some" }, `require: "some": must be any or all`},
		{func(c *Config) { c.Match = "regexp"; c.ContainerNames = []string{"a", "("} }, `containerNames[1]: "(": error parsing regexp`},
		{func(c *Config) { c.Match = "regexp"; c.ExcludeLabels = []string{"a=["} }, `excludeLabels[0]: "a=[": error parsing regexp`},
		{func(c *Config) { c.Match = "regexp"; c.ContainerNames = []string{"web)|(?:x"} }, `containerNames[0]: "web)|(?:x": error parsing regexp`},
		{func(c *Config) { c.ExcludeNames = []string{"a\xff"} }, `excludeNames[0]: "a\xff": not valid UTF-8`},
		{func(c *Config) { c.Match = "exact"; c.ContainerLabels = []string{"a=\xff"} }, `containerLabels[0]: "a=\xff": not valid UTF-8`},
		{func(c *Config) { c.Match = "glob"; c.ExcludeNames = []string{"a[b]"} }, `excludeNames[0]: "a[b]": a glob has * and ? only`},
		{func(c *Config) { c.KeepEnvs = []string{"TZ"} }, `keepEnvs: has no effect without scrubEnvs: true`},
		{func(c *Config) { c.MaskEnvs = []string{"[A]"} }, `maskEnvs[0]: "[A]": a glob has`},
		{func(c *Config) { c.MaskLabels = []string{""} }, `maskLabels[0]: "": blank value`},
		{func(c *Config) { c.Operations = []string{"read", "ContainerStrt"} }, `operations[1]: "ContainerStrt": no such operation or group, did you mean ContainerStart?`},
		{func(c *Config) { c.Operations = []string{"-read"} }, `operations[0]: "-read": no such operation or group`},
		{func(c *Config) { c.InsecureAllowOperations = []string{"ContainerList"} }, `insecureAllowOperations[0]: "ContainerList": not an operation that needs it`},
		{func(c *Config) { c.InsecureAllowOperations = []string{"ContainerCraete"} }, `did you mean ContainerCreate?`},
		{func(c *Config) {
			c.Operations = []string{"manage", "-ImageBuild"}
			c.InsecureAllowOperations = []string{"ImageBuild"}
		}, `insecureAllowOperations[0]: "ImageBuild": operations takes it away`},
	}
	for _, tt := range tests {
		checkRefused(t, tt.want, tt.change, tt.want)
	}
}

// List, inspect, a scoped operation, events and the data usage agree on every
// container.
func TestOneVerdictEverywhere(t *testing.T) {
	configs := []*Config{
		{ContainerNames: []string{"web"}},
		{ContainerLabels: []string{"homepage.group=media"}},
		{ContainerLabels: []string{"homepage.group"}, ExcludeNames: []string{"db"}},
		{ExcludeLabels: []string{"x=canary"}},
		{Match: "exact", ContainerNames: []string{"secret", "other"}},
		{Match: "glob", Require: "all", ContainerNames: []string{"*"}, ContainerLabels: []string{"*=*<&>*"}},
		{Match: "regexp", ContainerNames: []string{"(?i)WEB", "o.*"}},
	}
	for i, config := range configs {
		config.MaxBodyBytes = defaultMaxBodyBytes
		engine := testEngine()
		// Link aliases beside the primary name.
		engine.containers[0].summary = `,"Names":["/db/alias","/other/x","/web"]`
		h := newTestFilter(t, engine, config)
		listed := do(h, "GET", "/containers/json", "").Body.String()
		for _, c := range engine.containers {
			inList := strings.Contains(listed, c.id)
			if got := do(h, "GET", "/containers/"+c.id+"/json", "").Code == 200; got != inList {
				t.Errorf("policy %d: %s is listed %t, inspected %t", i, c.name, inList, got)
			}
			if got := do(h, "GET", "/containers/"+c.name+"/json", "").Code == 200; got != inList {
				t.Errorf("policy %d: %s is listed %t, inspected by name %t", i, c.name, inList, got)
			}
			if got := do(h, "POST", "/containers/"+c.id[:3]+"/stop", "").Code == 204; got != inList {
				t.Errorf("policy %d: %s is listed %t, stopped %t", i, c.name, inList, got)
			}
			event := containerEvent("start", c.id, c.name) + "\n"
			events := chunkedEngine("application/json", []string{event})
			events.containers = engine.containers
			again := *config
			if got := do(newTestFilter(t, events, &again), "GET", "/events", "").Body.String() == event; got != inList {
				t.Errorf("policy %d: %s is listed %t, in the events %t", i, c.name, inList, got)
			}
		}
	}
}

func TestOperations(t *testing.T) {
	tests := []struct {
		operations []string
		target     string
		want       int
	}{
		{[]string{"read"}, "GET /_ping", 204},
		{[]string{"read"}, "GET /version", 204},
		{[]string{"read"}, "GET /containers/json", 200},
		{[]string{"read"}, "GET /containers/web/logs", 204},
		{[]string{"read"}, "GET /containers/web/archive?path=/", 403},
		{[]string{"read"}, "GET /containers/web/export", 403},
		{[]string{"read"}, "GET /containers/web/attach/ws", 403},
		{[]string{"read"}, "POST /containers/web/stop", 403},
		{[]string{"read"}, "POST /containers/secret/stop", 403},
		{[]string{"read", "lifecycle"}, "POST /containers/web/stop", 204},
		{[]string{"read", "lifecycle"}, "DELETE /containers/web", 403},
		{[]string{"read", "ContainerRestart"}, "POST /containers/web/restart", 204},
		{[]string{"read", "ContainerRestart"}, "POST /containers/web/stop", 403},
		{[]string{"lifecycle", "-ContainerKill"}, "POST /containers/web/kill", 403},
		{[]string{"lifecycle", "-ContainerKill"}, "POST /containers/web/start", 204},
		{[]string{"-ContainerLogs"}, "GET /containers/web/logs", 403},
		{[]string{"-ContainerLogs"}, "GET /containers/web/changes", 204},
		{[]string{"exec"}, "GET /exec/" + visibleExec + "/json", 200},
		{[]string{"manage"}, "POST /build", 403},
		{[]string{"files"}, "HEAD /containers/web/archive?path=/", 204},
	}
	for _, tt := range tests {
		config := testConfig()
		config.Operations = tt.operations
		engine := testEngine()
		method, path, _ := strings.Cut(tt.target, " ")
		rec := do(newTestFilter(t, engine, config), method, path, "")
		if rec.Code != tt.want {
			t.Errorf("%v: %s: got %d %s, want %d", tt.operations, tt.target, rec.Code, rec.Body.String(), tt.want)
		}
		if tt.want == 403 && len(engine.requests) > 0 {
			t.Errorf("%v: %s: got upstream requests %v", tt.operations, tt.target, engine.requests)
		}
	}
	config := CreateConfig()
	config.Operations = []string{"read"}
	engine := testEngine()
	rec := do(newTestFilter(t, engine, config), "POST", "/containers/web/stop", "")
	if want := "ContainerStop is refused: it is not among the operations of this client (option operations)"; rec.Code != http.StatusForbidden || !strings.Contains(rec.Body.String(), want) {
		t.Errorf("operations alone: got %d %s", rec.Code, rec.Body.String())
	}
}

// No group that is named for reading opens files or a terminal.
func TestReadGroup(t *testing.T) {
	for i := range operations {
		op := &operations[i]
		if !contains(strings.Fields(op.group), "read") {
			continue
		}
		if op.hijack || (op.method != "GET" && op.id != "ContainerWait") || strings.Contains(op.path, "archive") || strings.Contains(op.path, "export") {
			t.Errorf("%s is in the group read", op.id)
		}
	}
}
