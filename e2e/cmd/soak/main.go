// Soak puts the plugin under load for minutes, in a real Traefik with a real
// Docker Engine and a socket proxy behind it, and checks every answer: that it
// is right, that it tells nothing of a hidden container, and that Traefik holds
// no more afterwards than before.
//
// Usage, in the directory e2e:
//
//	go run ./cmd/soak [-time duration] [-plugin root]
//
// Two hundred clients on two routers list, inspect, read logs, follow events
// and ask for what is hidden from them, in these phases:
//
//   - warm-up: nothing else; what Traefik holds afterwards is the measure.
//   - load: nothing else.
//   - reload: a change of the dynamic configuration every 450 ms, which swaps what
//     the routers show. Each answer must be right before or after the change, and
//     a stream ends with what its router showed when it began. A
//     Traefik without the plugin takes the same changes, to compare.
//   - restart: the socket proxy and the engine are killed and started again.
//     Clients see errors meanwhile, and right answers soon afterwards.
//
// The last line is "soak: <n> requests, <n> wrong, <n> leaked, rss <n>→<n> MB,
// goroutines <n>→<n>"; the exit status is 0 only if nothing is wrong or leaked
// and nothing grew. It needs root, and what package engine needs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/testbed"
)

func main() {
	length := flag.Duration("time", 5*time.Minute, "length of the load; starting, and measuring between the phases, takes a minute or two more")
	root := flag.String("plugin", "", "`root` of the plugin's repository; this one if empty")
	flag.Parse()
	testbed.Main("soak", func(ctx context.Context) error { return run(ctx, *length, *root) })
}

func run(ctx context.Context, length time.Duration, root string) (err error) {
	b, err := newBench(ctx, root)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	s, err := newScene(b.Engine)
	if err != nil {
		return err
	}
	r := &soak{ctx: ctx, bench: b, scene: s}
	for _, step := range []struct {
		name string
		run  func(p *phase, length time.Duration) error
		part time.Duration // in hundredths of the whole
	}{{"warm-up", r.load, 10}, {"load", r.load, 45}, {"reload", r.reload, 30}, {"restart", r.restart, 15}} {
		length := length * step.part / 100
		fmt.Fprintf(os.Stderr, "soak: %s, %s\n", step.name, length)
		if err := r.phase(step.name, length, step.run); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	if !r.report(os.Stdout) {
		return testbed.ErrReported
	}
	return nil
}
