package dpf

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// swarmEngine has the service web, which deploy.labels select, and the service
// canary, both without a container on this node, and a network of each.
func swarmEngine() *fakeEngine {
	answers := map[string]string{
		"/services": `[{"ID":"s1","Spec":{"Name":"web","Labels":{"homepage.group":"x"},"TaskTemplate":{"ContainerSpec":{},"Networks":[{"Target":"` + id("c1") + `"}]}},"Endpoint":{"VirtualIPs":[{"NetworkID":"` + id("c3") + `"}]}},` +
			`{"ID":"s2","Spec":{"Name":"canary","TaskTemplate":{"ContainerSpec":{"Labels":{"x":"canary"}},"Networks":[{"Target":"` + id("c2") + `"}]}}}]`,
		"/tasks": `[{"ID":"t1","ServiceID":"s1","NetworksAttachments":[{"Network":{"ID":"` + id("c4") + `"}}],"Status":{"ContainerStatus":{"ContainerID":"` + id("f1") + `"}}},` +
			`{"ID":"t2","ServiceID":"s2","NetworksAttachments":[{"Network":{"ID":"` + id("c2") + `"}}],"Status":{"ContainerStatus":{"ContainerID":"` + id("ab2") + `"}}},` +
			`{"ID":"","ServiceID":"s1"},{"ID":"t3","ServiceID":"","Status":{"ContainerStatus":{"ContainerID":"web"}}}]`,
		"/networks": `[{"Name":"web-net","Id":"` + id("c1") + `","Scope":"swarm"},{"Name":"canary-net","Id":"` + id("c2") + `","Scope":"swarm"},{"Name":"ingress","Id":"` + id("c3") + `","Scope":"swarm"},{"Name":"attached","Id":"` + id("c4") + `","Scope":"swarm"}]`,
	}
	engine := testEngine()
	engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
		body, ok := answers[req.URL.Path]
		if !ok && strings.HasPrefix(req.URL.Path, "/networks/") {
			body, ok = `{"Name":"n","Id":"`+strings.TrimPrefix(req.URL.Path, "/networks/")+`","Scope":"swarm"}`, true
		}
		if ok {
			rw.Header().Set("Content-Type", "application/json")
			_, _ = rw.Write([]byte(body))
		}
		return ok
	}
	return engine
}

// A service that is selected by its own labels was visible, its tasks and its
// networks were not: clients that read all three took it for one without tasks.
func TestTasksAndNetworksOfAVisibleService(t *testing.T) {
	tests := []struct {
		target     string
		want, deny string
		status     int
	}{
		{"/services", `"s1"`, "canary", 200},
		{"/tasks", `"t1"`, `"t2"`, 200},
		{"/tasks", `"t1"`, `"t3"`, 200},
		{`/tasks?filters={"service":{"web":true}}`, `"t1"`, `"t2"`, 200},
		{`/tasks?filters={"service":{"canary":true}}`, "service canary not found", "t1", 404},
		{"/tasks/t1", `"t1"`, "", 200},
		{"/tasks/t2", "task t2 not found", "", 404},
		{"/networks", `"web-net"`, "canary-net", 200},
		{"/networks", `"ingress"`, id("c2"), 200},
		{"/networks", `"attached"`, id("c2"), 200},
		{"/networks/web-net", id("c1"), "", 200},
		{"/networks/canary-net", "network canary-net not found", "", 404},
	}
	for _, tt := range tests {
		t.Run(tt.target+" has "+tt.want, func(t *testing.T) {
			target := strings.NewReplacer(`"`, "%22", "{", "%7B", "}", "%7D").Replace(tt.target)
			rec := do(newTestFilter(t, swarmEngine(), testConfig()), "GET", target, "")
			got := rec.Body.String()
			if rec.Code != tt.status || !strings.Contains(got, tt.want) || tt.deny != "" && strings.Contains(got, tt.deny) {
				t.Errorf("got %d %s, want %d with %s and without %q", rec.Code, got, tt.status, tt.want, tt.deny)
			}
		})
	}
}

// The logs of a visible service are read by its ID, and those of a hidden one
// are as those of none.
func TestLogsOfServicesAndTasks(t *testing.T) {
	tests := []struct{ target, want string }{
		{"/services/web/logs?stdout=1", "GET /services/s1/logs?stdout=1"},
		{"/services/s1/logs?stdout=1&x=1", "GET /services/s1/logs?stdout=1"},
		{"/tasks/t1/logs?stdout=1", "GET /tasks/t1/logs?stdout=1"},
		{"/services/canary/logs?stdout=1", ""},
		{"/services/none/logs?stdout=1", ""},
		{"/tasks/t2/logs?stdout=1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) {
			engine := swarmEngine()
			rec := do(newTestFilter(t, engine, testConfig()), "GET", tt.target, "")
			switch {
			case tt.want == "" && (rec.Code != 404 || strings.Contains(engine.last(), "logs")):
				t.Errorf("got %d %s, upstream %v", rec.Code, rec.Body.String(), engine.requests)
			case tt.want != "" && engine.last() != tt.want:
				t.Errorf("got %d, upstream request %s, want %s", rec.Code, engine.last(), tt.want)
			}
		})
	}
}

