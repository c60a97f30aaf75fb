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
	"errors"
	"flag"
	"fmt"

	"github.com/docker-proxy-filter/dpf/e2e/internal/testbed"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

func main() {
	keep := flag.Bool("keep", false, "stay up until interrupted")
	flag.Parse()
	testbed.Main("demo", func(ctx context.Context) error { return run(ctx, *keep) })
}

func run(ctx context.Context, keep bool) (err error) {
	source, err := findSource()
	if err != nil {
		return err
	}
	config := testbed.Config{Name: "demo"}
	if source == nil {
		config.Engine = privateEngine()
	}
	bed, err := testbed.Start(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bed.Close()) }()
	if source == nil {
		if source, err = bedSource(bed); err != nil {
			return err
		}
	}
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

	t, err := bed.StartTraefik(traefik.Config{EntryPoints: []string{"docker"}, Dynamic: view.dynamic(proxy.url)})
	if err != nil {
		return err
	}

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
