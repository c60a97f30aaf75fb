package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
)

func TestReadResponse(t *testing.T) {
	const date = "Date: Tue, 24 Nov 2026 21:00:00 GMT\r\n"
	tests := []struct {
		name   string
		method string
		raw    string
		head   string
		body   string
	}{
		{"length", "GET", "HTTP/1.1 200 OK\r\n" + date + "Content-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\nContent-Length: 2", "ok"},
		{"chunks", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nz\r\n1\r\nq\r\n0\r\n\r\n", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked", "zq"},
		{"HEAD", "HEAD", "HTTP/1.1 404 Not Found\r\nContent-Length: 29\r\n\r\n", "HTTP/1.1 404 Not Found\nContent-Length: 29", ""},
		{"informational", "POST", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 204 No Content", ""},
		{"upgraded", "POST", "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nout", "HTTP/1.1 101 UPGRADED\nConnection: Upgrade\nUpgrade: tcp", "out"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := readResponse(strings.NewReader(tt.raw), tt.method)
			if got.head != tt.head || string(got.body) != tt.body || string(got.raw) != tt.raw {
				t.Errorf("got head %q, body %q, raw %q", got.head, got.body, got.raw)
			}
			if got.timeout || got.broken {
				t.Errorf("got timeout %v, broken %v", got.timeout, got.broken)
			}
		})
	}
	t.Run("broken", func(t *testing.T) {
		if got := readResponse(strings.NewReader("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nzq"), "GET"); !got.broken {
			t.Error("an answer that is cut short is not broken")
		}
	})
}

func TestSendDeadline(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n"))
		time.Sleep(time.Second)
	}()
	got, err := request{addr: l.Addr().String(), method: "GET", target: "/events", deadline: 100 * time.Millisecond}.send()
	if err != nil || !got.timeout || string(got.body) != "one" {
		t.Errorf("got body %q, timeout %v, %v", got.body, got.timeout, err)
	}
}

// TestSendAgain asks a server that answers the second request only: one that
// changes nothing is asked for again, any other is sent once.
func TestSendAgain(t *testing.T) {
	patient := again.Patient
	t.Cleanup(func() { again.Patient = patient })
	tests := []struct {
		method string
		sent   int32
		limits again.Limits
	}{
		{"GET", 2, again.Limits{50 * time.Millisecond, time.Minute}},
		{"HEAD", 2, again.Limits{50 * time.Millisecond, time.Minute}},
		{"POST", 1, again.Limits{50 * time.Millisecond, 200 * time.Millisecond}},
		{"DELETE", 1, again.Limits{50 * time.Millisecond, 200 * time.Millisecond}},
	}
	for _, tt := range tests {
		t.Run(tt.method, func(t *testing.T) {
			again.Patient = tt.limits
			var sent atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
				if sent.Add(1) == 1 {
					<-req.Context().Done()
				}
			}))
			defer server.Close()
			resp, err := request{addr: server.Listener.Addr().String(), method: tt.method, target: "/"}.send()
			if answered := err == nil && resp.status == http.StatusOK; sent.Load() != tt.sent || answered != (tt.sent == 2) {
				t.Errorf("sent %d times, want %d: %d, %v", sent.Load(), tt.sent, resp.status, err)
			}
		})
	}
}

// TestCarried has targets whose escapes an answer may quote without.
func TestCarried(t *testing.T) {
	tests := []struct{ target, want string }{
		{"/containers/zq00-run/json", "zq00-run"},
		{"/containers/%7A%7100-run/json", "zq00-run"},
		{"/containers/%7a%7100-run/json?%", "zq00-run"},
		{"/%zz/%7a%7100-run", "zq00-run"},
		{"/images/json?filter=%7a%7100+run", "zq00 run"},
		{"/containers/%ff%7a%7100-run", "\xffzq00-run"},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) {
			if got := string(request{target: tt.target}.carried()); !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q in it", got, tt.want)
			}
		})
	}
}

func TestRequestBytes(t *testing.T) {
	tests := []struct {
		name string
		req  request
		want string
	}{
		{"plain", request{method: "GET", target: "/_ping"}, "GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n"},
		{"body", request{method: "POST", target: "/x", body: "{}"}, "POST /x HTTP/1.1\r\nHost: docker\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"},
		{"chunked", request{method: "POST", target: "/x", headers: []string{"Transfer-Encoding: chunked"}, body: "{}"},
			"POST /x HTTP/1.1\r\nHost: docker\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"},
		{"own connection", request{method: "POST", target: "/x", headers: []string{"Connection: Upgrade"}},
			"POST /x HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(tt.req.bytes()); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
