package dpf

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/scrub"
	"github.com/docker-proxy-filter/dpf/internal/view"
)

// The benchmarks run natively and, with yaegi test -bench, interpreted: the
// difference is the interpreter. What a request costs in Traefik is measured
// by make bench.

// benchConfig shows what has the label homepage.group.
func benchConfig() *Config {
	config := CreateConfig()
	config.ContainerLabels = []string{"homepage.group"}
	config.Match = "exact"
	return config
}

func benchFilter(b *testing.B, next http.Handler, config *Config) http.Handler {
	b.Helper()
	f, err := newHandler(context.Background(), next, config, "bench")
	if err != nil {
		b.Fatal(err)
	}
	return f
}

// readBench reads a recorded answer.
func readBench(b *testing.B, name string) []byte {
	b.Helper()
	data, err := os.ReadFile("testdata/engine/v1.41/" + name)
	if err != nil {
		b.Fatal(err)
	}
	return data
}

// benchList is a list of n containers with 14 labels each, of which one in
// every has the label homepage.group.
func benchList(n, every int) []byte {
	elements := make([]string, 0, n)
	for i := 0; i < n; i++ {
		elements = append(elements, benchElement(i, i%every == 0))
	}
	return []byte("[" + strings.Join(elements, ",") + "]\n")
}

func benchElement(i int, visible bool) string {
	labels := benchLabels(13)
	if visible {
		labels = `"homepage.group":"media",` + labels
	}
	return fmt.Sprintf(`{"Id":"%064x","Names":["/app-%d"],"Image":"app:1","ImageID":"sha256:%064x","Command":"sleep 10000","Created":1795557816,"Ports":[],"Labels":{%s},"State":"running","Status":"Up 7 seconds","HostConfig":{"NetworkMode":"default"},"NetworkSettings":{"Networks":{"bridge":{"IPAMConfig":null,"Links":null,"Aliases":null,"NetworkID":"%064x","IPAddress":"172.17.0.8"}}},"Mounts":[]}`,
		i, i, i, labels, i)
}

func benchLabels(n int) string {
	labels := make([]string, 0, n)
	for i := 0; i < n; i++ {
		labels = append(labels, fmt.Sprintf(`"com.docker.compose.option-%02d":"the value of label number %d"`, i, i))
	}
	return strings.Join(labels, ",")
}

// BenchmarkRoute reads one request.
func BenchmarkRoute(b *testing.B) {
	b.Run("ping", func(b *testing.B) { benchRoute(b, "/_ping") })
	b.Run("list", func(b *testing.B) {
		benchRoute(b, "/v1.41/containers/json?all=1&filters=%7B%22status%22%3A%5B%22running%22%5D%7D")
	})
	b.Run("logs", func(b *testing.B) { benchRoute(b, "/v1.41/containers/"+id("aa1")+"/logs?stdout=1&tail=100") })
}

func benchRoute(b *testing.B, target string) {
	b.Helper()
	req := httptest.NewRequest("GET", target, nil)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if _, err := engineapi.Route(req); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPing is a whole request that is passed through.
func BenchmarkPing(b *testing.B) { benchRequest(b, "/_ping", benchConfig()) }

// BenchmarkInspect is a whole inspect of a visible container.
func BenchmarkInspect(b *testing.B) {
	benchRequest(b, "/v1.41/containers/"+id("aa1")+"/json", benchConfig())
}

// BenchmarkInspectScrubbed is BenchmarkInspect with scrubEnvs, which most users
// set.
func BenchmarkInspectScrubbed(b *testing.B) {
	config := benchConfig()
	config.ScrubEnvs = true
	benchRequest(b, "/v1.41/containers/"+id("aa1")+"/json", config)
}

// BenchmarkScoped is a whole request on a container that is known.
func BenchmarkScoped(b *testing.B) {
	benchRequest(b, "/v1.41/containers/"+id("aa1")+"/top", benchConfig())
}

// benchEngine answers everything with one body.
type benchEngine struct {
	body []byte
}

func (e *benchEngine) ServeHTTP(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Content-Type", "application/json")
	_, _ = rw.Write(e.body)
}

// benchRequest serves a request again and again.
func benchRequest(b *testing.B, target string, config *Config) {
	b.Helper()
	recorded := string(readBench(b, "ContainerInspect.db.json"))
	recordedID := recorded[len(`{"Id":"`):][:64]
	engine := &benchEngine{body: []byte(strings.ReplaceAll(recorded, recordedID, id("aa1")))}
	f := benchFilter(b, engine, config)
	req := httptest.NewRequest("GET", target, nil)
	path, query := req.URL.Path, req.URL.RawQuery
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		req.URL.Path, req.URL.RawQuery = path, query
		rec := httptest.NewRecorder()
		f.ServeHTTP(rec, req)
		if rec.Code != 200 {
			b.Fatal(rec.Code, rec.Body.String())
		}
	}
}

