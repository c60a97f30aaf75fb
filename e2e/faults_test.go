package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/proc"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// fault is one way in which the upstream of the plugin breaks, and what comes
// of a request for the list: docs/faults.md is made of these.
type fault struct {
	name   string
	answer func(c *net.TCPConn) // nil: nobody listens
	status int
	body   string // of the answer, or of its message; "=": the upstream's list
	log    string // level and a part of the line in Traefik's log; none: nothing went wrong
}

// The list that the upstream would have answered: one visible container and
// one hidden one.
const (
	faultVisible = `{"Id":"aa10000000000000000000000000000000000000000000000000000000000000","Names":["/web"],"Labels":{"app":"é"}}`
	faultHidden  = `{"Id":"ab20000000000000000000000000000000000000000000000000000000000000","Names":["/secret"],"Labels":{"x":"canary"}}`
	faultList    = "[" + faultHidden + "," + faultVisible + "]\n"
	notUsable    = "dpf: ContainerList: the answer of the Docker API could not be used; the log of Traefik has the reason"
)

// head is the beginning of a response.
func head(status string, headers ...string) string {
	return "HTTP/1.1 " + status + "\r\n" + strings.Join(append(headers, "Connection: close"), "\r\n") + "\r\n\r\n"
}

// ok is the head of a JSON answer of that length.
func ok(length int) string {
	return head("200 OK", "Content-Type: application/json", "Content-Length: "+strconv.Itoa(length))
}

// answers writes a JSON body whole.
func answers(body string) func(c *net.TCPConn) {
	return func(c *net.TCPConn) { say(c, ok(len(body)), body) }
}

// chunked is the head of a JSON answer in chunks.
var chunked = head("200 OK", "Content-Type: application/json", "Transfer-Encoding: chunked")

func chunk(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }

