// Package engine runs a private Docker Engine: a real dockerd with its own
// socket, data and containerd, which shares nothing with an engine that the
// machine may have, and of which nothing is left afterwards.
package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
	"github.com/docker-proxy-filter/dpf/e2e/internal/proc"
)

// Image is the image that every engine has: busybox.
const Image = "bb:1"

// Config says what to start. The zero value is the dockerd on PATH with its
// default runtime.
type Config struct {
	Dockerd string   // binary
	Runtime string   // path of an OCI runtime to use in place of the default one
	Flags   []string // further flags of dockerd

	// ContainerdStore keeps images in containerd, as a new Engine 29 does unless
	// it is told otherwise. It needs Engine 29.
	ContainerdStore bool

	// Network gives the engine a network namespace of its own, in which it has
	// the default bridge: containers get addresses, links and user-defined
	// networks, but reach nothing outside, and a swarm can be initialised.
	Network bool
}

// Engine is a running private Docker Engine.
type Engine struct {
	config Config
	daemon *proc.Daemon
	dir    string
	cgroup string
	client *http.Client
}

var readyTimeout = again.Patient.Last()

// Start runs an engine and returns when it answers and has Image. It needs
// root, and dockerd, containerd, runc and a static busybox on PATH.
func Start(config Config) (*Engine, error) {
	if os.Geteuid() != 0 {
		return nil, errors.New("a private Docker Engine needs root")
	}
	// Short and outside $TMPDIR: the path of a unix socket has a limit of 108.
	dir, err := os.MkdirTemp("/tmp", "dpf-engine-")
	if err != nil {
		return nil, err
	}
	e := &Engine{config: config, dir: dir, cgroup: filepath.Base(dir)}
	e.client = &http.Client{Transport: &http.Transport{DialContext: e.dial}}

	if err := e.start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := e.boot(); err != nil {
		return nil, errors.Join(err, e.Stop())
	}
	return e, nil
}

func (e *Engine) start() (err error) {
	e.daemon, err = proc.Start("dockerd", filepath.Join(e.dir, "dockerd.log"), e.command(e.config))
	return err
}

// Restart kills the engine and starts it again, as after a failure of power:
// what is on disk stays, and the containers whose restart policy says so run
// again. It returns when the engine answers.
func (e *Engine) Restart() error {
	e.kill()
	// The old one holds locks while its containers die; and what a boot finds
	// empty, as process IDs in there would mean others by now.
	err := errors.Join(e.removeCgroups(), removeAll(filepath.Join(e.dir, "exec")), removeAll(filepath.Join(e.dir, "pid")))
	if err != nil {
		return err
	}
	if err := e.start(); err != nil {
		return err
	}
	return e.daemon.WaitReady(readyTimeout, e.ping)
}

// command is dockerd in a PID and mount namespace of its own. When the
// process that holds the namespaces is killed, the kernel ends containerd, the
// containers and their mounts with it: there is no way to leave them behind.
func (e *Engine) command(config Config) *exec.Cmd {
	dockerd := config.Dockerd
	if dockerd == "" {
		dockerd = "dockerd"
	}
	args := []string{"--pid", "--mount", "--fork", "--kill-child", "--mount-proc"}
	if config.Network {
		// The loopback of a new namespace is down, and a swarm listens there.
		args = append(args, "--net", "sh", "-c", `ip link set lo up && exec "$@"`, "sh")
	}
	args = append(args,
		dockerd,
		"--data-root", filepath.Join(e.dir, "data"),
		"--exec-root", filepath.Join(e.dir, "exec"),
		"--pidfile", filepath.Join(e.dir, "pid"),
		"--host", e.Host(),
		// A group of our own: systemd, where it is the driver, takes slices only.
		"--exec-opt", "native.cgroupdriver=cgroupfs",
		"--cgroup-parent", "/"+e.cgroup,
		"--iptables=false", "--ip6tables=false",
	)
	// Both copy, and so work on any file system.
	if config.ContainerdStore {
		args = append(args, "--feature", "containerd-snapshotter=true", "--storage-driver", "native")
	} else {
		args = append(args, "--storage-driver", "vfs")
	}
	if !config.Network {
		// No change to the network of the machine: containers have none.
		args = append(args, "--bridge", "none")
	}
	if config.Runtime != "" {
		args = append(args, "--add-runtime", "custom="+config.Runtime, "--default-runtime", "custom",
			"--seccomp-profile", "unconfined") // a runc built without libseccomp refuses any other
	}
	return exec.Command("unshare", append(args, config.Flags...)...)
}

