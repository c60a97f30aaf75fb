package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
)

// maxPrinted bounds the findings of each sort that are printed.
const maxPrinted = 50

// finding is a defect, with what showed it first.
type finding struct {
	title  string
	detail []string
	count  int
}

// findings are defects of one sort, each once.
type findings struct {
	byTitle map[string]*finding
	order   []*finding
	total   int
}

func (f *findings) add(title string, detail ...string) {
	f.total++
	if known, ok := f.byTitle[title]; ok {
		known.count++
		return
	}
	if f.byTitle == nil {
		f.byTitle = map[string]*finding{}
	}
	added := &finding{title, detail, 1}
	f.byTitle[title] = added
	f.order = append(f.order, added)
}

func (f *findings) print(out io.Writer, sort string) {
	for i, found := range f.order {
		if i == maxPrinted {
			fmt.Fprintf(out, "… and %d more sorts of %s\n", len(f.order)-i, sort)
			return
		}
		fmt.Fprintf(out, "%s: %s (%d times)\n", sort, found.title, found.count)
		for _, line := range found.detail {
			fmt.Fprintf(out, "    %s\n", line)
		}
	}
}

// report collects what a run finds. It may be used concurrently.
type report struct {
	out io.Writer

	mu       sync.Mutex
	leaks    findings
	changes  findings
	oracles  findings
	faults   findings
	kinds    map[string]bool // of secrets that leaked
	requests map[string]bool // that leaked
}

func newReport(out io.Writer) *report {
	return &report{out: out, kinds: map[string]bool{}, requests: map[string]bool{}}
}

func (r *report) progress(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(r.out, "canary: "+format+"\n", args...)
}

// leak notes a secret in the answer to a request.
func (r *report) leak(p probe, req request, l leak) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kinds[l.kind] = true
	r.requests[req.method+" "+req.target] = true
	r.leaks.add(fmt.Sprintf("%s tells %s (%s)", p.op, l.kind, p.entry), p.about, fmt.Sprintf("%q", l.text), req.String())
}

// oracle notes an answer that tells a hidden object from an unknown one.
func (r *report) oracle(p probe, difference string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	title := p.op + " (" + p.entry + ")"
	if i := strings.LastIndex(p.about, ", "); i >= 0 {
		title += p.about[i:]
	}
	r.oracles.add(title, p.about, "unknown was, hidden is: "+fmt.Sprintf("%q", difference), p.request.String(), p.twin.String())
}

// invariant notes a rule that did not hold, of no single pair of requests.
func (r *report) invariant(rule, detail string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.oracles.add(rule, detail)
}

// change notes that something happened to a hidden object.
func (r *report) change(what string, detail ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes.add(what, detail...)
}

// fault notes that the check itself does not work.
func (r *report) fault(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults.add(err.Error())
}

// maxFaults is the number of faults after which a run is given up: a component
// that hangs keeps each request waiting for minutes.
const maxFaults = 20

// hopeless reports whether the check has failed too often to go on.
func (r *report) hopeless() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.faults.total >= maxFaults
}

// print writes the findings.
func (r *report) print() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leaks.print(r.out, "leak")
	r.changes.print(r.out, "state change")
	r.oracles.print(r.out, "oracle")
	r.faults.print(r.out, "fault")
}

// clean reports whether nothing was found.
func (r *report) clean() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.leaks.total+r.changes.total+r.oracles.total+r.faults.total == 0
}
