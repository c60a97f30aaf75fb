package dpf

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

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
		{func(c *Config) { c.MaskLabels = []string{""} }, `maskLabels[0]: blank value`},
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
		t.Run(fmt.Sprint(i), func(t *testing.T) {
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
		})
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
		t.Run(tt.target, func(t *testing.T) {
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
		})
	}
	config := CreateConfig()
	config.Operations = []string{"read"}
	engine := testEngine()
	rec := do(newTestFilter(t, engine, config), "POST", "/containers/web/stop", "")
	if want := "ContainerStop is refused: it is not among the operations of this client (option operations)"; rec.Code != http.StatusForbidden || !strings.Contains(rec.Body.String(), want) {
		t.Errorf("operations alone: got %d %s", rec.Code, rec.Body.String())
	}
}
