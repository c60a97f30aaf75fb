package dpf

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
)

// scrubConfig sets all scrub options, with a selector or without.
func scrubConfig(selector bool, opened ...string) *Config {
	config := CreateConfig()
	if selector {
		config.ContainerLabels = []string{"homepage.group"}
		config.InsecureAllowOperations = opened
	}
	config.ScrubEnvs = true
	config.ScrubCommands = true
	config.ScrubMounts = true
	config.MaskLabels = []string{"secret"}
	return config
}

// answers makes the engine answer requests for a path with a status and a body
// of JSON.
func (e *fakeEngine) answers(path string, status int, body string) {
	e.override = func(rw http.ResponseWriter, req *http.Request) bool {
		if req.URL.Path != path {
			return false
		}
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body))
		return true
	}
}

// Operations that nothing is hidden in reach the engine as the client sent them,
// whatever is scrubbed of their answers.
func TestScrubOptionsLeaveRequestsUnchanged(t *testing.T) {
	tests := []struct{ id, method, target string }{
		{"ContainerCreate", "POST", "/v1.41/containers/create?name=a&platform=linux%2Famd64"},
		{"ImageCreate", "POST", "/v1.41/images/create?fromImage=a&tag=1"},
		{"ImageBuild", "POST", "/v1.41/build?buildargs=%7B%7D&t=a"},
		{"ImageLoad", "POST", "/v1.41/images/load?quiet=1"},
		{"ServiceCreate", "POST", "/v1.41/services/create?x=1"},
		{"ServiceUpdate", "POST", "/v1.41/services/a/update?version=12"},
		{"VolumeCreate", "POST", "/v1.41/volumes/create?x=1"},
		{"NetworkCreate", "POST", "/v1.41/networks/create?x=1"},
		{"ConfigCreate", "POST", "/v1.41/configs/create?x=1"},
		{"PluginSet", "POST", "/v1.41/plugins/a/set?x=1"},
		{"PluginList", "GET", "/v1.41/plugins?filters=%7B%22enabled%22%3A%5B%22true%22%5D%7D"},
		{"ImageAttestations", "GET", "/v1.41/images/a/attestations?platform=x"},
	}
	for _, selector := range []bool{false, true} {
		for _, tt := range tests {
			t.Run(tt.id, func(t *testing.T) {
				engine := testEngine()
				h := newTestFilter(t, engine, scrubConfig(selector, tt.id))
				body := ""
				if tt.method == "POST" {
					body = `{"Image":"a","Cmd":["x"],"HostConfig":{"Binds":["/a:/b"]}}`
				}
				rec := do(h, tt.method, tt.target, body)
				if got := engine.last(); got != tt.method+" "+tt.target || engine.bodies[len(engine.bodies)-1] != body {
					t.Errorf("got upstream request %s %s", got, engine.bodies)
				}
				if rec.Code != http.StatusNoContent {
					t.Errorf("got %d %s", rec.Code, rec.Body)
				}
			})
		}
	}
	for _, target := range []string{"/v1.41/images/a/json?platform=x", "/v1.41/containers/web/json?new=1", "/v1.41/events?new=1", "/v1.41/containers/web/wait?condition=removed"} {
		t.Run(target, func(t *testing.T) {
			method := "GET"
			if strings.Contains(target, "/wait") {
				method = "POST"
			}
			engine := testEngine()
			do(newTestFilter(t, engine, scrubConfig(false)), method, target, "")
			if got := engine.last(); got != method+" "+target {
				t.Errorf("got upstream request %s", got)
			}
		})
	}
}

// Errors quote paths of the host and commands.
func TestErrorsTellNoPathAndNoCommand(t *testing.T) {
	web := "/v1.41/containers/" + id("aa1")
	tests := []struct{ id, method, target string }{
		{"ContainerStart", "POST", web + "/start"},
		{"ContainerRestart", "POST", web + "/restart"},
		{"ContainerStop", "POST", web + "/stop"},
		{"ContainerKill", "POST", web + "/kill"},
		{"ContainerUpdate", "POST", web + "/update"},
		{"ContainerExec", "POST", web + "/exec"},
		{"ContainerDelete", "DELETE", web},
		{"ContainerLogs", "GET", web + "/logs"},
		{"ContainerStats", "GET", web + "/stats"},
		{"ContainerTop", "GET", web + "/top"},
		{"ContainerChanges", "GET", web + "/changes"},
		{"ContainerExport", "GET", web + "/export"},
		{"ContainerArchive", "GET", web + "/archive"},
		{"PutContainerArchive", "PUT", web + "/archive"},
		{"ContainerWait", "POST", web + "/wait"},
		{"ContainerAttach", "POST", web + "/attach"},
		{"ExecStart", "POST", "/v1.41/exec/" + visibleExec + "/start"},
		{"SystemEvents", "GET", "/v1.41/events"},
		{"SystemInfo", "GET", "/v1.41/info"},
		{"NodeList", "GET", "/v1.41/nodes"},
		{"ContainerCreate", "POST", "/v1.41/containers/create"},
		{"ContainerPrune", "POST", "/v1.41/containers/prune"},
		{"VolumeDelete", "DELETE", "/v1.41/volumes/a"},
		{"VolumeCreate", "POST", "/v1.41/volumes/create"},
		{"ImageBuild", "POST", "/v1.41/build"},
		{"ServiceCreate", "POST", "/v1.41/services/create"},
		{"PluginEnable", "POST", "/v1.41/plugins/a/enable"},
	}
	words := []string{
		`{"message":"error mounting \"/host/canary\" to rootfs at \"/data\""}`,
		`{"message":"OCI runtime create failed: exec: \"canary\": executable file not found in $PATH: unknown"}`,
		`{"message":"stat /canary: no such file or directory","cause":"x"}`,
		`canary`,
	}
	for _, selector := range []bool{false, true} {
		for _, option := range []string{"scrubMounts", "scrubCommands"} {
			for _, tt := range tests {
				t.Run(option+" "+tt.id, func(t *testing.T) {
					config := scrubConfig(selector)
					config.ScrubEnvs = false
					config.ScrubMounts = option == "scrubMounts"
					config.ScrubCommands = !config.ScrubMounts
					if op := operation(tt.id); selector && op.Gate != "" {
						config.InsecureAllowOperations = []string{tt.id}
					}
					for i, body := range words {
						status := 500 - 100*(i%2)
						engine := testEngine()
						engine.answers(tt.target, status, body)
						rec := do(newTestFilter(t, engine, config), tt.method, tt.target, "{}")
						if rec.Code != status || strings.Contains(rec.Body.String(), "canary") || !strings.Contains(rec.Body.String(), "dpf: ") {
							t.Errorf("selector %v: got %d %s", selector, rec.Code, rec.Body)
						}
					}
					engine := testEngine()
					engine.containers[0].inspect = `,"HostConfig":{"NetworkMode":"bridge"}`
					engine.answers(tt.target, 409, `{"message":"it is not running"}`)
					rec := do(newTestFilter(t, engine, config), tt.method, tt.target, "{}")
					if rec.Code != 409 || rec.Body.String() != `{"message":"it is not running"}` {
						t.Errorf("harmless words, selector %v: got %d %s", selector, rec.Code, rec.Body)
					}
				})
			}
		}
	}
}

func operation(id string) *engineapi.Operation {
	operations := engineapi.Operations()
	for i := range operations {
		if operations[i].ID == id {
			return &operations[i]
		}
	}
	return nil
}

