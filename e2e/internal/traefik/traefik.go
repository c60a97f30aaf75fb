// Package traefik builds, starts and stops a real Traefik that has the plugin
// loaded as a local plugin.
package traefik

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
	"github.com/docker-proxy-filter/dpf/e2e/internal/plugin"
	"github.com/docker-proxy-filter/dpf/e2e/internal/proc"
)

// Program is a Traefik that can be started.
type Program struct {
	Bin    string // the binary
	Plugin string // root of the plugin's source tree; none is loaded when empty
}

// Config is the configuration of a Traefik.
type Config struct {
	Dir         string   // an empty directory for Traefik's files
	EntryPoints []string // names; each gets a free loopback port
	Dynamic     string   // routing configuration of the file provider, YAML
	LogLevel    string   // DEBUG when empty
	Flags       []string // further install configuration, in flag form; ${x} is the address of the entry point x
	Env         []string // additions to the environment
}

// Instance is a running Traefik.
type Instance struct {
	daemon     *proc.Daemon
	api        string
	dynamicDir string
	generation int
	addrs      map[string]string
	log        string
}

var readyTimeout = again.Patient.Last()

// Start runs Traefik and returns when it serves the routing configuration.
func (p Program) Start(config Config) (*Instance, error) {
	ports, err := proc.FreePorts(len(config.EntryPoints) + 1)
	if err != nil {
		return nil, err
	}
	t := &Instance{
		api:        fmt.Sprintf("127.0.0.1:%d", ports[0]),
		dynamicDir: filepath.Join(config.Dir, "dynamic"),
		addrs:      map[string]string{},
		log:        filepath.Join(config.Dir, "traefik.log"),
	}
	for i, name := range config.EntryPoints {
		t.addrs[name] = fmt.Sprintf("127.0.0.1:%d", ports[i+1])
	}
	if p.Plugin != "" {
		// Where Traefik looks for local plugins: below its working directory.
		dst := filepath.Join(config.Dir, "plugins-local", "src", filepath.FromSlash(plugin.Module))
		if err := plugin.Copy(p.Plugin, dst); err != nil {
			return nil, err
		}
	}
	if err := t.write(config.Dynamic); err != nil {
		return nil, err
	}

	cmd := exec.Command(p.Bin, t.flags(p, config)...)
	cmd.Dir = config.Dir
	cmd.Env = append(os.Environ(), config.Env...)
	t.daemon, err = proc.Start("traefik", filepath.Join(config.Dir, "traefik.out"), cmd)
	if err != nil {
		return nil, err
	}
	if err := t.waitGeneration(); err != nil {
		t.daemon.Stop()
		return nil, fmt.Errorf("%w\n%s", err, t.errorLines())
	}
	return t, nil
}

// flags is the install configuration.
func (t *Instance) flags(p Program, config Config) []string {
	level := config.LogLevel
	if level == "" {
		level = "DEBUG"
	}
	flags := []string{
		"--global.checkNewVersion=false",
		"--global.sendAnonymousUsage=false",
		"--log.level=" + level,
		"--log.noColor=true",
		"--log.filePath=" + t.log,
		"--api.insecure=true",
		"--entryPoints.traefik.address=" + t.api,
		"--providers.file.directory=" + t.dynamicDir,
		"--providers.providersThrottleDuration=50ms",
	}
	var addrs []string
	for name, addr := range t.addrs {
		flags = append(flags, "--entryPoints."+name+".address="+addr)
		addrs = append(addrs, "${"+name+"}", addr)
	}
	if p.Plugin != "" {
		flags = append(flags,
			"--experimental.localPlugins.dpf.moduleName="+plugin.Module,
			"--experimental.abortOnPluginFailure=true")
	}
	place := strings.NewReplacer(addrs...)
	for _, flag := range config.Flags {
		flags = append(flags, place.Replace(flag))
	}
	return flags
}

// Addr is the host:port of an entry point.
func (t *Instance) Addr(entryPoint string) string { return t.addrs[entryPoint] }

// API is the host:port of Traefik's own API.
func (t *Instance) API() string { return t.api }

// LogFile is the path of Traefik's log.
func (t *Instance) LogFile() string { return t.log }

// Pid is Traefik's process ID.
func (t *Instance) Pid() int { return t.daemon.Pid() }

// Started is when Traefik was started.
func (t *Instance) Started() time.Time { return t.daemon.Started() }

// Stop kills Traefik and reaps it.
func (t *Instance) Stop() { t.daemon.Stop() }

// Reload replaces the routing configuration and returns when it is in force.
func (t *Instance) Reload(dynamic string) error {
	if err := t.write(dynamic); err != nil {
		return err
	}
	return t.waitGeneration()
}

// WaitRouter returns when Traefik knows the router: for providers other than
// the file provider, whose configuration arrives by itself. The name is as in
// Traefik's API, "web@docker".
func (t *Instance) WaitRouter(name string) error {
	return t.daemon.WaitReady(readyTimeout, t.exists("routers/"+name))
}

// write stores the routing configuration, and then, in a file of its own, a
// middleware that nobody uses, named after this generation. Traefik reads the
// whole directory on each change: once it shows that middleware, it has read
// the configuration that was written before.
func (t *Instance) write(dynamic string) error {
	if err := os.MkdirAll(t.dynamicDir, 0o755); err != nil {
		return err
	}
	t.generation++
	marker := fmt.Sprintf("http:\n  middlewares:\n    %s:\n      stripPrefix: {prefixes: [/none]}\n", t.marker())
	return errors.Join(
		replaceFile(filepath.Join(t.dynamicDir, "dynamic.yaml"), dynamic),
		replaceFile(filepath.Join(t.dynamicDir, "generation.yaml"), marker),
	)
}

func (t *Instance) marker() string { return fmt.Sprintf("generation-%d", t.generation) }

func (t *Instance) waitGeneration() error {
	return t.daemon.WaitReady(readyTimeout, t.exists("middlewares/"+t.marker()+"@file"))
}

// exists is a check of WaitReady: does the API know this HTTP element?
func (t *Instance) exists(element string) func() error {
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+t.api+"/api/http/"+element, nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", element, resp.Status)
		}
		return nil
	}
}

// errorLines returns what Traefik logged as an error.
func (t *Instance) errorLines() string {
	data, err := os.ReadFile(t.log)
	if err != nil {
		return err.Error()
	}
	var errs []string
	for line := range strings.Lines(string(data)) {
		if strings.Contains(line, " ERR ") || strings.Contains(line, " FTL ") {
			errs = append(errs, line)
		}
	}
	return strings.Join(errs, "")
}

// replaceFile writes by rename, so that Traefik never reads half a file.
func replaceFile(path, content string) error {
	// Beside the directory that Traefik watches, not in it.
	tmp := filepath.Dir(path) + ".tmp"
	if err := os.WriteFile(tmp, []byte(content), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}
