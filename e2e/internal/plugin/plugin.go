// Package plugin copies the plugin's source to where Traefik loads local
// plugins from.
package plugin

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Module is the plugin's module path.
const Module = "github.com/docker-proxy-filter/dpf"

// Root is the root of the plugin's repository, found from the working
// directory.
func Root() (string, error) {
	out, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		return "", fmt.Errorf("finding the plugin's repository: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// Copy puts the plugin from the repository at root into dst: the files that
// git tracks and nothing else, so that what is tested is what a tag publishes.
// The contents are those of the work tree. The e2e module is left out.
func Copy(root, dst string) error {
	cmd := exec.Command("git", "-C", root, "ls-files", "-z", "--", ".", ":!e2e")
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("listing the plugin's files: %w", err)
	}
	var files int
	for name := range bytes.SplitSeq(out, []byte{0}) {
		if len(name) == 0 {
			continue
		}
		data, err := os.ReadFile(filepath.Join(root, string(name)))
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted in the work tree
		}
		if err != nil {
			return err
		}
		path := filepath.Join(dst, string(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
		files++
	}
	if files == 0 {
		return fmt.Errorf("git tracks no file in %s", root)
	}
	return nil
}
