package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
	"github.com/docker-proxy-filter/dpf/e2e/internal/recorder"
)

// Requests within requests, and two readings of where one ends, are in
// cmd/canary/smuggle.go.

// startScene runs a Traefik in front of a recorder, the socket proxy and the
// engine, with a visible container, which writes a line ten times a second, and
// a hidden one.
func startScene(t *testing.T, name string) (addr, web string, rec *recorder.Recorder) {
	t.Helper()
	rec, err := recorder.Start(shared.Proxy.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rec.Stop)
	web = name + "-web"
	startLabeled(t, web, map[string]any{"Cmd": []string{"sh", "-c", "while :; do echo tick; sleep 0.1; done"}})
	startLabeled(t, name+"-secret", map[string]any{"Env": []string{"TOKEN=canary"}})
	tr := startTraefik(t, fmt.Sprintf("match: exact, containerNames: [%s]", web), rec.URL())
	return tr.Addr("docker"), web, rec
}

// open sends a request as it is written and leaves the connection open.
func open(t *testing.T, addr, request string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(again.Patient.Last())); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	return c
}

// upgrade are the headers of docker exec and attach.
const upgrade = "Connection: Upgrade\r\nUpgrade: tcp\r\n"

// TestClientGoesAway leaves in the middle of every kind of stream: what is open
// upstream for it ends. On an upgraded connection, a client that has gone looks
// like one that has closed its input, until something is written to it: hence
// the lines.
func TestClientGoesAway(t *testing.T) {
	addr, web, rec := startScene(t, "away")
	exec := createdID(t, "/containers/"+web+"/exec", `{"Cmd":["sh","-c","while :; do echo tick; sleep 0.1; done"],"AttachStdout":true}`)
	body := `{"Detach":false,"Tty":false}`
	streams := []struct{ name, request, first string }{
		{"followed logs", "GET /containers/" + web + "/logs?follow=1&stdout=1 HTTP/1.1\r\nHost: docker\r\n\r\n", "tick"},
		{"stats", "GET /containers/" + web + "/stats HTTP/1.1\r\nHost: docker\r\n\r\n", `"read"`},
		{"events", "GET /events HTTP/1.1\r\nHost: docker\r\n\r\n", "200 OK"},
		{"wait", "POST /containers/" + web + "/wait HTTP/1.1\r\nHost: docker\r\nContent-Length: 0\r\n\r\n", "200 OK"},
		{"attach", "POST /containers/" + web + "/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: docker\r\n" + upgrade + "Content-Length: 0\r\n\r\n", "tick"},
		{"exec", fmt.Sprintf("POST /exec/%s/start HTTP/1.1\r\nHost: docker\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", exec, upgrade, len(body), body), "tick"},
	}
	for _, s := range streams {
		t.Run(s.name, func(t *testing.T) {
			waitActive(t, rec, 0)
			c := open(t, addr, s.request)
			readUntil(t, c, s.first)
			if rec.Active() == 0 {
				t.Fatal("nothing is open upstream: the test cannot fail")
			}
			_ = c.Close()
			waitActive(t, rec, 0)
		})
	}
}

// readUntil reads until the text has come.
func readUntil(t *testing.T, c net.Conn, text string) {
	t.Helper()
	var got bytes.Buffer
	block := make([]byte, 4096)
	for !strings.Contains(got.String(), text) {
		n, err := c.Read(block)
		got.Write(block[:n])
		if err != nil {
			t.Fatalf("%v before %q, after %q", err, text, got.String())
		}
	}
}

// waitActive waits until so many requests are open upstream.
func waitActive(t *testing.T, rec *recorder.Recorder, want int64) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if rec.Active() == want {
			return
		}
	}
	t.Errorf("%d requests are open upstream, want %d", rec.Active(), want)
}

