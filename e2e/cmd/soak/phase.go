package main

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// maxNotes is the number of findings of a phase that are told in full.
const maxNotes = 10

// phase counts what happens in one part of the run.
type phase struct {
	name  string
	scene *scene
	// shows are the groups of which a router may show one.
	shows func(router string) []group
	// truth is what the engine itself says happens, or nil.
	truth *truth
	// outage is set while answers may fail.
	outage atomic.Bool
	// changing and changed are when the last change of the configurations began,
	// and was done. It ends the streams; zero: there is none.
	changing, changed time.Time

	mu        sync.Mutex
	requests  int
	wrongs    int
	leaked    int
	errors    int
	lastError time.Time
	delays    []time.Duration
	seen      map[string]map[group]int // answers that tell which group a router shows
	notes     []string
	windows   []window
}

func newPhase(name string, s *scene, shows func(router string) []group) *phase {
	return &phase{name: name, scene: s, shows: shows, seen: map[string]map[group]int{}}
}

// judge counts an answer.
func (p *phase) judge(router string, r request, a answer, took time.Duration, outage bool) {
	fits, problem, leak := p.fit(router, r, a)
	outage = outage || p.outage.Load()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests++
	if r.kind != follow && r.kind != events {
		p.delays = append(p.delays, took)
	}
	if fits == "" {
		if leak != "" {
			p.leaked++
			p.note("leak", fmt.Sprintf("%s %s: tells %s", router, r.target, leak))
		}
		// A change may end any stream early.
		ended := !p.changing.IsZero() && (r.kind == follow || r.kind == events) && (a.err != nil || a.status == 499)
		p.fault(ended || outage && interrupted(a), fmt.Sprintf("%s %s: %s", router, r.target, problem))
		return
	}
	if r.kind == list {
		if p.seen[router] == nil {
			p.seen[router] = map[group]int{}
		}
		p.seen[router][fits]++
	}
	if r.kind == events {
		p.windows = append(p.windows, window{router, r, a.body})
	}
}

// fit finds the group that an answer shows. If it shows none, it says what is
// wrong, and what leaks whichever group it is.
func (p *phase) fit(router string, r request, a answer) (_ group, problem, leak string) {
	all := slices.Concat(a.header, a.body)
	for i, g := range p.shows(router) {
		wrong, told := p.scene.wrong(r, a, g), p.scene.leak(all, r.ref, g)
		if wrong == "" && told == "" {
			return g, "", ""
		}
		if wrong == "" {
			wrong = "tells " + told
		}
		if i == 0 || told == "" {
			problem, leak = wrong, told
		}
	}
	return "", problem, leak
}

// interrupted reports whether an answer is one that a client may get while
// something behind Traefik is down.
func interrupted(a answer) bool {
	return a.err != nil || a.status == 502 || a.status == 503 || a.status == 504
}

// fault counts what is no correct answer. The caller holds the lock.
func (p *phase) fault(allowed bool, text string) {
	p.lastError = time.Now()
	if allowed {
		p.errors++
		return
	}
	p.wrongs++
	p.note("wrong", text)
}

// finding counts something of which no single request is the reason.
func (p *phase) finding(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault(false, text)
}

// leak counts what a stream told.
func (p *phase) leak(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leaked++
	p.note("leak", text)
}

// note keeps the words of a finding. The caller holds the lock.
func (p *phase) note(what, text string) {
	if len(p.notes) < maxNotes {
		p.notes = append(p.notes, fmt.Sprintf("%s: %s: %s", p.name, what, text))
	}
}

// quiet is how long ago the last answer was that was no correct one.
func (p *phase) quiet() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Since(p.lastError)
}

// percentile is the time within which so many of a hundred requests were
// answered.
func (p *phase) percentile(n int) time.Duration {
	if len(p.delays) == 0 {
		return 0
	}
	slices.Sort(p.delays)
	return p.delays[(len(p.delays)-1)*n/100]
}

// failures is the number of answers that were no correct ones.
func (p *phase) failures() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.errors + p.wrongs
}

// change makes a change of the configurations, which ends the streams.
func (p *phase) change(do func() error) error {
	p.mu.Lock()
	p.changing = time.Now()
	p.mu.Unlock()
	err := do()
	p.mu.Lock()
	p.changed = time.Now()
	p.mu.Unlock()
	return err
}

// outdated reports whether what was opened then may show what its router showed
// before the last change, and whether it must.
func (p *phase) outdated(opened time.Time) (may, must bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changing.After(p.changed) || opened.Before(p.changed), opened.Before(p.changing)
}
