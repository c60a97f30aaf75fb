// Package gobuild builds Go programs from their modules, once, into a cache.
//
// It lets the bench run the real programs (Traefik, and clients of the Engine
// API) on a machine that reaches nothing but a Go module proxy.
package gobuild

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Program says how one binary is built.
type Program struct {
	Name    string // file name of the binary, and what progress lines call it
	Module  string // module path
	Version string // module version
	Package string // package of the command, relative to the module: "./cmd/x"
	LDFlags string
	Tags    string
	Env     []string

	// Prepare edits the writable copy of the module before it is built, for
	// programs that do not build as published. Recipe is its version: it must
	// change whenever Prepare does.
	Prepare func(ctx context.Context, t Tree) error
	Recipe  string
}

// CacheDir is the directory for built binaries: $DPF_CACHE, or "dpf" in the
// user's cache directory.
func CacheDir() (string, error) {
	if dir := os.Getenv("DPF_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "dpf"), nil
}

// Build returns the path of p's binary in the cache and builds it when it is
// not there yet. progress is called now and then while that takes long.
// Concurrent calls, also from other processes, build once.
func (p Program) Build(ctx context.Context, progress func(line string)) (string, error) {
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	bin := filepath.Join(cache, p.key(), p.Name)
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	unlock, err := lock(filepath.Join(cache, p.key()+".lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(bin); err == nil {
		return bin, nil // built by whoever held the lock
	}

	stop := p.report(progress)
	defer stop()
	if err := p.build(ctx, cache, bin); err != nil {
		return "", fmt.Errorf("building %s %s: %w", p.Name, p.Version, err)
	}
	return bin, nil
}

// key names everything that the binary depends on.
func (p Program) key() string {
	h := sha256.Sum256(fmt.Appendln(nil, p.Module, p.Version, p.Package, p.LDFlags, p.Tags, p.Env, p.Recipe,
		runtime.Version(), runtime.GOOS, runtime.GOARCH))
	return fmt.Sprintf("%s-%s-%x", p.Name, p.Version, h[:4])
}

// build compiles in a scratch directory and renames the result into place, so
// that an interrupted build leaves no half binary behind.
func (p Program) build(ctx context.Context, cache, bin string) error {
	scratch, err := os.MkdirTemp(cache, p.Name+"-build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)

	t := Tree{scratch: scratch, Dir: filepath.Join(scratch, "src")}
	if err := t.Fetch(ctx, p.Module, p.Version, t.Dir); err != nil {
		return err
	}
	if p.Prepare != nil {
		if err := p.Prepare(ctx, t); err != nil {
			return err
		}
	}
	out := filepath.Join(scratch, "out")
	if err := os.Mkdir(out, 0o755); err != nil {
		return err
	}
	args := []string{"build", "-mod=mod", "-trimpath", "-tags", p.Tags, "-ldflags", p.LDFlags, "-o", filepath.Join(out, p.Name), p.Package}
	if _, err := t.goTool(ctx, p.Env, args...); err != nil {
		return err
	}
	return os.Rename(out, filepath.Dir(bin))
}

// report prints a progress line at once and then every 15 seconds until the
// returned function is called.
func (p Program) report(progress func(line string)) (stop func()) {
	start, done := time.Now(), make(chan struct{})
	say := func() {
		progress(fmt.Sprintf("building %s %s, once, takes minutes … %ds", p.Name, p.Version, int(time.Since(start).Seconds())))
	}
	say()
	go func() {
		tick := time.NewTicker(15 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				say()
			}
		}
	}()
	return func() { close(done) }
}

// Tree is a writable copy of a program's module in a scratch directory.
type Tree struct {
	Dir     string // the module
	scratch string
}

// Sibling is a path beside the module, for a replacement of one of its
// dependencies.
func (t Tree) Sibling(name string) string { return filepath.Join(t.scratch, name) }

// Write puts a file into the tree; name is relative to the module.
func (t Tree) Write(name, content string) error {
	path := filepath.Join(t.Dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(content), 0o644)
}

// Edit runs `go mod edit` with flags in the module.
func (t Tree) Edit(ctx context.Context, flags ...string) error {
	_, err := t.goTool(ctx, nil, append([]string{"mod", "edit"}, flags...)...)
	return err
}

// Requirement is the version of module that the tree's go.mod asks for.
func (t Tree) Requirement(ctx context.Context, module string) (string, error) {
	out, err := t.goTool(ctx, nil, "mod", "edit", "-json")
	if err != nil {
		return "", err
	}
	var mod struct {
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		return "", err
	}
	for _, r := range mod.Require {
		if r.Path == module {
			return r.Version, nil
		}
	}
	return "", fmt.Errorf("go.mod does not require %s", module)
}

// Fetch downloads a module and leaves a writable copy of it in dir.
func (t Tree) Fetch(ctx context.Context, module, version, dir string) error {
	// Outside any module, so that no go.mod has a say in the version.
	out, err := runGo(ctx, t.scratch, nil, "mod", "download", "-json", module+"@"+version)
	if err != nil {
		return err
	}
	var got struct{ Dir string }
	if err := json.Unmarshal(out, &got); err != nil {
		return err
	}
	if err := os.CopyFS(dir, os.DirFS(got.Dir)); err != nil {
		return err
	}
	return filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o755)
		}
		return os.Chmod(path, 0o644)
	})
}

func (t Tree) goTool(ctx context.Context, env []string, args ...string) ([]byte, error) {
	return runGo(ctx, t.Dir, env, args...)
}

// runGo runs the go command in dir, without a workspace.
func runGo(ctx context.Context, dir string, env []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0"), env...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s%s", strings.Join(args, " "), err, errs.String(), out)
	}
	return out, nil
}
