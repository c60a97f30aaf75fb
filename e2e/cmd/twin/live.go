package main

import (
	"context"
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

// listen opens the event streams of every entry point.
func (b *bench) listen(ctx context.Context) *streams {
	ctx, cancel := context.WithCancel(ctx)
	s := &streams{cancel: cancel}
	for _, address := range b.addresses {
		for _, query := range liveFilters {
			s.open = append(s.open, follow(ctx, address, query))
		}
	}
	// The engine sends no header before the first event: there is nothing to wait for.
	time.Sleep(500 * time.Millisecond)
	return s
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
			_ = e.read(http.DefaultClient, req, nil)
		}
		done <- e
	}()
	return done
}

// stop ends the streams and returns what they have sent.
func (s *streams) stop(moving words) []exchange {
	s.cancel()
	exchanges := make([]exchange, len(s.open))
	for i, done := range s.open {
		exchanges[i] = <-done
		exchanges[i].body = []byte(moving.mask(string(exchanges[i].body)))
	}
	return exchanges
}
