package testbed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// ErrReported ends a command with status 1 and no further word: its output has
// said why.
var ErrReported = errors.New("reported")

// Main is the main function of a command: it calls run with a context that
// ends at an interrupt, and exits with 1 if that fails.
func Main(name string, run func(ctx context.Context) error) {
	ctx, stop := untilInterrupt()
	err := run(ctx)
	stop()
	if err == nil {
		return
	}
	if !errors.Is(err, ErrReported) {
		fmt.Fprintln(os.Stderr, name+":", err)
	}
	os.Exit(1)
}

// Tests runs the tests of m, which is a *testing.M, between start and stop, and
// returns the exit status. A start that fails fails the run: there is no way to
// skip a test. At an interrupt it calls stop and exits.
func Tests(m interface{ Run() int }, start func(ctx context.Context) error, stop func() error) int {
	ctx, cancel := untilInterrupt()
	defer cancel()
	end := func() {
		if err := stop(); err != nil {
			fmt.Fprintln(os.Stderr, "tearing down the test bench:", err)
		}
	}
	defer end()
	if err := start(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "the test bench does not start:", err)
		return 1
	}
	interrupted := context.AfterFunc(ctx, func() {
		end()
		os.Exit(1)
	})
	defer interrupted()
	return m.Run()
}

func untilInterrupt() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}