// A connection that is taken over passes through no writer of ours.
func TestUpgradesPassTheScrubOptions(t *testing.T) {
	for _, selector := range []bool{false, true} {
		t.Run(fmt.Sprint(selector), func(t *testing.T) {
			engine := testEngine()
			var got http.ResponseWriter
			engine.override = func(rw http.ResponseWriter, _ *http.Request) bool {
				got = rw
				return false
			}
			h := newTestFilter(t, engine, scrubConfig(selector))
			rec := httptest.NewRecorder()
			req := httptest.NewRequest("POST", "/v1.41/containers/"+id("aa1")+"/attach?stream=1", nil)
			req.Header.Set("Connection", "Upgrade")
			req.Header.Set("Upgrade", "tcp")
			h.ServeHTTP(rec, req)
			if got != http.ResponseWriter(rec) {
				t.Errorf("selector %v: the connection cannot be taken over", selector)
			}
		})
	}
}

// An upgrade that the operation does not have changes nothing.
func TestUpgradeDoesNotUncoverErrors(t *testing.T) {
	for _, target := range []string{"/v1.41/containers/" + id("aa1") + "/start", "/v1.41/containers/create"} {
		t.Run(target, func(t *testing.T) {
			engine := testEngine()
			engine.answers(target, 500, `{"message":"stat /canary"}`)
			rec := httptest.NewRecorder()
			req := httptest.NewRequest("POST", target, strings.NewReader("{}"))
			req.Header.Set("Connection", "Upgrade")
			req.Header.Set("Upgrade", "tcp")
			newTestFilter(t, engine, scrubConfig(false)).ServeHTTP(rec, req)
			if rec.Code != 500 || strings.Contains(rec.Body.String(), "canary") {
				t.Errorf("%s: got %d %s", target, rec.Code, rec.Body)
			}
		})
	}
}

// An exec instance that is started detached answers with its error, and one that
// is not takes the connection over, whatever the client asks for.
func TestDetachedExecTellsNoCommand(t *testing.T) {
	tests := []struct {
		name, body string
		passed     bool
	}{
		{"attached", `{"Detach":false,"Tty":true}`, true},
		{"detached", `{"Detach":true}`, false},
		{"folded", `{"Detach":false,"detach":true}`, false},
		{"not valid", `{"Detach":"true"}`, false},
	}
	for _, selector := range []bool{false, true} {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				const message = `{"message":"exec: \"canary\": executable file not found"}`
				target := "/v1.41/exec/" + visibleExec + "/start"
				engine := testEngine()
				engine.answers(target, 400, message)
				rec := httptest.NewRecorder()
				req := httptest.NewRequest("POST", target, strings.NewReader(tt.body))
				req.Header.Set("Content-Type", "application/json")
				req.Header.Set("Connection", "Upgrade")
				req.Header.Set("Upgrade", "tcp")
				newTestFilter(t, engine, scrubConfig(selector)).ServeHTTP(rec, req)
				if rec.Code != 400 || strings.Contains(rec.Body.String(), "canary") != tt.passed {
					t.Errorf("selector %v: got %d %s", selector, rec.Code, rec.Body)
				}
				if body := engine.bodies[len(engine.bodies)-1]; !selector && body != tt.body {
					t.Errorf("got upstream body %s", body)
				}
			})
		}
	}
}

// The details of logs are labels that hold paths, too.
func TestLogDetailsTellNoPath(t *testing.T) {
	engine := testEngine()
	config := CreateConfig()
	config.ScrubMounts = true
	do(newTestFilter(t, engine, config), "GET", "/v1.41/containers/web/logs?details=1&stdout=1", "")
	if got := engine.last(); got != "GET /v1.41/containers/web/logs?stdout=1" {
		t.Errorf("got upstream request %s", got)
	}
}

