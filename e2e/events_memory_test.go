package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/proc"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// crowd is an engine with more containers than a real one can be given here. It
// has a list, inspects, and streams of events that tell of each container.
type crowd struct {
	summaries [][]byte // by number
	ids       map[string]int
	labels    map[string]string

	mu      sync.Mutex
	streams []chan string
}

// The crowd, and the streams that are open at the same time.
const (
	crowdSize    = 2000
	crowdStreams = 40
)

func newCrowd() *crowd {
	c := &crowd{ids: map[string]int{}, labels: map[string]string{"crowd": "yes"}}
	for i := range 20 {
		c.labels[fmt.Sprintf("com.example.label-%d", i)] = strings.Repeat("value ", 10)
	}
	for i := range crowdSize {
		summary, err := json.Marshal(map[string]any{"Id": c.id(i), "Names": []string{"/" + c.name(i)}, "Labels": c.labels})
		if err != nil {
			panic(err)
		}
		c.summaries = append(c.summaries, summary)
		c.ids[c.id(i)] = i
	}
	return c
}

func (c *crowd) id(i int) string   { return fmt.Sprintf("%064x", i+1) }
func (c *crowd) name(i int) string { return fmt.Sprintf("crowd-%d", i) }

func (c *crowd) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	rw.Header().Set("Content-Type", "application/json")
	path := strings.Split(strings.Trim(req.URL.Path, "/"), "/")
	switch {
	case req.URL.Path == "/events":
		c.stream(rw, req)
	case req.URL.Path == "/containers/json":
		_, _ = fmt.Fprintf(rw, "[%s]\n", joinBytes(c.summaries))
	case len(path) == 3 && path[0] == "containers":
		i, ok := c.ids[path[1]]
		if !ok {
			rw.WriteHeader(http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(rw).Encode(map[string]any{"Id": c.id(i), "Name": "/" + c.name(i), "Config": map[string]any{"Labels": c.labels}})
	default:
		rw.WriteHeader(http.StatusNotFound)
	}
}

func joinBytes(parts [][]byte) string {
	var all strings.Builder
	for i, part := range parts {
		if i > 0 {
			all.WriteByte(',')
		}
		all.Write(part)
	}
	return all.String()
}

// stream is an answer to SystemEvents.
func (c *crowd) stream(rw http.ResponseWriter, req *http.Request) {
	lines := make(chan string, crowdSize)
	c.mu.Lock()
	c.streams = append(c.streams, lines)
	c.mu.Unlock()
	_ = http.NewResponseController(rw).Flush()
	for {
		select {
		case line := <-lines:
			_, _ = io.WriteString(rw, line)
			_ = http.NewResponseController(rw).Flush()
		case <-req.Context().Done():
			return
		}
	}
}

// start tells all streams that each container has started.
func (c *crowd) start() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range crowdSize {
		attributes := map[string]string{"name": c.name(i), "image": "crowd"}
		for key, value := range c.labels {
			attributes[key] = value
		}
		line, err := json.Marshal(map[string]any{"Type": "container", "Action": "start", "Actor": map[string]any{"ID": c.id(i), "Attributes": attributes}})
		if err != nil {
			panic(err)
		}
		for _, stream := range c.streams {
			stream <- string(line) + "\n"
		}
	}
}

// Forty streams of events over two thousand containers with many labels cost
// little more with the plugin than without: what is known of a container is a few
// bytes, and known once. Of what they cost without it, 0.2 MB each, most is buffers
// of Traefik's connections.
func TestEventsMemory(t *testing.T) {
	const most = 5.0 // MB
	engine := newCrowd()
	server := httptest.NewServer(engine)
	defer server.Close()
	tr, err := shared.StartTraefik(traefik.Config{
		EntryPoints: []string{"docker", "plain"}, LogLevel: "ERROR", Flags: []string{"--api.debug=true"},
		Dynamic: crowdRouting(server.URL),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Stop()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	var lines atomic.Int64
	follow := func(entryPoint string, streams int) float64 {
		want := engine.open() + streams
		for range streams {
			go followEvents(ctx, t, "http://"+tr.Addr(entryPoint)+"/events", &lines)
		}
		waitFor(t, "streams", func() bool { return engine.open() == want })
		return heapOf(t, tr)
	}
	follow("docker", 1) // and what a first request costs
	before := follow("plain", 1)
	plain := follow("plain", crowdStreams)
	idle := follow("docker", crowdStreams)
	engine.start()
	waitFor(t, "all events", func() bool { return lines.Load() >= int64(crowdSize*engine.open()) })
	busy := heapOf(t, tr)
	cost := plain - before
	t.Logf("%d streams cost %.1f MB without the plugin, %.1f MB with it, and %.1f MB after an event of each of %d containers",
		crowdStreams, cost, idle-plain, busy-plain, crowdSize)
	if max(idle, busy)-plain > cost+most {
		t.Errorf("the plugin takes more than %.0f MB for %d streams", most, crowdStreams)
	}
}

func crowdRouting(url string) string {
	return fmt.Sprintf(`http:
  routers:
    docker: {entryPoints: [docker], rule: "PathPrefix(%[1]s)", middlewares: [dpf], service: crowd}
    plain: {entryPoints: [plain], rule: "PathPrefix(%[1]s)", service: crowd}
  middlewares:
    dpf: {plugin: {dpf: {match: exact, containerLabels: [crowd=yes]}}}
  services:
    crowd: {loadBalancer: {servers: [{url: %[2]q}]}}
`, "`/`", url)
}

// followEvents counts the lines of a stream until ctx ends.
func followEvents(ctx context.Context, t *testing.T, url string, lines *atomic.Int64) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Error(err)
		return
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		if ctx.Err() == nil {
			t.Error(err)
		}
		return
	}
	defer resp.Body.Close()
	for in := bufio.NewReader(resp.Body); ; lines.Add(1) {
		if _, err := in.ReadSlice('\n'); err != nil {
			if ctx.Err() == nil {
				t.Errorf("a stream ended: %v", err)
			}
			return
		}
	}
}

// waitFor waits for what an interpreter needs minutes for on a busy machine.
func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within five minutes: %s", what)
		}
	}
}

// heapOf is what Traefik holds after a collection, in MB.
func heapOf(t *testing.T, tr *traefik.Instance) float64 {
	t.Helper()
	var heap float64
	for range 2 { // What pools hold goes with the second collection.
		resp, err := http.Get("http://" + tr.API() + "/debug/pprof/heap?gc=1&debug=1")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		_, number, _ := strings.Cut(string(text), "# HeapAlloc = ")
		number, _, _ = strings.Cut(number, "\n")
		if heap, err = strconv.ParseFloat(number, 64); err != nil {
			t.Fatalf("%v in %.200q", err, text)
		}
	}
	if rss, _, err := proc.Memory(tr.Pid()); err == nil {
		t.Logf("heap %.1f MB, resident %.1f MB", heap/1e6, rss)
	}
	return heap / 1e6
}

func (c *crowd) open() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.streams)
}
