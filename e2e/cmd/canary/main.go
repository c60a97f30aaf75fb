// Canary looks for leaks in the plugin: it fills a private Docker Engine with
// hidden containers that carry unique words wherever a container can carry
// one, sends every operation of the Engine API in every way it knows through
// a real Traefik with the plugin, and looks for the words in every byte that
// comes back. Nothing hidden may change, and nothing hidden may answer in
// another way than what does not exist.
//
// Usage, in the directory e2e:
//
//	go run ./cmd/canary [-engine release] [-operations file] [-seed number]
//
// Every run tries other spellings, in another order. The seed is printed first
// and last: with it, a run sends the same requests again, but for the IDs that
// the engine chooses.
//
// First it shows that it can fail: without the plugin it must find hundreds of
// leaks, and every sort of word. The socket proxy in front of the engine
// allows everything, so that nothing but the plugin protects.
//
// The last line is "canary: <requests> requests, <n> leaks, <n> state changes,
// <n> oracles, seed <number>"; the exit status is 0 only if the three before the
// seed are. It needs root, and what package engine needs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/testbed"
)

func main() {
	var o options
	flag.StringVar(&o.engine, "engine", engine.Release20, "`release` of the engine: 20.10, 29 or 29-containerd")
	flag.StringVar(&o.operations, "operations", "", "table of operations; testdata/operations.tsv of the plugin if empty")
	flag.StringVar(&o.plugin, "plugin", "", "`root` of the plugin's repository; this one if empty")
	flag.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "what chance decides: some of the spellings, and the order; the same `number` gives the same requests")
	flag.BoolVar(&o.details, "v", false, "print what every operation answered")
	flag.BoolVar(&o.controlOnly, "control", false, "only show that leaks are found without the plugin")
	flag.Parse()

	testbed.Main("canary", func(ctx context.Context) error { return run(ctx, o) })
}

// options are the flags.
type options struct {
	engine, operations, plugin string
	seed                       uint64
	controlOnly, details       bool
}

// The parts of a run that chance decides, each with a sequence of its own.
const (
	sceneSequence = iota
	planSequence
)

// run does everything and leaves nothing behind.
func run(ctx context.Context, o options) (err error) {
	fmt.Printf("canary: seed %d\n", o.seed)
	b, err := newBench(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	if o.operations == "" {
		o.operations = filepath.Join(b.Plugin, "testdata", "operations.tsv")
	}
	ops, err := readOperations(o.operations)
	if err != nil {
		return err
	}

	s, err := newScene(b.Engine, b.Dir, newRandom(o.seed, sceneSequence))
	if err != nil {
		return err
	}
	if err := b.startTraefik(); err != nil {
		return err
	}
	if err := control(ctx, b, s, ops, o); err != nil || o.controlOnly {
		return err
	}
	return attack(ctx, b, s, ops, o)
}

// minControlLeaks is the number of requests that must leak without the plugin.
const minControlLeaks = 200

// control sends what changes nothing past the plugin. Finding nothing there
// would mean that the check finds nothing anywhere.
func control(ctx context.Context, b *bench, s *scene, ops []operation, o options) error {
	r := newReport(os.Stderr)
	run := newRunner(s, r)
	run.run(ctx, newPlanner(s, ops, b.open(), newRandom(o.seed, planSequence)).control())
	fmt.Printf("canary: without the plugin: %d requests, %d of them leak, %d oracles\n",
		run.tally.requests, len(r.requests), len(run.doubtful))
	run.tally.print(os.Stdout, o.details)
	if len(r.requests) < minControlLeaks || len(run.doubtful) == 0 {
		return errors.New("without the plugin, that is too little: the check cannot be trusted")
	}
	for _, kind := range s.sorts() {
		if !r.kinds[kind] {
			return fmt.Errorf("without the plugin, no answer tells %q: the check cannot be trusted", kind)
		}
	}
	return nil
}

// attack is the run proper.
func attack(ctx context.Context, b *bench, s *scene, ops []operation, o options) error {
	started := time.Now()
	r := newReport(os.Stdout)
	w, err := startWatcher(s, r, b.filtered())
	if err != nil {
		return err
	}
	p := startPulse(s, r)
	run := newRunner(s, r)
	checkVisible(s, r, b.filtered())
	run.run(ctx, newPlanner(s, ops, b.filtered(), newRandom(o.seed, planSequence)).plan())
	run.overHTTP2(ctx, s, b.filtered())
	p.stop()
	run.confirm()
	checkVisible(s, r, b.filtered())
	checkPrefix(s, r, b.filtered())
	checkChained(s, r, b.filtered())
	checkNames(s, r)
	w.stop()
	if err := checkTags(s, r, b.filtered()); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}

	run.tally.print(os.Stdout, o.details)
	r.print()
	fmt.Printf("canary: %s\n", time.Since(started).Round(time.Second))
	fmt.Printf("canary: %d requests, %d leaks, %d state changes, %d oracles, seed %d\n",
		run.tally.requests, r.leaks.total, r.changes.total, r.oracles.total, o.seed)
	if !r.clean() {
		return testbed.ErrReported
	}
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }
