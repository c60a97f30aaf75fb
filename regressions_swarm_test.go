package dpf

import (
	"net/http"
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
