// Command tools, run in e2e/, builds what the suite runs from Go modules and installs its
// packages of npm, so that a long first build shows its progress: go test
// keeps the output of a test back.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/tools"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "tools:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	progress := func(line string) { fmt.Fprintln(os.Stderr, line) }
	bin, err := traefik.Binary(ctx, progress)
	if err != nil {
		return err
	}
	fmt.Println("traefik:", bin)
	config, err := engine.Config29(ctx, progress)
	if err != nil {
		return err
	}
	fmt.Println("dockerd:", config.Dockerd)
	fmt.Println("runc:", config.Runtime)
	for _, program := range tools.Programs {
		bin, err := program.Build(ctx, progress)
		if err != nil {
			return err
		}
		fmt.Println(program.Name+":", bin)
	}
	modules, err := tools.NodeModules(ctx, filepath.Join("clients", "node"), progress)
	if err != nil {
		return err
	}
	fmt.Println("npm:", modules)
	return nil
}
