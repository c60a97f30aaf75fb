// Package proc runs the daemons of the bench as child processes that cannot
// outlive it.
package proc

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Daemon is a running child process whose output goes to a log file.
type Daemon struct {
	name    string
	logFile string
	cmd     *exec.Cmd
	started time.Time
	exited  chan struct{}
}

// Start runs cmd with its output in logFile. The child is killed when this
// process dies, however that happens (on Linux).
func Start(name, logFile string, cmd *exec.Cmd) (*Daemon, error) {
	out, err := os.Create(logFile)
	if err != nil {
		return nil, err
	}
	defer out.Close()

	cmd.Stdout, cmd.Stderr = out, out
	dieWithParent(cmd)
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}

	d := &Daemon{name: name, logFile: logFile, cmd: cmd, started: started, exited: make(chan struct{})}
	go func() {
		// Killing is how a daemon ends, so its exit status says nothing.
		_ = cmd.Wait()
		close(d.exited)
	}()
	return d, nil
}

// LogFile is the path of the daemon's output.
func (d *Daemon) LogFile() string { return d.logFile }

// Pid is the daemon's process ID.
func (d *Daemon) Pid() int { return d.cmd.Process.Pid }

// Started is when the daemon was started.
func (d *Daemon) Started() time.Time { return d.started }

// Stop kills the daemon and reaps it. It may be called more than once.
func (d *Daemon) Stop() {
	_ = d.cmd.Process.Kill()
	<-d.exited
}

// WaitReady polls ready until it returns nil. It fails early when the daemon
// exits, and then, as on timeout, quotes the end of its log.
func (d *Daemon) WaitReady(timeout time.Duration, ready func() error) error {
	deadline := time.Now().Add(timeout)
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-d.exited:
			return fmt.Errorf("%s exited before it was ready\n%s", d.name, d.logTail())
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s not ready after %s: %w\n%s", d.name, timeout, err, d.logTail())
		}
	}
}

// logTail returns the last lines of the daemon's log.
func (d *Daemon) logTail() string {
	const lines = 15
	data, err := os.ReadFile(d.logFile)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(all) > lines {
		all = all[len(all)-lines:]
	}
	return strings.Join(all, "\n")
}

// FreePorts returns n different loopback TCP ports that nobody listens on.
func FreePorts(n int) ([]int, error) {
	var open []io.Closer
	defer func() {
		for _, c := range open {
			_ = c.Close()
		}
	}()

	var ports []int
	for range n {
		// Held open until all are chosen, so that no port comes twice.
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		open = append(open, l)
		addr, ok := l.Addr().(*net.TCPAddr)
		if !ok {
			return nil, errors.New("listener has no TCP address")
		}
		ports = append(ports, addr.Port)
	}
	return ports, nil
}
