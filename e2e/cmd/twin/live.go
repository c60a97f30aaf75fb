package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// streams are event streams that are open during the activity.
type streams struct {
	cancel context.CancelFunc
	open   []chan exchange
}

// liveFilters are the queries of the streams.
var liveFilters = []string{"", filters(object{"type": []string{"container"}}), filters(object{"event": []string{"die", "destroy"}})}

// listen opens the event streams of every entry point. The engine sends no
// header before the first event: it is asked whether it serves them.
func (b *bench) listen(ctx context.Context) (*streams, error) {
	ctx, cancel := context.WithCancel(ctx)
	s := &streams{cancel: cancel}
	for _, address := range b.addresses {
		for _, query := range liveFilters {
			s.open = append(s.open, follow(ctx, address, query))
		}
	}
	const timeout = 20 * time.Second
	for deadline := time.Now().Add(timeout); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		var info struct{ NEventsListener int }
		if err := b.Engine.API().Get("/info", &info); err != nil {
			return s, err
		}
		if info.NEventsListener >= len(s.open) {
			return s, nil
		}
	}
	return s, fmt.Errorf("the engine serves no %d streams after %s", len(s.open), timeout)
}

// follow reads a stream until ctx ends.
func follow(ctx context.Context, address, query string) chan exchange {
	done := make(chan exchange, 1)
	go func() {
		e := exchange{
			request: &request{operation: "SystemEvents", kind: "live", lines: true, method: http.MethodGet, target: "/events?" + query},
			sent:    "GET /events?" + query,
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+e.target, nil)
		if err == nil {
			// The end comes by ctx: its error says nothing.
			_ = e.read(http.DefaultClient, req)
		}
		done <- e
	}()
	return done
}

// stop ends the streams and returns what they have sent.
func (s *streams) stop(mask func(body string) string) []exchange {
	time.Sleep(500 * time.Millisecond) // The last lines are on their way.
	s.cancel()
	exchanges := make([]exchange, len(s.open))
	for i, done := range s.open {
		exchanges[i] = <-done
		exchanges[i].body = []byte(mask(string(exchanges[i].body)))
	}
	return exchanges
}
