// Package tap is a TCP proxy that keeps a copy of all bytes that pass, so that
// a test can look at what a client asked and at all that it was told, whatever
// the client makes of it.
package tap

import (
	"bytes"
	"io"
	"net"
	"sync"
)

// Tap is a running proxy.
type Tap struct {
	listener net.Listener
	target   string

	mu    sync.Mutex
	conns []*connection
}

// connection is what passed on one connection.
type connection struct {
	mu      sync.Mutex
	asked   bytes.Buffer
	told    bytes.Buffer
	closers []io.Closer
}

// Start runs a tap on a free loopback port in front of target, a host:port.
func Start(target string) (*Tap, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t := &Tap{listener: listener, target: target}
	go t.serve()
	return t, nil
}

// Addr is the host:port of the tap.
func (t *Tap) Addr() string { return t.listener.Addr().String() }

// Stop ends the tap and its connections.
func (t *Tap) Stop() {
	_ = t.listener.Close()
	for _, c := range t.all() {
		for _, closer := range c.closers {
			_ = closer.Close()
		}
	}
}

// Asked is what clients sent, by connection.
func (t *Tap) Asked() [][]byte {
	return t.copies(func(c *connection) *bytes.Buffer { return &c.asked })
}

// Told is what clients received, by connection.
func (t *Tap) Told() [][]byte { return t.copies(func(c *connection) *bytes.Buffer { return &c.told }) }

func (t *Tap) copies(side func(*connection) *bytes.Buffer) [][]byte {
	var all [][]byte
	for _, c := range t.all() {
		c.mu.Lock()
		all = append(all, bytes.Clone(side(c).Bytes()))
		c.mu.Unlock()
	}
	return all
}

func (t *Tap) all() []*connection {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]*connection(nil), t.conns...)
}

func (t *Tap) serve() {
	for {
		client, err := t.listener.Accept()
		if err != nil {
			return
		}
		if err := t.connect(client); err != nil {
			_ = client.Close()
		}
	}
}

// connect joins the client with the target in both directions.
func (t *Tap) connect(client net.Conn) error {
	server, err := net.Dial("tcp", t.target)
	if err != nil {
		return err
	}
	c := &connection{closers: []io.Closer{client, server}}
	t.mu.Lock()
	t.conns = append(t.conns, c)
	t.mu.Unlock()
	go pass(client, server, c, &c.asked)
	go pass(server, client, c, &c.told)
	return nil
}

// pass copies one direction, and its end: upgraded connections are closed one
// side at a time.
func pass(from, to net.Conn, c *connection, kept *bytes.Buffer) {
	_, _ = io.Copy(to, io.TeeReader(from, locked{c, kept}))
	if half, ok := to.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	}
}

// locked writes to a buffer of c.
type locked struct {
	c    *connection
	kept *bytes.Buffer
}

func (l locked) Write(p []byte) (int, error) {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	return l.kept.Write(p)
}