// boot waits for the API and imports the image.
func (e *Engine) boot() error {
	if err := e.daemon.WaitReady(readyTimeout, e.ping); err != nil {
		return fmt.Errorf("%w\n(Debian package docker.io; `make setup` installs it)", err)
	}
	rootfs, err := busyboxRootfs()
	if err != nil {
		return err
	}
	name, tag, _ := strings.Cut(Image, ":")
	ctx, cancel := context.WithTimeout(context.Background(), readyTimeout)
	defer cancel()
	return e.do(ctx, http.MethodPost, "/images/create?fromSrc=-&repo="+name+"&tag="+tag, rootfs)
}

// Socket is the path of the engine's socket.
func (e *Engine) Socket() string { return filepath.Join(e.dir, "docker.sock") }

// Host is the engine's address in the form of DOCKER_HOST.
func (e *Engine) Host() string { return "unix://" + e.Socket() }

// LogFile is the path of dockerd's log.
func (e *Engine) LogFile() string { return e.daemon.LogFile() }

// Client sends requests to the engine, whatever the host of their URL.
func (e *Engine) Client() *http.Client { return e.client }

// Stop kills the engine with all its containers and removes its files.
func (e *Engine) Stop() error {
	e.kill()
	return errors.Join(e.removeCgroups(), removeAll(e.dir))
}

// kill ends the engine and all in its namespaces.
func (e *Engine) kill() {
	e.daemon.Stop()
	e.client.CloseIdleConnections()
	thaw(e.cgroup)
}

// removeCgroups returns when no process of the engine's containers is left.
func (e *Engine) removeCgroups() error {
	return patiently(func() error { return removeCgroups(e.cgroup) })
}

// removeAll removes a file of a killed engine, or a directory.
func removeAll(path string) error {
	return patiently(func() error { return os.RemoveAll(path) })
}

// patiently repeats what fails: the namespaces, and the mounts in them, go a
// moment after the process.
func patiently(do func() error) error {
	deadline := time.Now().Add(again.Patient.Last())
	for {
		err := do()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// thaw lets the processes of paused containers go on: a frozen one cannot be
// killed, and would keep the namespaces of the engine for ever.
func thaw(name string) {
	for pattern, value := range map[string]string{
		"/sys/fs/cgroup/freezer/" + name + "/*/freezer.state": "THAWED", // cgroup v1
		"/sys/fs/cgroup/" + name + "/*/cgroup.freeze":         "0",      // cgroup v2
	} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			_ = os.WriteFile(file, []byte(value), 0)
		}
	}
}

func (e *Engine) ping() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return e.do(ctx, http.MethodGet, "/_ping", nil)
}

func (e *Engine) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", e.Socket())
}

// removeCgroups removes the groups that the engine's containers had. One that
// is not empty yet is an error.
func removeCgroups(name string) error {
	var failed error
	for _, pattern := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/*"} {
		roots, _ := filepath.Glob(filepath.Join(pattern, name))
		for _, root := range roots {
			children, _ := filepath.Glob(filepath.Join(root, "*", "cgroup.procs"))
			for _, c := range children {
				failed = errors.Join(failed, removeGroup(filepath.Dir(c)))
			}
			failed = errors.Join(failed, removeGroup(root))
		}
	}
	return failed
}

// removeGroup removes an empty group. Controllers that are mounted together
// show the same group twice.
func removeGroup(dir string) error {
	if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
