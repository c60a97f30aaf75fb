// Package setup has what every command of the bench does first: it finds
// Traefik and the plugin, and makes a place for files.
package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/docker-proxy-filter/dpf/e2e/internal/plugin"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// ErrReported ends a command with status 1 and no further word: its output has
// said why.
var ErrReported = errors.New("reported")

// Main is the main function of a command: it calls run with a context that
// ends at an interrupt, and exits with 1 if that fails.
func Main(name string, run func(ctx context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err == nil {
		return
	}
	if !errors.Is(err, ErrReported) {
		fmt.Fprintln(os.Stderr, name+":", err)
	}
	os.Exit(1)
}

// Setup is what a command starts from.
type Setup struct {
	Traefik string // the binary
	Plugin  string // root of the plugin's repository
	Dir     string // a directory of its own
}

// New finds Traefik, or builds it, and the plugin: in the repository root, or,
// if that is empty, in this one. The command's directory carries its name.
func New(ctx context.Context, name, root string) (*Setup, error) {
	bin, err := traefik.Binary(ctx, func(line string) { fmt.Fprintln(os.Stderr, line) })
	if err != nil {
		return nil, err
	}
	if root == "" {
		if root, err = plugin.Root(); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp("", "dpf-"+name+"-")
	if err != nil {
		return nil, err
	}
	return &Setup{Traefik: bin, Plugin: root, Dir: dir}, nil
}

// Remove removes the command's directory.
func (s *Setup) Remove() error { return os.RemoveAll(s.Dir) }
