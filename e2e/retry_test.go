package e2e

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// retryRouting puts Traefik's retry middleware before dpf on the host "dpf", and
// has nothing but it on the host "plain".
func retryRouting(url string) string {
	return fmt.Sprintf(`http:
  routers:
    dpf: {entryPoints: [docker], rule: "Host(%[1]sdpf%[1]s)", middlewares: [retry, dpf], service: engine}
    plain: {entryPoints: [docker], rule: "Host(%[1]splain%[1]s)", middlewares: [retry], service: engine}
  middlewares:
    retry: {retry: {attempts: 3, initialInterval: 10ms, status: ["503", "404"]}}
    dpf: {plugin: {dpf: {match: exact, containerNames: [web]}}}
  services:
    engine: {loadBalancer: {servers: [{url: %[2]q}]}}
`, "`", url)
}

// flaky is an engine that answers some requests with 503 and the others with an
// empty stream or list.
type flaky struct {
	failures atomic.Int64 // that are still to come
	slow     atomic.Bool  // an answer begins, and goes on without end
}

func (f *flaky) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	rw.Header().Set("Content-Type", "application/json")
	if f.failures.Add(-1) >= 0 {
		rw.WriteHeader(http.StatusServiceUnavailable)
		_, _ = fmt.Fprintln(rw, `{"message":"starting"}`)
		return
	}
	if strings.HasPrefix(req.URL.Path, "/containers/none") {
		rw.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprintln(rw, `{"message":"No such container: none"}`)
		return
	}
	if strings.HasSuffix(req.URL.Path, "/json") {
		_, _ = fmt.Fprintln(rw, "[]")
		return
	}
	_ = http.NewResponseController(rw).Flush()
	for f.slow.Load() && req.Context().Err() == nil {
		time.Sleep(time.Millisecond)
		_, _ = fmt.Fprintln(rw, `{"Type":"image","Action":"tag"}`)
		_ = http.NewResponseController(rw).Flush()
	}
}

// Behind a retry middleware every answer has the status that the last attempt
// had, as without the plugin, and none is made one of 200 by a flush.
func TestRetry(t *testing.T) {
	engine := &flaky{}
	server := httptest.NewServer(engine)
	t.Cleanup(server.Close)
	tr := startOptions(t, retryRouting(server.URL))
	dpf, plain := optionView{addr: tr.Addr("docker"), host: "dpf"}, optionView{addr: tr.Addr("docker"), host: "plain"}
	for _, tt := range []struct {
		name, method, target string
		failures             int64
		want                 int
	}{
		{"events of an engine that fails", "GET", "/events", 1000, 503},
		{"events of an engine that comes back", "GET", "/events", 2, 200},
		{"events", "GET", "/events", 0, 200},
		{"the list of an engine that fails", "GET", "/containers/json", 1000, 503},
		{"the list of an engine that comes back", "GET", "/containers/json", 2, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, view := range []optionView{dpf, plain} {
				engine.failures.Store(tt.failures)
				if got := view.ask(t, tt.method, tt.target); got.status != tt.want {
					t.Errorf("%s: got %d %q, want %d", view.host, got.status, got.body, tt.want)
				}
			}
		})
	}
	t.Run("attach to no container", func(t *testing.T) {
		engine.failures.Store(0)
		if got := dpf.ask(t, "POST", "/containers/none/attach?stream=1"); got.status != 404 {
			t.Errorf("got %d %q", got.status, got.body)
		}
	})
	t.Run("clients that leave in the middle", func(t *testing.T) {
		engine.failures.Store(0)
		engine.slow.Store(true)
		for range 20 {
			for _, host := range []string{"dpf", "plain"} {
				leaveEarly(t, tr.Addr("docker"), host)
			}
		}
		engine.slow.Store(false)
		if got := dpf.ask(t, "GET", "/containers/json"); got.status != 200 {
			t.Errorf("Traefik answers %d %q", got.status, got.body)
		}
	})
}

// leaveEarly opens a stream of events, reads a little of it and resets the
// connection.
func leaveEarly(t *testing.T, addr, host string) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	say(c, "GET /events HTTP/1.1\r\nHost: ", host, "\r\n\r\n")
	_, _ = c.Read(make([]byte, 10))
	reset(c.(*net.TCPConn))
}
