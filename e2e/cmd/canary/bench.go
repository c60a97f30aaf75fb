package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/setup"
	"github.com/docker-proxy-filter/dpf/e2e/internal/socketproxy"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// bench is what a run needs: an engine, a socket proxy that allows everything,
// and a Traefik with several ways in.
type bench struct {
	*setup.Setup
	engine  *engine.Engine
	proxy   *socketproxy.Proxy
	traefik *traefik.Instance
}

// policies are the ways to say what is visible; in this scene they agree.
var policies = map[string]string{
	"label": "containerLabels: [" + visibleLabel + "]",
	"name":  "containerNames: [" + visiblePrefix + "]",
}

// rawSuffix marks the entry points at which Traefik leaves the path alone.
const rawSuffix = "raw"

// entryPoints are all entry points: two for each policy, and one past the
// plugin.
var entryPoints = []string{"label", "name", "label" + rawSuffix, "name" + rawSuffix, "open"}

// dockerdWrapper starts dockerd in a network namespace of its own, so that it
// may have a bridge.
const dockerdWrapper = `#!/bin/sh
exec unshare --net -- sh -c 'ip link set lo up && exec "$@"' sh %s "$@"
`

// newBench starts all but Traefik.
func newBench(files *setup.Setup, o options) (_ *bench, err error) {
	b := &bench{Setup: files}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.stop())
		}
	}()
	if o.dockerd == "" {
		o.dockerd = "dockerd"
	}
	wrapper := filepath.Join(b.Dir, "dockerd")
	if err = os.WriteFile(wrapper, fmt.Appendf(nil, dockerdWrapper, o.dockerd), 0o755); err != nil {
		return b, err
	}
	b.engine, err = engine.Start(engine.Config{
		Dockerd: wrapper, Runtime: o.runtime,
		// Experimental: the checkpoints. An empty bridge: the default one.
		Flags: []string{"--bridge=", "--experimental"},
	})
	if err != nil {
		return b, err
	}
	b.proxy, err = socketproxy.Start(b.Dir, b.engine.Socket(), socketproxy.Policy{
		Rules: []socketproxy.Rule{{Methods: strings.Join(methods, " "), Path: ""}}, Exec: true,
	})
	return b, err
}

// startTraefik starts Traefik with the plugin.
func (b *bench) startTraefik() (err error) {
	dir := filepath.Join(b.Dir, "traefik")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	flags := []string{}
	for _, name := range entryPoints {
		if strings.HasSuffix(name, rawSuffix) {
			flags = append(flags, "--entryPoints."+name+".http.sanitizePath=false")
		}
	}
	b.traefik, err = traefik.Start(traefik.Config{
		Bin: b.Traefik, Dir: dir, Plugin: b.Plugin, EntryPoints: entryPoints, Dynamic: b.routing(), Flags: flags,
	})
	return err
}

// routing is Traefik's routing configuration.
func (b *bench) routing() string {
	var routers, middlewares strings.Builder
	for name, policy := range policies {
		fmt.Fprintf(&routers, "    %[1]s:\n      entryPoints: [%[1]s, %[1]s%[2]s]\n      rule: PathPrefix(`/`)\n      middlewares: [%[1]s]\n      service: engine\n", name, rawSuffix)
		fmt.Fprintf(&middlewares, "    %s:\n      plugin:\n        dpf:\n          %s\n", name, policy)
	}
	return "http:\n  routers:\n    open:\n      entryPoints: [open]\n      rule: PathPrefix(`/`)\n      service: engine\n" + routers.String() +
		"  middlewares:\n" + middlewares.String() +
		"  services:\n    engine:\n      loadBalancer:\n        servers: [{url: \"" + b.proxy.URL() + "\"}]\n"
}

// filtered are the entry points behind the plugin.
func (b *bench) filtered() []entryPoint { return b.entries(entryPoints[:4]) }

// open is the entry point past the plugin.
func (b *bench) open() []entryPoint { return b.entries(entryPoints[4:]) }

func (b *bench) entries(names []string) []entryPoint {
	var all []entryPoint
	for _, name := range names {
		all = append(all, entryPoint{name, b.traefik.Addr(name)})
	}
	return all
}

// stop ends everything.
func (b *bench) stop() error {
	if b.traefik != nil {
		b.traefik.Stop()
	}
	if b.proxy != nil {
		b.proxy.Stop()
	}
	if b.engine != nil {
		return b.engine.Stop()
	}
	return nil
}
