package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/testbed"
)

// source is the Docker Engine of the demo.
type source struct {
	name    string
	handler http.Handler
}

// findSource finds the user's engine. It returns nil when there is none.
func findSource() (*source, error) {
	if host := os.Getenv("DOCKER_HOST"); host != "" {
		return dial(host)
	}
	if s, err := dial("unix:///var/run/docker.sock"); err == nil {
		return s, nil
	}
	return nil, nil
}

// privateEngine is the engine to start when the user has none, or nil where
// none can be started.
func privateEngine() *engine.Config {
	if _, err := exec.LookPath("dockerd"); err != nil || os.Geteuid() != 0 {
		return nil
	}
	fmt.Fprintln(os.Stderr, "starting a private Docker Engine")
	return &engine.Config{}
}

// bedSource is the bed's private engine, or the stand-in.
func bedSource(bed *testbed.Bed) (*source, error) {
	if bed.Engine == nil {
		return recorded(filepath.Join(bed.Plugin, "testdata", "engine", "v1.41"))
	}
	return withSamples(bed.Engine)
}

// dial is the engine at a host such as unix:///var/run/docker.sock or
// tcp://localhost:2375. It is an error if none answers there.
func dial(host string) (*source, error) {
	network, address, ok := strings.Cut(host, "://")
	if !ok || (network != "unix" && network != "tcp") {
		return nil, fmt.Errorf("DOCKER_HOST=%s: must be unix:// or tcp://", host)
	}
	var dialer net.Dialer
	connection, err := dialer.Dial(network, address)
	if err != nil {
		return nil, err
	}
	_ = connection.Close()
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "docker"})
	proxy.FlushInterval = -1
	proxy.Transport = &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, address)
		},
	}
	return &source{name: host + " (only read)", handler: proxy}, nil
}

// samples are the containers of the private engine.
var samples = []struct {
	name   string
	labels map[string]string
	env    []string
}{
	{"jellyfin", map[string]string{"homepage.group": "media"}, []string{"API_KEY=made-up-key"}},
	{"homepage", map[string]string{"homepage.group": "apps"}, []string{"TZ=UTC"}},
	{"postgres", nil, []string{"POSTGRES_PASSWORD=made-up-password"}},
	{"vault", map[string]string{"team": "ops"}, nil},
}

// withSamples is a private engine, in which it starts the samples.
func withSamples(e *engine.Engine) (*source, error) {
	for _, s := range samples {
		if err := runSample(e.API(), s.name, s.labels, s.env); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	found, err := dial(e.Host())
	if err != nil {
		return nil, err
	}
	return &source{name: "a private one with sample containers", handler: found.handler}, nil
}

// runSample creates and starts one container.
func runSample(api engine.API, name string, labels map[string]string, env []string) error {
	id, err := api.Create("/containers/create?name="+name, map[string]any{
		"Image": engine.Image, "Cmd": []string{"sh", "-c", "echo hello from " + name + "; exec sleep 1000000"},
		"Labels": labels, "Env": env, "HostConfig": map[string]any{"NetworkMode": "none"},
	})
	if err != nil {
		return err
	}
	return api.Post("/containers/"+id+"/start", nil)
}

// recorded serves the recorded answers of a real engine: enough to list and
// inspect.
func recorded(dir string) (*source, error) {
	list, err := os.ReadFile(filepath.Join(dir, "ContainerList.json"))
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /containers/json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(list)
	})
	mux.HandleFunc("GET /containers/{name}/json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		body, err := os.ReadFile(filepath.Join(dir, "ContainerInspect."+filepath.Base(r.PathValue("name"))+".json"))
		if err != nil {
			w.WriteHeader(http.StatusNotFound)
			body, _ = json.Marshal(map[string]string{"message": "No such container: " + r.PathValue("name")})
		}
		_, _ = w.Write(body)
	})
	mux.HandleFunc("/_ping", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		_, _ = w.Write([]byte("OK"))
	})
	return &source{name: "a stand-in with recorded answers (no engine found)", handler: unversioned(mux)}, nil
}

// unversioned takes the API version off the path.
func unversioned(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rest, ok := strings.CutPrefix(r.URL.Path, "/v1."); ok {
			_, rest, _ = strings.Cut(rest, "/")
			r.URL.Path = "/" + rest
		}
		next.ServeHTTP(w, r)
	})
}

// proxy makes a source reachable over TCP, which is what Traefik needs: it
// stands where a socket proxy does.
type proxy struct {
	url    string
	server *http.Server
}

func startProxy(s *source) (*proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{
		url:    "http://" + listener.Addr().String(),
		server: &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second},
	}
	go func() {
		if err := p.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "demo:", err)
		}
	}()
	return p, nil
}

func (p *proxy) stop() { _ = p.server.Close() }
