// Bench measures what the plugin costs: it compares two routers of one real
// Traefik, one past the plugin and one through it, in front of a canned engine
// that answers with recorded output and needs next to no time itself.
//
// Usage, in the directory e2e:
//
//	go run ./cmd/bench [-rounds n] [-round duration] [-o file] [-profile dir] [-only part]
//
// It uses loopback only and ends by itself, within three minutes. -profile
// leaves a CPU profile of Traefik for each row in a directory. -only runs one
// part, loading, latency, memory, events or stream, and writes no file.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/testbed"
)

// options are the flags.
type options struct {
	rounds  int
	round   time.Duration
	out     string
	profile string
	only    string
}

func main() {
	var o options
	flag.IntVar(&o.rounds, "rounds", 7, "rounds of each comparison")
	flag.DurationVar(&o.round, "round", 900*time.Millisecond, "length of a round")
	flag.StringVar(&o.out, "o", "", "where the table is written (default bench/results.md)")
	flag.StringVar(&o.profile, "profile", "", "directory for CPU profiles of Traefik")
	flag.StringVar(&o.only, "only", "", "the one part to run")
	engine := flag.String("engine", "", "internal: serve the canned engine at this address")
	data := flag.String("data", "", "internal: the recorded answers")
	flag.Parse()
	if *engine != "" {
		fmt.Fprintln(os.Stderr, "engine:", serveEngine(*engine, *data))
		os.Exit(1)
	}
	testbed.Main("bench", func(ctx context.Context) error { return run(ctx, o) })
}

func run(ctx context.Context, o options) (err error) {
	bed, err := testbed.Start(ctx, testbed.Config{Name: "bench"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bed.Close()) }()
	if o.out == "" {
		o.out = filepath.Join(bed.Plugin, "bench", "results.md")
	}
	engine, addr, err := startEngine(bed.Dir, filepath.Join(bed.Plugin, "testdata", "engine", "v1.41"))
	if err != nil {
		return err
	}
	defer engine.Stop()

	// The building of Traefik is not part of the time.
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	defer cancel()
	b := &bench{ctx: ctx, options: o, bed: bed, engine: addr, direct: newSide(addr), report: newReport(bed.Traefik)}
	parts := []struct {
		name    string
		measure func() error
	}{{"loading", b.loading}, {"latency", b.latencies}, {"memory", b.listMemory}, {"events", b.events}, {"stream", b.stream}}
	for _, part := range parts {
		if o.only != "" && o.only != part.name {
			continue
		}
		if err := part.measure(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	if o.only != "" {
		return nil
	}
	if err := b.report.write(o.out); err != nil {
		return err
	}
	fmt.Println(b.report.lastLine())
	return nil
}