// faults is the whole table.
var faults = []fault{
	{"nobody listens", nil, 502, "dpf: ContainerList: the upstream answered 502 Bad Gateway", "DBG connection refused"},
	{"no HTTP", func(c *net.TCPConn) { say(c, "SSH-2.0-OpenSSH_9.2\r\n") }, 500, "dpf: ContainerList: the upstream answered 500 Internal Server Error", "DBG malformed HTTP response"},
	{"closed before the headers", func(*net.TCPConn) {}, 502, "dpf: ContainerList: the upstream answered 502 Bad Gateway", "DBG error=EOF"},
	{"reset before the headers", reset, 502, "dpf: ContainerList: the upstream answered 502 Bad Gateway", "DBG connection reset by peer"},
	{"reset after the headers", func(c *net.TCPConn) {
		say(c, ok(len(faultList)), faultList[:20])
		time.Sleep(50 * time.Millisecond)
		reset(c)
	}, 502, notUsable, "ERR broke off"},
	{"closed in the body", func(c *net.TCPConn) { say(c, ok(len(faultList)), faultList[:20]) }, 502, notUsable, "ERR broke off"},
	{"closed in a chunk", func(c *net.TCPConn) { say(c, chunked, chunk(faultList[:20]), "ff\r\n") }, 502, notUsable, "ERR broke off"},
	{"closed before the last chunk", func(c *net.TCPConn) { say(c, chunked, chunk(faultList)) }, 502, notUsable, "ERR broke off"},
	{"headers after a second", func(c *net.TCPConn) { time.Sleep(time.Second); say(c, ok(len(faultList)), faultList) }, 200, "=", ""},
	{"body after a second", func(c *net.TCPConn) { say(c, ok(len(faultList))); time.Sleep(time.Second); say(c, faultList) }, 200, "=", ""},
	{"a byte a second at the end", func(c *net.TCPConn) {
		say(c, ok(len(faultList)), faultList[:len(faultList)-2])
		for _, b := range faultList[len(faultList)-2:] {
			time.Sleep(time.Second)
			say(c, string(b))
		}
	}, 200, "=", ""},
	{"no headers within responseHeaderTimeout", gone, 504, "dpf: ContainerList: the upstream answered 504 Gateway Timeout", "DBG timeout awaiting response headers"},
	{"endless headers", func(c *net.TCPConn) {
		say(c, "HTTP/1.1 200 OK\r\n")
		endless(c, "X-Canary: "+strings.Repeat("x", 1000)+"\r\n")
	}, 500, "dpf: ContainerList: the upstream answered 500 Internal Server Error", "DBG server response headers exceeded"},
	{"informational answers first", func(c *net.TCPConn) {
		say(c, "HTTP/1.1 103 Early Hints\r\nLink: canary\r\n\r\n", ok(len(faultList)), faultList)
	}, 200, "=", ""},
	{"truncated JSON", answers(faultList[:len(faultList)-3]), 502, notUsable, "ERR unexpected end of JSON input"},
	{"Content-Length too large", func(c *net.TCPConn) { say(c, ok(len(faultList)+10), faultList) }, 502, notUsable, "ERR broke off"},
	{"Content-Length too small", func(c *net.TCPConn) { say(c, ok(len(faultList)-10), faultList) }, 502, notUsable, "ERR unexpected end of JSON input"},
	{"no body", answers(""), 502, notUsable, "ERR unexpected end of JSON input"},
	{"gzip that nobody asked for", func(c *net.TCPConn) {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		say(w, faultList)
		_ = w.Close()
		say(c, head("200 OK", "Content-Type: application/json", "Content-Encoding: gzip", "Content-Length: "+strconv.Itoa(packed.Len())), packed.String())
	}, 200, "=", ""}, // Traefik's client unpacks it.
	{"another encoding", func(c *net.TCPConn) {
		say(c, head("200 OK", "Content-Type: application/json", "Content-Encoding: br", "Content-Length: "+strconv.Itoa(len(faultList))), faultList)
	}, 502, notUsable, `ERR the answer is not plain JSON but "application/json", encoding "br"`},
	{"200 with HTML", func(c *net.TCPConn) {
		say(c, head("200 OK", "Content-Type: text/html", "Content-Length: 13"), "<p>canary</p>")
	}, 502, notUsable, `ERR the answer is not plain JSON but "text/html"`},
	{"500 of an engine", func(c *net.TCPConn) {
		body := `{"message":"the engine is ill"}` + "\n"
		say(c, head("500 Internal Server Error", "Content-Type: application/json", "Content-Length: "+strconv.Itoa(len(body))), body)
	}, 500, "the engine is ill", ""},
	{"500 with HTML", func(c *net.TCPConn) {
		say(c, head("500 Internal Server Error", "Content-Type: text/html", "Content-Length: 13"), "<p>canary</p>")
	}, 500, "dpf: ContainerList: the upstream answered 500 Internal Server Error", "ERR the upstream answered 500"},
	{"301", func(c *net.TCPConn) {
		say(c, head("301 Moved Permanently", "Location: http://canary/", "Content-Length: 0"))
	}, 502, notUsable, "ERR the upstream answered 301 Moved Permanently"},
	{"204", func(c *net.TCPConn) { say(c, head("204 No Content")) }, 502, notUsable, "ERR the upstream answered 204 No Content"},
	{"an object in the place of the list", answers(`{"canary":` + faultList + `}`), 502, notUsable, "ERR cannot unmarshal object"},
	{"null", answers("null\n"), 502, notUsable, "ERR the answer is not a list"},
	{"a container without an ID", answers(`[{"Names":["/web"],"Labels":{"x":"canary"}}]`), 502, notUsable, "ERR an element of the list has no container ID"},
	{"two lists", answers(faultList + faultList), 502, notUsable, "ERR after top-level value"},
	{"duplicate keys: the last one counts", answers(`[` + strings.Replace(faultHidden, `"Names"`, `"Names":["/web"],"Names"`, 1) + `]`), 200, "[]\n", ""},
	{"nested too deeply", answers(strings.Repeat("[", 100000)), 502, notUsable, "ERR exceeded max depth"},
	{"invalid UTF-8", answers(strings.Replace(faultList, "é", "\xff\xfe", 1)), 200, strings.Replace("["+faultVisible+"]\n", "é", "\xff\xfe", 1), ""},
	{"NUL bytes", answers(strings.Replace(faultList, "é", "\x00", 1)), 502, notUsable, `ERR invalid character '\x00'`},
	{"a list of 200 MB", func(c *net.TCPConn) { say(c, ok(200<<20), "["); endless(c, faultHidden+",") }, 502, notUsable, "ERR larger than maxBodyBytes"},
	{"an endless list", func(c *net.TCPConn) {
		say(c, chunked, chunk("["))
		endless(c, chunk(strings.Repeat(faultHidden+",", 100)))
	}, 502, notUsable, "ERR larger than maxBodyBytes"},
}

