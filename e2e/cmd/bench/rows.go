package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/testbed"
)

// bench is a run.
type bench struct {
	options
	ctx    context.Context
	bed    *testbed.Bed
	engine string // host:port
	direct *side  // to the engine, past Traefik
	report *report
}

// withTraefik runs do with a fresh Traefik that has the plugin.
func (b *bench) withTraefik(do func(t *instance, plain, dpf *side) error) error {
	t, err := b.startTraefik()
	if err != nil {
		return err
	}
	defer t.Stop()
	return do(t, newSide(t.Addr("plain")), newSide(t.Addr("dpf")))
}

// loading compares the start of Traefik with and without the plugin.
func (b *bench) loading() error {
	const starts = 5
	var seconds, resident []float64
	for range starts {
		var started [2]time.Duration
		var memory [2]float64
		for i, start := range []func() (*instance, error){b.startPlainTraefik, b.startTraefik} {
			t, err := start()
			if err != nil {
				return err
			}
			started[i] = t.started
			memory[i], err = t.memory()
			t.Stop()
			if err != nil {
				return err
			}
		}
		seconds = append(seconds, (started[1] - started[0]).Seconds())
		resident = append(resident, memory[1]-memory[0])
	}
	b.report.add("loading the plugin: start of Traefik", "1 s", seconds, "s", median(seconds) < 1)
	b.report.add("loading the plugin: resident memory", "30 MB", resident, "MB", median(resident) < 30)
	return nil
}

// latencies are the rows of one request after another.
func (b *bench) latencies() error {
	return b.withTraefik(func(t *instance, plain, dpf *side) error {
		if err := checkFilters(b.ctx, plain, dpf); err != nil {
			return err
		}
		known := "/v1.41/containers/" + containerID(0)
		rows := []struct {
			name, work string
			target     float64
			requests   work
		}{
			{"ping", "pass-through: `/_ping`", 0.05, fixed("/_ping")},
			{"version", "pass-through: `/version`", 0.05, fixed("/v1.41/version")},
			{"list50", "list of 50 containers, 5 visible", 0.4, listOf(50)},
			{"list1000", "list of 1,000 containers, 100 visible", 6, listOf(1000)},
			{"list10000", "list of 10,000 containers, 100 visible", 60, listOf(10000)},
			{"inspect", "inspect of a visible container", 0.25, fixed(known + "/json")},
			{"scoped", "scoped: `top`, decision known", 0.1, fixed(known + "/top?ps_args=-ef")},
			{"logs", "scoped: `logs` of 100 lines, decision known", 0.1, fixed(known + "/logs?stdout=1&stderr=1&tail=100")},
		}
		for _, row := range rows {
			stop := b.profiling(t, row.name)
			c, err := compare(b.ctx, row.requests, []*side{plain, dpf}, b.rounds, b.round)
			stop()
			if err != nil {
				return fmt.Errorf("%s: %w", row.name, err)
			}
			added := c.added(0, 1)
			b.report.values[row.name] = median(added)
			b.report.addWith(row.work, fmt.Sprintf("+%g ms", row.target), added, "ms", median(added) <= row.target,
				fmt.Sprintf("%.3f → %.3f ms", median(c.p50[0]), median(c.p50[1])))
		}
		return b.unknown(plain, dpf)
	})
}

// unknown compares scoped requests on a container that the plugin has not
// met, less what the inspect itself takes between Traefik and the engine.
func (b *bench) unknown(plain, dpf *side) error {
	var id string
	fresh := work{target: func() string {
		id = randomID()
		return "/v1.41/containers/" + id + "/top?ps_args=-ef"
	}}
	c, err := compare(b.ctx, fresh, []*side{plain, dpf}, b.rounds, b.round)
	if err != nil {
		return err
	}
	inspect, err := compare(b.ctx, fixed("/v1.41/containers/"+containerID(0)+"/json"), []*side{b.direct}, b.rounds, b.round/3)
	if err != nil {
		return err
	}
	added := c.added(0, 1)
	for i := range added {
		added[i] -= inspect.p50[0][i]
	}
	b.report.addWith("scoped: decision not known, less one upstream inspect", "+0.25 ms", added, "ms", median(added) <= 0.25,
		fmt.Sprintf("%.3f → %.3f ms, inspect %.3f ms", median(c.p50[0]), median(c.p50[1]), median(inspect.p50[0])))
	return nil
}

func randomID() string {
	var id [32]byte
	_, _ = rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}

// listMemory is the resident memory that lists of 10,000 take.
func (b *bench) listMemory() error {
	return b.withTraefik(func(t *instance, plain, dpf *side) error {
		var growth [2]float64
		var body float64
		for i, s := range []*side{plain, dpf} {
			for range 100 { // what every request takes
				if _, err := s.timed(b.ctx, "/_ping", nil); err != nil {
					return err
				}
			}
			before, peak, _, err := t.growth(func() error {
				for range 20 {
					resp, err := s.get(b.ctx, "/containers/json?all=1", listOf(10000).header)
					if err != nil {
						return err
					}
					n, err := io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
					if err != nil {
						return err
					}
					body = max(body, float64(n)/1e6)
				}
				return nil
			})
			if err != nil {
				return err
			}
			growth[i] = peak - before
		}
		times := growth[1] / body
		b.report.addText("list of 10,000: growth of the resident memory", "4 × the body",
			fmt.Sprintf("%.1f × the body", times), "", fmt.Sprintf("%.0f → %.0f MB, the body is %.1f MB", growth[0], growth[1], body), times < 4)
		return nil
	})
}