// What is forwarded as it comes is answered scrubbed, with and without a
// selector.
func TestForwardedAnswersAreScrubbed(t *testing.T) {
	tests := []struct {
		id, method, target string
		status             int
		body, want         string
	}{
		{"VolumeCreate", "POST", "/v1.41/volumes/create", 201, `{"Name":"a","Mountpoint":"/canary","Labels":{"secret":"canary"},"Options":{"device":"/canary"}}`, `{"Name":"a","Mountpoint":"","Labels":{"secret":"***"},"Options":{}}`},
		{"PluginList", "GET", "/v1.41/plugins", 200, `[{"Settings":{"Env":["A=canary"],"Args":["canary"],"Mounts":[{"Source":"/canary"}]}}]`, `[{"Settings":{"Env":[],"Args":[],"Mounts":[{"Source":""}]}}]`},
		{"ConfigList", "GET", "/v1.41/configs", 200, `[{"Spec":{"Labels":{"secret":"canary"}}}]`, `[{"Spec":{"Labels":{"secret":"***"}}}]`},
		{"SecretInspect", "GET", "/v1.41/secrets/a", 200, `{"Spec":{"Labels":{"SECRET":"canary"}}}`, `{"Spec":{"Labels":{"SECRET":"***"}}}`},
		{"ImageAttestations", "GET", "/v1.41/images/a/attestations", 200, `[{"Statement":{"a":"canary"}}]`, `[{"Statement":{}}]`},
		{"ContainerWait", "POST", "/v1.41/containers/" + id("aa1") + "/wait", 200, `{"StatusCode":1,"Error":{"Message":"stat /canary"}}` + "\n", `{"StatusCode":1,"Error":{"Message":""}}` + "\n"},
		{"NodeList", "GET", "/v1.41/nodes", 200, `[{"Spec":{"Labels":{"secret":"canary"}},"Description":{"Engine":{"Labels":{"secret":"canary"}}}}]`, `[{"Spec":{"Labels":{"secret":"***"}},"Description":{"Engine":{"Labels":{"secret":"***"}}}}]`},
		{"PluginInspect", "GET", "/v1.41/plugins/a/json", 200, `canary`, ""},
		{"PluginInspect", "GET", "/v1.41/plugins/a/json", 200, `{"Settings":["canary"]}`, ""},
	}
	for _, selector := range []bool{false, true} {
		for _, tt := range tests {
			t.Run(tt.id, func(t *testing.T) {
				config := scrubConfig(selector)
				if selector && operation(tt.id).Gate != "" {
					config.InsecureAllowOperations = []string{tt.id}
				}
				engine := testEngine()
				engine.answers(tt.target, tt.status, tt.body)
				rec := do(newTestFilter(t, engine, config), tt.method, tt.target, "")
				if tt.want == "" && (rec.Code != 502 || strings.Contains(rec.Body.String(), "canary")) {
					t.Errorf("selector %v: got %d %s, want 502", selector, rec.Code, rec.Body)
				}
				if tt.want != "" && (rec.Code != tt.status || strings.TrimSpace(rec.Body.String()) != strings.TrimSpace(tt.want)) {
					t.Errorf("selector %v: got %d %s\nwant %s", selector, rec.Code, rec.Body, tt.want)
				}
			})
		}
	}
}

