package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/socketproxy"
	"github.com/docker-proxy-filter/dpf/e2e/internal/testbed"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// bench is what a run needs: an engine, a socket proxy that allows everything,
// and a Traefik with several ways in.
type bench struct {
	*testbed.Bed
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

// newBench starts all but Traefik.
func newBench(ctx context.Context, o options) (*bench, error) {
	config, err := engine.ForRelease(ctx, o.engine, testbed.Progress)
	if err != nil {
		return nil, err
	}
	config.Network = true
	config.Flags = []string{"--experimental"} // the checkpoints
	bed, err := testbed.Start(ctx, testbed.Config{
		Name: "canary", Plugin: o.plugin, Engine: &config,
		Proxy: &socketproxy.Policy{Rules: []socketproxy.Rule{{Methods: strings.Join(methods, " "), Path: ""}}, Exec: true},
	})
	return &bench{Bed: bed}, err
}

// startTraefik starts Traefik with the plugin.
func (b *bench) startTraefik() (err error) {
	flags := []string{}
	for _, name := range entryPoints {
		if strings.HasSuffix(name, rawSuffix) {
			flags = append(flags, "--entryPoints."+name+".http.sanitizePath=false")
		}
	}
	b.traefik, err = b.StartTraefik(traefik.Config{EntryPoints: entryPoints, Dynamic: b.routing(), Flags: flags})
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
		"  services:\n    engine:\n      loadBalancer:\n        servers: [{url: \"" + b.Proxy.URL() + "\"}]\n"
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
