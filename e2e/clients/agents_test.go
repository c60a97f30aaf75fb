package clients

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/tools"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// providerTime is how long Traefik's Docker provider is watched: many times as
// long as the entry point in front of dpf waits for a request.
const providerTime = 2 * time.Minute

// Traefik as a client: a second one, which finds its routers by the labels of
// the visible containers and follows them while they stop and start, for minutes
// and on one stream of events.
func TestTraefikProvider(t *testing.T) {
	story(t, "traefik-provider", func(t *testing.T, s *session) {
		begin := time.Now()
		second, err := s.StartPlainTraefik(traefik.Config{
			EntryPoints: []string{"web"},
			Dynamic:     "http:\n  middlewares:\n    unused: {stripPrefix: {prefixes: [/unused]}}\n",
			Flags:       []string{"--providers.docker.endpoint=" + s.host(), "--providers.docker.exposedByDefault=false"},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(second.Stop)
		wait := func(want ...string) {
			t.Helper()
			until(t, "routers", func() error { return routersAre(second, want...) })
		}
		wait("web@docker", "worker@docker")
		cycle := func() {
			t.Helper()
			s.scene.must(t, http.MethodPost, "/containers/"+worker+"/stop?t=5")
			wait("web@docker")
			s.scene.must(t, http.MethodPost, "/containers/"+worker+"/start")
			wait("web@docker", "worker@docker")
		}
		for time.Since(begin) < providerTime {
			cycle()
			time.Sleep(10 * time.Second)
		}
		streams := 0
		for _, id := range s.operations(t) {
			if id == "SystemEvents" {
				streams++
			}
		}
		if streams != 1 {
			t.Errorf("got %d streams of events, want 1 that lasts", streams)
		}
		log, err := os.ReadFile(second.LogFile())
		if err != nil {
			t.Fatal(err)
		}
		s.clean(t, string(log))
		if i := bytes.Index(log, []byte("Provider error")); i >= 0 {
			t.Errorf("the provider has failed: %s", log[i:min(len(log), i+300)])
		}
	})
}

// routersAre compares the routers that a Traefik has from its Docker provider.
func routersAre(instance *traefik.Instance, want ...string) error {
	resp, err := http.Get("http://" + instance.API() + "/api/http/routers")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var routers []struct{ Name string }
	if err := json.NewDecoder(resp.Body).Decode(&routers); err != nil {
		return err
	}
	var got []string
	for _, r := range routers {
		if strings.HasSuffix(r.Name, "@docker") {
			got = append(got, r.Name)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		return fmt.Errorf("got %q, want %q", got, want)
	}
	return nil
}

// telegrafConfig takes the address of the API.
const telegrafConfig = `
[agent]
  interval = "1s"
  flush_interval = "1s"
  omit_hostname = true
[[inputs.docker]]
  endpoint = %[1]q
  storage_objects = ["container", "image", "volume"]
[[inputs.docker_log]]
  endpoint = %[1]q
  from_beginning = true
[[outputs.file]]
  files = ["stdout"]
  data_format = "influx"
`

// Telegraf measures the visible containers and collects their logs.
func TestTelegraf(t *testing.T) {
	story(t, "telegraf", func(t *testing.T, s *session) {
		config := filepath.Join(t.TempDir(), "telegraf.conf")
		if err := os.WriteFile(config, fmt.Appendf(nil, telegrafConfig, s.host()), 0o644); err != nil {
			t.Fatal(err)
		}
		out := s.start(t, s.command(t, binary(t, tools.Telegraf), "--config", config))
		until(t, "metrics", func() error {
			for _, want := range []string{
				`docker_log,.*container_name=shop-web,.*hello-web`,
				`docker_log,.*container_name=shop-worker,.*hello-worker`,
				`docker_container_cpu,.*container_name=shop-web,`,
				`docker_container_mem,.*container_name=shop-worker,`,
				`docker,.* n_containers=3i`,
				`docker_disk_usage,`,
			} {
				if !regexp.MustCompile(want).MatchString(out.String()) {
					return fmt.Errorf("no line matches %s in\n%s", want, out.String())
				}
			}
			return nil
		})
		var measured []string
		for _, name := range regexp.MustCompile(`container_name=([^, ]+)`).FindAllStringSubmatch(out.String(), -1) {
			measured = append(measured, name[1])
		}
		slices.Sort(measured)
		equal(t, "measured", slices.Compact(measured), visible)
		s.clean(t, out.String())
	})
}

// Prometheus discovers the visible containers, and follows them.
func TestPrometheusDiscovery(t *testing.T) {
	story(t, "prometheus", func(t *testing.T, s *session) {
		out := s.start(t, s.command(t, binary(t, tools.DockerSD), s.host()))
		wait := func(want ...string) {
			t.Helper()
			until(t, "targets", func() error { return targetsAre(out.String(), want...) })
		}
		wait(web, worker)
		s.scene.must(t, http.MethodPost, "/containers/"+worker+"/stop?t=5")
		wait(web)
		s.scene.must(t, http.MethodPost, "/containers/"+worker+"/start")
		wait(web, worker)
		s.clean(t, out.String())
	})
}

// targetsAre compares the names of the containers in the last whole line of
// dockersd.
func targetsAre(out string, want ...string) error {
	lines := strings.Split(out, "\n")
	if len(lines) < 2 {
		return errors.New("no targets yet")
	}
	last := lines[len(lines)-2]
	var targets []map[string]string
	if err := json.Unmarshal([]byte(last), &targets); err != nil {
		return fmt.Errorf("%w: %s", err, last)
	}
	var got []string
	for _, target := range targets {
		got = append(got, strings.TrimPrefix(target["__meta_docker_container_name"], "/"))
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		return fmt.Errorf("got %q, want %q, from %s", got, want, last)
	}
	return nil
}

// start runs a program until the end of the test; its output is collected.
func (s *session) start(t *testing.T, cmd *exec.Cmd) *output {
	t.Helper()
	out := &output{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return out
}

// output is a buffer that is read while it is written.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