// Without a selector, too, a scrubbed value is told by no other field.
func TestNoOtherFieldTellsAScrubbedValue(t *testing.T) {
	tests := []struct{ name, path, body string }{
		{"command of a build container", "/v1.41/containers/json", `[{"Id":"a","Command":"/bin/sh -c '#(nop) ' 'ENV PASSWORD=canary'"}]`},
		{"build container", "/v1.41/containers/web/json", `{"Path":"/bin/sh","Args":["-c","#(nop) ENV PASSWORD=canary"],"Config":{"Cmd":["#(nop) ENV PASSWORD=canary"],"Env":["PASSWORD=canary"]}}`},
		{"image", "/v1.41/images/a/json", `{"ContainerConfig":{"Cmd":["|1","BUILDPW=canary","/bin/sh"]},"Config":{"OnBuild":["ENV PASSWORD=canary"]}}`},
		{"history", "/v1.41/images/a/history", `[{"CreatedBy":"RUN |1 BUILDPW=canary /bin/sh -c make # buildkit"},{"CreatedBy":"/bin/sh -c #(nop)  LABEL secret=canary"}]`},
		{"build cache", "/v1.41/system/df", `{"BuildCache":[{"Description":"ENV PASSWORD=canary"}]}`},
	}
	for _, tt := range tests {
		for option, config := range map[string]*Config{
			"scrubEnvs": {ScrubEnvs: true},
			"maskEnvs":  {MaskEnvs: []string{"password", "buildpw", "secret"}},
			"keepEnvs":  {ScrubEnvs: true, KeepEnvs: []string{"TZ"}},
		} {
			t.Run(option+" "+tt.name, func(t *testing.T) {
				config.MaxBodyBytes = 1 << 20
				config.MaskLabels = []string{"secret"}
				engine := testEngine()
				engine.answers(tt.path, 200, tt.body)
				rec := do(newTestFilter(t, engine, config), "GET", tt.path, "")
				if rec.Code != 200 || strings.Contains(rec.Body.String(), "canary") {
					t.Errorf("got %d %s", rec.Code, rec.Body)
				}
			})
		}
	}
}

// A filter by what is scrubbed is refused wherever there are filters.
func TestFiltersTellNothingScrubbed(t *testing.T) {
	operations := engineapi.Operations()
	for _, selector := range []bool{false, true} {
		for i := range operations {
			op := &operations[i]
			prune := strings.HasSuffix(op.Path, "/prune")
			if !prune && op.Filters == "" && !op.Has("filters") {
				continue
			}
			t.Run(op.ID, func(t *testing.T) {
				config := scrubConfig(selector)
				if selector && op.Gate != "" {
					config.InsecureAllowOperations = []string{op.ID}
				}
				for _, filters := range []string{
					`{"label":["secret=guess"]}`, `{"label":{"SECRET=guess":true}}`, `{"label!":["secret=guess"]}`, `{"node.label":["secret"]}`,
					`{"label":["com.docker.compose.project.working_dir=/guess"]}`, `{"volume":["/guess"]}`, `{"event":["exec_create: guess"]}`,
				} {
					engine := testEngine()
					rec := do(newTestFilter(t, engine, config), op.Method, op.Path+"?filters="+url.QueryEscape(filters), "")
					if rec.Code != 400 || len(engine.requests) != 0 {
						t.Errorf("selector %v: %s: got %d %s, %v", selector, filters, rec.Code, rec.Body, engine.requests)
					}
				}
			})
		}
	}
}

// dockerd prefers the filters of a form: they are not read past the check, and
// not lost either.
func TestPruneTakesNoForm(t *testing.T) {
	engine := testEngine()
	req := httptest.NewRequest("POST", "/containers/prune", strings.NewReader("filters="+url.QueryEscape(`{"label":["secret=guess"]}`)))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	newTestFilter(t, engine, scrubConfig(false)).ServeHTTP(rec, req)
	if rec.Code != 400 || len(engine.requests) != 0 {
		t.Errorf("got %d %s, %v", rec.Code, rec.Body, engine.requests)
	}
}

// The command line of dockerd tells paths of the host.
func TestCommandLineOfTheEngine(t *testing.T) {
	for _, selector := range []bool{false, true} {
		t.Run(fmt.Sprint(selector), func(t *testing.T) {
			for _, path := range []string{"/debug/vars", "/debug/pprof/cmdline"} {
				engine := testEngine()
				rec := do(newTestFilter(t, engine, scrubConfig(selector, "DebugVars", "DebugCmdline")), "GET", path, "")
				if rec.Code != 403 || len(engine.requests) != 0 {
					t.Errorf("%s: got %d %s, %v", path, rec.Code, rec.Body, engine.requests)
				}
			}
		})
	}
}
