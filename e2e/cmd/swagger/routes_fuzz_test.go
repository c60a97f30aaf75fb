package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/mux"

	"github.com/docker-proxy-filter/dpf"
)

// routeOrder is the order in which dockerd mounts its routers: the first route
// that matches serves.
var routeOrder = []string{
	"checkpoint", "container", "image", "system", "volume", "build", "session", "swarm", "plugin",
	"distribution", "network", "debug", "grpc",
}

// muxes are the routers of all engines, oldest first.
var muxes = sync.OnceValues(func() ([]*mux.Router, error) {
	all := make([]*mux.Router, 0, len(engines()))
	for _, e := range engines() {
		m, err := newMux(e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.module, err)
		}
		all = append(all, m)
	}
	return all, nil
})

// newMux is the router of an engine, filled as dockerd does it.
func newMux(e engine) (*mux.Router, error) {
	dir, err := moduleDir(e.module)
	if err != nil {
		return nil, err
	}
	const versionMatcher = "/v{version:[0-9.]+}"
	served := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	m := mux.NewRouter()
	count := 0
	for _, name := range routeOrder {
		files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(e.routers), name, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, path := range files {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			if err := eachRoute(file, func(method, path string, _ []ast.Expr) {
				count++
				m.Path(versionMatcher + path).Methods(method).Handler(served)
				m.Path(path).Methods(method).Handler(served)
			}); err != nil {
				return nil, err
			}
		}
	}
	if count < 90 {
		return nil, fmt.Errorf("got %d routes", count)
	}
	return m, nil
}

// routed is what dockerd makes of a request line: the handler, by its template,
// the API version and the reference.
type routed struct {
	method, template, version, ref string
}

// dispatch asks the router of an engine about a request; false if no handler
// gets it.
func dispatch(m *mux.Router, req *http.Request) (routed, bool) {
	rec := httptest.NewRecorder()
	var match mux.RouteMatch
	// The router answers a path that is not in its clean form with a redirect.
	if m.ServeHTTP(rec, req); rec.Code != http.StatusOK || !m.Match(req, &match) || match.MatchErr != nil {
		return routed{}, false
	}
	template, err := match.Route.GetPathTemplate()
	if err != nil {
		return routed{}, false
	}
	r := routed{method: req.Method, template: strings.TrimPrefix(template, "/v{version:[0-9.]+}"), version: match.Vars["version"]}
	delete(match.Vars, "version")
	r.ref = strings.Join(slices.Sorted(maps.Values(match.Vars)), " ")
	return r, true
}

// parse reads a request line as a server does.
func parse(method, target string) (*http.Request, error) {
	return http.ReadRequest(bufio.NewReader(strings.NewReader(method + " " + target + " HTTP/1.1\r\nHost: docker\r\n\r\n")))
}

// daemon stands where dockerd does. It has one container, the one that the
// client's request means, and everything is made of that.
type daemon struct {
	mux     *mux.Router
	ref     string
	got     []routed
	strange []string // targets that reached it and that no handler gets
}

func (d *daemon) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	// Traefik sends the RequestURI.
	sent, err := parse(req.Method, req.RequestURI)
	if err != nil {
		d.strange = append(d.strange, req.RequestURI)
		return
	}
	r, ok := dispatch(d.mux, sent)
	if !ok {
		d.strange = append(d.strange, req.RequestURI)
		rw.WriteHeader(http.StatusNotFound)
		return
	}
	d.got = append(d.got, r)
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("Api-Version", "1.56")
	_ = json.NewEncoder(rw).Encode(d.answer(r))
}

// answer is the answer to what the plugin asks by itself.
func (d *daemon) answer(r routed) any {
	id := fullID(d.ref)
	switch {
	case r.template == "/containers/json":
		return []any{map[string]any{
			"Id": id, "Names": []string{"/" + d.ref}, "Image": d.ref, "ImageID": d.ref, "Labels": map[string]string{"shown": ""},
			"Mounts":          []any{map[string]string{"Name": d.ref}},
			"NetworkSettings": map[string]any{"Networks": map[string]any{d.ref: map[string]string{"NetworkID": id}}},
		}}
	case strings.HasPrefix(r.template, "/containers/{"):
		return map[string]any{"Id": fullID(r.ref), "Name": "/" + r.ref, "Config": map[string]any{"Labels": map[string]string{"shown": ""}}}
	case strings.HasPrefix(r.template, "/exec/{"):
		return map[string]any{"ID": r.ref, "ContainerID": fullID("exec")}
	case r.template == "/networks":
		return []any{map[string]any{"Id": id, "Name": d.ref}}
	}
	return map[string]any{"Id": d.ref, "Name": d.ref}
}

// fullID is the ID of the container that ref means.
func fullID(ref string) string {
	if regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(ref) {
		return ref
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(ref)))
}

// views are the configurations of the client: one that shows all, so that the
// requests come through as they are, and one with a selector.
func views() []*dpf.Config {
	all, some := dpf.CreateConfig(), dpf.CreateConfig()
	all.Operations = []string{"read", "lifecycle", "exec", "files", "manage"}
	some.ContainerLabels = []string{"shown"}
	some.InsecureAllowOperations = []string{"ContainerRename"}
	return []*dpf.Config{all, some}
}

