package dpf

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// fakeContainer is a container of the engine below.
type fakeContainer struct {
	id, name string
	labels   map[string]string
	summary  string // further members of the summary, with a leading comma
	inspect  string // further members of the inspect, with a leading comma
	image    string // the name that it was created from
}

// fakeEngine answers the operations that the plugin reads, resolves
// references as dockerd does, and notes what reached it. Other operations
// answer 204. The stories in e2e use a real engine.
type fakeEngine struct {
	containers []fakeContainer
	execs      map[string]string // exec ID to container ID
	apiVersion string
	mu         sync.Mutex // of the next three
	requests   []string
	bodies     []string
	headers    []http.Header
	// override answers in the place of the engine if it is set.
	override func(rw http.ResponseWriter, req *http.Request) bool
}

func (e *fakeEngine) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	e.note(req)
	rw.Header().Set("Api-Version", e.apiVersion)
	rw.Header().Set("Server", "Docker/test (linux)")
	rw.Header().Set("Ostype", "linux")
	rw.Header().Set("Docker-Experimental", "false")
	if e.override != nil && e.override(rw, req) {
		return
	}
	p := strings.TrimPrefix(req.URL.Path, "/v1.41")
	parts := strings.Split(strings.TrimPrefix(p, "/"), "/")
	switch {
	case p == "/containers/json":
		e.list(rw)
	case len(parts) == 3 && parts[0] == "containers" && parts[2] == "json":
		e.inspect(rw, parts[1])
	case len(parts) == 3 && parts[0] == "exec" && parts[2] == "json":
		e.execInspect(rw, parts[1])
	default:
		rw.WriteHeader(http.StatusNoContent)
	}
}

// note keeps what reached the engine.
func (e *fakeEngine) note(req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.requests = append(e.requests, req.Method+" "+req.RequestURI)
	e.headers = append(e.headers, req.Header.Clone())
	e.bodies = append(e.bodies, string(body))
}

func (e *fakeEngine) list(rw http.ResponseWriter) {
	elements := make([]string, 0, len(e.containers))
	for i := range e.containers {
		elements = append(elements, e.containers[i].element())
	}
	rw.Header().Set("Content-Type", "application/json")
	fmt.Fprint(rw, "["+strings.Join(elements, ",")+"]\n")
}

// element is the container as the list has it.
func (c *fakeContainer) element() string {
	names := c.summary
	if !strings.Contains(names, `"Names"`) {
		names = fmt.Sprintf(`,"Names":["/%s"]`, c.name) + names
	}
	labels, _ := json.Marshal(c.labels)
	return fmt.Sprintf(`{"Id":"%s"%s,"Labels":%s,"Big":12345678901234567890}`, c.id, names, labels)
}

// body is the container as inspect has it.
func (c *fakeContainer) body() string {
	labels, _ := json.Marshal(c.labels)
	image := ""
	if c.image != "" {
		image = `,"Image":"` + c.image + `"`
	}
	return fmt.Sprintf(`{"Id":"%s","Name":"/%s","Config":{"Hostname":"h","Env":["SECRET=canary","PATH=/bin"],"Labels":%s%s}%s}`, c.id, c.name, labels, image, c.inspect) + "\n"
}

func (e *fakeEngine) inspect(rw http.ResponseWriter, ref string) {
	rw.Header().Set("Content-Type", "application/json")
	for i := range e.containers {
		if e.containers[i].id == ref || e.containers[i].name == ref {
			fmt.Fprint(rw, e.containers[i].body())
			return
		}
	}
	for i := range e.containers {
		if strings.HasPrefix(e.containers[i].id, ref) {
			fmt.Fprint(rw, e.containers[i].body())
			return
		}
	}
	rw.WriteHeader(http.StatusNotFound)
	fmt.Fprintf(rw, "{\"message\":\"No such container: %s\"}\n", ref)
}

func (e *fakeEngine) execInspect(rw http.ResponseWriter, id string) {
	rw.Header().Set("Content-Type", "application/json")
	if c, ok := e.execs[id]; ok {
		fmt.Fprintf(rw, "{\"ID\":\"%s\",\"ContainerID\":\"%s\",\"Running\":true}\n", id, c)
		return
	}
	rw.WriteHeader(http.StatusNotFound)
	fmt.Fprintf(rw, "{\"message\":\"No such exec instance: %s\"}\n", id)
}

// id makes a full ID that begins with prefix.
func id(prefix string) string {
	return prefix + strings.Repeat("0", 64-len(prefix))
}

// Exec IDs of testEngine.
var (
	visibleExec = strings.Repeat("e", 64)
	hiddenExec  = strings.Repeat("f", 64)
	absentExec  = strings.Repeat("d", 64)
)

// testEngine has two visible containers, web and db, for testConfig, and
// hidden ones with references among them.
func testEngine() *fakeEngine {
	return &fakeEngine{
		apiVersion: "1.41",
		containers: []fakeContainer{
			{id: id("aa1"), name: "web", labels: map[string]string{"homepage.group": "media"}},
			{id: id("ab2"), name: "secret", labels: map[string]string{"x": "canary"}},
			{id: id("bb3"), name: "db", labels: map[string]string{"homepage.group": "data <&> \"é"}},
			{id: id("bc4"), name: "other"},
		},
		execs: map[string]string{visibleExec: id("aa1"), hiddenExec: id("ab2")},
	}
}

func testConfig() *Config {
	config := CreateConfig()
	config.ContainerLabels = []string{"homepage.group"}
	return config
}

// newTestFilter returns the middleware in front of next; a configuration that
// is refused fails the test.
// Yaegi: the result of a call is no http.Handler where a variable is one, so
// that next has the type that the tests have at hand.
func newTestFilter(t *testing.T, next *fakeEngine, config *Config) http.Handler {
	t.Helper()
	f, err := newHandler(context.Background(), next, config, "test")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// do sends one request through h.
func do(h http.Handler, method, target, body string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec
}

// last is the last request that reached the engine, if any.
func (e *fakeEngine) last() string {
	if len(e.requests) == 0 {
		return ""
	}
	return e.requests[len(e.requests)-1]
}
