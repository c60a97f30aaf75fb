package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// side is one of the ways to the engine that are compared: a client with one
// keep-alive connection.
type side struct {
	base   string
	client *http.Client
}

func newSide(addr string) *side {
	return &side{base: "http://" + addr, client: &http.Client{
		Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 1},
		Timeout:   time.Minute,
	}}
}

// get asks for target, in which an empty field is filled by the caller, and
// returns the answer.
func (s *side) get(ctx context.Context, target string, header http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+target, nil)
	if err != nil {
		return nil, err
	}
	for key, values := range header {
		req.Header[key] = values
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("GET %s: %s", target, resp.Status)
	}
	return resp, nil
}

// timed returns how long one request takes, to the last byte.
func (s *side) timed(ctx context.Context, target string, header http.Header) (time.Duration, error) {
	start := time.Now()
	resp, err := s.get(ctx, target, header)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return time.Since(start), err
}

// work is one row of requests.
type work struct {
	target func() string
	header http.Header
}

func fixed(target string) work { return work{target: func() string { return target }} }

func listOf(n int) work {
	w := fixed("/v1.41/containers/json?all=1")
	w.header = http.Header{headerList: {strconv.Itoa(n)}}
	return w
}

// comparison holds the p50 of each side in each round, in milliseconds.
type comparison struct {
	p50 [][]float64 // by side
}

// compare sends the same requests to all sides by turns, so that what else
// the machine does meets all of them.
func compare(ctx context.Context, w work, sides []*side, rounds int, length time.Duration) (*comparison, error) {
	c := &comparison{p50: make([][]float64, len(sides))}
	for range 3 { // connections, caches
		if _, err := turn(ctx, w, sides, 0, nil); err != nil {
			return nil, err
		}
	}
	for range rounds {
		samples := make([][]float64, len(sides))
		start := time.Now()
		for i := 0; i < 10 || time.Since(start) < length; i++ {
			var err error
			if samples, err = turn(ctx, w, sides, i, samples); err != nil {
				return nil, err
			}
		}
		for i := range sides {
			c.p50[i] = append(c.p50[i], median(samples[i]))
		}
	}
	return c, nil
}

// turn sends one request to each side. Which one is first changes.
func turn(ctx context.Context, w work, sides []*side, first int, samples [][]float64) ([][]float64, error) {
	target := w.target()
	for k := range sides {
		i := (first + k) % len(sides)
		took, err := sides[i].timed(ctx, target, w.header)
		if err != nil {
			return nil, err
		}
		if samples != nil {
			samples[i] = append(samples[i], took.Seconds()*1000)
		}
	}
	return samples, nil
}

// added is what side b takes more than side a, by round.
func (c *comparison) added(a, b int) []float64 {
	diffs := make([]float64, len(c.p50[a]))
	for i := range diffs {
		diffs[i] = c.p50[b][i] - c.p50[a][i]
	}
	return diffs
}

// median returns the middle of values; it sorts a copy.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}

// checkFilters makes sure that the figures are about a filter that filters.
func checkFilters(ctx context.Context, plain, dpf *side) error {
	for n, visible := range listSizes {
		for s, want := range map[*side]int{plain: n, dpf: visible} {
			resp, err := s.get(ctx, "/containers/json?all=1", listOf(n).header)
			if err != nil {
				return err
			}
			var list []json.RawMessage
			err = json.NewDecoder(resp.Body).Decode(&list)
			_ = resp.Body.Close()
			if err != nil {
				return err
			}
			if len(list) != want {
				return fmt.Errorf("the list of %d containers has %d elements, want %d", n, len(list), want)
			}
		}
	}
	return nil
}
