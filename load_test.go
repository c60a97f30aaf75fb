package dpf

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// loadClients is the number of clients at a time, loadRounds how often each
// sends every request.
const loadClients, loadRounds = 50, 2

// loadRequest is a request and its only right answer.
type loadRequest struct {
	method, target string
	status         int
	body           string
}

// loadEngine answers logs and events as well.
func loadEngine() *fakeEngine {
	engine := chunkedEngine("application/json", []string{
		containerEvent("start", id("ab2"), "secret") + "\n" + containerEvent("start", id("aa1"), "web")[:20],
		containerEvent("start", id("aa1"), "web")[20:] + "\n" + containerEvent("die", id("bc4"), "other") + "\n",
		containerEvent("stop", id("bb3"), "db") + "\n",
	})
	events := engine.override
	engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
		if strings.HasSuffix(req.URL.Path, "/logs") {
			_, _ = io.WriteString(rw, "logs of "+req.URL.Path)
			return true
		}
		return events(rw, req)
	}
	return engine
}

// loadRequests is the mix: what is shown, what is hidden, what is refused.
func loadRequests(engine *fakeEngine) []loadRequest {
	web, db := &engine.containers[0], &engine.containers[2]
	shown := containerEvent("start", web.id, "web") + "\n" + containerEvent("stop", db.id, "db") + "\n"
	requests := []loadRequest{
		{"GET", "/containers/json?all=1", 200, "[" + web.element() + "," + db.element() + "]\n"},
		{"GET", "/containers/json?limit=1", 200, "[" + web.element() + "]\n"},
		{"GET", "/events", 200, shown},
		{"GET", "/containers/web/json", 200, web.body()},
		{"GET", "/containers/bb/json", 200, db.body()},
		{"GET", "/containers/" + web.id + "/logs?stdout=1", 200, "logs of /containers/" + web.id + "/logs"},
		{"GET", "/containers/db/logs?stdout=1", 200, "logs of /containers/" + db.id + "/logs"},
		{"POST", "/containers/web/stop", 204, ""},
		{"POST", "/containers/prune", 403, ""},
	}
	for _, hidden := range []string{"secret", "ab2", id("bc4"), "none"} {
		absent := "{\"message\":\"No such container: " + hidden + "\"}\n"
		requests = append(requests,
			loadRequest{"GET", "/containers/" + hidden + "/json", 404, absent},
			loadRequest{"GET", "/containers/" + hidden + "/logs?stdout=1", 404, absent},
			loadRequest{"POST", "/containers/" + hidden + "/stop", 404, absent})
	}
	return requests
}

// loadClient sends the mix, each client beginning with another request.
type loadClient struct {
	h        http.Handler
	engine   *fakeEngine
	requests []loadRequest
	number   int
}

// run sends what is wrong, or nothing, at its end.
// Yaegi: a method, because a function literal may see the values of another
// turn of the loop that starts it.
func (c *loadClient) run(done chan string) {
	for round := 0; round < loadRounds; round++ {
		for i := range c.requests {
			r := &c.requests[(i+c.number)%len(c.requests)]
			if problem := c.send(c.h, r); problem != "" {
				done <- problem
				return
			}
		}
		if problem := c.reload(); problem != "" {
			done <- problem
			return
		}
	}
	done <- ""
}

// send compares the answer of h.
func (c *loadClient) send(h http.Handler, r *loadRequest) string {
	rec := do(h, r.method, r.target, "")
	if got := rec.Body.String(); rec.Code != r.status || (r.body != "" && got != r.body) {
		return fmt.Sprintf("client %d: %s %s: got %d %s, want %d %s", c.number, r.method, r.target, rec.Code, got, r.status, r.body)
	}
	return ""
}

// reload compiles another policy meanwhile, as Traefik does when its
// configuration changes.
func (c *loadClient) reload() string {
	config := CreateConfig()
	config.ContainerNames = []string{"secret"}
	f, err := newHandler(context.Background(), c.engine, config, "other")
	if err != nil {
		return err.Error()
	}
	secret := &c.engine.containers[1]
	if problem := c.send(f, &loadRequest{"GET", "/containers/json", 200, "[" + secret.element() + "]\n"}); problem != "" {
		return problem
	}
	return c.send(f, &loadRequest{"GET", "/containers/web/json", 404, "{\"message\":\"No such container: web\"}\n"})
}

// Requests that run at the same time do not disturb each other.
func TestManyClients(t *testing.T) {
	for name, selectors := range map[string]*Config{
		"labels": {ContainerLabels: []string{"homepage.group"}},
		"names":  {ContainerNames: []string{"web", "db"}, Match: "exact"},
	} {
		config := testConfig()
		config.ContainerLabels, config.ContainerNames = selectors.ContainerLabels, selectors.ContainerNames
		engine := loadEngine()
		h := newTestFilter(t, engine, config)
		done := make(chan string, loadClients)
		for i := 0; i < loadClients; i++ {
			c := &loadClient{h: h, engine: engine, requests: loadRequests(engine), number: i}
			go c.run(done)
		}
		for i := 0; i < loadClients; i++ {
			problem := <-done
			if problem != "" {
				t.Errorf("%s: %s", name, problem)
			}
		}
	}
}
