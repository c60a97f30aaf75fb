package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/setup"
	"github.com/docker-proxy-filter/dpf/e2e/internal/socketproxy"
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
	engine *engine.Engine
	proxy  *socketproxy.Proxy
	dpf    *traefik.Instance // with the plugin
	plain  *traefik.Instance // without it, to compare
}

// newBench starts everything.
func newBench(s *setup.Setup) (_ *bench, err error) {
	b := &bench{}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.stop())
		}
	}()
	if b.engine, err = engine.Start(engine.Config{}); err != nil {
		return nil, err
	}
	// Without exec, as its connections would not be kept alive.
	policy := socketproxy.Policy{Rules: socketproxy.All.Rules}
	if b.proxy, err = socketproxy.Start(s.Dir, b.engine.Socket(), policy); err != nil {
		return nil, err
	}
	if b.dpf, err = startTraefik(s, "dpf", s.Plugin, b.routing(configurationA)); err != nil {
		return nil, err
	}
	b.plain, err = startTraefik(s, "plain", "", b.plainRouting(configurationA))
	return b, err
}

func startTraefik(s *setup.Setup, name, root, dynamic string) (*traefik.Instance, error) {
	dir := filepath.Join(s.Dir, name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	return traefik.Start(traefik.Config{
		Bin: s.Traefik, Dir: dir, Plugin: root, EntryPoints: routers, Dynamic: dynamic,
		Flags: []string{"--log.level=ERROR", "--api.debug=true"},
	})
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
	return `containerNames: ["-right-"], upstreamURL: "` + b.proxy.URL() + `"`
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
`, "`/`", b.proxy.URL())
}

// reload gives both the configuration.
func (b *bench) reload(c configuration) error {
	plain := make(chan error, 1)
	go func() { plain <- b.plain.Reload(b.plainRouting(c)) }()
	return errors.Join(b.dpf.Reload(b.routing(c)), <-plain)
}

// stop ends everything.
func (b *bench) stop() error {
	for _, t := range []*traefik.Instance{b.dpf, b.plain} {
		if t != nil {
			t.Stop()
		}
	}
	if b.proxy != nil {
		b.proxy.Stop()
	}
	if b.engine != nil {
		return b.engine.Stop()
	}
	return nil
}
