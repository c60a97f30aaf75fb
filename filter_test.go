package dpf

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
)

func TestContainerList(t *testing.T) {
	engine := testEngine()
	h := newTestFilter(t, engine, testConfig())
	rec := do(h, "GET", "/v1.41/containers/json?all=1&size=0&x=y", "")
	want := "[" + engine.containers[0].element() + "," + engine.containers[2].element() + "]\n"
	if got := rec.Body.String(); rec.Code != http.StatusOK || got != want {
		t.Errorf("got %d %s\nwant %s", rec.Code, got, want)
	}
	if got, want := engine.last(), "GET /v1.41/containers/json?all=1&size=0"; got != want {
		t.Errorf("got upstream request %s, want %s", got, want)
	}
	if got := rec.Header().Get("Api-Version"); got != "1.41" {
		t.Errorf("got Api-Version %q", got)
	}
}

func TestContainerListEmpty(t *testing.T) {
	engine := testEngine()
	config := CreateConfig()
	config.ContainerNames = []string{"nope"}
	if got := do(newTestFilter(t, engine, config), "GET", "/containers/json", "").Body.String(); got != "[]\n" {
		t.Errorf("got %q, want an empty list", got)
	}
}

// dockerd would apply the limit before the filter.
func TestContainerListLimit(t *testing.T) {
	tests := []struct {
		query, wantUpstream string
		want                int
	}{
		{"limit=1", "?all=1", 1},
		{"limit=2", "?all=1", 2},
		{"limit=9", "?all=1", 2},
		{"limit=0", "", 2},
		{"limit=-1", "", 2},
		{"limit=1&limit=2", "?all=1", 1},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			engine := testEngine()
			rec := do(newTestFilter(t, engine, testConfig()), "GET", "/containers/json?"+tt.query, "")
			if got := strings.Count(rec.Body.String(), `"Id"`); got != tt.want {
				t.Errorf("%s: got %d containers, want %d", tt.query, got, tt.want)
			}
			if got, want := engine.last(), "GET /containers/json"+tt.wantUpstream; got != want {
				t.Errorf("%s: got upstream request %s, want %s", tt.query, got, want)
			}
		})
	}
	if rec := do(newTestFilter(t, testEngine(), testConfig()), "GET", "/containers/json?limit=x", ""); rec.Code != http.StatusBadRequest {
		t.Errorf("limit=x: got status %d, want 400", rec.Code)
	}
}

func TestContainerListFilters(t *testing.T) {
	tests := []struct {
		name, filters string
		wantStatus    int
		want          string // upstream filters, or the message
	}{
		{"labels", `{"label":["a","b"]}`, 200, `{"label":{"a":true,"b":true}}`},
		{"sets", `{"status":{"running":false}}`, 200, `{"status":{"running":false}}`},
		{"id of a visible one", `{"id":["aa"]}`, 200, `{"id":{"` + id("aa1") + `":true}}`},
		{"id prefix shared with a hidden one", `{"id":["a"]}`, 200, `{"id":{"` + id("aa1") + `":true}}`},
		{"id of a hidden one", `{"id":["ab2"]}`, 200, `{"id":{"` + engineapi.UnknownID + `":true}}`},
		{"id of none", `{"id":["cc"]}`, 200, `{"id":{"` + engineapi.UnknownID + `":true}}`},
		{"before a visible one", `{"before":["web"]}`, 200, `{"before":{"` + id("aa1") + `":true}}`},
		{"before a hidden one", `{"before":["secret"]}`, 500, `no such container secret`},
		{"since none", `{"since":["sesame"]}`, 500, `no such container sesame`},
		{"before nothing", `{"before":[""]}`, 500, `no such container `},
		{"unknown key", `{"owner":["x"]}`, 400, `unknown key`},
		{"no object", `["x"]`, 400, `not a JSON object`},
		{"trailing data", `{} {}`, 400, `not a JSON object`},
		{"numbers", `{"id":[1]}`, 400, `no list of strings`},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			engine := testEngine()
			req := httptest.NewRequest("GET", "/containers/json", nil)
			q := req.URL.Query()
			q.Set("filters", tt.filters)
			req.URL.RawQuery = q.Encode()
			var forwarded string
			engine.override = func(_ http.ResponseWriter, req *http.Request) bool {
				if f := req.URL.Query().Get("filters"); f != "" {
					forwarded = f
				}
				return false
			}
			rec := httptest.NewRecorder()
			newTestFilter(t, engine, testConfig()).ServeHTTP(rec, req)
			if rec.Code != tt.wantStatus {
				t.Errorf("%s: got status %d, want %d", tt.name, rec.Code, tt.wantStatus)
			}
			if tt.wantStatus == 200 && forwarded != tt.want {
				t.Errorf("%s: got filters %s, want %s", tt.name, forwarded, tt.want)
			}
			if tt.wantStatus != 200 && !strings.Contains(rec.Body.String(), tt.want) {
				t.Errorf("%s: got %s, want %q", tt.name, rec.Body.String(), tt.want)
			}
		})
	}
}

