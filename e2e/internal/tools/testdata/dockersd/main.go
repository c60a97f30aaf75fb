// Command dockersd prints the targets that Prometheus' Docker discovery finds:
// after each refresh one line, a JSON array of their labels. The argument is the
// address of the Docker API. It is built in Prometheus' own module.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/moby"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "dockersd:", err)
		os.Exit(1)
	}
}

func run(host string) error {
	config := moby.DefaultDockerSDConfig
	config.Host = host
	config.RefreshInterval = model.Duration(time.Second)

	registry := prometheus.NewRegistry()
	metrics, err := discovery.RegisterSDMetrics(registry, discovery.NewRefreshMetrics(registry))
	if err != nil {
		return err
	}
	discoverer, err := config.NewDiscoverer(discovery.DiscovererOptions{
		Logger:  slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Metrics: metrics[config.Name()],
		SetName: "docker",
	})
	if err != nil {
		return err
	}
	groups := make(chan []*targetgroup.Group)
	go discoverer.Run(context.Background(), groups)
	out := json.NewEncoder(os.Stdout)
	for refreshed := range groups {
		targets := []model.LabelSet{}
		for _, group := range refreshed {
			targets = append(targets, group.Targets...)
		}
		if err := out.Encode(targets); err != nil {
			return err
		}
	}
	return nil
}
