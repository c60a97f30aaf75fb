package again

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"time"
)

func TestDo(t *testing.T) {
	limits := Limits{1, 2, 3}
	other := errors.New("refused")
	late := fmt.Errorf("reading: %w", os.ErrDeadlineExceeded)
	tests := []struct {
		name  string
		tries []error // what each try returns
		want  error
		asked Limits
	}{
		{"at once", []error{nil}, nil, Limits{1}},
		{"the second time", []error{late, nil}, nil, Limits{1, 2}},
		{"the last time", []error{late, context.DeadlineExceeded, nil}, nil, limits},
		{"never", []error{late, late, late}, os.ErrDeadlineExceeded, limits},
		{"another error", []error{other}, other, Limits{1}},
		{"another error the second time", []error{late, other}, other, Limits{1, 2}},
		{"interrupted", []error{context.Canceled}, context.Canceled, Limits{1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var asked Limits
			err := limits.Do(func(limit time.Duration) error {
				asked = append(asked, limit)
				return tt.tries[len(asked)-1]
			})
			if !errors.Is(err, tt.want) || !slices.Equal(asked, tt.asked) {
				t.Errorf("got %v with the limits %v, want %v with %v", err, asked, tt.want, tt.asked)
			}
		})
	}
}

func TestDoNamesLimits(t *testing.T) {
	err := Limits{time.Second, time.Minute}.Do(func(time.Duration) error { return context.DeadlineExceeded })
	const want = "no answer after 1s, again after 1m0s: context deadline exceeded"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestFor(t *testing.T) {
	limits := Limits{1, 2, 3}
	tests := []struct {
		method string
		want   Limits
	}{
		{"GET", limits}, {"HEAD", limits}, {"OPTIONS", limits}, {"TRACE", limits},
		{"POST", Limits{3}}, {"PUT", Limits{3}}, {"PATCH", Limits{3}}, {"DELETE", Limits{3}},
		{"CONNECT", Limits{3}}, {"get", Limits{3}}, {"", Limits{3}},
	}
	for _, tt := range tests {
		t.Run(tt.method, func(t *testing.T) {
			if got := limits.For(tt.method); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestTimedOut has the time-outs that the tools of the bench return.
func TestTimedOut(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() }))
	defer server.Close()
	short, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	tests := []struct {
		name string
		err  func() error
		want bool
	}{
		{"client", func() error {
			_, err := (&http.Client{Timeout: time.Millisecond}).Get(server.URL)
			return err
		}, true},
		{"context", func() error {
			req, _ := http.NewRequestWithContext(short, http.MethodGet, server.URL, nil)
			_, err := http.DefaultClient.Do(req)
			return err
		}, true},
		{"connection", func() error {
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				return err
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now())
			_, err = conn.Read(make([]byte, 1))
			return err
		}, true},
		{"nobody listens", func() error {
			_, err := net.DialTimeout("tcp", "127.0.0.1:1", time.Minute)
			return err
		}, false},
		{"no error", func() error { return nil }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.err(); timedOut(err) != tt.want {
				t.Errorf("got %v of %v, want %v", !tt.want, err, tt.want)
			}
		})
	}
}
