package tools

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/docker-proxy-filter/dpf/e2e/internal/gobuild"
)

// NodeModules installs the packages that the package-lock.json in dir pins,
// once, into the cache, and returns their folder, for $NODE_PATH. It needs
// Node.js and npm.
func NodeModules(ctx context.Context, dir string, progress func(line string)) (string, error) {
	cache, err := gobuild.CacheDir()
	if err != nil {
		return "", err
	}
	lock, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return "", err
	}
	installed := filepath.Join(cache, fmt.Sprintf("npm-%x", sha256.Sum256(lock))[:16])
	modules := filepath.Join(installed, "node_modules")
	if _, err := os.Stat(modules); err == nil {
		return modules, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	progress("installing the packages of npm, once")
	scratch, err := os.MkdirTemp(cache, "npm-install-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(scratch)
	for _, name := range []string{"package.json", "package-lock.json"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(scratch, name), data, 0o644); err != nil {
			return "", err
		}
	}
	cmd := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = scratch
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w (Debian packages nodejs and npm; `make setup` installs them)\n%s", err, out)
	}
	// By rename: no half an installation, and whoever comes second has it all.
	if err := os.Rename(scratch, installed); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	return modules, nil
}
