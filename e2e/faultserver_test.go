package e2e

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// faultServer is an upstream that breaks in ways in which no real one can be
// made to: it reads a request and leaves the connection to the fault.
type faultServer struct {
	listener net.Listener
	open     atomic.Int64 // connections
}

// startFaultServer answers every connection with answer, for the time of the
// test. The connection ends when answer returns.
func startFaultServer(t *testing.T, answer func(c *net.TCPConn)) *faultServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &faultServer{listener: listener}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			s.open.Add(1)
			go func() {
				defer s.open.Add(-1)
				defer c.Close()
				if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
					answer(c.(*net.TCPConn))
				}
			}()
		}
	}()
	return s
}

func (s *faultServer) url() string { return "http://" + s.listener.Addr().String() }

// patience is how long something may take that happens at once where the machine
// has nothing else to do. Traefik closes a connection that nobody uses after 90
// seconds, which must not help.
const patience = time.Minute

// waitClosed waits until all connections have ended.
func (s *faultServer) waitClosed(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if s.open.Load() == 0 {
			return
		}
	}
	t.Errorf("%d connections to the upstream are still open", s.open.Load())
}

// say writes and does not mind a peer that has gone.
func say(c io.Writer, parts ...string) {
	for _, part := range parts {
		if _, err := io.WriteString(c, part); err != nil {
			return
		}
	}
}

// reset ends a connection with RST.
func reset(c *net.TCPConn) {
	_ = c.SetLinger(0)
	_ = c.Close()
}

// gone returns when the peer has closed the connection.
func gone(c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) }