// TestClientGoesAwayInAList leaves while the upstream is still sending the list,
// which the plugin holds back.
func TestClientGoesAwayInAList(t *testing.T) {
	sent := make(chan struct{})
	upstream := startFaultServer(t, func(c *net.TCPConn) {
		say(c, ok(1<<20), faultList[:20])
		close(sent)
		gone(c)
	})
	tr := startTraefik(t, "match: exact, containerNames: [web]", upstream.url())
	c := open(t, tr.Addr("docker"), "GET /containers/json HTTP/1.1\r\nHost: docker\r\n\r\n")
	<-sent
	_ = c.Close()
	upstream.waitClosed(t)
}

// TestSlowReader reads nothing for a while: the stream waits for it, is whole in
// the end, and nobody else waits.
func TestSlowReader(t *testing.T) {
	const lines = 20000 // Of a kilobyte: more than the sockets on the way hold.
	text := strings.Repeat("0123456789", 100) + "\n"
	startLabeled(t, "slow-web", map[string]any{"Cmd": []string{"sh", "-c", fmt.Sprintf("yes %s | head -n %d; sleep 1000", text[:1000], lines)}})
	tr := startTraefik(t, "containerNames: [slow-web]", shared.Proxy.URL())
	addr := tr.Addr("docker")
	waitForLog(t, addr, text, lines)

	c := open(t, addr, "GET /containers/slow-web/logs?stdout=1 HTTP/1.1\r\nHost: docker\r\n\r\n")
	for range 10 {
		began := time.Now()
		a, err := send("tcp://"+addr, http.MethodGet, "/containers/json", nil, nil)
		if err != nil || !strings.HasSuffix(a.status, "200 OK") || time.Since(began) > prompt {
			t.Errorf("another client: got %s, %v after %s", a.status, err, time.Since(began))
		}
		time.Sleep(100 * time.Millisecond)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if got := bytes.Count(body, []byte(text)); err != nil || got != lines {
		t.Errorf("got %d lines, %v, want %d", got, err, lines)
	}
}

// waitForLog waits until the container has written all of its lines.
func waitForLog(t *testing.T, addr, text string, lines int) {
	t.Helper()
	for deadline := time.Now().Add(again.Patient.Last()); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		a, err := send("tcp://"+addr, http.MethodGet, "/containers/slow-web/logs?stdout=1", nil, nil)
		if err == nil && bytes.Count(a.body, []byte(text)) == lines {
			return
		}
	}
	t.Fatal("the container does not write its lines")
}

// TestPipelined sends requests without waiting for answers: each is decided by
// itself, and the answers come in order.
func TestPipelined(t *testing.T) {
	addr, web, _ := startScene(t, "pipelined")
	targets := []struct {
		target string
		status int
	}{
		{"/containers/json", 200}, {"/containers/pipelined-secret/json", 404}, {"/containers/" + web + "/json", 200},
		{"/containers/%70ipelined-secret/json", 404}, {"/containers/" + web + "/../pipelined-secret/json", 404}, {"/nothing", 403}, {"/_ping", 200},
	}
	var requests strings.Builder
	for range 5 {
		for _, r := range targets {
			fmt.Fprintf(&requests, "GET %s HTTP/1.1\r\nHost: docker\r\n\r\n", r.target)
		}
	}
	in := bufio.NewReader(open(t, addr, requests.String()))
	for i := range 5 * len(targets) {
		want := targets[i%len(targets)]
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != want.status {
			t.Errorf("%s: got %d, %v, want %d: %s", want.target, resp.StatusCode, err, want.status, body)
		}
		if bytes.Contains(body, []byte("canary")) {
			t.Errorf("%s: got %s", want.target, body)
		}
	}
}