// endless repeats s until the peer has gone.
func endless(c *net.TCPConn, s string) {
	block := []byte(strings.Repeat(s, 1+(64<<10)/len(s)))
	for {
		if _, err := c.Write(block); err != nil {
			return
		}
	}
}

// prompt is what no answer may take: the slowest upstream above takes two
// seconds, and the timeout of the router's service is three.
const prompt = patience

// TestUpstreamFaults breaks the upstream of a real Traefik in every way of the
// table: the client gets an answer, promptly, with nothing of a hidden
// container, Traefik's log has the reason, and no connection is left.
func TestUpstreamFaults(t *testing.T) {
	servers := make([]*faultServer, len(faults))
	urls := make([]string, len(faults))
	for i, f := range faults {
		if f.answer == nil {
			ports, err := proc.FreePorts(1)
			if err != nil {
				t.Fatal(err)
			}
			urls[i] = fmt.Sprintf("http://127.0.0.1:%d", ports[0])
			continue
		}
		servers[i] = startFaultServer(t, f.answer)
		urls[i] = servers[i].url()
	}
	tr := startOptions(t, faultRouters(urls))
	for i, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			checkFault(t, tr, i, f)
			checkOtherRequests(t, tr, i)
			if servers[i] != nil {
				servers[i].waitClosed(t)
			}
		})
	}
}

// faultRouters is a router, a middleware and a service for each upstream.
func faultRouters(urls []string) string {
	var routers, middlewares, services strings.Builder
	for i, url := range urls {
		fmt.Fprintf(&routers, "    s%d: {entryPoints: [docker], rule: Host(`s%d.test`), middlewares: [s%d], service: s%d}\n", i, i, i, i)
		fmt.Fprintf(&middlewares, "    s%d: {plugin: {dpf: {match: exact, containerNames: [web]}}}\n", i)
		fmt.Fprintf(&services, "    s%d: {loadBalancer: {serversTransport: impatient, servers: [{url: %q}]}}\n", i, url)
	}
	return "http:\n  routers:\n" + routers.String() + "  middlewares:\n" + middlewares.String() + "  services:\n" + services.String() +
		"  serversTransports:\n    impatient: {forwardingTimeouts: {responseHeaderTimeout: 3s}}\n"
}

// checkFault asks for the list.
func checkFault(t *testing.T, tr *traefik.Instance, i int, f fault) {
	t.Helper()
	began := time.Now()
	a := optionView{addr: tr.Addr("docker"), host: fmt.Sprintf("s%d.test", i)}.ask(t, "GET", "/containers/json")
	if took := time.Since(began); took > prompt {
		t.Errorf("the answer took %s", took)
	}
	want := f.body
	var message struct{ Message string }
	got := string(a.body)
	switch {
	case want == "=":
		want = "[" + faultVisible + "]\n"
	case json.Unmarshal(a.body, &message) == nil && message.Message != "":
		got = message.Message
	}
	if a.status != f.status || got != want {
		t.Errorf("got %d %.300q\nwant %d %q", a.status, got, f.status, want)
	}
	if f.log != "" {
		waitLog(t, tr, fmt.Sprintf("s%d@file", i), f.log)
	}
	if strings.HasPrefix(f.log, "DBG ") {
		waitLog(t, tr, fmt.Sprintf("s%d@file", i), fmt.Sprintf("ERR the upstream answered %d", f.status))
	}
}

