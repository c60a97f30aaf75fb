// Package tools has the clients of the Docker API that the suite brings along, and
// a login for them, each in one pinned version: programs that are built from their Go modules,
// and packages of npm.
package tools

import (
	"context"
	_ "embed"
	"os"
	"path/filepath"

	"github.com/docker-proxy-filter/dpf/e2e/internal/gobuild"
)

// Versions of the programs.
const (
	DockerCLIVersion   = "29.9.3"
	ComposeVersion     = "5.6.0"
	TelegrafVersion    = "1.37.2"
	PrometheusVersion  = "0.316.0" // of the module: Prometheus 3.16.0
	OAuth2ProxyVersion = "7.15.6"
)

// Programs are all that are built from their Go modules.
var Programs = []gobuild.Program{DockerCLI, Compose, Telegraf, DockerSD, OAuth2Proxy}

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

// Compose is the plugin "compose" of the docker command.
var Compose = gobuild.Program{
	Name:    "docker-compose",
	Module:  "github.com/docker/compose/v5",
	Version: "v" + ComposeVersion,
	Package: "./cmd",
	LDFlags: "-s -w -X github.com/docker/compose/v5/internal.Version=" + ComposeVersion,
}

// Telegraf is the agent with its inputs for Docker and a file as output.
var Telegraf = gobuild.Program{
	Name:    "telegraf",
	Module:  "github.com/influxdata/telegraf",
	Version: "v" + TelegrafVersion,
	Package: "./cmd/telegraf",
	Tags:    "custom,inputs.docker,inputs.docker_log,outputs.file,serializers.influx",
	LDFlags: "-s -w -X github.com/influxdata/telegraf/internal.Version=" + TelegrafVersion,
}

// DockerSD prints the targets that Prometheus' Docker discovery finds, one
// JSON array for each refresh.
var DockerSD = gobuild.Program{
	Name:    "dockersd",
	Module:  "github.com/prometheus/prometheus",
	Version: "v" + PrometheusVersion,
	Package: "./cmd/dockersd",
	LDFlags: "-s -w",
	Prepare: func(_ context.Context, t gobuild.Tree) error {
		return t.Write("cmd/dockersd/main.go", dockerSDSource)
	},
	Recipe: "1 " + dockerSDSource,
}

// OAuth2Proxy is a server that Traefik's forwardAuth asks who logged in.
var OAuth2Proxy = gobuild.Program{
	Name:    "oauth2-proxy",
	Module:  "github.com/oauth2-proxy/oauth2-proxy/v7",
	Version: "v" + OAuth2ProxyVersion,
	Package: ".",
	LDFlags: "-s -w",
}

//go:embed testdata/dockersd/main.go
var dockerSDSource string

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
