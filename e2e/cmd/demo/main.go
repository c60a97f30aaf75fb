// Demo shows what the plugin does on real input: it puts a real Traefik with
// the plugin in front of a Docker Engine and prints what a client sees with
// and without it.
//
// Usage, in the directory e2e:
//
//	go run ./cmd/demo [-keep]
//
// The engine is the one at DOCKER_HOST or at the default socket, of which it
// only reads; without one a private engine with sample containers, which
// needs root and dockerd; without that a stand-in that serves recorded
// answers. With -keep it stays up until it is interrupted.
package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/docker-proxy-filter/dpf/e2e/internal/setup"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

func main() {
	keep := flag.Bool("keep", false, "stay up until interrupted")
	flag.Parse()
	setup.Main("demo", func(ctx context.Context) error { return run(ctx, *keep) })
}

func run(ctx context.Context, keep bool) error {
	s, err := setup.New(ctx, "demo", "")
	if err != nil {
		return err
	}
	defer func() { _ = s.Remove() }()
	source, err := findSource(s.Plugin)
	if err != nil {
		return err
	}
	defer source.stop()
	fmt.Printf("Docker Engine: %s\n", source.name)

	proxy, err := startProxy(source)
	if err != nil {
		return err
	}
	defer proxy.stop()
	direct := client{base: proxy.url}
	view, err := chooseView(direct)
	if err != nil {
		return err
	}

	t, err := traefik.Start(traefik.Config{
		Bin: s.Traefik, Dir: s.Dir, Plugin: s.Plugin, EntryPoints: []string{"docker"}, Dynamic: view.dynamic(proxy.url),
	})
	if err != nil {
		return err
	}
	defer t.Stop()

	if err := show(direct, client{base: "http://" + t.Addr("docker")}, view); err != nil {
		return err
	}
	fmt.Printf("\nTry it yourself:\n\n  DOCKER_HOST=tcp://%s docker ps -a\n", t.Addr("docker"))
	if !keep {
		fmt.Println("\n(make demo KEEP=1 stays up for that.)")
		return nil
	}
	fmt.Println("\nUp until interrupted.")
	<-ctx.Done()
	return nil
}
