package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/proc"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// usage is what a Traefik holds while nobody asks it for anything.
type usage struct {
	rss, heap         float64 // MB; the heap after a collection
	goroutines, files int
}

// settled measures a Traefik when it has closed what it closes by itself: when
// nothing has become less for longer than the socket proxy keeps idle
// connections, which is 10 seconds.
func settled(ctx context.Context, t *traefik.Instance) (usage, error) {
	const still = 12 * time.Second
	last, err := measure(ctx, t)
	least := last
	for since := time.Now(); err == nil && time.Since(since) < still; {
		select {
		case <-ctx.Done():
			return last, ctx.Err()
		case <-time.After(time.Second):
		}
		if last, err = measure(ctx, t); last.goroutines < least.goroutines || last.files < least.files {
			since = time.Now()
			least.goroutines = min(least.goroutines, last.goroutines)
			least.files = min(least.files, last.files)
		}
	}
	return last, err
}

func measure(ctx context.Context, t *traefik.Instance) (u usage, err error) {
	// What pools hold goes with the second collection.
	for range 2 {
		heap, err := profile(ctx, t, "heap?gc=1&debug=1", "# HeapAlloc = ")
		if err != nil {
			return u, err
		}
		u.heap = heap / 1e6
	}
	goroutines, err := profile(ctx, t, "goroutine?debug=1", "goroutine profile: total ")
	if err != nil {
		return u, err
	}
	u.goroutines = int(goroutines)
	if u.rss, _, err = proc.Memory(t.Pid()); err != nil {
		return u, err
	}
	u.files, err = proc.OpenFiles(t.Pid())
	return u, err
}

// profile returns the number after prefix in one of Traefik's profiles. The
// connection is not kept: it would be counted.
func profile(ctx context.Context, t *traefik.Instance, name, prefix string) (float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+t.API()+"/debug/pprof/"+name, nil)
	if err != nil {
		return 0, err
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	for lines := bufio.NewReader(resp.Body); ; {
		line, err := lines.ReadString('\n')
		if number, ok := strings.CutPrefix(line, prefix); ok {
			_, _ = io.Copy(io.Discard, lines)
			return strconv.ParseFloat(strings.TrimSpace(number), 64)
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %s: %q: %w", name, resp.Status, prefix, err)
		}
	}
}
