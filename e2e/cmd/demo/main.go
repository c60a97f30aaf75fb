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
	"os"
	"os/signal"
	"syscall"

	"github.com/docker-proxy-filter/dpf/e2e/internal/plugin"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

func main() {
	keep := flag.Bool("keep", false, "stay up until interrupted")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *keep); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, keep bool) error {
	bin, err := traefik.Binary(ctx, func(line string) { fmt.Fprintln(os.Stderr, line) })
	if err != nil {
		return err
	}
	root, err := plugin.Root()
	if err != nil {
		return err
	}
	source, err := findSource(ctx, root)
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

	dir, err := os.MkdirTemp("", "dpf-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t, err := traefik.Start(traefik.Config{
		Bin: bin, Dir: dir, Plugin: root, EntryPoints: []string{"docker"}, Dynamic: view.dynamic(proxy.url),
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
