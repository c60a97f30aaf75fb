// Package example reads a folder of examples/ and translates it to the bench:
// the compose file as Docker Compose itself reads it, and Traefik's install
// and routing configuration with the addresses of the bench in it.
package example

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/docker-proxy-filter/dpf/e2e/internal/socketproxy"
)

// The services that every example has, by name.
const (
	Traefik     = "traefik"
	SocketProxy = "socket-proxy"
)

// Login is the service that Traefik asks who logged in, at LoginURL, in the
// examples that have one: HAProxy, with the file of LoginConfig.
const (
	Login       = "login"
	LoginURL    = "http://login:8080"
	LoginConfig = "login.cfg"
)

// Example is one folder.
type Example struct {
	Dir     string
	Project *types.Project
}

// Load reads the compose file of the folder dir.
func Load(dir string) (*Example, error) {
	options, err := cli.NewProjectOptions([]string{filepath.Join(dir, "compose.yaml")},
		cli.WithWorkingDirectory(dir),
		cli.WithResolvedPaths(true),
		cli.WithEnv([]string{"DOCKER_GID=999", "USER_ID=1000", "ALICE=x", "BOB=x", "CAROL=x"})) // what a README sets
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	return &Example{Dir: dir, Project: project}, nil
}

// Service is one service of the compose file.
func (e *Example) Service(name string) (types.ServiceConfig, error) {
	s, ok := e.Project.Services[name]
	if !ok {
		return s, fmt.Errorf("compose.yaml has no service %s", name)
	}
	return s, nil
}

// ContainerName is the name that Compose gives to the container of a service.
func (e *Example) ContainerName(s types.ServiceConfig) string {
	if s.ContainerName != "" {
		return s.ContainerName
	}
	return e.Project.Name + "-" + s.Name + "-1"
}

// allowFlag is a flag of wollomatic/socket-proxy that allows a method.
var allowFlag = regexp.MustCompile(`^-allow([A-Z]+)=(.*)$`)

// Allowed returns the regular expressions of the socket proxy by method.
func (e *Example) Allowed() (map[string]string, error) {
	s, err := e.Service(SocketProxy)
	if err != nil {
		return nil, err
	}
	allowed := map[string]string{}
	for _, arg := range s.Command {
		if m := allowFlag.FindStringSubmatch(arg); m != nil {
			allowed[m[1]] = m[2]
		}
	}
	if len(allowed) == 0 {
		return nil, fmt.Errorf("the service %s allows nothing", SocketProxy)
	}
	return allowed, nil
}

// Policy is what the example's socket proxy lets through. As there, a regular
// expression is put between ^ and $ without parentheses.
func (e *Example) Policy() (socketproxy.Policy, error) {
	allowed, err := e.Allowed()
	var policy socketproxy.Policy
	for method, path := range allowed {
		policy.Rules = append(policy.Rules, socketproxy.Rule{Methods: method, Path: path + "$"})
	}
	return policy, err
}

// mounts are the files of the folder in the container of Traefik: path there
// to path here.
func (e *Example) mounts() (map[string]string, error) {
	s, err := e.Service(Traefik)
	if err != nil {
		return nil, err
	}
	mounts := map[string]string{}
	for _, v := range s.Volumes {
		if v.Type == types.VolumeTypeBind {
			mounts[v.Target] = v.Source
		}
	}
	return mounts, nil
}

// entryPoint is the flag of an entry point's address.
var entryPoint = regexp.MustCompile(`(?i)^--entrypoints\.([a-z]+)\.address=([^:]*):(\d+)$`)

// Install is Traefik's install configuration.
type Install struct {
	EntryPoints []string
	Flags       []string // but for entry points, plugins and the file provider
	PluginModule,
	PluginVersion string
	AbortOnPluginFailure bool
}

// Install translates the command of Traefik. proxy is the URL of the socket
// proxy on the bench.
func (e *Example) Install(proxy string) (Install, error) {
	s, err := e.Service(Traefik)
	if err != nil {
		return Install{}, err
	}
	// Where Traefik reaches the socket proxy, and itself, as a client of the API.
	place := []string{"tcp://" + SocketProxy + ":2375", strings.Replace(proxy, "http://", "tcp://", 1)}
	var install Install
	for _, flag := range s.Command {
		if m := entryPoint.FindStringSubmatch(flag); m != nil {
			install.EntryPoints = append(install.EntryPoints, m[1])
			place = append(place, "tcp://127.0.0.1:"+m[3], "tcp://${"+m[1]+"}")
		}
	}
	replace := strings.NewReplacer(place...)
	for _, flag := range s.Command {
		name, value, _ := strings.Cut(flag, "=")
		switch name = strings.ToLower(name); {
		case entryPoint.MatchString(flag), strings.HasPrefix(name, "--providers.file."):
		case name == "--experimental.abortonpluginfailure":
			install.AbortOnPluginFailure = value == "true"
		case name == "--experimental.plugins.dpf.modulename":
			install.PluginModule = value
		case name == "--experimental.plugins.dpf.version":
			install.PluginVersion = value
		default:
			install.Flags = append(install.Flags, replace.Replace(flag))
		}
	}
	return install, nil
}

// Dynamic is the routing configuration of the file provider, empty when the
// example has none.
func (e *Example) Dynamic(proxy string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(e.Dir, "dynamic.yaml"))
	if os.IsNotExist(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	mounts, err := e.mounts()
	if err != nil {
		return "", err
	}
	place := []string{"http://" + SocketProxy + ":2375", proxy}
	for there, here := range mounts {
		place = append(place, there+"/", here+"/")
	}
	return onLoopback(strings.NewReplacer(place...).Replace(string(raw))), nil
}

// onLoopback moves addresses of the examples' networks to loopback addresses
// with the same end.
func onLoopback(s string) string {
	return strings.NewReplacer("172.30.", "127.30.", "192.168.", "127.168.").Replace(s)
}

// port is the label of a service of Traefik that names a port of the container.
var port = regexp.MustCompile(`^(traefik\.http\.services\.(.+)\.loadbalancer\.server\.)port$`)

// Labels are the labels of a service's container on the bench, where
// containers have no network: a service of Traefik is a URL there.
func (e *Example) Labels(s types.ServiceConfig, proxy string) map[string]string {
	labels := map[string]string{
		"com.docker.compose.project": e.Project.Name,
		"com.docker.compose.service": s.Name,
	}
	for key, value := range s.Labels {
		if m := port.FindStringSubmatch(key); m != nil {
			key, value = m[1]+"url", "http://127.0.0.1:9"
			if s.Name == SocketProxy {
				value = proxy
			}
		}
		labels[key] = onLoopback(value)
	}
	return labels
}