// FuzzRoutes holds the plugin to dockerd: a request that a router of dockerd
// hands to a handler, with a reference, the plugin takes for that same
// operation, on that same reference, or refuses. choice picks engine and view.
func FuzzRoutes(f *testing.F) {
	log.SetOutput(io.Discard)
	all, err := muxes()
	if err != nil {
		f.Fatal(err)
	}
	for i, target := range tableTargets(f) {
		method, path, _ := strings.Cut(target, " ")
		f.Add(i, method, path)
	}
	for i, target := range oddTargets {
		for choice := 0; choice < 2; choice++ {
			method, path, _ := strings.Cut(target, " ")
			f.Add(2*i+choice, method, path)
		}
	}
	f.Fuzz(func(t *testing.T, choice int, method, target string) {
		m := all[uint(choice)/2%uint(len(all))]
		checkRoute(t, m, views()[choice&1], method, target)
	})
}

// checkRoute sends one request through the plugin.
func checkRoute(t *testing.T, m *mux.Router, config *dpf.Config, method, target string) {
	t.Helper()
	if strings.ContainsAny(method+target, "\r\n") {
		return // More than a request line.
	}
	asked, err := parse(method, target)
	if err != nil {
		return
	}
	want, ok := dispatch(m, asked)
	d := &daemon{mux: m, ref: want.ref}
	h, err := dpf.New(context.Background(), d, config, "test")
	if err != nil {
		t.Fatal(err)
	}
	req, err := parse(method, target)
	if err != nil {
		t.Fatal(err)
	}
	h.ServeHTTP(httptest.NewRecorder(), req)

	for _, got := range d.got {
		if !ok {
			// Only lists have another meaning to an older engine.
			if got.method != http.MethodGet && got.method != http.MethodHead {
				t.Errorf("%s %q: no handler gets it, and the plugin forwards %+v", method, target, got)
			}
			continue
		}
		checkForwarded(t, method+" "+target, len(config.ContainerLabels) > 0, got, want)
	}
	if ok && len(d.strange) > 0 {
		t.Errorf("%s %q: %+v to dockerd, and the plugin forwards %q, which is nothing to it", method, target, want, d.strange)
	}
}

// checkForwarded checks one request that the plugin forwards or makes.
func checkForwarded(t *testing.T, sent string, selecting bool, got, want routed) {
	t.Helper()
	if got.method == http.MethodGet && got.template == "/_ping" && (got.version == want.version || got.version == "") {
		return // It asks the engine what it says of an API version.
	}
	if got.version != want.version {
		t.Errorf("%q: %+v to dockerd, and the plugin forwards another version, %+v", sent, want, got)
	}
	if got == want {
		return
	}
	if !selecting {
		t.Errorf("%q: %+v to dockerd, and the plugin forwards %+v", sent, want, got)
		return
	}
	sameOperation := got.method == want.method && got.template == want.template
	onContainer := strings.HasPrefix(got.template, "/containers/{") || strings.HasPrefix(got.template, "/exec/{")
	meant := got.ref == want.ref || got.ref == fullID(want.ref) || strings.HasPrefix(want.template, "/exec/{") && got.ref == fullID("exec")
	switch {
	case onContainer && !meant:
		t.Errorf("%q: %+v to dockerd, and the plugin forwards %+v, which is another container", sent, want, got)
	case got.method != http.MethodGet && !sameOperation:
		t.Errorf("%q: %+v to dockerd, and the plugin forwards %+v, which is another operation", sent, want, got)
	}
}

// tableTargets are the request lines of testdata/operations.tsv.
func tableTargets(f *testing.F) []string {
	f.Helper()
	table, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "operations.tsv"))
	if err != nil {
		f.Fatal(err)
	}
	var targets []string
	for line := range strings.Lines(string(table)) {
		if fields := strings.Split(line, "\t"); !strings.HasPrefix(line, "#") && len(fields) > 2 {
			target := placeholders().ReplaceAllString(fields[1], "web")
			targets = append(targets, fields[0]+" "+target, fields[0]+" /v1.41"+target)
		}
	}
	return targets
}

// oddTargets are request lines that two servers may read in two ways.
var oddTargets = []string{
	"GET /containers/%6Ason", "GET /containers%2Fjson", "GET //containers/json", "GET /containers/./json", "GET /containers/x/../json",
	"GET /containers/json/", "GET /containers/json/json", "GET /containers/a/b/json", "GET /containers/a%2Fb/json", "GET /containers/a%252Fb/json",
	"DELETE /containers/a/checkpoints/b", "DELETE /containers/a/b", "POST /containers/prune", "POST /containers/create/start",
	"POST /containers/web/stop;x", "POST /containers/%20web/stop", "POST /containers/web%00/stop", "POST /containers/web?x/stop",
	"POST http://other/containers/web/stop", "POST http://other:1//containers/web/stop", "POST /v1.41/v1.41/containers/web/stop",
	"POST /v1.41.0/containers/web/stop", "POST /v../containers/web/stop", "POST /v1.100/containers/web/stop", "post /containers/web/stop",
	"GET /images/a/b/c:1/json", "GET /images/json/json", "GET /images/get/get", "GET /images/a/history/json", "GET /images/search/json",
	"GET /images/a/json/history", "GET /exec/json/json", "POST /exec/a/b/start", "GET /networks/", "GET /networks/a/b", "GET /volumes/a/b",
	"GET /services/a/logs", "GET /plugins/a/b/json", "GET /plugins/privileges", "GET /distribution/a/b/json", "OPTIONS /containers/json",
	"OPTIONS *", "HEAD /containers/web/json", "CONNECT docker:1", "GET /containers/web/attach/ws", "GET /containers/ws/attach/ws",
	"GET /containers/\xc0\xaf/json", "GET /containers/\xe2\x80\xae/json", "GET /_ping/", "GET /v1.41", "GET /", "GET /containers/0/json",
	"GET /containers/" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" + "/json",
}
