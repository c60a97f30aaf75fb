package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httputil"
	"strings"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
)

// smuggled asks for a hidden container behind another request, in every way
// in which two servers may disagree where that one ends.
func (p *planner) smuggled() {
	hidden := "GET /containers/" + p.scene.token("run") + "/json HTTP/1.1\r\nHost: docker\r\n\r\n"
	length := fmt.Sprintf("Content-Length: %d", len(hidden))
	chunked := "0\r\n\r\n" + hidden
	chunkedLength := fmt.Sprintf("Content-Length: %d", len(chunked))
	for _, s := range []struct {
		headers []string
		body    string
	}{
		{[]string{length}, hidden},
		{[]string{"Connection: Content-Length", length}, hidden},
		{[]string{"Connection: keep-alive, Content-Length", length}, hidden},
		{[]string{"Connection: Transfer-Encoding", "Transfer-Encoding: chunked"}, chunked},
		{[]string{chunkedLength, "Transfer-Encoding: chunked"}, chunked},
		{[]string{"Transfer-Encoding: chunked", "Content-Length: 5"}, chunked},
		{[]string{chunkedLength, "Transfer-Encoding: xchunked"}, chunked},
		{[]string{chunkedLength, "Transfer-Encoding : chunked"}, chunked},
		{[]string{chunkedLength, "X: x", " Transfer-Encoding: chunked"}, chunked},
		{[]string{chunkedLength, "Transfer-Encoding: identity, chunked"}, chunked},
		{[]string{chunkedLength, "Transfer-Encoding: chunked, identity"}, chunked},
		{[]string{chunkedLength, "Transfer-Encoding:\tchunked"}, chunked},
		{[]string{"Content-Length: 0", length}, hidden},
		{[]string{length, "Content-Length: 0"}, hidden},
		{[]string{"Content-Length: +0"}, hidden},
		{[]string{"Content-Length: 0"}, hidden},
		{[]string{length, "Expect: 100-continue"}, hidden},
		{[]string{"Connection: Upgrade", "Upgrade: tcp", length}, hidden},
		{[]string{"Connection: Upgrade", "Upgrade: tcp"}, hidden},
		{websocket, hidden},
		{tunnel, hidden},
	} {
		for _, line := range []string{
			"GET /containers/vis-plain/json", "GET /containers/json", "GET /_ping", "POST /containers/vis-toy-0/kill?signal=0",
			"POST /containers/vis-toy-0/resize?h=1&w=1", "GET /containers/vis-plain/attach/ws", "POST /exec/none/start", "GET /nothing",
		} {
			p.smuggle(line, s.headers, s.body)
		}
	}
}

func (p *planner) smuggle(line string, headers []string, body string) {
	e := p.entry()
	method, target, _ := strings.Cut(line, " ")
	p.probes = append(p.probes, probe{
		op: "a second request", about: line + ", " + strings.Join(headers, ", "), entry: e.name,
		request: request{
			addr: e.addr, method: method, target: target, headers: headers, body: body, deadline: streamPatience, rest: true,
			wire: []byte(line + " HTTP/1.1\r\nHost: docker\r\n" + strings.Join(headers, "\r\n") + "\r\n\r\n" + body),
		},
	})
}

// overHTTP2 asks some of it over HTTP/2 without TLS, which Traefik's entry
// points speak, too.
func (r *runner) overHTTP2(ctx context.Context, s *scene, entries []entryPoint) {
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: &protocols}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	for _, e := range entries {
		for _, target := range []string{"/containers/json?all=1", "/networks/" + sharedNetwork, "/info", "/events?since=1&until=" + itoa(int(time.Now().Unix()))} {
			r.sendHTTP2(ctx, client, e, target, "")
		}
		for _, refs := range s.pairs[container] {
			for _, contentType := range []string{"", "application/grpc"} {
				is := r.sendHTTP2(ctx, client, e, "/containers/"+refs.hidden.raw+"/json", contentType)
				want := r.sendHTTP2(ctx, client, e, "/containers/"+refs.unknown.raw+"/json", contentType)
				if d := r.difference(is, want, [2]reference{refs.hidden, refs.unknown}); d != "" {
					r.report.invariant("HTTP/2: hidden answers as unknown ("+e.name+") "+refs.form, d)
				}
			}
		}
	}
}

// sendHTTP2 makes one request over HTTP/2.
func (r *runner) sendHTTP2(ctx context.Context, client *http.Client, e entryPoint, target, contentType string) response {
	var got response
	started := time.Now()
	err := again.Patient.Do(func(limit time.Duration) (err error) {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		got, err = getHTTP2(ctx, client, "http://"+e.addr+target, contentType)
		return err
	})
	r.tally.add("HTTP/2", got.status, time.Since(started))
	if err != nil {
		got.broken = true
		r.report.fault(fmt.Errorf("HTTP/2 (%s): %w", e.name, err))
	}
	sent := request{addr: e.addr, method: "GET", target: target, proto: "HTTP/2"}
	for _, l := range r.leaks(got, sent.carried()) {
		r.report.leak(probe{op: "HTTP/2", entry: e.name, about: target}, sent, l)
	}
	return got
}

// getHTTP2 reads one answer.
func getHTTP2(ctx context.Context, client *http.Client, url, contentType string) (response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return response{}, err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := client.Do(req)
	if err != nil {
		return response{}, err
	}
	defer resp.Body.Close()
	raw, err := httputil.DumpResponse(resp, true)
	_, body, _ := strings.Cut(string(raw), "\r\n\r\n")
	return response{raw: raw, head: head(raw), body: []byte(body), status: resp.StatusCode, trailer: resp.Trailer}, err
}
