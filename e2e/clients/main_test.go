// Package clients runs real clients of the Docker API through the plugin: each
// in a pinned version, with the operations that docs/clients.md says it needs,
// in a real Traefik, in front of a real socket proxy and real engines.
package clients

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
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
	swarm   bool   // the engine is a swarm of one node
	traefik *traefik.Instance
	scene   *scene

	once sync.Once
	err  error // of the start
}

// entryPointReadTimeout is that of the entry point of Traefik as a client; the
// default is a minute.
const entryPointReadTimeout = 10 * time.Second

// benches are started by TestMain before any test runs, those of swarms by the
// first story that needs one, and read-only from then on.
var benches = []*bench{
	{release: engine.Release20}, {release: engine.Release29},
	{release: engine.Release20, swarm: true}, {release: engine.Release29, swarm: true},
}

func TestMain(m *testing.M) { os.Exit(testbed.Tests(m, startAll, stopAll)) }

func startAll(ctx context.Context) error {
	var group errgroup.Group
	for _, b := range benches {
		if !b.swarm {
			group.Go(func() error { return b.ready(ctx) })
		}
	}
	return group.Wait()
}

// ready starts the bench, if it has not been.
func (b *bench) ready(ctx context.Context) error {
	b.once.Do(func() {
		if err := b.start(ctx); err != nil {
			b.err = fmt.Errorf("engine %s: %w", b.release, err)
		}
	})
	return b.err
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
	config.Network = b.swarm
	if b.Bed, err = testbed.Start(ctx, testbed.Config{Name: "clients", Engine: &config, Proxy: &socketproxy.All}); err != nil {
		return err
	}
	if b.scene, err = newScene(b.Engine); err != nil {
		return err
	}
	if b.swarm {
		if err := b.scene.makeSwarm(); err != nil {
			return err
		}
	}
	var entryPoints []string
	for _, c := range b.clients() {
		entryPoints = append(entryPoints, c.key)
	}
	b.traefik, err = b.StartTraefik(traefik.Config{
		EntryPoints: entryPoints, Dynamic: b.dynamic(),
		Flags: b.flags(),
	})
	return err
}

// clients are those of the catalogue that this bench is for.
func (b *bench) clients() []entry {
	var all []entry
	for _, c := range catalogue {
		if c.swarm == b.swarm {
			all = append(all, c)
		}
	}
	return all
}

func (b *bench) flags() []string {
	if b.swarm {
		return nil
	}
	return []string{"--entryPoints.traefik-provider.transport.respondingTimeouts.readTimeout=" + entryPointReadTimeout.String()}
}

// dynamic is the routing configuration: each client has an entry point, a
// router and a view of its own.
func (b *bench) dynamic() string {
	var routers, middlewares strings.Builder
	for _, c := range b.clients() {
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