// TestLargeRequests sends more than some part of the chain takes: the answer is
// an error or the visible containers, and the next request is served. It is a 502
// where HAProxy closes before all is sent.
func TestLargeRequests(t *testing.T) {
	addr, web, rec := startScene(t, "large")
	kilo := strings.Repeat("x", 1000)
	label := "%7B%22label%22%3A%5B%22" + strings.Repeat(kilo, 100) + "%22%5D%7D"
	requests := []struct {
		name, target, header string
		statuses             []int
		forwarded            bool
	}{
		{"headers of 10 KB", "/containers/json", "X-Large: " + strings.Repeat(kilo, 10), []int{200}, true},
		{"headers of 100 KB, too many for HAProxy", "/containers/json", "X-Large: " + strings.Repeat(kilo, 100), []int{400, 502}, true},
		{"headers of 2 MB, too many for Traefik", "/containers/json", "X-Large: " + strings.Repeat(kilo, 2000), []int{431}, false},
		{"a query of 100 KB", "/containers/json?x=" + strings.Repeat(kilo, 100), "", []int{400}, false},
		{"a filter of 100 KB", "/containers/json?filters=" + label, "", []int{400}, false},
		{"a thousand parameters", "/containers/json?" + strings.Repeat("all=0&x=1&", 500), "", []int{200}, true},
		{"a path of 100 KB", "/containers/" + strings.Repeat(kilo, 100) + "/json", "", []int{400, 404, 414, 502}, true},
		{"a filter that is nested deeply", "/containers/json?filters=" + strings.Repeat("%5B", 20000), "", []int{400}, true},
	}
	for _, r := range requests {
		t.Run(r.name, func(t *testing.T) {
			rec.Take()
			var headers []string
			if r.header != "" {
				headers = []string{r.header}
			}
			checkLarge(t, addr, r.target, headers, r.statuses)
			if forwarded := len(rec.Take()) > 0; forwarded != r.forwarded {
				t.Errorf("forwarded: %t, want %t", forwarded, r.forwarded)
			}
			a, err := send("tcp://"+addr, http.MethodGet, "/containers/"+web+"/json", nil, nil)
			if err != nil || !strings.HasSuffix(a.status, "200 OK") {
				t.Errorf("the next request: got %s, %v", a.status, err)
			}
		})
	}
}

// checkLarge sends one request and checks its answer.
func checkLarge(t *testing.T, addr, target string, headers []string, statuses []int) {
	t.Helper()
	a, err := send("tcp://"+addr, http.MethodGet, target, headers, nil)
	if err != nil {
		t.Fatal(err)
	}
	matched := false
	for _, status := range statuses {
		matched = matched || strings.HasPrefix(a.status, fmt.Sprintf("HTTP/1.1 %d ", status))
	}
	if !matched {
		t.Errorf("got %s, want one of %v: %.200s", a.status, statuses, a.body)
	}
	if said := a.head() + string(a.body); strings.Contains(said, "canary") || strings.Contains(said, "large-secret") {
		t.Errorf("got %s", said)
	}
}

// TestBodyOnGet sends a body where the operation has none: it is not forwarded,
// and does not stay on the connection as the next request.
func TestBodyOnGet(t *testing.T) {
	addr, web, rec := startScene(t, "body")
	hidden := "GET /containers/body-secret/json HTTP/1.1\r\nHost: docker\r\n\r\n"
	for _, target := range []string{"/containers/json", "/containers/" + web + "/json", "/_ping", "/nothing"} {
		request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%sGET /version HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n", target, len(hidden), hidden)
		said, err := io.ReadAll(open(t, addr, request))
		if err != nil {
			t.Errorf("%s: %v", target, err)
		}
		if answers := bytes.Count(said, []byte("HTTP/1.1 ")); answers != 2 || bytes.Contains(said, []byte("canary")) || !bytes.Contains(said, []byte(`"KernelVersion"`)) {
			t.Errorf("%s: got %d answers, want that and /version:\n%s", target, answers, said)
		}
		for _, r := range rec.Take() {
			if r.Header.Get("Content-Length") != "" || r.Header.Get("Transfer-Encoding") != "" || strings.Contains(r.Target, "secret") {
				t.Errorf("%s: forwarded: %s %s %v", target, r.Method, r.Target, r.Header)
			}
		}
	}
}
