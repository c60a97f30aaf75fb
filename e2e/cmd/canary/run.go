package main

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// workers is the number of requests at a time.
const workers = 4

// confirmations is how often a difference must show.
const confirmations = 3

// runner sends the probes and judges the answers.
type runner struct {
	secrets     *secrets
	stem        string // of hidden names
	unknownStem string
	report      *report
	tally       *tally
	mu          sync.Mutex
	doubtful    []probe    // whose answers differed while others ran
	alone       sync.Mutex // held by operations that the engine does one at a time
}

func newRunner(s *scene, r *report) *runner {
	return &runner{secrets: s.secrets, stem: s.secrets.stem, unknownStem: s.unknownStem, report: r, tally: newTally()}
}

// run sends all probes, several at a time.
func (r *runner) run(ctx context.Context, probes []probe) {
	work := make(chan probe)
	var done sync.WaitGroup
	for range workers {
		done.Go(func() {
			for p := range work {
				r.probe(p)
			}
		})
	}
	for i, p := range probes {
		if ctx.Err() != nil || r.report.hopeless() {
			break
		}
		if i%2000 == 0 {
			r.report.progress("%d of %d probes", i, len(probes))
		}
		work <- p
	}
	close(work)
	done.Wait()
}

// probe sends one probe.
func (r *runner) probe(p probe) {
	if r.compare(p) == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.doubtful = append(r.doubtful, p)
}

// confirm repeats, one by one, the probes whose answers differed. What
// happens to the visible containers during a run can make a difference; one
// that is still there now tells what is hidden.
func (r *runner) confirm() {
	confirmed := 0
	for _, p := range r.doubtful {
		difference := ""
		for range confirmations {
			if difference = r.compare(p); difference == "" {
				break
			}
		}
		if difference != "" {
			confirmed++
			r.report.oracle(p, difference)
		}
	}
	r.report.progress("%d of %d differences are there without other requests, too", confirmed, len(r.doubtful))
	r.doubtful = nil
}

// compare sends a probe and its twin and says how the answers differ.
func (r *runner) compare(p probe) (difference string) {
	hidden, ok := r.send(p, p.request, p.refs[0])
	if !ok || p.twin == nil {
		return ""
	}
	unknown, ok := r.send(p, *p.twin, p.refs[1])
	if !ok {
		return ""
	}
	return r.difference(hidden, unknown, p.refs)
}

// send makes one request and looks for secrets in the answer.
func (r *runner) send(p probe, req request, ref reference) (response, bool) {
	now := strconv.FormatInt(time.Now().Unix(), 10)
	req.target = strings.ReplaceAll(req.target, "@now", now)
	if p.op == "SystemDataUsage" {
		r.alone.Lock()
		defer r.alone.Unlock()
	}
	started := time.Now()
	resp, err := req.send()
	r.tally.add(p.op, resp.status, time.Since(started))
	if err != nil {
		r.report.fault(fmt.Errorf("%s (%s): %w", p.op, p.entry, err))
	}
	carried := req.carried()
	for _, l := range r.leaks(resp, carried) {
		r.report.leak(p, req, l)
	}
	return resp, err == nil
}

// leaks looks at all of a response: as it came, and without transfer coding,
// which may cut a secret in two.
func (r *runner) leaks(resp response, carried []byte) []leak {
	if leaks := r.secrets.find(resp.raw, carried); len(leaks) > 0 {
		return leaks
	}
	if bytes.Contains(resp.raw, resp.body) {
		return nil
	}
	return r.secrets.find(resp.body, carried)
}