// Clients that look for configs and secrets go on where there are none.
func TestConfigsAndSecretsAreNone(t *testing.T) {
	tests := []struct {
		target string
		status int
		want   string
	}{
		{"/configs", 200, "[]\n"},
		{"/secrets?filters=%7B%7D", 200, "[]\n"},
		{"/configs/x", 404, `{"message":"config x not found"}` + "\n"},
		{"/secrets/x", 404, `{"message":"secret x not found"}` + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) {
			engine := testEngine()
			rec := do(newTestFilter(t, engine, testConfig()), "GET", tt.target, "")
			if rec.Code != tt.status || rec.Body.String() != tt.want || len(engine.requests) > 0 {
				t.Errorf("got %d %s, upstream %v", rec.Code, rec.Body.String(), engine.requests)
			}
		})
	}
}

// Where the engine or the socket proxy tells of no services, tasks are those of
// visible containers.
func TestTasksWithoutServices(t *testing.T) {
	engine := swarmEngine()
	swarm := engine.override
	engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
		switch req.URL.Path {
		case "/services":
			rw.WriteHeader(http.StatusForbidden)
			return true
		case "/tasks":
			rw.Header().Set("Content-Type", "application/json")
			_, _ = rw.Write([]byte(`[{"ID":"t1","ServiceID":"s1"},{"ID":"t4","ServiceID":"s1","Status":{"ContainerStatus":{"ContainerID":"` + id("aa1") + `"}}}]`))
			return true
		}
		return swarm(rw, req)
	}
	rec := do(newTestFilter(t, engine, testConfig()), "GET", "/tasks", "")
	if got := rec.Body.String(); rec.Code != 200 || strings.Contains(got, "t1") || !strings.Contains(got, "t4") {
		t.Errorf("got %d %s", rec.Code, got)
	}
}

// askSwarm asks the engine with these answers for target, in which filters are
// not encoded yet.
func askSwarm(t *testing.T, answers map[string]string, target string) (*httptest.ResponseRecorder, *fakeEngine) {
	t.Helper()
	engine := swarmEngine()
	swarm := engine.override
	engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
		body, ok := answers[req.URL.RequestURI()]
		if !ok {
			return swarm(rw, req)
		}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(body))
		return true
	}
	target = strings.NewReplacer(`"`, "%22", "{", "%7B", "}", "%7D").Replace(target)
	return do(newTestFilter(t, engine, testConfig()), "GET", target, ""), engine
}

// The engine finds a task by the name that it makes up, which is that of its
// container: dpf said that there is none.
func TestTasksByName(t *testing.T) {
	answers := map[string]string{"/tasks": `[{"ID":"t1","ServiceID":"s1","Slot":3},{"ID":"t2","ServiceID":"s1","NodeID":"n1"},` +
		`{"ID":"t3","ServiceID":"s2","Slot":1},{"ID":"t4","ServiceID":"s2","Slot":1,"Status":{"ContainerStatus":{"ContainerID":"` + id("aa1") + `"}}}]`}
	tests := []struct{ ref, want string }{
		{"web.3.t1", "t1"},
		{"web.n1.t2", "t2"},
		{"web", "t4"}, // The service is hidden, the container is not, and has this name.
		{"web.3", ""},
		{"WEB.3.t1", ""},
		{"web.1.t3", ""},
		{"canary.1.t3", ""},
		{"canary.1.t4", ""},
	}
	for _, tt := range tests {
		t.Run(tt.ref, func(t *testing.T) {
			rec, _ := askSwarm(t, answers, "/tasks/"+tt.ref)
			want, status := `{"message":"task `+tt.ref+` not found"}`, 404
			if tt.want != "" {
				want, status = `{"ID":"`+tt.want+`"`, 200
			}
			if got := rec.Body.String(); rec.Code != status || !strings.HasPrefix(got, want) {
				t.Errorf("got %d %s, want %d %s", rec.Code, got, status, want)
			}
		})
	}
}

// docker service inspect asks for the defaults that a service does not set: the
// list does not have them. The engine is asked by ID, and only for a visible one.
func TestDefaultsOfAService(t *testing.T) {
	full := `{"ID":"s1","Spec":{"Name":"web","Labels":{"homepage.group":"x"},"EndpointSpec":{"Mode":"vip"}}}`
	tests := []struct {
		name, ref, answer string
		status            int
	}{
		{"visible", "web", full, 200},
		{"another than was asked for", "web", strings.Replace(full, "s1", "s3", 1), 404},
		{"hidden meanwhile", "web", strings.Replace(full, "homepage.group", "canary", 1), 404},
		{"hidden", "canary", full, 404},
		{"absent", "none", full, 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec, engine := askSwarm(t, map[string]string{"/services/s1?insertDefaults=1": tt.answer}, "/services/"+tt.ref+"?insertDefaults=1")
			want := `{"message":"service ` + tt.ref + ` not found"}` + "\n"
			if tt.status == 200 {
				want = full + "\n"
			}
			if rec.Code != tt.status || rec.Body.String() != want {
				t.Errorf("got %d %s, want %d %s, upstream %v", rec.Code, rec.Body.String(), tt.status, want, engine.requests)
			}
		})
	}
}

