package proxy

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
)

// keepA drops the lines that have no a, and breaks off at a line "stop".
func keepA(raw []byte) ([]byte, error) {
	if string(raw) == "stop" {
		return nil, errors.New("stopped by the test")
	}
	if strings.Contains(string(raw), "a") {
		return raw, nil
	}
	return nil, nil
}

func TestLines(t *testing.T) {
	tests := []struct {
		name    string
		needles [][]byte
		in      string
		want    string
		ends    bool // before its end
	}{
		{"each line is judged", nil, "a1\nb\na2\n", "a1\na2\n", false},
		{"the rest without a newline", nil, "b\na1", "a1", false},
		{"a line without a needle is not looked at", [][]byte{[]byte("1")}, "a1\na2\n", "a1\n", false},
		{"needles in any order", [][]byte{[]byte("2"), []byte("1")}, "a1\nb\na2\n", "a1\na2\n", false},
		{"none has a needle", [][]byte{[]byte("9")}, "a1\na2\n", "", false},
		{"an error ends the stream", nil, "a1\nstop\na2\n", "a1\n", true},
		{"a line over the limit", nil, strings.Repeat("a", 200), "", true},
		{"nothing", nil, "", "", false},
	}
	for _, tt := range tests {
		for _, size := range []int{1, 3, 1000} {
			t.Run(tt.name, func(t *testing.T) {
				rec := httptest.NewRecorder()
				rec.Header().Set("Content-Type", "application/json")
				w := NewLineWriter(rec, 100, tt.needles, keepA)
				var failed error
				for rest := tt.in; rest != "" && failed == nil; {
					n := size
					if n > len(rest) {
						n = len(rest)
					}
					_, failed = w.Write([]byte(rest[:n]))
					rest = rest[n:]
				}
				err := w.Finish()
				if got := rec.Body.String(); got != tt.want || (err != nil) != tt.ends {
					t.Errorf("pieces of %d: got %q, %v, want %q", size, got, err, tt.want)
				}
			})
		}
	}
}

func TestLinesRefuseWhatIsNoStream(t *testing.T) {
	tests := []struct {
		name, contentType, encoding string
		status, want                int
		body                        string
	}{
		{"lines", "application/json", "", 200, 200, "a\n"},
		{"sequence", "application/json-seq", "", 200, 200, "a\n"},
		{"with parameters", "application/x-ndjson; charset=utf-8", "", 200, 200, "a\n"},
		{"encoded", "application/json", "gzip", 200, 502, `{"message":"dpf: the upstream's answer is not a stream of JSON lines"}` + "\n"},
		{"text", "text/plain", "", 200, 502, `{"message":"dpf: the upstream's answer is not a stream of JSON lines"}` + "\n"},
		{"another success", "application/json", "", 204, 502, `{"message":"dpf: the upstream's answer is not a stream of JSON lines"}` + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := httptest.NewRecorder()
			w := NewLineWriter(rec, 100, nil, keepA)
			w.Header().Set("Content-Type", tt.contentType)
			w.Header().Set("Content-Length", "4")
			if tt.encoding != "" {
				w.Header().Set("Content-Encoding", tt.encoding)
			}
			w.WriteHeader(103)
			w.WriteHeader(tt.status)
			w.WriteHeader(500)
			_, _ = w.Write([]byte("a\nb\n"))
			_ = w.Finish()
			if rec.Code != tt.want || rec.Body.String() != tt.body {
				t.Errorf("got %d %q, want %d %q", rec.Code, rec.Body, tt.want, tt.body)
			}
		})
	}
}

// An error is left to whoever asked, with its header: nothing of it is sent.
func TestLinesHoldErrors(t *testing.T) {
	rec := httptest.NewRecorder()
	w := NewLineWriter(rec, 10, nil, keepA)
	w.Header().Set("Location", "http://canary/")
	w.WriteHeader(404)
	_, _ = w.Write([]byte("canary"))
	_ = w.Finish()
	ans, err := w.Held()
	if err != nil || ans == nil || ans.Status != 404 || string(ans.Body) != "canary" || ans.Header.Get("Location") == "" {
		t.Errorf("got %v, %v", ans, err)
	}
	if len(rec.Header()) > 0 || rec.Body.Len() > 0 {
		t.Errorf("got %v %s", rec.Header(), rec.Body)
	}
	if _, err := w.Write([]byte("too much")); err == nil {
		t.Error("more than the limit was taken")
	}
}

// What is refused takes its header with it.
func TestLinesRefuseWithoutTheHeader(t *testing.T) {
	rec := httptest.NewRecorder()
	w := NewLineWriter(rec, 10, nil, keepA)
	w.Header().Set("Location", "http://canary/")
	w.Header().Set("Server", "Docker")
	w.WriteHeader(301)
	if rec.Code != 502 || rec.Header().Get("Location") != "" || rec.Header().Get("Server") != "Docker" {
		t.Errorf("got %d %v", rec.Code, rec.Header())
	}
	if ans, err := w.Held(); ans != nil || err != nil {
		t.Errorf("got %v, %v", ans, err)
	}
}

// An error that is cut short looks like no other one.
func TestLinesHoldWholeErrorsOnly(t *testing.T) {
	rec := httptest.NewRecorder()
	w := NewLineWriter(rec, 10, nil, keepA)
	w.Header().Set("Content-Length", "9")
	w.WriteHeader(404)
	_, _ = w.Write([]byte("cut"))
	if ans, err := w.Held(); err == nil {
		t.Errorf("got %v", ans)
	}
}
