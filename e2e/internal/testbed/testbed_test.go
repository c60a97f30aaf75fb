package testbed

import (
	"context"
	"errors"
	"slices"
	"testing"
)

func TestClose(t *testing.T) {
	var ended []string
	stuck := errors.New("stuck")
	b := &Bed{}
	b.atEnd(func() error { ended = append(ended, "folder"); return nil })
	b.atEnd(func() error { ended = append(ended, "engine"); return stuck })
	b.atEnd(func() error { ended = append(ended, "traefik"); return nil })

	if err := b.Close(); !errors.Is(err, stuck) {
		t.Errorf("got error %v, want %v", err, stuck)
	}
	if want := []string{"traefik", "engine", "folder"}; !slices.Equal(ended, want) {
		t.Errorf("got %q, want %q", ended, want)
	}
	if err := b.Close(); err != nil || len(ended) != 3 {
		t.Errorf("closed again: got error %v and %q, want nothing", err, ended)
	}
	b = nil
	if err := b.Close(); err != nil {
		t.Errorf("nil: got error %v", err)
	}
}

// tests stands for a *testing.M.
type tests func() int

func (t tests) Run() int { return t() }

func TestTests(t *testing.T) {
	for _, tt := range []struct {
		name   string
		start  error
		status int
		want   []string
	}{
		{"passed", nil, 0, []string{"start", "run", "stop"}},
		{"failed", nil, 1, []string{"start", "run", "stop"}},
		{"not started", errors.New("no engine"), 1, []string{"start", "stop"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var done []string
			status := Tests(
				tests(func() int { done = append(done, "run"); return tt.status }),
				func(context.Context) error { done = append(done, "start"); return tt.start },
				func() error { done = append(done, "stop"); return nil })
			if status != tt.status || !slices.Equal(done, tt.want) {
				t.Errorf("got status %d after %q, want %d after %q", status, done, tt.status, tt.want)
			}
		})
	}
}
