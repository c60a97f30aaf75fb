package e2e

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// openStream is one answer that does not end by itself.
type openStream struct {
	name  string
	conn  net.Conn
	ended chan struct{}

	mu   sync.Mutex
	told []byte
}

// openedStream sends a request and reads what comes until the connection ends.
func openedStream(t *testing.T, tr *traefik.Instance, name, request string) *openStream {
	t.Helper()
	return openedStreamAt(t, tr.Addr("docker"), name, request)
}

// openedStreamAt is openedStream at an address.
func openedStreamAt(t *testing.T, addr, name, request string) *openStream {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	head, body, _ := strings.Cut(request, "\n\n")
	if !strings.Contains(head, "Upgrade:") {
		head += "\nConnection: close"
	}
	line, headers, _ := strings.Cut(head, "\n")
	say(conn, line, " HTTP/1.1\r\nHost: docker\r\n", strings.ReplaceAll(headers, "\n", "\r\n"), "\r\n\r\n", body)
	s := &openStream{name: name, conn: conn, ended: make(chan struct{})}
	go s.read()
	return s
}

func (s *openStream) read() {
	defer close(s.ended)
	block := make([]byte, 32<<10)
	for {
		n, err := s.conn.Read(block)
		s.mu.Lock()
		s.told = append(s.told, block[:n]...)
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (s *openStream) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.told)
}

// open reports whether the stream goes on.
func (s *openStream) open() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// begins waits for the head of the answer, which must be one of these.
func (s *openStream) begins(t *testing.T) {
	t.Helper()
	eventually(t, s.name+" begins", func() bool { return strings.Contains(s.text(), "\r\n\r\n") || !s.open() })
	if text := s.text(); !strings.HasPrefix(text, "HTTP/1.1 200 ") && !strings.HasPrefix(text, "HTTP/1.1 101 ") {
		t.Fatalf("%s: got %.300q", s.name, text)
	}
}

// goesOn waits until the stream says something new.
func (s *openStream) goesOn(t *testing.T) {
	t.Helper()
	before := len(s.text())
	eventually(t, s.name+" goes on", func() bool { return len(s.text()) > before || !s.open() })
	if !s.open() {
		t.Errorf("%s ended after %.300q", s.name, s.text())
	}
}

// eventually waits for what must be so within seconds.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("not within ten seconds: %s", what)
			return
		}
	}
}

// silent are the streams that say nothing until they end.
const silent = "wait"

// openStreams opens a stream of each kind about a container that says something
// all the time.
func openStreams(t *testing.T, tr *traefik.Instance, container string) []*openStream {
	t.Helper()
	exec, err := shared.Engine.API().Create("/containers/"+container+"/exec", map[string]any{
		"AttachStdout": true, "Cmd": []string{"sh", "-c", "while :; do echo tick; sleep 0.3; done"},
	})
	if err != nil {
		t.Fatal(err)
	}
	const upgradeTCP = "\nConnection: Upgrade\nUpgrade: tcp"
	start, at := `{"Detach":false,"Tty":false}`, "/containers/"+container
	streams := []*openStream{
		openedStream(t, tr, "events", "GET /events"),
		openedStream(t, tr, "logs", "GET "+at+"/logs?follow=1&stdout=1"),
		openedStream(t, tr, "stats", "GET "+at+"/stats"),
		openedStream(t, tr, silent, "POST "+at+"/wait"),
		openedStream(t, tr, "attach", "POST "+at+"/attach?stream=1&stdout=1"+upgradeTCP),
		openedStream(t, tr, "attach without an upgrade", "POST "+at+"/attach?stream=1&stdout=1"),
		openedStream(t, tr, "attach by websocket", "GET "+at+"/attach/ws?stream=1&stdout=1\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\nOrigin: http://docker"),
		openedStream(t, tr, "exec", fmt.Sprintf("POST /exec/%s/start%s\nContent-Type: application/json\nContent-Length: %d\n\n%s", exec, upgradeTCP, len(start), start)),
	}
	for _, s := range streams {
		s.begins(t)
	}
	return streams
}

// streamScene starts a container that says something all the time and has an
// event every other moment.
func streamScene(t *testing.T, name string) {
	t.Helper()
	startContainer(t, name, map[string]any{
		"Cmd":        []string{"sh", "-c", "while :; do echo tick; sleep 0.3; done"},
		"Labels":     map[string]string{"stream": "yes"},
		"HostConfig": map[string]any{"NetworkMode": "none"},
	})
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(300 * time.Millisecond):
				_ = shared.Engine.API().Post("/containers/"+name+"/kill?signal=URG", nil)
			}
		}
	}()
}

