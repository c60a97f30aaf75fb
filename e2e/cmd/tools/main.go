// Command tools builds what the suite runs from Go modules, so that a long
// first build shows its progress: go test keeps the output of a test back.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

func main() {
	bin, err := traefik.Binary(context.Background(), func(line string) { fmt.Fprintln(os.Stderr, line) })
	if err != nil {
		fmt.Fprintln(os.Stderr, "tools:", err)
		os.Exit(1)
	}
	fmt.Println("traefik:", bin)
}
