package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/socketproxy"
	"github.com/docker-proxy-filter/dpf/e2e/internal/testbed"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// The routers, which are entry points, too.
const (
	routerOne = "one"
	routerTwo = "two"
)

var routers = []string{routerOne, routerTwo}

// configuration is one of the two dynamic configurations of a run: the group
// that each router shows.
type configuration map[string]group

var (
	configurationA = configuration{routerOne: left, routerTwo: right}
	configurationB = configuration{routerOne: right, routerTwo: left}
)

// bench is what a run needs.
type bench struct {
	*testbed.Bed
	dpf   *traefik.Instance // with the plugin
	plain *traefik.Instance // without it, to compare
}

// newBench starts everything.
func newBench(ctx context.Context, root string) (*bench, error) {
	bed, err := testbed.Start(ctx, testbed.Config{
		Name: "soak", Plugin: root, Engine: &engine.Config{},
		// Without exec, as its connections would not be kept alive.
		Proxy: &socketproxy.Policy{Rules: socketproxy.All.Rules},
	})
	if err != nil {
		return nil, err
	}
	b := &bench{Bed: bed}
	if b.dpf, err = bed.StartTraefik(config(b.routing(configurationA))); err == nil {
		b.plain, err = bed.StartPlainTraefik(config(b.plainRouting(configurationA)))
	}
	if err != nil {
		return nil, errors.Join(err, bed.Close())
	}
	return b, nil
}

// config is that of a Traefik which says how many goroutines it has.
func config(dynamic string) traefik.Config {
	return traefik.Config{EntryPoints: routers, Dynamic: dynamic, LogLevel: "ERROR", Flags: []string{"--api.debug=true"}}
}

// routing is the routing configuration of the Traefik with the plugin.
func (b *bench) routing(c configuration) string {
	middleware := "    %s: {plugin: {dpf: {%s}}}\n"
	return b.routers() +
		fmt.Sprintf(middleware, routerOne, b.policy(c[routerOne])) +
		fmt.Sprintf(middleware, routerTwo, b.policy(c[routerTwo]))
}

// policy selects a group: one by label, the other by name. That one sends its
// own requests itself, which needs connections of its own.
func (b *bench) policy(g group) string {
	if g == left {
		return "containerLabels: [" + viewLabel + "=left]"
	}
	return `containerNames: ["-right-"], upstreamURL: "` + b.Proxy.URL() + `"`
}

// plainRouting has another middleware in the place of the plugin, and changes
// in the same places.
func (b *bench) plainRouting(c configuration) string {
	middleware := "    %s: {headers: {customRequestHeaders: {View: %s}}}\n"
	return b.routers() + fmt.Sprintf(middleware, routerOne, c[routerOne]) + fmt.Sprintf(middleware, routerTwo, c[routerTwo])
}

func (b *bench) routers() string {
	return fmt.Sprintf(`http:
  routers:
    one: {entryPoints: [one], rule: "PathPrefix(%[1]s)", middlewares: [one], service: socket-proxy}
    two: {entryPoints: [two], rule: "PathPrefix(%[1]s)", middlewares: [two], service: socket-proxy}
  services:
    socket-proxy: {loadBalancer: {servers: [{url: "%[2]s"}]}}
  middlewares:
`, "`/`", b.Proxy.URL())
}

// reload gives both the configuration.
func (b *bench) reload(c configuration) error {
	plain := make(chan error, 1)
	go func() { plain <- b.plain.Reload(b.plainRouting(c)) }()
	return errors.Join(b.dpf.Reload(b.routing(c)), <-plain)
}
