// Package socketproxy runs HAProxy as a socket proxy in front of an engine:
// the set-up of the images that people use for that, Tecnativa's and
// linuxserver's.
package socketproxy

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
	"github.com/docker-proxy-filter/dpf/e2e/internal/proc"
)

// Rule allows requests by method and path. Everything that no rule allows is
// answered with 403.
type Rule struct {
	Methods string // separated by blanks
	Path    string // regular expression, anchored at the start
}

// Version matches the optional API version at the start of a path.
const Version = `(/v[\d\.]+)?`

// Policy is what a socket proxy lets through.
type Policy struct {
	Rules []Rule
	Exec  bool // the start of exec instances, with their upgraded connections
}

// All allows what the suite's clients use.
var All = Policy{
	Rules: []Rule{
		{"GET HEAD", Version + `/_ping`},
		{"GET HEAD POST PUT DELETE", Version + `/(containers|exec|images|networks|volumes|services|tasks|nodes|system)`},
		{"GET", Version + `/(version|info|events)`},
		{"POST", Version + `/(commit|build|session)`},
	},
	Exec: true,
}

// Proxy is a running socket proxy.
type Proxy struct {
	daemon *proc.Daemon
	dir    string
	addr   string
}

// Start runs HAProxy with its files in dir, in front of the engine's socket.
func Start(dir, socket string, policy Policy) (*Proxy, error) {
	ports, err := proc.FreePorts(1)
	if err != nil {
		return nil, err
	}
	p := &Proxy{dir: dir, addr: fmt.Sprintf("127.0.0.1:%d", ports[0])}

	if err := os.WriteFile(p.configFile(), []byte(config(p.addr, socket, policy)), 0o644); err != nil {
		return nil, err
	}
	if err := p.start(); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Proxy) configFile() string { return filepath.Join(p.dir, "haproxy.cfg") }

// start runs HAProxy and returns when it listens.
func (p *Proxy) start() error {
	bin, err := exec.LookPath("haproxy")
	if err != nil {
		return fmt.Errorf("%w (Debian package haproxy; `make setup` installs it)", err)
	}
	// -db: stay in the foreground.
	p.daemon, err = proc.Start("haproxy", filepath.Join(p.dir, "haproxy.log"), exec.Command(bin, "-db", "-f", p.configFile()))
	if err != nil {
		return err
	}
	if err := p.daemon.WaitReady(again.Patient.Last(), p.ready); err != nil {
		p.daemon.Stop()
		return err
	}
	return nil
}

// Restart kills the proxy, leaves it down for a while, and starts it again at
// the same address.
func (p *Proxy) Restart(down time.Duration) error {
	p.daemon.Stop()
	time.Sleep(down)
	return p.start()
}

// URL is the proxy's address as a service of Traefik takes it.
func (p *Proxy) URL() string { return "http://" + p.addr }

// Stop kills the proxy and reaps it.
func (p *Proxy) Stop() { p.daemon.Stop() }

func (p *Proxy) ready() error {
	conn, err := net.DialTimeout("tcp", p.addr, time.Second)
	if err != nil {
		return err
	}
	return conn.Close()
}

// config is HAProxy's configuration. Streams and upgrades may be idle for
// long: hence the timeouts. Without abortonclose the engine follows the logs of a
// quiet container for a client that left, until it has no inotify instance left.
func config(addr, socket string, policy Policy) string {
	var allow strings.Builder
	for _, r := range policy.Rules {
		fmt.Fprintf(&allow, "    http-request allow if { method %s } { path,url_dec -m reg ^%s }\n", r.Methods, r.Path)
	}
	// HAProxy 2.4 to 3.0 ignores the upgrade of a request that has a body, as
	// the start of an exec instance has. Such a connection passes as TCP, which
	// only works for the first request of a connection: hence no keep-alive.
	exec, keepAlive := "always_false", "http-server-close"
	if policy.Exec {
		exec, keepAlive = "req.hdr(upgrade) tcp", "httpclose"
	}
	return fmt.Sprintf(`global
    log stderr format raw daemon notice
    maxconn 4000

defaults
    mode http
    log global
    option %[5]s
    option abortonclose
    timeout http-request 10s
    timeout connect 10s
    timeout client 10m
    timeout server 10m
    timeout tunnel 1h

frontend proxy
    mode tcp
    bind %[1]s
    tcp-request inspect-delay 10s
    acl exec_start path,url_dec -m reg ^%[6]s/exec/[0-9a-f]+/start$
    acl as_tcp %[3]s
    tcp-request content switch-mode http if !exec_start or !as_tcp
    use_backend exec if exec_start as_tcp
    default_backend docker

backend exec
    mode tcp
    server engine unix@%[2]s

backend docker
%[4]s    http-request deny
    server engine unix@%[2]s
`, addr, socket, exec, allow.String(), keepAlive, Version)
}
