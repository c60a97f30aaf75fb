package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/proc"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// routing has a router past the plugin and one through it, on one service.
const routing = `http:
  routers:
    plain: {entryPoints: [plain], rule: "PathPrefix(` + "`/`" + `)", service: engine}
    dpf: {entryPoints: [dpf, first], rule: "PathPrefix(` + "`/`" + `)", service: engine, middlewares: [dpf]}
  middlewares:
    dpf: {plugin: {dpf: {containerLabels: [` + visibleLabel + `], match: exact, scrubEnvs: true}}}
  services:
    engine: {loadBalancer: {servers: [{url: "http://%s"}]}}
`

// routingPlain is routing for a Traefik that has no plugin.
const routingPlain = `http:
  routers:
    plain: {entryPoints: [plain, first], rule: "PathPrefix(` + "`/`" + `)", service: engine}
  services:
    engine: {loadBalancer: {servers: [{url: "http://%s"}]}}
`

// instance is a running Traefik whose memory can be read.
type instance struct {
	*traefik.Instance
	started time.Duration // until it answered
}

// startTraefik starts Traefik in front of the engine, with the plugin.
func (b *bench) startTraefik() (*instance, error) {
	return startTimed(b.bed.StartTraefik, traefik.Config{
		EntryPoints: []string{"plain", "dpf"}, Dynamic: fmt.Sprintf(routing, b.engine),
	})
}

// startPlainTraefik is startTraefik without the plugin.
func (b *bench) startPlainTraefik() (*instance, error) {
	return startTimed(b.bed.StartPlainTraefik, traefik.Config{
		EntryPoints: []string{"plain"}, Dynamic: fmt.Sprintf(routingPlain, b.engine),
	})
}

// startTimed starts Traefik and takes the time until it answers.
func startTimed(start func(traefik.Config) (*traefik.Instance, error), config traefik.Config) (*instance, error) {
	ports, err := proc.FreePorts(1)
	if err != nil {
		return nil, err
	}
	// An entry point whose address is known before Traefik has started.
	first := fmt.Sprintf("127.0.0.1:%d", ports[0])
	config.LogLevel = "ERROR"
	config.Flags = []string{"--entryPoints.first.address=" + first, "--api.debug=true"}
	up := make(chan time.Time, 1)
	go func() { up <- untilAnswer(first) }()
	t, err := start(config)
	if err != nil {
		return nil, err
	}
	return &instance{t, (<-up).Sub(t.Started())}, nil
}

// untilAnswer returns when addr served its first request.
func untilAnswer(addr string) time.Time {
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for range 5000 {
		resp, err := client.Get("http://" + addr + "/_ping")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				break
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	return time.Now()
}

// memory is Traefik's resident memory in MB.
func (i *instance) memory() (float64, error) {
	now, _, err := proc.Memory(i.Pid())
	return now, err
}

// growth returns the resident memory before, at most during and after do.
func (i *instance) growth(do func() error) (before, peak, after float64, err error) {
	if err := proc.ResetPeak(i.Pid()); err != nil {
		return 0, 0, 0, err
	}
	if before, err = i.memory(); err != nil {
		return 0, 0, 0, err
	}
	if err := do(); err != nil {
		return 0, 0, 0, err
	}
	after, peak, err = proc.Memory(i.Pid())
	return before, peak, after, err
}

// startEngine runs the canned engine in a process of its own.
func startEngine(dir, data string) (*proc.Daemon, string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	ports, err := proc.FreePorts(1)
	if err != nil {
		return nil, "", err
	}
	addr := fmt.Sprintf("127.0.0.1:%d", ports[0])
	d, err := proc.Start("engine", filepath.Join(dir, "engine.log"), exec.Command(self, "-engine", addr, "-data", data))
	if err != nil {
		return nil, "", err
	}
	err = d.WaitReady(10*time.Second, func() error {
		dialer := &net.Dialer{Timeout: time.Second}
		conn, err := dialer.DialContext(context.Background(), "tcp", addr)
		if err != nil {
			return err
		}
		return conn.Close()
	})
	if err != nil {
		d.Stop()
		return nil, "", err
	}
	return d, addr, nil
}