func TestContainerInspect(t *testing.T) {
	tests := []struct {
		ref   string
		shown bool
		trips int
	}{
		{"web", true, 1},
		{id("aa1"), true, 1},
		{"aa", true, 2},
		{"a", true, 2}, // shared with a hidden container
		{"db", true, 2},
		{id("aa1")[:12], true, 1},
		{"secret", false, 2},
		{id("ab2"), false, 2},
		{id("ab2")[:12], false, 2},
		{"ab2", false, 1},
		{"nope", false, 2},
		{id("cc"), false, 2},
		{id("cc")[:12], false, 2},
		{"cc", false, 1},
		{"AA1", false, 1},
		{"-web", false, 1},
	}
	for _, tt := range tests {
		t.Run(tt.ref, func(t *testing.T) {
			engine := testEngine()
			rec := do(newTestFilter(t, engine, testConfig()), "GET", "/containers/"+tt.ref+"/json", "")
			if tt.shown && (rec.Code != 200 || !strings.Contains(rec.Body.String(), `"Env":["SECRET=canary","PATH=/bin"]`)) {
				t.Errorf("%s: got %d %s", tt.ref, rec.Code, rec.Body.String())
			}
			if want := "{\"message\":\"No such container: " + tt.ref + "\"}\n"; !tt.shown && (rec.Code != 404 || rec.Body.String() != want) {
				t.Errorf("%s: got %d %s, want 404 %s", tt.ref, rec.Code, rec.Body.String(), want)
			}
			if got := len(engine.requests); got != tt.trips {
				t.Errorf("%s: got upstream requests %v, want %d", tt.ref, engine.requests, tt.trips)
			}
			if got := rec.Header().Get("Server"); got != "Docker/test (linux)" {
				t.Errorf("%s: got Server %q, want the one of the engine", tt.ref, got)
			}
		})
	}
}

// The name of a hidden container is the short ID of a visible one.
func TestHiddenNameDoesNotShadowShortID(t *testing.T) {
	engine := testEngine()
	engine.containers[1].name = "aa1"
	rec := do(newTestFilter(t, engine, testConfig()), "GET", "/containers/aa1/json", "")
	if rec.Code != 200 || !strings.Contains(rec.Body.String(), id("aa1")) {
		t.Errorf("got %d %s", rec.Code, rec.Body.String())
	}
}

func TestAmbiguousAmongVisible(t *testing.T) {
	engine := testEngine()
	engine.containers[2].id = id("aa9")
	h := newTestFilter(t, engine, testConfig())
	rec := do(h, "POST", "/containers/aa/stop", "")
	if rec.Code != 500 || rec.Body.String() != "{\"message\":\"Multiple IDs found with provided prefix: aa\"}\n" {
		t.Errorf("got %d %s", rec.Code, rec.Body.String())
	}
	engine.apiVersion = "1.43"
	rec = do(h, "POST", "/containers/aa/stop", "")
	if rec.Code != 400 || rec.Body.String() != "{\"message\":\"multiple IDs found with provided prefix: aa\"}\n" {
		t.Errorf("got %d %s", rec.Code, rec.Body.String())
	}
}

