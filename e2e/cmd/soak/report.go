package main

import (
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"
)

// How much more Traefik may hold at the end than after the warm-up. A leak of
// one goroutine or connection for each request, stream or reload is hundreds.
const (
	slackGoroutines = 10
	slackFiles      = 10
	slackHeap       = 10.0 // MB
	slackRSS        = 80.0 // MB; Go gives memory back late
	slackReload     = 20.0 // KB for each reload, beyond what Traefik keeps itself
)

// report prints what came of it and reports whether all is well. The last line
// is the summary.
func (r *soak) report(out io.Writer) bool {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "phase\trequests\terrors\twrong\tleaked\tp50\tp99\trss MB\theap MB\tgoroutines\tfds\t")
	var requests, wrong, leaked int
	for i, p := range r.phases {
		u := r.after[i]
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%s\t%s\t%.0f\t%.1f\t%d\t%d\t\n", p.name, p.requests, p.errors, p.wrongs, p.leaked,
			p.percentile(50).Round(time.Millisecond), p.percentile(99).Round(time.Millisecond), u.rss, u.heap, u.goroutines, u.files)
		requests += p.requests
		wrong += p.wrongs
		leaked += p.leaked
	}
	_ = table.Flush()

	with := r.perReload(r.after)
	without := r.perReload(r.plain)
	fmt.Fprintf(out, "%d reloads: heap %+.2f KB each, %+.2f KB without the plugin\n", r.reloads, with, without)
	fmt.Fprintf(out, "right answers again %.1f s after the socket proxy is up, %.1f s after the engine is\n",
		r.recovery.proxy.Seconds(), r.recovery.engine.Seconds())

	before, after := r.after[0], r.after[len(r.after)-1]
	grown := growth(before, after)
	if with-without > slackReload {
		grown = append(grown, "memory by reloads")
	}
	for _, what := range grown {
		fmt.Fprintln(out, "grows:", what)
	}
	fmt.Fprintf(out, "soak: %d requests, %d wrong, %d leaked, rss %.0f→%.0f MB, goroutines %d→%d\n",
		requests, wrong, leaked, before.rss, after.rss, before.goroutines, after.goroutines)
	return wrong+leaked+len(grown) == 0
}

// perReload is by how many KB the heap grew with each reload.
func (r *soak) perReload(after []usage) float64 {
	const load, reload = 1, 2 // phases
	return (after[reload].heap - after[load].heap) * 1e3 / float64(max(1, r.reloads))
}

// growth names what is more than it may be.
func growth(before, after usage) []string {
	var grown []string
	for _, g := range []struct {
		what          string
		before, after float64
		slack         float64
	}{
		{"goroutines", float64(before.goroutines), float64(after.goroutines), slackGoroutines},
		{"file descriptors", float64(before.files), float64(after.files), slackFiles},
		{"heap", before.heap, after.heap, slackHeap},
		{"resident memory", before.rss, after.rss, slackRSS},
	} {
		if g.after-g.before > g.slack {
			grown = append(grown, fmt.Sprintf("%s, %.0f→%.0f", g.what, g.before, g.after))
		}
	}
	return grown
}

func itoa(n int) string { return strconv.Itoa(n) }