// waitLog waits for a line of that level in what Traefik logs, that is about
// the middleware or, as Traefik's proxy has it, about no middleware at all.
func waitLog(t *testing.T, tr *traefik.Instance, middleware, want string) {
	t.Helper()
	level, want, _ := strings.Cut(want, " ")
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		text, err := os.ReadFile(tr.LogFile())
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			about := strings.Contains(line, middleware+":") || level == "DBG" && strings.Contains(line, "proxy.go")
			if about && strings.Contains(line, " "+level+" ") && strings.Contains(strings.ReplaceAll(line, `\"`, `"`), want) {
				return
			}
		}
	}
	t.Errorf("Traefik has logged no line of level %s with %q", level, want)
}

// checkOtherRequests asks for hidden containers in other ways, all at once:
// nothing of them comes out, whatever breaks.
func checkOtherRequests(t *testing.T, tr *traefik.Instance, i int) {
	t.Helper()
	var all sync.WaitGroup
	for _, request := range []string{
		"GET /containers/secret/json", "GET /containers/ab2/json", "POST /containers/secret/stop", "GET /containers/secret/logs?follow=1&stdout=1",
		"GET /exec/" + strings.Repeat("e", 64) + "/json", "GET /info", "GET /system/df", "GET /networks", "GET /events?until=1",
	} {
		all.Go(func() { checkNothingHidden(t, tr, i, request) })
	}
	all.Wait()
}

// checkNothingHidden sends one request. Of all answers only a stream may break
// off.
func checkNothingHidden(t *testing.T, tr *traefik.Instance, i int, request string) {
	t.Helper()
	method, target, _ := strings.Cut(request, " ")
	ctx, cancel := context.WithTimeout(context.Background(), prompt)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://"+tr.Addr("docker")+target, nil)
	if err != nil {
		t.Error(err)
		return
	}
	req.Host = fmt.Sprintf("s%d.test", i)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Errorf("%s: %v", request, err)
		return
	}
	defer resp.Body.Close()
	said, err := httputil.DumpResponse(resp, true)
	if ctx.Err() != nil || err != nil && !strings.HasPrefix(target, "/events") {
		t.Errorf("%s: %v", request, err)
	}
	if bytes.Contains(said, []byte("canary")) {
		t.Errorf("%s: got %s", request, said)
	}
}

// faultsDoc is the page that is made of the table.
const faultsDoc = "docs/faults.md"

// TestFaultsDoc checks that the page is what the table says. DPF_UPDATE=1
// writes it.
func TestFaultsDoc(t *testing.T) {
	var page strings.Builder
	page.WriteString(`# When the upstream breaks

What a client gets of ` + "`GET /containers/json`" + ` when the socket proxy or the engine
behind dpf breaks, and what Traefik's log says of it. Every line is a test:
` + "`e2e/faults_test.go`" + ` breaks the upstream of a real Traefik in this way, asks for
hidden containers in other ways, too, and looks for what is left of them and of
the connections. Made by ` + "`make docs`" + `.

The level comes first in the log. ` + "`ERR`" + ` is a line of dpf that is always there.
` + "`DBG`" + ` is one of Traefik's own proxy, with Traefik's ` + "`log.level=DEBUG`" + `; beside it dpf
says ` + "`ERR … the upstream answered 502`" + `.

| Fault | Client's answer | Log |
|---|---|---|
`)
	for _, f := range faults {
		body := f.body
		if body == "=" || strings.HasPrefix(body, "[{") {
			body = "the visible containers"
		}
		body = strings.Replace(body, strings.TrimPrefix(notUsable, "dpf: ContainerList: "), "the answer … could not be used", 1)
		line := "–"
		if f.log != "" {
			line = "`" + f.log + "`"
		}
		fmt.Fprintf(&page, "| %s | %d: %s | %s |\n", f.name, f.status, strings.TrimSuffix(body, "\n"), line)
	}
	file := filepath.Join(shared.Plugin, faultsDoc)
	if os.Getenv("DPF_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != page.String() {
		t.Errorf("%s is not what the table says: make docs", faultsDoc)
	}
}
