package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/docker-proxy-filter/dpf/e2e/internal/gobuild"
)

// The releases of Docker Engine that ForRelease knows.
const (
	Release20           = "20.10" // Debian 12's, or that of the machine
	Release29           = "29"    // with the image store of the releases before
	Release29Containerd = "29-containerd"
)

// ForRelease returns the configuration of a release of Docker Engine. See
// Config29 for what it builds.
func ForRelease(ctx context.Context, release string, progress func(line string)) (Config, error) {
	switch release {
	case Release20:
		return Config{}, nil
	case Release29:
		return Config29(ctx, progress)
	case Release29Containerd:
		config, err := Config29(ctx, progress)
		config.ContainerdStore = true
		return config, err
	}
	return Config{}, fmt.Errorf("engine %q: must be %s, %s or %s", release, Release20, Release29, Release29Containerd)
}

// Config29 returns the configuration of Docker Engine 29 (API 1.40 to 1.56),
// whose dockerd and runc are built from their Go modules, once, into the cache.
// The binaries that $DOCKERD29_BIN and $RUNC_BIN name are used instead. Its
// containerd is still the one on PATH.
func Config29(ctx context.Context, progress func(line string)) (Config, error) {
	dockerd, err := binary(ctx, "DOCKERD29_BIN", dockerd29(), progress)
	if err != nil {
		return Config{}, err
	}
	runc, err := binary(ctx, "RUNC_BIN", runc(), progress)
	if err != nil {
		return Config{}, err
	}
	return Config{Dockerd: dockerd, Runtime: runc}, nil
}

// binary returns the path in the environment variable env when that is set,
// else the path of the program, built if need be.
func binary(ctx context.Context, env string, program gobuild.Program, progress func(line string)) (string, error) {
	if path := os.Getenv(env); path != "" {
		return filepath.Abs(path)
	}
	return program.Build(ctx, progress)
}

// dockerd29 is the daemon of Docker Engine 29. Releases of the engine are tags
// of another repository path than the module's, which has pre-releases only.
func dockerd29() gobuild.Program {
	const version = "2.0.0-beta.24"
	return gobuild.Program{
		Name:    "dockerd",
		Module:  "github.com/moby/moby/v2",
		Version: "v" + version,
		Package: "./cmd/dockerd",
		LDFlags: "-s -w -X github.com/moby/moby/v2/dockerversion.Version=" + version,
	}
}

// runc is an OCI runtime that knows what Engine 29 asks for; Debian's 1.1 fails
// with "namespace time does not exist". Without build tags it needs no
// libseccomp, and so can apply no seccomp profile.
func runc() gobuild.Program {
	return gobuild.Program{
		Name:    "runc",
		Module:  "github.com/opencontainers/runc",
		Version: "v1.5.2",
		Package: ".",
		LDFlags: "-s -w -X main.version=1.5.2",
		Env:     []string{"CGO_ENABLED=1"}, // nsenter is C
	}
}
