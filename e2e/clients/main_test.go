// Package clients runs real clients of the Docker API through the plugin: each
// in a pinned version, with the operations that docs/clients.md says it needs,
// in a real Traefik, in front of a real socket proxy and real engines.
package clients

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/plugin"
	"github.com/docker-proxy-filter/dpf/e2e/internal/socketproxy"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// bench is one engine with everything that is in front of it, and a scene of
// containers.
type bench struct {
	release string // of the engine
	dir     string
	bin     string // Traefik's
	engine  *engine.Engine
	proxy   *socketproxy.Proxy
	traefik *traefik.Instance
	scene   *scene
}

// Releases of the engine.
const (
	engine20 = "20.10" // Debian 12's, or that of the machine
	engine29 = "29"
)

// entryPointReadTimeout is that of the entry point of Traefik as a client; the
// default is a minute.
const entryPointReadTimeout = 10 * time.Second

// benches are set by TestMain before any test runs, and read-only from then on.
var benches []*bench

func TestMain(m *testing.M) {
	stop := sync.OnceFunc(stopAll)
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupted
		stop()
		os.Exit(1)
	}()
	code := 1
	if err := startAll(); err != nil {
		fmt.Fprintln(os.Stderr, "clients: the test bench does not start:", err)
	} else {
		code = m.Run()
	}
	stop()
	os.Exit(code)
}

func startAll() error {
	progress := func(line string) { fmt.Fprintln(os.Stderr, line) }
	bin, err := traefik.Binary(context.Background(), progress)
	if err != nil {
		return err
	}
	config29, err := engine.Config29(context.Background(), progress)
	if err != nil {
		return err
	}
	benches = []*bench{{release: engine20, bin: bin}, {release: engine29, bin: bin}}
	configs := map[string]engine.Config{engine29: config29}
	var group errgroup.Group
	for _, b := range benches {
		group.Go(func() error {
			if err := b.start(configs[b.release]); err != nil {
				return fmt.Errorf("engine %s: %w", b.release, err)
			}
			return nil
		})
	}
	return group.Wait()
}

func stopAll() {
	var group errgroup.Group
	for _, b := range benches {
		group.Go(b.stop)
	}
	if err := group.Wait(); err != nil {
		fmt.Fprintln(os.Stderr, "clients: tearing down:", err)
	}
}

func (b *bench) start(config engine.Config) (err error) {
	if b.dir, err = os.MkdirTemp("", "dpf-clients-"); err != nil {
		return err
	}
	if b.engine, err = engine.Start(config); err != nil {
		return err
	}
	if b.scene, err = newScene(b.engine); err != nil {
		return err
	}
	if b.proxy, err = socketproxy.Start(b.dir, b.engine.Socket(), socketproxy.All); err != nil {
		return err
	}
	root, err := plugin.Root()
	if err != nil {
		return err
	}
	dir := filepath.Join(b.dir, "traefik")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	var entryPoints []string
	for _, c := range catalogue {
		entryPoints = append(entryPoints, c.key)
	}
	b.traefik, err = traefik.Start(traefik.Config{
		Bin: b.bin, Dir: dir, Plugin: root, EntryPoints: entryPoints, Dynamic: b.dynamic(),
		Flags: []string{"--entryPoints.traefik-provider.transport.respondingTimeouts.readTimeout=" + entryPointReadTimeout.String()},
	})
	return err
}

func (b *bench) stop() error {
	if b.traefik != nil {
		b.traefik.Stop()
	}
	if b.proxy != nil {
		b.proxy.Stop()
	}
	var err error
	if b.engine != nil {
		err = b.engine.Stop()
	}
	return errors.Join(err, os.RemoveAll(b.dir))
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
		routers.String(), middlewares.String(), b.proxy.URL())
}
