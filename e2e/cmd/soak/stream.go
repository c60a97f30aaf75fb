package main

import (
	"bufio"
	"context"
	"net/http"
	"sync"
	"time"
)

// stream is a client that follows the events.
type stream struct {
	client *client
	mu     sync.Mutex
	opened time.Time
	body   []byte
	broken [][]byte // what came before the stream was opened again
}

// run follows the events until ctx ends. A stream that breaks is opened again,
// which is only right in an outage, or when it has begun before its policy
// changed.
func (s *stream) run(ctx context.Context) {
	defer s.client.close()
	for ctx.Err() == nil {
		outage := s.client.phase.outage.Load()
		problem := s.follow(ctx)
		if ctx.Err() != nil {
			return
		}
		p := s.client.phase
		if !s.outdated() {
			p.mu.Lock()
			p.fault(outage || p.outage.Load(), s.client.router+" /events: "+problem)
			p.mu.Unlock()
		}
		time.Sleep(maxThink / 2)
	}
}

// outdated reports whether the stream that was opened last may have ended because
// its policy changed.
func (s *stream) outdated() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	may, _ := s.client.phase.outdated(s.opened)
	return may && !s.opened.IsZero()
}

// follow opens the events once and returns why they ended.
func (s *stream) follow(ctx context.Context) (problem string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.client.base+"/v1.41/events", nil)
	if err != nil {
		return err.Error()
	}
	s.mu.Lock()
	s.opened = time.Time{}
	s.mu.Unlock()
	p := s.client.phase
	p.mu.Lock()
	p.requests++
	p.mu.Unlock()
	resp, err := s.client.http.Do(req)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return resp.Status
	}
	s.mu.Lock()
	s.broken = append(s.broken, s.body)
	s.opened, s.body = time.Now(), nil
	s.mu.Unlock()
	for in := bufio.NewReader(resp.Body); ; {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return err.Error()
		}
		s.mu.Lock()
		s.body = append(s.body, line...)
		s.mu.Unlock()
	}
}

// problem says what the stream has wrong, or nothing.
func (s *stream) problem() (wrong, leak string) {
	s.mu.Lock()
	opened, body, broken := s.opened, s.body, s.broken
	s.mu.Unlock()
	for _, before := range broken {
		if _, leak := s.judge(before, nil); leak != "" {
			return "", leak
		}
	}
	if opened.IsZero() {
		return "was never opened", ""
	}
	if _, must := s.client.phase.outdated(opened); must {
		return "has outlived its policy", ""
	}
	// The head of the answer comes a moment before the events count.
	const moment = 5 * time.Second
	return s.judge(body, func(got []event, g group) string {
		if s.client.phase.truth == nil {
			return ""
		}
		return s.client.phase.truth.lacks(got, g, opened.Add(moment))
	})
}

// judge says what is wrong with the events in body, whichever group they show.
func (s *stream) judge(body []byte, complete func([]event, group) string) (wrong, leak string) {
	p := s.client.phase
	got, err := parseEvents(body)
	for i, g := range p.shows(s.client.router) {
		told := p.scene.leak(body, "", g)
		var problem string
		if complete != nil {
			if problem = complete(got, g); err != nil {
				problem = err.Error()
			}
		}
		if problem == "" && told == "" {
			return "", ""
		}
		if i == 0 || told == "" {
			wrong, leak = problem, told
		}
	}
	return wrong, leak
}

// lacks names an event of the group since a time that got does not have once.
func (t *truth) lacks(got []event, g group, since time.Time) string {
	count := map[string]int{}
	for _, e := range got {
		count[e.key()]++
	}
	for _, e := range t.of(g, since, time.Now()) {
		if count[e.key()] != 1 {
			return "has not once but " + itoa(count[e.key()]) + " times: " + e.key()
		}
	}
	return ""
}

// judgeStreams waits until the streams have all that they must have, and
// counts what is missing then.
func (p *phase) judgeStreams(streams []*stream) {
	deadline := time.Now().Add(patience)
	for _, s := range streams {
		wrong, leak := s.problem()
		for wrong != "" && time.Now().Before(deadline) {
			time.Sleep(200 * time.Millisecond)
			wrong, leak = s.problem()
		}
		if wrong != "" {
			p.finding(s.client.router + " /events: " + wrong)
		}
		if leak != "" {
			p.leak(s.client.router + " /events: tells " + leak)
		}
	}
}
