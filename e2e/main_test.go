// Package e2e tests the plugin where it lives: in a real Traefik, in front of
// a real socket proxy and a real Docker Engine, asked by real clients.
//
// The stories are the scripts in testdata/script; commands_test.go documents
// the commands that they have beside those of testscript.
package e2e

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/socketproxy"
	"github.com/docker-proxy-filter/dpf/e2e/internal/testbed"
)

// shared is what all tests of one run share: an engine, and a socket proxy that
// allows everything the suite uses. It is set before any test runs, and
// read-only from then on.
var shared *testbed.Bed

func TestMain(m *testing.M) {
	testscript.Main(runner{m}, map[string]func(){
		"docker": dockerMain,
		"direct": directMain,
		"http":   httpMain,
	})
}

// runner runs the tests of m with shared set.
type runner struct{ m *testing.M }

// Run implements testscript.TestingM.
func (r runner) Run() int {
	return testbed.Tests(r.m, startShared, func() error { return shared.Close() })
}

func startShared(ctx context.Context) (err error) {
	shared, err = testbed.Start(ctx, testbed.Config{Name: "e2e", Engine: &engine.Config{}, Proxy: &socketproxy.All})
	return err
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
