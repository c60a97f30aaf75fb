package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/socketproxy"
	"github.com/docker-proxy-filter/dpf/e2e/internal/testbed"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// bench is an engine, a socket proxy that allows everything, and a Traefik
// with one entry point for each policy.
type bench struct {
	*testbed.Bed
	addresses []string // of the entry points that are asked
	prefixes  []string // of the targets: an entry point, and for the first one an old API version as well
}

// policies are the ways to say what is visible; in this scene they agree. The
// first is searched for in the bytes of a list and the second is not: they take
// different ways through the plugin.
var policies = map[string]string{
	"label": "{containerLabels: [show=yes], match: exact}",
	"glob":  "{containerNames: ['vis-*'], match: glob}",
}

// newBench starts everything.
func newBench(ctx context.Context, o options) (*bench, error) {
	config, err := engine.ForRelease(ctx, o.engine, testbed.Progress)
	if err != nil {
		return nil, err
	}
	config.Network = true
	bed, err := testbed.Start(ctx, testbed.Config{
		Name: "twin", Engine: &config,
		Proxy: &socketproxy.Policy{Rules: []socketproxy.Rule{{Methods: "GET HEAD POST", Path: ""}}, Exec: true},
	})
	if err != nil {
		return nil, err
	}
	b := &bench{Bed: bed}
	if err := b.startTraefik(o.plugin); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	old := "/v1.44"
	if o.engine == engine.Release20 {
		old = "/v1.24"
	}
	b.prefixes = append(append([]string{}, b.addresses...), b.addresses[0]+old)
	if o.quick {
		b.prefixes = b.addresses[:1]
	}
	return b, nil
}

// startTraefik starts Traefik. Without the plugin only one entry point is
// asked, which leads past it.
func (b *bench) startTraefik(withPlugin bool) error {
	names := []string{"label", "glob", "open"}
	t, err := b.StartTraefik(traefik.Config{EntryPoints: names, Dynamic: routing(b.Proxy.URL()), LogLevel: "ERROR"})
	if err != nil {
		return err
	}
	asked := names[2:]
	if withPlugin {
		asked = names[:2]
	}
	for _, name := range asked {
		b.addresses = append(b.addresses, t.Addr(name))
	}
	return nil
}

// routing is Traefik's routing configuration.
func routing(url string) string {
	var routers, middlewares strings.Builder
	for name, policy := range policies {
		fmt.Fprintf(&routers, "    %[1]s: {entryPoints: [%[1]s], rule: PathPrefix(`/`), middlewares: [%[1]s], service: engine}\n", name)
		fmt.Fprintf(&middlewares, "    %s: {plugin: {dpf: %s}}\n", name, policy)
	}
	return "http:\n  routers:\n    open: {entryPoints: [open], rule: PathPrefix(`/`), service: engine}\n" + routers.String() +
		"  middlewares:\n" + middlewares.String() +
		"  services:\n    engine: {loadBalancer: {servers: [{url: \"" + url + "\"}]}}\n"
}
