// Capture writes testdata/engine/v1.NN/: answers of real Docker Engines about a
// scene of visible and hidden containers, byte for byte, for the plugin's tests.
//
// Every file is named after the operationId; requests.txt says which request a
// file answers and with which response head. Errors are kept whole, head and
// body, as .http files. Run it as root from the e2e module:
//
//	go run ./cmd/capture                # Debian's dockerd and Engine 29
//	go run ./cmd/capture -engine debian # only the dockerd on PATH
//
// Identifiers, times and addresses are new each time, so every run changes the
// files. Run it to add a file or an engine, not to keep them fresh.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
)

func main() {
	out := flag.String("o", "../testdata/engine", "the `folder` to write to")
	which := flag.String("engine", "all", "debian, 29 or all")
	flag.Parse()

	if err := run(context.Background(), *out, *which); err != nil {
		fmt.Fprintln(os.Stderr, "capture:", err)
		os.Exit(1)
	}
}

// run captures the engines that which names, one after the other.
func run(ctx context.Context, out, which string) error {
	if which != "debian" && which != "29" && which != "all" {
		return fmt.Errorf("-engine %q: want debian, 29 or all", which)
	}

	if which != "29" {
		if err := captureEngine(ctx, out, engine.Config{}); err != nil {
			return fmt.Errorf("the dockerd on PATH: %w", err)
		}
	}
	if which != "debian" {
		if err := capture29(ctx, out); err != nil {
			return fmt.Errorf("dockerd 29: %w", err)
		}
	}
	return nil
}

// capture29 captures Engine 29. Its info names the path of the runtime, which
// must not be one of whoever runs this: hence the link.
func capture29(ctx context.Context, out string) (err error) {
	config, err := engine.Config29(ctx, progress)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("/tmp", "dpf-capture-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	link := filepath.Join(dir, "runc")
	if err := os.Symlink(config.Runtime, link); err != nil {
		return err
	}
	config.Runtime = link
	return captureEngine(ctx, out, config)
}

// captureEngine starts an engine, plays the scene on it and writes its answers
// to the folder of its newest API version, which it empties first.
func captureEngine(ctx context.Context, out string, config engine.Config) (err error) {
	config.Network = true // links, aliases and a swarm
	running, err := engine.Start(config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, running.Stop()) }()

	client := &client{socket: running.Socket()}
	var version struct{ APIVersion string }
	if err := client.get(ctx, "/version", &version); err != nil {
		return err
	}
	scene, err := newScene(ctx, client)
	if err != nil {
		return err
	}

	dir := filepath.Join(out, "v"+version.APIVersion)
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	recorder, err := newRecorder(client, dir)
	if err != nil {
		return err
	}
	if err := captureAnswers(ctx, recorder, scene, version.APIVersion); err != nil {
		return err
	}
	if err := captureErrors(ctx, recorder, scene); err != nil {
		return err
	}
	if err := captureSwarm(ctx, recorder, client); err != nil {
		return err
	}
	return recorder.close()
}

// progress prints a line about a build that takes long.
func progress(line string) {
	fmt.Fprintln(os.Stderr, line)
}
