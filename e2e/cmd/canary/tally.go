package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// tally counts what was asked and what was answered, so that a run that finds
// nothing can be told from one that asks nothing.
type tally struct {
	mu       sync.Mutex
	requests int
	statuses map[int]int
	ops      map[string]*opTally
}

// opTally is the part of one operation.
type opTally struct {
	id       string
	requests int
	statuses map[int]int
	took     time.Duration
}

func newTally() *tally { return &tally{statuses: map[int]int{}, ops: map[string]*opTally{}} }

// add counts one request. The status is 0 if there was no answer in time.
func (t *tally) add(op string, status int, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests++
	t.statuses[status]++
	of := t.ops[op]
	if of == nil {
		of = &opTally{id: op, statuses: map[int]int{}}
		t.ops[op] = of
	}
	of.requests++
	of.statuses[status]++
	of.took += took
}

// print writes the statuses, and with details those of every operation, the
// slowest first.
func (t *tally) print(out io.Writer, details bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(out, "canary: answers by status: %s\n", byStatus(t.statuses))
	if !details {
		return
	}
	var ops []*opTally
	for _, of := range t.ops {
		ops = append(ops, of)
	}
	slices.SortFunc(ops, func(a, b *opTally) int { return int(b.took - a.took) })
	for _, of := range ops {
		fmt.Fprintf(out, "    %s: %d requests in %s: %s\n", of.id, of.requests, of.took.Round(time.Millisecond), byStatus(of.statuses))
	}
}

// byStatus lists how often each status came.
func byStatus(counts map[int]int) string {
	var codes []int
	for code := range counts {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	var parts []string
	for _, code := range codes {
		name := fmt.Sprint(code)
		if code == 0 {
			name = "none"
		}
		parts = append(parts, fmt.Sprintf("%d × %s", counts[code], name))
	}
	return strings.Join(parts, ", ")
}
