// Package recorder is a reverse proxy that remembers the requests that pass,
// so that a test can see what reached the upstream and what never did.
package recorder

import (
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// Recorder is a running proxy.
type Recorder struct {
	server   *http.Server
	listener net.Listener
	active   atomic.Int64

	mu       sync.Mutex
	requests []Request
}

// Request is what the recorder keeps of a request.
type Request struct {
	Method string
	Target string // as on the request line
	Header http.Header
}

// Start runs a recorder on a free loopback port in front of upstream.
func Start(upstream string) (*Recorder, error) {
	target, err := url.Parse(upstream)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &Recorder{listener: listener}
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1, // streams must not wait
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.Out.URL.Scheme, pr.Out.URL.Host = target.Scheme, target.Host
			pr.Out.URL.RawQuery = pr.In.URL.RawQuery // also what Go cannot parse
		},
	}
	r.server = &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
			r.add(req)
			r.active.Add(1)
			defer r.active.Add(-1)
			proxy.ServeHTTP(rw, req)
		}),
	}
	go func() { _ = r.server.Serve(listener) }()
	return r, nil
}

// URL is the recorder's address.
func (r *Recorder) URL() string { return "http://" + r.listener.Addr().String() }

// Take returns the requests since the last call, oldest first.
func (r *Recorder) Take() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.requests
	r.requests = nil
	return taken
}

// Active is the number of requests that are being answered: streams and
// upgraded connections count until they end.
func (r *Recorder) Active() int64 { return r.active.Load() }

// Stop ends the recorder and all its connections but hijacked ones, which end
// with their peers.
func (r *Recorder) Stop() { _ = r.server.Close() }

func (r *Recorder) add(req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, Request{Method: req.Method, Target: req.RequestURI, Header: req.Header.Clone()})
}