// startContainer starts a container that is removed after the test.
func startContainer(t *testing.T, name string, config map[string]any) string {
	t.Helper()
	config["Image"] = engine.Image
	id, err := shared.Engine.API().Create("/containers/create?name="+name, config)
	if err == nil {
		t.Cleanup(func() { _ = shared.Engine.API().Do(http.MethodDelete, "/containers/"+id+"?force=1", nil, nil) })
		err = shared.Engine.API().Post("/containers/"+id+"/start", nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// streamRouting is a router whose policy is options, and something else that
// changes: a middleware that nobody uses.
func streamRouting(options, other string) string {
	return fmt.Sprintf(`http:
  routers:
    docker: {entryPoints: [docker], rule: "PathPrefix(%s)", middlewares: [dpf], service: socket-proxy}
  middlewares:
    dpf: {plugin: {dpf: {%s}}}
    other: {stripPrefix: {prefixes: [/%s]}}
  services:
    socket-proxy: {loadBalancer: {servers: [{url: %q}]}}
`, "`/`", options, other, shared.Proxy.URL())
}

// reloads is the number of changes of the dynamic configuration that a stream
// has to outlive.
const reloads = 200

// Streams go on through reloads that leave their configuration alone, and end
// within seconds of one that does not.
func TestStreamsEndWithTheirPolicy(t *testing.T) {
	t.Parallel()
	const name, policy = "streams-web", "match: exact, containerNames: [streams-web]"
	streamScene(t, name)
	tr := startOptions(t, streamRouting(policy, "0"))
	streams := openStreams(t, tr, name)
	for i := range reloads {
		if err := tr.Reload(streamRouting(policy, fmt.Sprint(i+1))); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range streams {
		if s.name != silent {
			s.goesOn(t)
		} else if !s.open() {
			t.Errorf("%s ended: %q", s.name, s.text())
		}
	}
	if t.Failed() {
		return
	}
	for _, next := range []struct{ name, dynamic string }{
		{"narrowed", streamRouting("match: exact, containerNames: [streams-none]", "0")},
		{"refused", streamRouting("match: none, containerNames: [streams-web]", "0")},
		{"gone", "http: {middlewares: {other: {stripPrefix: {prefixes: [/x]}}}}\n"},
	} {
		t.Run(next.name, func(t *testing.T) {
			if err := tr.Reload(streamRouting(policy, next.name)); err != nil {
				t.Fatal(err)
			}
			streams := openStreams(t, tr, name)
			if err := tr.Reload(next.dynamic); err != nil {
				t.Fatal(err)
			}
			for _, s := range streams {
				eventually(t, s.name+" ends", func() bool { return !s.open() })
			}
		})
	}
	for _, s := range streams {
		if s.open() {
			t.Errorf("%s has outlived its policy", s.name)
		}
	}
}

// With the Docker provider the dynamic configuration changes whenever a
// container starts.
func TestStreamsOutliveContainerStarts(t *testing.T) {
	t.Parallel()
	const name = "streams-labels-web"
	streamScene(t, name)
	labels := map[string]string{
		"e2e": "streams-labels",
		"traefik.http.services.proxy.loadbalancer.server.url":       shared.Proxy.URL(),
		"traefik.http.routers.docker.rule":                          "PathPrefix(`/`)",
		"traefik.http.routers.docker.entrypoints":                   "docker",
		"traefik.http.routers.docker.middlewares":                   "docker",
		"traefik.http.routers.docker.service":                       "proxy",
		"traefik.http.middlewares.docker.plugin.dpf.match":          "exact",
		"traefik.http.middlewares.docker.plugin.dpf.containerNames": name,
	}
	sleeping := func(labels map[string]string) map[string]any {
		return map[string]any{"Cmd": []string{"sleep", "1000"}, "Labels": labels, "HostConfig": map[string]any{"NetworkMode": "none"}}
	}
	startContainer(t, "streams-labels-config", sleeping(labels))
	tr := startOptions(t, "http: {middlewares: {unused: {stripPrefix: {prefixes: [/unused]}}}}\n",
		"--providers.docker.endpoint="+shared.Engine.Host(), "--providers.docker.constraints=Label(`e2e`,`streams-labels`)")
	if err := tr.WaitRouter("docker@docker"); err != nil {
		t.Fatal(err)
	}
	streams := openStreams(t, tr, name)
	for i := range 5 {
		other := fmt.Sprintf("streams-labels-%d", i)
		startContainer(t, other, sleeping(map[string]string{
			"e2e": "streams-labels",
			"traefik.http.services." + other + ".loadbalancer.server.url": shared.Proxy.URL(),
			"traefik.http.routers." + other + ".rule":                     "Host(`" + other + "`)",
			"traefik.http.routers." + other + ".service":                  other,
		}))
		if err := tr.WaitRouter(other + "@docker"); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(6 * time.Second) // longer than streams without a successor go on
	for _, s := range streams {
		if s.name != silent {
			s.goesOn(t)
		} else if !s.open() {
			t.Errorf("%s ended: %q", s.name, s.text())
		}
	}
}