// An ID prefix of several visible objects is answered in the engine's words, and
// hidden ones do not count.
func TestPrefixesOfServicesAndTasks(t *testing.T) {
	label := `"Spec":{"Labels":{"homepage.group":"x"}}`
	answers := map[string]string{
		"/services": `[{"ID":"ab1",` + label + `},{"ID":"ab2",` + label + `},{"ID":"ac1",` + label + `},{"ID":"ac2"},{"ID":"ac"},{"ID":"b","Spec":{"Name":"ac1"}}]`,
		"/tasks":    `[{"ID":"tb1","ServiceID":"ab1"},{"ID":"tb2","ServiceID":"ab1"},{"ID":"tc1","ServiceID":"ab1"},{"ID":"tc2","ServiceID":"b"}]`,
	}
	tests := []struct {
		target string
		status int
		want   string
	}{
		{"/services/ab", 500, `{"message":"service ab is ambiguous (2 matches found)"}`},
		{"/services/a", 500, `{"message":"service a is ambiguous (3 matches found)"}`},
		{"/services/ac", 200, `{"ID":"ac1"`},
		{"/services/b", 404, `{"message":"service b not found"}`},
		{"/tasks/tb", 500, `{"message":"task tb is ambiguous (2 matches found)"}`},
		{"/tasks/tc", 200, `{"ID":"tc1"`},
		{"/services/ab/logs?stdout=1", 500, `{"message":"service ab is ambiguous (2 matches found)"}`},
		{`/tasks?filters={"service":{"ab":true}}`, 500, `{"message":"service ab is ambiguous (2 matches found)"}`},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) {
			rec, _ := askSwarm(t, answers, tt.target)
			if got := rec.Body.String(); rec.Code != tt.status || !strings.HasPrefix(got, tt.want) {
				t.Errorf("got %d %s, want %d %s", rec.Code, got, tt.status, tt.want)
			}
		})
	}
}

// Filters that the engine has for services and tasks were refused.
func TestFiltersOfServicesAndTasks(t *testing.T) {
	for _, target := range []string{
		`/services?filters={"runtime":{"container":true}}`,
		`/services?filters={"mode":{"global":true}}&status=true`,
		`/tasks?filters={"runtime":{"container":true}}`,
		`/tasks?filters={"_up-to-date":{"true":true}}`,
		`/tasks?filters={"node":{"self":true}}`,
	} {
		t.Run(target, func(t *testing.T) {
			rec, engine := askSwarm(t, nil, target)
			got, _ := url.PathUnescape(engine.last())
			if rec.Code != 200 || got != "GET "+target || strings.Contains(rec.Body.String(), `"canary`) {
				t.Errorf("got %d %s, upstream request %s", rec.Code, rec.Body.String(), got)
			}
		})
	}
}

// The engine says more of a network that spans a swarm once a container of its
// node is attached: it told that a hidden one is.
func TestNetworkThatOnlyHiddenContainersHaveHere(t *testing.T) {
	listed := `{"Name":"web-net","Id":"` + id("c1") + `","Created":"1","Scope":"swarm","Labels":null}`
	inspected := func(containers string) string {
		return `{"Name":"web-net","Id":"` + id("c1") + `","Created":"2","Scope":"swarm","Labels":{},"Peers":[{"IP":"10.0.0.1"}],"Services":{"canary":{}},"Containers":{` + containers + `}}`
	}
	const empty = `{"EndpointID":"e"}`
	tests := []struct{ name, engine, want string }{
		{"nowhere on this node", listed, listed},
		{"a load balancer", inspected(`"lb-web-net":` + empty), listed},
		{"a hidden container", inspected(`"` + id("ab2") + `":` + empty), listed},
		{"a visible container", inspected(`"` + id("ab2") + `":` + empty + `,"` + id("aa1") + `":` + empty),
			`{"Name":"web-net","Id":"` + id("c1") + `","Created":"2","Scope":"swarm","Labels":{},"Containers":{"` + id("aa1") + `":` + empty + `}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec, _ := askSwarm(t, map[string]string{"/networks": "[" + listed + "]", "/networks/" + id("c1"): tt.engine}, "/networks/web-net")
			if rec.Code != 200 || rec.Body.String() != tt.want+"\n" {
				t.Errorf("got  %d %s\nwant %s", rec.Code, rec.Body.String(), tt.want)
			}
		})
	}
}
