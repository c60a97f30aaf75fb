// Package clients runs real clients of the Docker API through the plugin: each
// in a pinned version, with the operations that docs/clients.md says it needs,
// in a real Traefik, in front of a real socket proxy and real engines.
package clients

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/socketproxy"
	"github.com/docker-proxy-filter/dpf/e2e/internal/testbed"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// bench is one engine with everything that is in front of it, and a scene of
// containers.
type bench struct {
	*testbed.Bed
	release string // of the engine
	traefik *traefik.Instance
	scene   *scene
}

// entryPointReadTimeout is that of the entry point of Traefik as a client; the
// default is a minute.
const entryPointReadTimeout = 10 * time.Second

// benches are started by TestMain before any test runs, and read-only from then
// on.
var benches = []*bench{{release: engine.Release20}, {release: engine.Release29}}

func TestMain(m *testing.M) { os.Exit(testbed.Tests(m, startAll, stopAll)) }

func startAll(ctx context.Context) error {
	var group errgroup.Group
	for _, b := range benches {
		group.Go(func() error {
			if err := b.start(ctx); err != nil {
				return fmt.Errorf("engine %s: %w", b.release, err)
			}
			return nil
		})
	}
	return group.Wait()
}

func stopAll() error {
	var group errgroup.Group
	for _, b := range benches {
		group.Go(b.Close)
	}
	return group.Wait()
}

func (b *bench) start(ctx context.Context) error {
	config, err := engine.ForRelease(ctx, b.release, testbed.Progress)
	if err != nil {
		return err
	}
	if b.Bed, err = testbed.Start(ctx, testbed.Config{Name: "clients", Engine: &config, Proxy: &socketproxy.All}); err != nil {
		return err
	}
	if b.scene, err = newScene(b.Engine); err != nil {
		return err
	}
	var entryPoints []string
	for _, c := range catalogue {
		entryPoints = append(entryPoints, c.key)
	}
	b.traefik, err = b.StartTraefik(traefik.Config{
		EntryPoints: entryPoints, Dynamic: b.dynamic(),
		Flags: []string{"--entryPoints.traefik-provider.transport.respondingTimeouts.readTimeout=" + entryPointReadTimeout.String()},
	})
	return err
}

// dynamic is the routing configuration: each client has an entry point, a
// router and a view of its own.
func (b *bench) dynamic() string {
	var routers, middlewares strings.Builder
	for _, c := range catalogue {
		fmt.Fprintf(&routers, "    %[1]s: {entryPoints: [%[1]s], rule: PathPrefix(`/`), middlewares: [%[1]s], service: socket-proxy}\n", c.key)
		fmt.Fprintf(&middlewares, "    %s: {plugin: {dpf: {match: exact, containerLabels: [team=shop]", c.key)
		if len(c.operations) > 0 {
			fmt.Fprintf(&middlewares, ", operations: [%s]", strings.Join(c.operations, ", "))
		}
		if len(c.insecure) > 0 {
			fmt.Fprintf(&middlewares, ", insecureAllowOperations: [%s]", strings.Join(c.insecure, ", "))
		}
		middlewares.WriteString("}}}\n")
	}
	return fmt.Sprintf("http:\n  routers:\n%s  middlewares:\n%s  services:\n    socket-proxy: {loadBalancer: {servers: [{url: %q}]}}\n",
		routers.String(), middlewares.String(), b.Proxy.URL())
}
