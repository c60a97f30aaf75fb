package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// events is what a client saw of a stream of events.
type events struct {
	seen    int
	delays  []float64     // ms between upstream's sending and our reading
	elapsed time.Duration // from the first byte of the header to the end
}

// readEvents reads one stream to its end.
func readEvents(ctx context.Context, s *side, rate, seconds, every int) (*events, error) {
	header := http.Header{
		headerList:    {strconv.Itoa(eventList)},
		headerRate:    {strconv.Itoa(rate)},
		headerSeconds: {strconv.Itoa(seconds)},
		headerVisible: {strconv.Itoa(every)},
	}
	resp, err := s.get(ctx, "/v1.41/events", header)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	e := &events{}
	start := time.Now()
	in := bufio.NewReaderSize(resp.Body, 256<<10)
	for {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		now := time.Now().UnixNano()
		i := bytes.LastIndexByte(line, ':')
		sent, err := strconv.ParseInt(string(bytes.TrimRight(line[i+1:], "}\n")), 10, 64)
		if err != nil {
			return nil, err
		}
		e.delays = append(e.delays, float64(now-sent)/1e6)
		e.seen++
	}
	e.elapsed = time.Since(start)
	return e, nil
}

// throughput reads the stream of 1 GB and returns MB/s.
func throughput(ctx context.Context, s *side, target string) (float64, error) {
	start := time.Now()
	resp, err := s.get(ctx, target, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	n, err := io.Copy(io.Discard, resp.Body)
	if err != nil {
		return 0, err
	}
	if n != streamSize {
		return 0, io.ErrUnexpectedEOF
	}
	return float64(n) / 1e6 / time.Since(start).Seconds(), nil
}
