package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
)

// patience bounds a request. It is a fault to need all of it.
var patience = again.Patient.Last()

// maxThink is the longest that a client waits between two requests.
const maxThink = time.Second

// client is one of the clients of a router, with a connection of its own.
type client struct {
	phase  *phase
	router string
	base   string
	http   *http.Client
}

func newClient(p *phase, router, addr string) *client {
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 1}
	return &client{phase: p, router: router, base: "http://" + addr, http: &http.Client{Transport: transport}}
}

// close gives the connection back.
func (c *client) close() { c.http.CloseIdleConnections() }

// run sends requests until ctx ends. The last one is not cut off.
func (c *client) run(ctx context.Context) {
	defer c.close()
	for ctx.Err() == nil {
		time.Sleep(rand.N(maxThink))
		r := c.next()
		before := c.phase.outage.Load()
		started := time.Now()
		a := c.send(r)
		c.phase.judge(c.router, r, a, time.Since(started), before)
	}
}

// kind is what a request asks for.
type kind string

const (
	list    kind = "list"
	inspect kind = "inspect"
	logs    kind = "logs"
	follow  kind = "follow" // logs, left before they end
	act     kind = "act"    // pause, only asked of what no router shows
	events  kind = "events" // those of the last seconds
)

// request is one request and what it is about.
type request struct {
	kind   kind
	target string
	ref    string     // as the client writes it
	about  *container // nil: the list, events, or a container that does not exist

	since, until time.Time
}

// answer is what came back.
type answer struct {
	status int
	header []byte
	body   []byte
	err    error // of the connection, or of the end of the body
}

// next makes up the next request.
func (c *client) next() request {
	dice := rand.IntN(100)
	switch {
	case dice < 25:
		return request{kind: list, target: "/v1.41/containers/json?all=1"}
	case dice < 35 && c.phase.truth != nil:
		return c.window()
	case dice < 55:
		return c.one(inspect, "/json")
	case dice < 75:
		return c.one(logs, "/logs?stdout=1&tail=20")
	case dice < 85:
		return c.one(follow, "/logs?stdout=1&tail=20&follow=1")
	}
	return c.hidden()
}

// one is a request about any container, also those that are hidden.
func (c *client) one(k kind, suffix string) request {
	all := c.phase.scene.containers
	about := &all[rand.IntN(len(all))]
	ref := about.ref()
	return request{kind: k, target: "/v1.41/containers/" + ref + suffix, ref: ref, about: about}
}

// ref is one of the forms of a reference.
func (c *container) ref() string {
	return [...]string{c.name, c.id, c.id[:shortID]}[rand.IntN(3)]
}

// hidden acts on a container that nobody may see, or asks for one that does
// not exist.
func (c *client) hidden() request {
	if rand.IntN(3) == 0 {
		ref := "absent-" + strconv.Itoa(rand.IntN(1000))
		return request{kind: inspect, target: "/v1.41/containers/" + ref + "/json", ref: ref}
	}
	for {
		if r := c.one(act, "/pause"); r.about.group == dark {
			return r
		}
	}
}

// window asks for the events of the last seconds.
func (c *client) window() request {
	// An event may be noted some time after it happened.
	const length, lag = 3 * time.Second, time.Second
	until := time.Now().Add(-lag)
	since := until.Add(-length)
	if since.Before(c.phase.truth.begun) {
		since = c.phase.truth.begun
	}
	if !since.Before(until) {
		return request{kind: list, target: "/v1.41/containers/json?all=1"}
	}
	target := fmt.Sprintf("/v1.41/events?since=%s&until=%s", nano(since), nano(until))
	return request{kind: events, target: target, since: since, until: until}
}

// nano is a time as the engine takes it.
func nano(t time.Time) string { return fmt.Sprintf("%d.%09d", t.Unix(), t.Nanosecond()) }

// send sends a request and reads the answer.
func (c *client) send(r request) answer {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	method := http.MethodGet
	if r.kind == act {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+r.target, nil)
	if err != nil {
		return answer{err: err}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode}
	var header bytes.Buffer
	_ = resp.Header.Write(&header) // It never fails.
	a.header = header.Bytes()
	if r.kind == follow && resp.StatusCode == http.StatusOK {
		a.body = make([]byte, 64<<10)
		n, err := io.ReadAtLeast(resp.Body, a.body, stdHeader+1)
		a.body, a.err = a.body[:n], err
		return a
	}
	a.body, a.err = io.ReadAll(resp.Body)
	return a
}

// stdHeader is the length of the header in front of a piece of output.
const stdHeader = 8
