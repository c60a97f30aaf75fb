// Package testbed starts what the suites and the commands of this module need,
// and ends it again: a private Docker Engine, a socket proxy in front of it, and
// Traefik with the plugin.
package testbed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/plugin"
	"github.com/docker-proxy-filter/dpf/e2e/internal/socketproxy"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// Config says what a bed has from the start.
type Config struct {
	Name   string              // of who uses it, for the name of its folder
	Plugin string              // root of the plugin's repository; the one around the working directory if empty
	Engine *engine.Config      // none is started if nil
	Proxy  *socketproxy.Policy // of the socket proxy in front of the engine; none is started if nil
}

// Bed is what a run needs. Its methods can be called concurrently.
type Bed struct {
	Dir     string             // a folder of its own
	Plugin  string             // root of the plugin's repository
	Traefik string             // Traefik's binary
	Engine  *engine.Engine     // nil without one
	Proxy   *socketproxy.Proxy // nil without one

	mu   sync.Mutex
	ends []func() error // of all that was started, in that order
}

// Start builds Traefik, if need be, and starts what config says. After an error
// nothing of it is left.
func Start(ctx context.Context, config Config) (_ *Bed, err error) {
	b := &Bed{Plugin: config.Plugin}
	if b.Traefik, err = traefik.Binary(ctx, Progress); err != nil {
		return nil, err
	}
	if b.Plugin == "" {
		if b.Plugin, err = plugin.Root(); err != nil {
			return nil, err
		}
	}
	if b.Dir, err = os.MkdirTemp("", "dpf-"+config.Name+"-"); err != nil {
		return nil, err
	}
	b.atEnd(func() error { return os.RemoveAll(b.Dir) })
	if err := b.start(ctx, config); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// start starts the engine and the socket proxy.
func (b *Bed) start(ctx context.Context, config Config) (err error) {
	if config.Engine != nil {
		if b.Engine, err = engine.Start(*config.Engine); err != nil {
			return err
		}
		b.atEnd(b.Engine.Stop)
	}
	if config.Proxy != nil {
		if b.Proxy, err = b.StartProxy(*config.Proxy); err != nil {
			return err
		}
	}
	return ctx.Err() // An interrupt does not end the start of an engine.
}

// StartProxy starts a socket proxy in front of the engine. It runs until it is
// stopped or the bed closed.
func (b *Bed) StartProxy(policy socketproxy.Policy) (*socketproxy.Proxy, error) {
	dir, err := os.MkdirTemp(b.Dir, "socket-proxy-")
	if err != nil {
		return nil, err
	}
	p, err := socketproxy.Start(dir, b.Engine.Socket(), policy)
	if err != nil {
		return nil, err
	}
	b.atEnd(func() error { p.Stop(); return nil })
	return p, nil
}

// StartTraefik starts a Traefik with the plugin. It runs until it is stopped or
// the bed closed. Its files are in a directory of the bed unless config names one.
func (b *Bed) StartTraefik(config traefik.Config) (*traefik.Instance, error) {
	return b.startTraefik(traefik.Program{Bin: b.Traefik, Plugin: b.Plugin}, config)
}

// StartPlainTraefik is StartTraefik without the plugin.
func (b *Bed) StartPlainTraefik(config traefik.Config) (*traefik.Instance, error) {
	return b.startTraefik(traefik.Program{Bin: b.Traefik}, config)
}

func (b *Bed) startTraefik(program traefik.Program, config traefik.Config) (_ *traefik.Instance, err error) {
	if config.Dir == "" {
		if config.Dir, err = os.MkdirTemp(b.Dir, "traefik-"); err != nil {
			return nil, err
		}
	}
	t, err := program.Start(config)
	if err != nil {
		return nil, err
	}
	b.atEnd(func() error { t.Stop(); return nil })
	return t, nil
}

// atEnd leaves to Close what ends something that was started.
func (b *Bed) atEnd(end func() error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ends = append(b.ends, end)
}

// Close ends all that was started, the last first, and removes the folder. A
// bed that is closed already, or nil, has nothing to end.
func (b *Bed) Close() error {
	if b == nil {
		return nil
	}
	// Held until all is at an end: whoever closes it at the same time waits.
	b.mu.Lock()
	defer b.mu.Unlock()
	var err error
	for _, end := range slices.Backward(b.ends) {
		err = errors.Join(err, end())
	}
	b.ends = nil
	return err
}

// Progress prints a line about what takes long, like the build of a program.
func Progress(line string) { fmt.Fprintln(os.Stderr, line) }