// events are the rows of the stream of events.
func (b *bench) events() error {
	const rate, seconds, every = 20000, 8, 100
	return b.withTraefik(func(t *instance, plain, dpf *side) error {
		// Few events, all visible: what one of them is late.
		delays := [2][]float64{}
		for range b.rounds {
			for i, s := range []*side{plain, dpf} {
				e, err := readEvents(b.ctx, s, 200, 1, 1)
				if err != nil {
					return err
				}
				delays[i] = append(delays[i], median(e.delays))
			}
		}
		late := median(delays[1])
		b.report.addWith("events: a visible one after upstream's", "1 ms", delays[1], "ms", late <= 1,
			fmt.Sprintf("%.3f → %.3f ms", median(delays[0]), late))

		stop := b.profiling(t, "events")
		var e *events
		before, peak, after, err := t.growth(func() (err error) {
			e, err = readEvents(b.ctx, dpf, rate, seconds, every)
			return err
		})
		stop()
		if err != nil {
			return err
		}
		sent := float64(e.seen * every)
		perSecond := sent / e.elapsed.Seconds()
		b.report.addText(fmt.Sprintf("events: 20,000/s for %d s, 1 %% visible", seconds), "20,000/s",
			fmt.Sprintf("%.0f/s", perSecond), "", fmt.Sprintf("a visible one after %.2f ms (p50)", median(e.delays)), perSecond > 0.98*rate)
		b.report.addText("events: resident memory of that", "no growth",
			fmt.Sprintf("%+.0f MB", after-before), "", fmt.Sprintf("%.0f MB before, %.0f at most, %.0f after", before, peak, after), after-before < 30)

		var most [2][]float64
		for range 3 {
			for i, s := range []*side{plain, dpf} {
				if e, err = readEvents(b.ctx, s, 0, 2, every); err != nil {
					return err
				}
				n := float64(e.seen)
				if i == 1 {
					n *= every
				}
				most[i] = append(most[i], n/e.elapsed.Seconds())
			}
		}
		b.report.values["events"] = median(most[1])
		b.report.addText("events: as many as pass, 1 % visible", "20,000/s", fmt.Sprintf("%.0f/s", median(most[1])),
			spread(most[1], "/s"), fmt.Sprintf("%.0f → %.0f/s", median(most[0]), median(most[1])), median(most[1]) >= rate)
		return nil
	})
}

// stream compares an export of 1 GB.
func (b *bench) stream() error {
	return b.withTraefik(func(t *instance, plain, dpf *side) error {
		target := "/v1.41/containers/" + containerID(0) + "/export"
		var rates [2][]float64
		var ratios []float64
		var growth [2]float64
		for round := range 5 {
			for k := range 2 {
				i := (round + k) % 2
				s := []*side{plain, dpf}[i]
				before, peak, _, err := t.growth(func() error {
					rate, err := throughput(b.ctx, s, target)
					rates[i] = append(rates[i], rate)
					return err
				})
				if err != nil {
					return err
				}
				growth[i] = max(growth[i], peak-before)
			}
			ratios = append(ratios, 100*(rates[1][round]/rates[0][round]-1))
		}
		b.report.addWith("stream of 1 GB (export): throughput", "-3 %", ratios, "%", median(ratios) >= -3,
			fmt.Sprintf("%.0f → %.0f MB/s", median(rates[0]), median(rates[1])))
		b.report.addText("stream of 1 GB: resident memory at most", "flat",
			fmt.Sprintf("%+.0f MB", growth[1]), "", fmt.Sprintf("%.0f → %.0f MB more", growth[0], growth[1]), growth[1] < 10)
		return nil
	})
}

// profiling takes a CPU profile of Traefik until the returned function is
// called.
func (b *bench) profiling(t *instance, name string) func() {
	if b.profile == "" {
		return func() {}
	}
	done := make(chan error, 1)
	go func() { done <- b.saveProfile(t, name) }()
	return func() {
		if err := <-done; err != nil {
			fmt.Println("profile of", name+":", err)
		}
	}
}

func (b *bench) saveProfile(t *instance, name string) error {
	seconds := max(1, int((time.Duration(b.rounds) * b.round).Seconds()))
	req, err := http.NewRequestWithContext(b.ctx, http.MethodGet, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", t.API(), seconds), nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %.100s: %w", resp.Status, strings.TrimSpace(string(data)), err)
	}
	return os.WriteFile(filepath.Join(b.profile, name+".pprof"), data, 0o644)
}
