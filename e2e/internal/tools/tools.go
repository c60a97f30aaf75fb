// Package tools has the clients of the Docker API that the suite brings along,
// each in one pinned version: programs that are built from their Go modules,
// and packages of npm.
package tools

import (
	"context"
	"os"
	"path/filepath"

	"github.com/docker-proxy-filter/dpf/e2e/internal/gobuild"
)

// DockerCLIVersion is that of the docker command.
const DockerCLIVersion = "29.9.3"

// Programs are all that are built from their Go modules.
var Programs = []gobuild.Program{DockerCLI}

// DockerCLI is the docker command.
var DockerCLI = gobuild.Program{
	Name:    "docker",
	Module:  "github.com/docker/cli",
	Version: "v" + DockerCLIVersion + "+incompatible",
	Package: "./cmd/docker",
	LDFlags: "-s -w -X github.com/docker/cli/cli/version.Version=" + DockerCLIVersion,
	Prepare: vendorMod,
	Recipe:  "1",
}

// vendorMod gives the docker command, which has no go.mod, the one of its
// vendoring.
func vendorMod(ctx context.Context, t gobuild.Tree) error {
	for from, to := range map[string]string{"vendor.mod": "go.mod", "vendor.sum": "go.sum"} {
		data, err := os.ReadFile(filepath.Join(t.Dir, from))
		if err != nil {
			return err
		}
		if err := t.Write(to, string(data)); err != nil {
			return err
		}
	}
	// The version that it asks for is not served by every module proxy.
	return t.Edit(ctx, "-replace=github.com/moby/swarmkit/v2=github.com/moby/swarmkit/v2@v2.1.2")
}
