// Twin looks for what no word marks: it asks every read operation of the
// Engine API, with every parameter and every filter key, of two scenes that
// differ in hidden objects only, and compares the answers byte for byte.
// Counters, orders, timestamps and flags that follow hidden containers show so.
//
// Both scenes are one engine at two times, so that the visible containers are
// the same ones, with the same IDs. There are two pairs:
//
//   - appear: visible containers alone, then with hidden ones beside them;
//   - leave: visible containers that refer to hidden ones, then with the
//     hidden ones removed.
//
// Usage, in the directory e2e:
//
//	go run ./cmd/twin [-engine 20.10|29|29-containerd] [-plugin=false] [-quick] [-v]
//
// With -plugin=false the requests go past the plugin: that must find hundreds
// of differences, else the comparison cannot be trusted.
//
// The last line is "twin: <requests> requests, <n> differences, <n> stated
// exceptions"; the exit status is 0 only if there are no differences. It needs
// root, and what package engine needs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/testbed"
)

// options are the flags.
type options struct {
	engine  string
	plugin  bool
	quick   bool
	details bool
}

func main() {
	var o options
	flag.StringVar(&o.engine, "engine", engine.Release20, "`release` of the engine: 20.10, 29 or 29-containerd")
	flag.BoolVar(&o.plugin, "plugin", true, "send the requests through the plugin")
	flag.BoolVar(&o.quick, "quick", false, "ask through one policy, without an API version")
	flag.BoolVar(&o.details, "v", false, "print every difference, not a few of each kind")
	flag.Parse()

	testbed.Main("twin", func(ctx context.Context) error { return run(ctx, o) })
}

// run does everything and leaves nothing behind.
func run(ctx context.Context, o options) (err error) {
	b, err := newBench(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()

	s := newScene(b.Engine.API())
	if err := s.makeVisible(); err != nil {
		return fmt.Errorf("setting the visible scene: %w", err)
	}
	r := newReport(o.details)
	for _, pair := range []pair{
		{name: "appear", change: s.makeHidden},
		{name: "leave", prepare: s.makeReferring, change: s.removeHidden},
	} {
		if err := pair.compare(ctx, b, s, r); err != nil {
			return fmt.Errorf("%s: %w", pair.name, err)
		}
	}
	return conclude(r, o)
}

// pair is two scenes that must look the same.
type pair struct {
	name    string
	prepare func() error // makes what both have
	change  func() error // makes the second of the first
}

// compare records both scenes and reports where they differ.
func (p pair) compare(ctx context.Context, b *bench, s *scene, r *report) error {
	if p.prepare != nil {
		if err := p.prepare(); err != nil {
			return err
		}
	}
	if err := s.settle(); err != nil {
		return err
	}
	plan := newPlan(s)
	fmt.Fprintf(os.Stderr, "twin: %s: %d requests in each of %d ways\n", p.name, len(plan), len(b.prefixes))
	first, err := record(ctx, b, s, plan)
	if err != nil {
		return err
	}
	if err := p.change(); err != nil {
		return err
	}
	second, err := record(ctx, b, s, plan)
	if err != nil {
		return err
	}
	without, with := first, second
	if !s.present {
		without, with = second, first
	}
	for i := range without {
		r.compare(p.name, without[i], with[i])
	}
	return ctx.Err()
}

// minControl is the number of differences that must be found without the
// plugin.
const minControl = 300

// conclude prints the report and turns it into the exit status.
func conclude(r *report, o options) error {
	r.print(os.Stdout)
	fmt.Printf("twin: engine %s, %s\n", o.engine, time.Since(r.started).Round(time.Second))
	fmt.Printf("twin: %d requests, %d differences, %d stated exceptions\n", r.requests, r.differing, len(r.excused))
	switch {
	case !o.plugin && r.differing >= minControl:
		return nil
	case !o.plugin:
		return errors.New("without the plugin, that is too little: the comparison cannot be trusted")
	case r.differing > 0:
		return testbed.ErrReported
	}
	return nil
}
