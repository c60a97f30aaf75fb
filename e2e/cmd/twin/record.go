package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"
)

// answer is what came back for a request, with placeholders.
type answer struct {
	failure string // why there is no answer
	status  int
	header  http.Header
	body    []byte
}

// exchange is a request and its answer.
type exchange struct {
	*request
	sent string // method and path, with placeholders
	answer
}

// workers is the number of requests that are under way at a time.
const workers = 4

// patience bounds a request. Those that time out are sent again, alone.
const patience, morePatience, noPatience = 20 * time.Second, time.Minute, 3 * time.Second

// recorder sends requests about one scene.
type recorder struct {
	client    *http.Client
	words     words                    // what the placeholders stand for
	mask      func(body string) string // of those that the other scene has not
	exchanges []exchange
}

// record asks everything of every entry point. What asks for
// the events of the activity goes first.
func record(ctx context.Context, b *bench, s *scene, plan []request) ([]exchange, error) {
	live, err := b.listen(ctx)
	if err == nil {
		err = s.act()
	}
	if err != nil {
		return nil, fmt.Errorf("activity: %w", err)
	}
	streamed := live.stop(s.words.masker())
	r := &recorder{
		client: &http.Client{
			Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: workers},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		words: maps.Clone(s.words),
		mask:  s.words.masker(),
	}
	maps.Copy(r.words, s.fixed)
	for _, timed := range []bool{true, false} {
		var batch []*exchange
		for _, prefix := range b.prefixes {
			for i := range plan {
				if plan[i].timed == timed {
					batch = append(batch, &exchange{request: &plan[i], sent: plan[i].method + " " + prefix + plan[i].target})
				}
			}
		}
		r.send(ctx, batch)
	}
	return append(streamed, r.exchanges...), ctx.Err()
}

// send sends the batch, several requests at a time where they allow it.
func (r *recorder) send(ctx context.Context, batch []*exchange) {
	queue := make(chan *exchange)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for e := range queue {
				r.one(ctx, e, patience)
			}
		})
	}
	for _, e := range batch {
		if !e.alone {
			queue <- e
		}
	}
	close(queue)
	group.Wait()
	for _, e := range batch {
		if e.alone || e.failure != "" && !e.blocks {
			r.one(ctx, e, morePatience)
		}
		_, target, _ := strings.Cut(e.sent, "/")
		e.sent = e.method + " /" + target
		r.exchanges = append(r.exchanges, *e)
	}
}

// one sends one request.
func (r *recorder) one(ctx context.Context, e *exchange, patience time.Duration) {
	if e.blocks {
		patience = noPatience
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	e.answer = answer{}
	_, target, _ := strings.Cut(e.sent, " ")
	req, err := http.NewRequestWithContext(ctx, e.method, "http://"+r.words.expand(target), nil)
	if err == nil {
		err = e.read(r.client, req)
	}
	if err != nil {
		e.failure = "an error"
		if errors.Is(err, context.DeadlineExceeded) {
			e.failure = "none in time"
		}
	}
	e.body = []byte(r.mask(string(e.body)))
}

func (a *answer) read(client *http.Client, req *http.Request) error {
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	a.status, a.header = resp.StatusCode, resp.Header
	a.header["(Framing)"] = resp.TransferEncoding
	a.body = body
	return err
}
