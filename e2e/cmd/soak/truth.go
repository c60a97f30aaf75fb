package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
)

// event is a subset of moby's events.Message.
type event struct {
	Type, Action string
	Actor        struct{ ID string }
	TimeNano     int64
}

// key tells an event from all others.
func (e event) key() string { return fmt.Sprintf("%s %s %d", e.Action, e.Actor.ID, e.TimeNano) }

// parseEvents reads the events of containers.
func parseEvents(data []byte) ([]event, error) {
	var found []event
	for line := range bytes.Lines(data) {
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("%w in %.100q", err, line)
		}
		if e.Type == "container" {
			found = append(found, e)
		}
	}
	return found, nil
}

// truth is what the engine itself says happens, while it lasts.
type truth struct {
	scene *scene
	begun time.Time
	body  io.ReadCloser
	done  chan struct{}

	mu     sync.Mutex
	events []event
}

func startTruth(api engine.API, s *scene) (*truth, error) {
	body, err := api.Events()
	if err != nil {
		return nil, err
	}
	t := &truth{scene: s, begun: time.Now(), body: body, done: make(chan struct{})}
	go t.read()
	return t, nil
}

// read ends when the stream does.
func (t *truth) read() {
	defer close(t.done)
	for lines := bufio.NewScanner(t.body); lines.Scan(); {
		found, err := parseEvents(lines.Bytes())
		if err != nil {
			return
		}
		t.mu.Lock()
		t.events = append(t.events, found...)
		t.mu.Unlock()
	}
}

func (t *truth) stop() {
	_ = t.body.Close()
	<-t.done
}

// of returns the events of a group between two times.
func (t *truth) of(g group, since, until time.Time) []event {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []event
	for _, e := range t.events {
		if at := time.Unix(0, e.TimeNano); t.scene.owner(e.Actor.ID) == g && at.After(since) && at.Before(until) {
			found = append(found, e)
		}
	}
	return found
}

// compare says how got differs from the events of the group: all that are
// well between the two times must be there, once, and none that are well
// outside.
func (t *truth) compare(got []event, g group, since, until time.Time) string {
	// Two events may be noted in another order than they happened.
	const margin = 50 * time.Millisecond
	count := map[string]int{}
	for _, e := range got {
		count[e.key()]++
		at := time.Unix(0, e.TimeNano)
		switch {
		case t.scene.owner(e.Actor.ID) != g:
			return "has " + e.key() + " of another container"
		case count[e.key()] > 1:
			return "has " + e.key() + " twice"
		case at.Before(since.Add(-margin)) || at.After(until.Add(margin)):
			return "has " + e.key() + ", which was not asked for"
		}
	}
	for _, e := range t.of(g, since.Add(margin), until.Add(-margin)) {
		if count[e.key()] == 0 {
			return "lacks " + e.key()
		}
	}
	return ""
}

// window is the answer to a request for the events of some seconds.
type window struct {
	router  string
	request request
	body    []byte
}

// judgeWindows compares what the windows show with the truth.
func (p *phase) judgeWindows() {
	for _, w := range p.windows {
		got, err := parseEvents(w.body)
		if err != nil {
			p.finding(w.request.target + ": " + err.Error())
			continue
		}
		var problems []string
		for _, g := range p.shows(w.router) {
			problem := p.truth.compare(got, g, w.request.since, w.request.until)
			if problem == "" {
				problems = nil
				break
			}
			problems = append(problems, problem)
		}
		if problems != nil {
			p.finding(w.router + " " + w.request.target + ": " + strings.Join(problems, "; or "))
		}
	}
}