// scopedTargets are one request for each operation on one container.
var scopedTargets = []string{
	"GET /containers/REF/top?ps_args=auxe", "GET /containers/REF/logs?stdout=1", "GET /containers/REF/stats?stream=0",
	"GET /containers/REF/changes", "GET /containers/REF/export", "GET /containers/REF/archive?path=/etc",
	"HEAD /containers/REF/archive?path=/etc", "PUT /containers/REF/archive?path=/etc", "GET /containers/REF/attach/ws",
	"POST /containers/REF/attach?stream=1", "POST /containers/REF/resize?h=1&w=1", "POST /containers/REF/start",
	"POST /containers/REF/stop?t=1", "POST /containers/REF/restart", "POST /containers/REF/kill", "POST /containers/REF/pause",
	"POST /containers/REF/unpause", "POST /containers/REF/wait", "POST /containers/REF/update", "POST /containers/REF/exec",
	"DELETE /containers/REF?force=1&link=0",
}

// A request on a hidden container is never forwarded, and its answer is the
// one for a container that does not exist.
func TestScopedHiddenIsAbsent(t *testing.T) {
	for _, target := range scopedTargets {
		t.Run(target, func(t *testing.T) {
			for _, refs := range [][2]string{{"secret", "sesame"}, {id("ab2"), id("cd2")}, {id("ab2")[:12], id("cd2")[:12]}, {"ab2", "cd2"}} {
				var got [2]string
				for i, ref := range refs {
					engine := testEngine()
					method, path, _ := strings.Cut(strings.Replace(target, "REF", ref, 1), " ")
					rec := do(newTestFilter(t, engine, testConfig()), method, path, "")
					if rec.Code != http.StatusNotFound {
						t.Errorf("%s for %s: got status %d, want 404", target, ref, rec.Code)
					}
					if last := engine.last(); len(engine.requests) > 2 || last != "GET /containers/json?all=1" {
						t.Errorf("%s for %s: got upstream requests %v", target, ref, engine.requests)
					}
					var head strings.Builder
					_ = rec.Header().Write(&head)
					got[i] = strings.ReplaceAll(head.String()+rec.Body.String(), ref, "REF")
				}
				if got[0] != got[1] {
					t.Errorf("%s: hidden answers\n%s\nabsent answers\n%s", target, got[0], got[1])
				}
			}
		})
	}
}

// A visible container is acted on by its full ID, with the parameters that
// the operation has and no body of the client's.
func TestScopedForwardsFullID(t *testing.T) {
	full := id("aa1")
	tests := []struct{ target, body, want, wantBody string }{
		{"GET /v1.41/containers/web/logs?follow=1&stdout=1&evil=1", "", "GET /v1.41/containers/" + full + "/logs?follow=1&stdout=1", ""},
		{"GET /containers/web/top?ps_args=auxe", "", "GET /containers/" + full + "/top", ""},
		{"GET /containers/web/top?ps_args=aux", "", "GET /containers/" + full + "/top?ps_args=aux", ""},
		{"POST /containers/aa1/start?checkpoint=", "", "POST /containers/" + full + "/start", ""},
		{"POST /containers/web/stop?t=1", "t=99", "POST /containers/" + full + "/stop?t=1", ""},
		{"DELETE /containers/web?force=1&link=no&v=1", "", "DELETE /containers/" + full + "?force=1&v=1", ""},
		{"PUT /containers/web/archive?path=%2Fetc", "tar", "PUT /containers/" + full + "/archive?path=%2Fetc", "tar"},
		{"POST /containers/web/exec", `{"Cmd":["sh"],"cmd":["ls"],"Unknown":null,"Container":"web"}`, "POST /containers/" + full + "/exec", `{"Cmd":["ls"]}`},
		{"POST /containers/web/exec", `{"Privileged":false,"Tty":true}`, "POST /containers/" + full + "/exec", `{"Tty":true}`},
		{"POST /containers/web/update", `{"Memory":9007199254740993,"RestartPolicy":{"Name":"no"}}`, "POST /containers/" + full + "/update", `{"Memory":9007199254740993,"RestartPolicy":{"Name":"no"}}`},
		{"POST /exec/" + visibleExec + "/start", `{"Detach":false,"Tty":true,"X":"","hijack":true}`, "POST /exec/" + visibleExec + "/start", `{"Detach":false,"Tty":true}`},
		{"POST /exec/" + visibleExec + "/resize?h=1&w=2&x=3", "", "POST /exec/" + visibleExec + "/resize?h=1&w=2", ""},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) {
			engine := testEngine()
			method, path, _ := strings.Cut(tt.target, " ")
			rec := do(newTestFilter(t, engine, testConfig()), method, path, tt.body)
			if rec.Code != http.StatusNoContent {
				t.Errorf("%s: got status %d %s", tt.target, rec.Code, rec.Body.String())
				return
			}
			if got := engine.last(); got != tt.want {
				t.Errorf("%s: got upstream request %s, want %s", tt.target, got, tt.want)
			}
			if got := engine.bodies[len(engine.bodies)-1]; got != tt.wantBody {
				t.Errorf("%s: got upstream body %s, want %s", tt.target, got, tt.wantBody)
			}
		})
	}
}

