package main

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// workers is the number of requests at a time.
const workers = 4

// runner sends the probes and judges the answers.
type runner struct {
	secrets  *secrets
	report   *report
	requests atomic.Int64
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
		if ctx.Err() != nil {
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
	difference := r.compare(p)
	// A difference counts when it shows again and again: what happens to the
	// visible containers meanwhile can make one, but not each time.
	const confirmations = 2
	for range confirmations {
		if difference == "" {
			return
		}
		difference = r.compare(p)
	}
	if difference != "" {
		r.report.oracle(p, difference)
	}
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
	is, want := anonymous(hidden, p.refs[0]), anonymous(unknown, p.refs[1])
	if is == want {
		return ""
	}
	return firstDifference(want, is)
}

// send makes one request and looks for secrets in the answer.
func (r *runner) send(p probe, req request, ref reference) (response, bool) {
	now := strconv.FormatInt(time.Now().Unix(), 10)
	req.target = strings.ReplaceAll(req.target, "@now", now)
	r.requests.Add(1)
	resp, err := req.send()
	if err != nil {
		r.report.fault(fmt.Errorf("%s: %w", p.op, err))
		return response{}, false
	}
	echoes := append([]string{}, p.words...)
	for _, echo := range []string{ref.plain, ref.raw, encodeQuery(ref.plain)} {
		// What is no secret in itself need not be an exception.
		if len(r.secrets.find([]byte(echo), nil)) > 0 {
			echoes = append(echoes, echo)
		}
	}
	for _, l := range r.leaks(resp, echoes) {
		r.report.leak(p, req, l)
	}
	return resp, true
}

// leaks looks at all of a response: as it came, and without transfer coding,
// which may cut a secret in two.
func (r *runner) leaks(resp response, echoes []string) []leak {
	if leaks := r.secrets.find(resp.raw, echoes); len(leaks) > 0 {
		return leaks
	}
	if bytes.Contains(resp.raw, resp.body) {
		return nil
	}
	return r.secrets.find(resp.body, echoes)
}

// anonymous is a response without the time and the reference that it answers.
func anonymous(resp response, ref reference) string {
	const long = 6
	head, body := resp.head, string(resp.body)
	if len(ref.plain) >= long {
		for _, form := range []string{ref.raw, encodeQuery(ref.plain), ref.plain} {
			head = strings.ReplaceAll(head, form, "REF")
			body = strings.ReplaceAll(body, form, "REF")
		}
	} else if ref.plain != "" {
		// A few digits are part of many a word.
		word := regexp.MustCompile(`\b` + regexp.QuoteMeta(ref.plain) + `\b`)
		body = word.ReplaceAllString(body, "REF")
	}
	return fmt.Sprintf("%s\n\n%s\ntrailer %v, timeout %v, broken %v", head, body, resp.trailer, resp.timeout, resp.broken)
}
