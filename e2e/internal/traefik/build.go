package traefik

import (
	"context"
	"os"
	"path/filepath"

	"github.com/docker-proxy-filter/dpf/e2e/internal/gobuild"
)

// Version is the Traefik release that the bench runs.
const Version = "3.7.13"

// Binary returns the path of a Traefik binary: $TRAEFIK_BIN when set, else
// the one that is built from Traefik's Go module, once, into the cache.
func Binary(ctx context.Context, progress func(line string)) (string, error) {
	if bin := os.Getenv("TRAEFIK_BIN"); bin != "" {
		return filepath.Abs(bin)
	}
	return program.Build(ctx, progress)
}

var program = gobuild.Program{
	Name:    "traefik",
	Module:  "github.com/traefik/traefik/v3",
	Version: "v" + Version,
	Package: "./cmd/traefik",
	LDFlags: "-s -w -X github.com/traefik/traefik/v3/pkg/version.Version=" + Version,
	Prepare: prepare,
	Recipe:  "1",
}

// prepare makes Traefik's published module build on its own.
func prepare(ctx context.Context, t gobuild.Tree) error {
	// A directory of Traefik's repository that is a module of its own, and so
	// is missing from the published one.
	if err := t.Write("pkg/config/dynamic/ext/go.mod", "module github.com/traefik/traefik/dynamic/ext\n\ngo 1.26\n"); err != nil {
		return err
	}
	if err := t.Write("pkg/config/dynamic/ext/ext.go", extSource); err != nil {
		return err
	}

	// The providers of the ACME DNS challenge pull in a hundred cloud SDKs,
	// not all of which every module proxy serves. Nothing here uses ACME.
	const lego = "github.com/go-acme/lego/v5"
	version, err := t.Requirement(ctx, lego)
	if err != nil {
		return err
	}
	if err := t.Fetch(ctx, lego, version, t.Sibling("lego")); err != nil {
		return err
	}
	if err := t.Write("../lego/providers/dns/zz_gen_dns_providers.go", dnsSource); err != nil {
		return err
	}

	return t.Edit(ctx,
		"-replace="+lego+"=../lego",
		// The version in Traefik's go.mod is not served by every module proxy.
		"-replace=github.com/abbot/go-http-auth=github.com/containous/go-http-auth@v0.4.1-0.20200324110947-a37a7636d23e",
	)
}

const extSource = `// Package ext stands for Traefik's package of the same name.
package ext

type HTTP struct{}

type Router struct{}
`

const dnsSource = `package dns

import (
	"fmt"

	"github.com/go-acme/lego/v5/challenge"
)

// NewDNSChallengeProviderByName refuses every provider.
func NewDNSChallengeProviderByName(name string) (challenge.Provider, error) {
	return nil, fmt.Errorf("DNS challenge provider %q is not built in", name)
}
`
