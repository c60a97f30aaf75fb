// Package e2e tests the plugin where it lives: in a real Traefik, in front of
// a real socket proxy and a real Docker Engine, asked by real clients.
//
// The stories are the scripts in testdata/script; commands_test.go documents
// the commands that they have beside those of testscript.
package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/plugin"
	"github.com/docker-proxy-filter/dpf/e2e/internal/socketproxy"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// bench is what all tests of one run share.
type bench struct {
	engine  *engine.Engine
	proxy   *socketproxy.Proxy // in front of the engine, allows everything the suite uses
	traefik string             // binary
	plugin  string             // root of the plugin's source
	dir     string
}

// shared is set by TestMain before any test runs, and read-only from then on.
var shared *bench

func TestMain(m *testing.M) {
	testscript.Main(benchRunner{m}, map[string]func(){
		"docker": dockerMain,
		"direct": directMain,
		"http":   httpMain,
	})
}

// benchRunner runs the tests of m with the bench up.
type benchRunner struct{ m *testing.M }

// Run implements testscript.TestingM. A component that does not start fails
// the run: there is no way to skip a test.
func (r benchRunner) Run() int {
	b := &bench{}
	stop := sync.OnceFunc(b.stop)
	defer stop()

	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupted
		stop()
		os.Exit(1)
	}()

	if err := b.start(); err != nil {
		fmt.Fprintln(os.Stderr, "e2e: the test bench does not start:", err)
		return 1
	}
	shared = b
	return r.m.Run()
}

func (b *bench) start() (err error) {
	progress := func(line string) { fmt.Fprintln(os.Stderr, line) }
	if b.traefik, err = traefik.Binary(context.Background(), progress); err != nil {
		return err
	}
	if b.plugin, err = plugin.Root(); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "dpf-e2e-"); err != nil {
		return err
	}
	if b.engine, err = engine.Start(engine.Config{}); err != nil {
		return err
	}
	b.proxy, err = socketproxy.Start(b.dir, b.engine.Socket(), socketproxy.All)
	return err
}

func (b *bench) stop() {
	if b.proxy != nil {
		b.proxy.Stop()
	}
	var err error
	if b.engine != nil {
		err = b.engine.Stop()
	}
	if err := errors.Join(err, os.RemoveAll(b.dir)); err != nil {
		fmt.Fprintln(os.Stderr, "e2e: tearing down:", err)
	}
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   filepath.Join("testdata", "script"),
		Setup: setupScript,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"container":   cmdContainer,
			"id":          cmdID,
			"reload":      cmdReload,
			"router":      cmdRouter,
			"traefik":     cmdTraefik,
			"socketproxy": cmdSocketProxy,
			"until":       cmdUntil,
			"upstream":    cmdUpstream,
		},
		RequireUniqueNames: true,
	})
}
