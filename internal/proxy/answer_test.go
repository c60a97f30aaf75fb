package proxy

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// through sends a request to an upstream that answers with serve, and holds at
// most limit bytes back.
func through(t *testing.T, limit int64, serve http.HandlerFunc) (*Answer, error) {
	t.Helper()
	u, err := NewUpstream(context.Background(), serve, "", limit)
	if err != nil {
		t.Fatal(err)
	}
	return u.Fetch(httptest.NewRequest("GET", "/x", nil), 0, nil)
}

func TestFetch(t *testing.T) {
	tests := []struct {
		name  string
		serve func(rw http.ResponseWriter)
		want  string // the body; empty: an error
	}{
		{"whole", func(rw http.ResponseWriter) { _, _ = rw.Write([]byte("abc")) }, "abc"},
		{"in pieces", func(rw http.ResponseWriter) { _, _ = rw.Write([]byte("ab")); _, _ = rw.Write([]byte("c")) }, "abc"},
		{"with its length", func(rw http.ResponseWriter) {
			rw.Header().Set("Content-Length", "3")
			_, _ = rw.Write([]byte("abc"))
		}, "abc"},
		{"after an informational status", func(rw http.ResponseWriter) {
			rw.WriteHeader(103)
			rw.WriteHeader(200)
			rw.WriteHeader(500)
			_, _ = rw.Write([]byte("abc"))
		}, "abc"},
		{"cut short", func(rw http.ResponseWriter) {
			rw.Header().Set("Content-Length", "4")
			_, _ = rw.Write([]byte("abc"))
		}, ""},
		{"longer than it says", func(rw http.ResponseWriter) {
			rw.Header().Set("Content-Length", "2")
			_, _ = rw.Write([]byte("abc"))
		}, ""},
		{"too large", func(rw http.ResponseWriter) { _, _ = rw.Write([]byte(strings.Repeat("a", 11))) }, ""},
		{"too large in pieces", func(rw http.ResponseWriter) {
			_, _ = rw.Write([]byte("aaaaaa"))
			_, _ = rw.Write([]byte("aaaaaa"))
		}, ""},
		{"nothing", func(_ http.ResponseWriter) {}, ""},
		{"broken off", func(rw http.ResponseWriter) {
			_, _ = rw.Write([]byte("abc"))
			panic(http.ErrAbortHandler)
		}, ""},
	}
	for _, tt := range tests {
		serve := tt.serve
		want := tt.want
		t.Run(tt.name, func(t *testing.T) {
			ans, err := through(t, 10, func(rw http.ResponseWriter, _ *http.Request) { serve(rw) })
			if want == "" {
				if err == nil {
					t.Errorf("got %d %s, want an error", ans.Status, ans.Body)
				}
				return
			}
			if err != nil || ans.Status != 200 || string(ans.Body) != want {
				t.Errorf("got %v, %v, want 200 %s", ans, err, want)
			}
		})
	}
}

// Whoever is asked for an answer that is too large learns that, whatever the
// proxy makes of the refused write.
func TestFetchTooLarge(t *testing.T) {
	_, err := through(t, 2, func(rw http.ResponseWriter, _ *http.Request) {
		if _, err := rw.Write([]byte("abc")); err != nil {
			panic(http.ErrAbortHandler)
		}
	})
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v, want %v", err, ErrTooLarge)
	}
}

func TestIsJSON(t *testing.T) {
	tests := []struct {
		contentType, encoding string
		want                  bool
	}{
		{"application/json", "", true},
		{"application/json; charset=utf-8", "", true},
		{" application/json", "", true},
		{"application/jsonl", "", false},
		{"text/html", "", false},
		{"", "", false},
		{"application/json", "gzip", false},
	}
	for _, tt := range tests {
		t.Run(tt.contentType+" "+tt.encoding, func(t *testing.T) {
			ans := &Answer{Header: http.Header{"Content-Type": {tt.contentType}}}
			if tt.encoding != "" {
				ans.Header.Set("Content-Encoding", tt.encoding)
			}
			if got := ans.IsJSON(); got != tt.want {
				t.Errorf("got %t", got)
			}
			var v struct{}
			ans.Body = []byte("{}")
			if err := ans.Decode(&v); (err == nil) != tt.want {
				t.Errorf("decoding: got %v", err)
			}
		})
	}
}

// What describes the body that was replaced is not sent with another one.
func TestSend(t *testing.T) {
	header := http.Header{"Etag": {"x"}, "Transfer-Encoding": {"chunked"}, "Content-Length": {"99"}, "Server": {"Docker"}}
	ans := &Answer{Status: 201, Header: header, Body: []byte("abc")}
	rec := httptest.NewRecorder()
	ans.Send(rec)
	got := rec.Header()
	if rec.Code != 201 || rec.Body.String() != "abc" || got.Get("Content-Length") != "3" || got.Get("Server") != "Docker" ||
		got.Get("Etag") != "" || got.Get("Transfer-Encoding") != "" {
		t.Errorf("got %d %v %s", rec.Code, got, rec.Body)
	}
}

func TestVersionError(t *testing.T) {
	const words = `{"message":"client version 1.99 is too new. Maximum supported API version is 1.41"}`
	tests := []struct {
		name   string
		status int
		body   string
		want   bool
	}{
		{"too new", 400, words, true},
		{"another status", 404, words, false},
		{"another error", 400, `{"message":"invalid filter"}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ans := &Answer{Status: tt.status, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(tt.body)}
			if got := VersionError(ErrUnexpected(ans)); (got != nil) != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
	if got := VersionError(errors.New("client version")); got != nil {
		t.Errorf("another type of error gave %v", got)
	}
}