// BenchmarkList filters a list. The names say how many containers it has and
// how many are visible.
func BenchmarkList(b *testing.B) {
	benchList50 := benchList(50, 10)
	b.Run("50-5", func(b *testing.B) { benchFilterList(b, benchList50, benchConfig(), 5) })
	benchList1000 := benchList(1000, 10)
	b.Run("1000-100", func(b *testing.B) { benchFilterList(b, benchList1000, benchConfig(), 100) })
	benchListAll := benchList(1000, 1)
	b.Run("1000-1000", func(b *testing.B) { benchFilterList(b, benchListAll, benchConfig(), 1000) })
	noNeedle := benchConfig()
	noNeedle.ContainerLabels = []string{"homepage*"}
	noNeedle.Match = "glob"
	b.Run("1000-100-glob", func(b *testing.B) { benchFilterList(b, benchList1000, noNeedle, 100) })
	tenLabels := benchConfig()
	for i := 0; i < 9; i++ {
		tenLabels.ContainerLabels = append(tenLabels.ContainerLabels, fmt.Sprintf("absent.label-%d", i))
	}
	b.Run("1000-100-ten-labels", func(b *testing.B) { benchFilterList(b, benchList1000, tenLabels, 100) })
}

func benchFilterList(b *testing.B, list []byte, config *Config, visible int) {
	b.Helper()
	engine := &benchEngine{body: list}
	f := benchFilter(b, engine, config)
	b.SetBytes(int64(len(list)))
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		req := httptest.NewRequest("GET", "/containers/json?all=1", nil)
		rec := httptest.NewRecorder()
		f.ServeHTTP(rec, req)
		if i == 0 {
			var kept []json.RawMessage
			if err := json.Unmarshal(rec.Body.Bytes(), &kept); err != nil || len(kept) != visible {
				b.Fatal("visible containers:", len(kept), err)
			}
		}
	}
}

// BenchmarkEvent judges one event of a container that is known.
func BenchmarkEvent(b *testing.B) {
	b.Run("hidden", func(b *testing.B) { benchEvent(b, id("ab2"), "") })
	b.Run("visible", func(b *testing.B) { benchEvent(b, id("aa1"), `"homepage.group":"media",`) })
}

func benchEvent(b *testing.B, containerID, label string) {
	b.Helper()
	line := []byte(fmt.Sprintf(`{"status":"exec_start: true","id":"%s","from":"app:1","Type":"container","Action":"exec_start: true","Actor":{"ID":"%s","Attributes":{%s%s,"image":"app:1","name":"app"}},"scope":"local","time":1795557796,"timeNano":1795557796385998885}`,
		containerID, containerID, label, benchLabels(13)))
	c := policy.Container{ID: containerID, Name: "app", Labels: map[string]string{}}
	if label != "" {
		c.Labels["homepage.group"] = "media"
	}
	p, err := newPolicy(benchConfig(), nil)
	if err != nil {
		b.Fatal(err)
	}
	seen := &view.Sighting{Marked: true, Marks: p.Marks(c.Labels), Name: c.Name}
	events := &view.Events{
		Policy: p,
		Scrub:  &scrub.Scrubber{},
		Find:   func(_ string) *view.Sighting { return seen },
	}
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		kept, err := events.Line(line)
		if err != nil || (len(kept) > 0) != (label != "") {
			b.Fatal("wrong verdict", err)
		}
	}
}