func TestBadRequestBodies(t *testing.T) {
	tests := []struct {
		target, body string
		want         int
	}{
		{"/containers/web/exec", `{"Cmd":["sh"],"Privileged":true}`, 403},
		{"/containers/web/exec", `{"Privileged":false,"pRIVILEGED":true}`, 403},
		{"/containers/web/exec", `{"Privileged":false,"\u0050rivileged":true}`, 403},
		{"/containers/web/exec", `{"Cmd":["sh"]} {"Privileged":true}`, 400},
		{"/containers/web/exec", `[]`, 400},
		{"/containers/web/exec", `{"Cmd":`, 400},
		{"/containers/web/exec", `{"Cmd":["` + strings.Repeat("x", engineapi.MaxBody) + `"]}`, 413},
		{"/exec/" + visibleExec + "/start", `x`, 400},
		{"/containers/web/update", `{"Memory":1}{`, 400},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) {
			engine := testEngine()
			rec := do(newTestFilter(t, engine, testConfig()), "POST", tt.target, tt.body)
			if rec.Code != tt.want {
				t.Errorf("%s %.60s: got status %d, want %d", tt.target, tt.body, rec.Code, tt.want)
			}
			if strings.HasPrefix(engine.last(), "POST") {
				t.Errorf("%s %.60s: got upstream requests %v", tt.target, tt.body, engine.requests)
			}
		})
	}
}

func TestExecHiddenIsAbsent(t *testing.T) {
	for _, target := range []string{"GET /exec/REF/json", "POST /exec/REF/start", "POST /exec/REF/resize?h=1&w=1"} {
		t.Run(target, func(t *testing.T) {
			for _, ref := range []string{hiddenExec, absentExec, "abc"} {
				engine := testEngine()
				method, path, _ := strings.Cut(strings.Replace(target, "REF", ref, 1), " ")
				rec := do(newTestFilter(t, engine, testConfig()), method, path, "{}")
				if want := "{\"message\":\"No such exec instance: " + ref + "\"}\n"; rec.Code != 404 || rec.Body.String() != want {
					t.Errorf("%s for %s: got %d %s, want 404 %s", target, ref, rec.Code, rec.Body.String(), want)
				}
				for _, request := range engine.requests {
					if !strings.HasPrefix(request, "GET ") {
						t.Errorf("%s for %s: got upstream request %s", target, ref, request)
					}
				}
			}
		})
	}
	rec := do(newTestFilter(t, testEngine(), testConfig()), "GET", "/exec/"+visibleExec+"/json", "")
	if rec.Code != 200 || !strings.Contains(rec.Body.String(), `"Running":true`) {
		t.Errorf("exec of a visible container: got %d %s", rec.Code, rec.Body.String())
	}
}

