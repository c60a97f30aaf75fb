package dpf

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

// A probe is forwarded as it would be by the way of every other operation.
func TestProbesAgree(t *testing.T) {
	methods := []string{"GET", "HEAD", "POST", "get", "PUT"}
	paths := []string{
		"/_ping", "/version", "/v1.24/_ping", "/v1.41/version", "/v1.99/_ping", "/v1.23/_ping", "/v1.100/version", "/v2.41/_ping",
		"/_ping/", "//_ping", "/_ping\n", "/v1.41/_pingx", "/versions", "/v1.41/v1.41/_ping", "/V1.41/_ping", "/info", "/x/_ping",
	}
	for _, operations := range [][]string{nil, {"-SystemVersion"}, {"-SystemPing"}, {"lifecycle"}} {
		config := testConfig()
		config.Operations = operations
		fast := mustFilter(t, config)
		plain := mustFilter(t, config)
		plain.probes = false
		for _, method := range methods {
			for _, path := range paths {
				got, want := probed(fast, method, path), probed(plain, method, path)
				if got != want {
					t.Errorf("operations %v: %s %q\ngot  %s\nwant %s", operations, method, path, got, want)
				}
			}
		}
	}
}

// mustFilter returns a filter in front of an engine of its own.
func mustFilter(t *testing.T, config *Config) *filter {
	t.Helper()
	next := http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		header, _ := json.Marshal(req.Header) // with its keys in order
		_, _ = fmt.Fprintf(rw, "%s %s %q %d %s", req.Method, req.RequestURI, req.URL.RawPath, req.ContentLength, header)
	})
	f, err := newFilter(context.Background(), next, config, "test")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// probed is the answer to a request that has everything that is not forwarded.
func probed(f *filter, method, path string) string {
	req := httptest.NewRequest(method, "/x", strings.NewReader("body"))
	req.URL.Path, req.URL.RawPath = path, "/escaped"
	for key := range sideHeaders {
		req.Header.Set(key, "x")
	}
	req.Header.Set("Upgrade", "h2c")
	req.Header.Set("Cookie", "kept")
	rec := httptest.NewRecorder()
	f.ServeHTTP(rec, req)
	return fmt.Sprint(rec.Code, " ", rec.Body.String())
}

// A stream of events gives the same with and without the search for needles,
// in whatever chunks it arrives.
func TestEventNeedlesAgree(t *testing.T) {
	random := rand.New(rand.NewSource(2))
	configs := []*Config{
		{ContainerNames: []string{"web"}},
		{Match: "exact", ContainerNames: []string{"web", "db"}},
		{ContainerLabels: []string{"homepage", "x.y=web"}},
		{Match: "exact", ContainerLabels: []string{"x.y=web", "image=web"}},
		{Match: "exact", ContainerLabels: []string{"é", "x.y"}, ContainerNames: []string{"a1"}},
		{Require: "all", ContainerNames: []string{"b"}, ContainerLabels: []string{"home"}},
		{Match: "exact", Require: "all", ContainerNames: []string{"db"}, ContainerLabels: []string{"x.y"}},
		{ContainerNames: []string{"web"}, ExcludeLabels: []string{"<&>"}},
		{ExcludeNames: []string{"web"}},
		{ContainerNames: []string{"d"}},
	}
	for round := 0; round < 200; round++ {
		config := configs[round%len(configs)]
		p, err := newPolicy(config)
		if err != nil {
			t.Fatal(err)
		}
		engine, stream := randomEvents(random)
		got := eventsThrough(engine, p, eventNeedles(&p), stream, 1+random.Intn(len(stream)+1))
		want := eventsThrough(engine, p, nil, stream, len(stream)+1)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("policy %d, stream\n%s\ngot\n%s\nwant\n%s", round%len(configs), stream, got, want)
		}
	}
}

// randomEvents is an engine and what it tells of its containers, in the form
// of dockerd: with the labels, of which what it says itself replaces some.
func randomEvents(random *rand.Rand) (*fakeEngine, string) {
	words := []string{"web", "db", "homepage", "x.y", "image", "<&>", "é", "home\"page", "\\", "a1", "d"}
	word := func() string { return words[random.Intn(len(words))] }
	engine := &fakeEngine{apiVersion: "1.41"}
	for i := 0; i < 4; i++ {
		name := fmt.Sprint([]string{"web", "db", "a", "b"}[random.Intn(4)], i%2)
		engine.containers = append(engine.containers, fakeContainer{
			id: id(fmt.Sprintf("%x", 16+i)), name: name, labels: map[string]string{word(): word(), []string{"image", "x.y"}[i%2]: word()},
		})
	}
	var stream strings.Builder
	for i := random.Intn(12); i >= 0; i-- {
		c := engine.containers[random.Intn(len(engine.containers))]
		attributes := map[string]string{}
		for key, value := range c.labels {
			attributes[key] = value
		}
		attributes["name"], attributes["image"] = c.name, word()
		e := event{Type: "container", Action: "start"}
		e.Actor.ID, e.Actor.Attributes = c.id, attributes
		switch random.Intn(6) {
		case 0:
			e.Type, e.Actor.ID = []string{"network", "volume", "image"}[random.Intn(3)], word()
			e.Actor.Attributes = map[string]string{"container": c.id, "name": word()}
		case 1:
			e.Action = "rename"
			attributes["name"], attributes["oldName"] = word(), "/"+c.name
		case 2:
			e.Action = "destroy"
		}
		line, _ := json.Marshal(e)
		stream.Write(line)
		stream.WriteByte('\n')
	}
	return engine, stream.String()
}

// eventsThrough sends a stream, in chunks of size bytes, through the filter of
// events.
func eventsThrough(engine *fakeEngine, p policy, needles [][]byte, stream string, size int) string {
	f := &filter{policy: p, scrub: &scrubber{}, upstream: &upstream{next: engine, limit: 1 << 20}}
	ef := &eventFilter{f: f, req: httptest.NewRequest("GET", "/events", nil)}
	if err := ef.learn(); err != nil {
		return err.Error()
	}
	rec := httptest.NewRecorder()
	rec.Header().Set("Content-Type", "application/json")
	w := newLineWriter(rec, 1<<20, ef)
	w.needles = needles
	for len(stream) > 0 {
		n := size
		if n > len(stream) {
			n = len(stream)
		}
		_, _ = w.Write([]byte(stream[:n]))
		stream = stream[n:]
	}
	w.finish()
	return rec.Body.String()
}