func TestNotFoundShapes(t *testing.T) {
	engine := testEngine()
	h := newTestFilter(t, engine, testConfig())
	if got, want := do(h, "POST", "/containers/nope/kill", "").Body.String(), "{\"message\":\"Cannot kill container: nope: No such container: nope\"}\n"; got != want {
		t.Errorf("kill: got %s, want %s", got, want)
	}
	rec := do(h, "POST", "/containers/nope/attach", "")
	if got, want := rec.Body.String(), "No such container: nope\r\n"; got != want || rec.Header().Get("Content-Type") != "application/vnd.docker.raw-stream" {
		t.Errorf("attach: got %v %q, want %q", rec.Header(), got, want)
	}
	engine.apiVersion = "1.45"
	if got, want := do(h, "POST", "/containers/nope/kill", "").Body.String(), "{\"message\":\"cannot kill container: nope: No such container: nope\"}\n"; got != want {
		t.Errorf("kill: got %s, want %s", got, want)
	}
}

func TestRefused(t *testing.T) {
	for _, target := range []string{
		"POST /containers/web/rename?name=x", "POST /containers/create", "POST /containers/prune", "GET /containers/web/json/",
		"GET /containers/web/checkpoints", "POST /build", "POST /session", "GET /libpod/info",
	} {
		engine := testEngine()
		method, path, _ := strings.Cut(target, " ")
		rec := do(newTestFilter(t, engine, testConfig()), method, path, "")
		if rec.Code != 403 || !strings.HasPrefix(rec.Body.String(), `{"message":"dpf: `) {
			t.Errorf("%s: got %d %s", target, rec.Code, rec.Body.String())
		}
		if len(engine.requests) != 0 {
			t.Errorf("%s: got upstream requests %v", target, engine.requests)
		}
	}
}

// Escapes are decoded once, and the path that is forwarded is the one that
// was judged.
func TestEscapedPathIsFiltered(t *testing.T) {
	for _, target := range []string{"/containers/%6Ason", "/%63ontainers/json", "/containers%2Fjson"} {
		t.Run(target, func(t *testing.T) {
			engine := testEngine()
			rec := do(newTestFilter(t, engine, testConfig()), "GET", target, "")
			if strings.Contains(rec.Body.String(), "secret") || engine.last() != "GET /containers/json" {
				t.Errorf("%s: got %s, upstream %s", target, rec.Body.String(), engine.last())
			}
		})
	}
}

func TestHopByHopHeaders(t *testing.T) {
	tests := []struct {
		name, target, upgrade, want string
	}{
		{"attach", "POST /containers/web/attach", "tcp", "tcp"},
		{"h2c", "POST /containers/web/attach", "h2c", ""},
		{"websocket", "GET /containers/web/attach/ws", "websocket", "websocket"},
		{"not a hijack route", "GET /containers/web/logs?stdout=1", "tcp", ""},
		{"list", "GET /containers/json", "tcp", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			engine := testEngine()
			method, path, _ := strings.Cut(tt.target, " ")
			req := httptest.NewRequest(method, path, nil)
			req.Header.Set("Connection", "Upgrade, Content-Type")
			req.Header.Set("Upgrade", tt.upgrade)
			req.Header.Set("Accept-Encoding", "gzip")
			newTestFilter(t, engine, testConfig()).ServeHTTP(httptest.NewRecorder(), req)
			sent := engine.headers[len(engine.headers)-1]
			if got := sent.Get("Upgrade"); got != tt.want {
				t.Errorf("%s: got Upgrade %q, want %q", tt.name, got, tt.want)
			}
			if got := sent.Get("Connection"); strings.Contains(got, "Content-Type") {
				t.Errorf("%s: got Connection %q", tt.name, got)
			}
		})
	}
}

func TestScrubEnvsShowsAll(t *testing.T) {
	engine := testEngine()
	config := CreateConfig()
	config.ScrubEnvs = true
	h := newTestFilter(t, engine, config)
	rec := do(h, "GET", "/containers/secret/json", "")
	want := strings.Replace(engine.containers[1].body(), `["SECRET=canary","PATH=/bin"]`, "[]", 1)
	if rec.Code != 200 || rec.Body.String() != want {
		t.Errorf("got %d %s, want %s", rec.Code, rec.Body.String(), want)
	}
	if got := strings.Count(do(h, "GET", "/containers/json", "").Body.String(), `"Id"`); got != 4 {
		t.Errorf("got %d containers, want all 4", got)
	}
	if rec := do(h, "GET", "/containers/sesame/json", ""); rec.Code != 404 {
		t.Errorf("got status %d, want 404", rec.Code)
	}
	do(h, "GET", "/containers/secret/logs?details=1&stdout=1", "")
	if got, want := engine.last(), "GET /containers/secret/logs?stdout=1"; got != want {
		t.Errorf("got upstream request %s, want %s", got, want)
	}
}

func TestSideInspectThroughUpstreamURL(t *testing.T) {
	side := testEngine()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		if !strings.HasPrefix(req.URL.Path, "/base/") {
			rw.WriteHeader(http.StatusTeapot)
			return
		}
		http.StripPrefix("/base", side).ServeHTTP(rw, req)
	}))
	defer server.Close()
	engine := testEngine()
	config := testConfig()
	config.UpstreamURL = server.URL + "/base/"
	h := newTestFilter(t, engine, config)
	if rec := do(h, "POST", "/v1.41/containers/secret/stop", ""); rec.Code != 404 {
		t.Errorf("got status %d, want 404", rec.Code)
	}
	if rec := do(h, "POST", "/v1.41/containers/web/stop", ""); rec.Code != 204 {
		t.Errorf("got status %d, want 204", rec.Code)
	}
	if want := "POST /v1.41/containers/" + id("aa1") + "/stop"; len(engine.requests) != 1 || engine.requests[0] != want {
		t.Errorf("got requests through next %v, want %s alone", engine.requests, want)
	}
	if len(side.requests) != 3 {
		t.Errorf("got %d side requests, want 3", len(side.requests))
	}
}

// Each request looks its container up anew: its name may be another's by now.
func TestNothingIsRemembered(t *testing.T) {
	for _, ref := range []string{id("aa1"), id("aa1")[:12], "web"} {
		t.Run(ref, func(t *testing.T) {
			engine := testEngine()
			h := newTestFilter(t, engine, testConfig())
			for i := 0; i < 3; i++ {
				do(h, "POST", "/containers/"+ref+"/stop", "")
			}
			if got := len(engine.requests); got != 6 {
				t.Errorf("%s: got %d upstream requests for 3, want an inspect each: %v", ref, got, engine.requests)
			}
		})
	}

	engine := testEngine()
	config := CreateConfig()
	config.ContainerNames = []string{"web"}
	h := newTestFilter(t, engine, config)
	do(h, "POST", "/containers/"+id("aa1")+"/stop", "")
	engine.containers[0].name = "renamed"
	if rec := do(h, "POST", "/containers/"+id("aa1")+"/stop", ""); rec.Code != 404 {
		t.Errorf("renamed out of the selector: got status %d, want 404", rec.Code)
	}
}

func TestPsArgs(t *testing.T) {
	tests := []struct{ args, want string }{
		{"", ""},
		{"aux", "ps_args=aux"},
		{"-ef", "ps_args=-ef"},
		{"auxe", ""},
		{"aux -e", ""},
		{"feww -p 1 -oargs:2000=A", ""},
		{"axfoargs,pid", ""},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			engine := testEngine()
			do(newTestFilter(t, engine, testConfig()), "GET", "/containers/web/top?ps_args="+url.QueryEscape(tt.args), "")
			want := "GET /containers/" + id("aa1") + "/top"
			if tt.want != "" {
				want += "?" + tt.want
			}
			if got := engine.last(); got != want {
				t.Errorf("ps_args %q: got upstream request %q, want %q", tt.args, got, want)
			}
		})
	}
}
