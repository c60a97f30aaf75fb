package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/scrub"
)

// A probe is forwarded as it would be by the way of every other operation.
func TestProbesAgree(t *testing.T) {
	methods := []string{"GET", "HEAD", "POST", "get", "PUT"}
	paths := []string{
		"/_ping", "/version", "/v1.24/_ping", "/v1.41/version", "/v1.99/_ping", "/v1.23/_ping", "/v1.100/version", "/v2.41/_ping",
		"/_ping/", "//_ping", "/_ping\n", "/v1.41/_pingx", "/versions", "/v1.41/v1.41/_ping", "/V1.41/_ping", "/info", "/x/_ping",
	}
	for _, refused := range []string{"", "SystemVersion", "SystemPing", "SystemPingHead"} {
		t.Run(refused, func(t *testing.T) {
			fast := echoing(t, refused)
			plain := echoing(t, refused)
			plain.probes = false
			for _, method := range methods {
				for _, path := range paths {
					got, want := probed(fast, method, path), probed(plain, method, path)
					if got != want {
						t.Errorf("refused %q: %s %q\ngot  %s\nwant %s", refused, method, path, got, want)
					}
				}
			}
		})
	}
}

// echoing returns a handler in front of an engine that says what reached it.
func echoing(t *testing.T, refused string) *Handler {
	t.Helper()
	next := http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		header, _ := json.Marshal(req.Header) // with its keys in order
		_, _ = fmt.Fprintf(rw, "%s %s %q %d %s", req.Method, req.RequestURI, req.URL.RawPath, req.ContentLength, header)
	})
	p, err := policy.New(&policy.Config{Labels: []string{"homepage.group"}})
	if err != nil {
		t.Fatal(err)
	}
	upstream, err := proxy.NewUpstream(context.Background(), next, "", 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	log, err := NewLogger("error", "test")
	if err != nil {
		t.Fatal(err)
	}
	refusals := map[string]string{refused: "refused"}
	return New(&Options{Next: next, Upstream: upstream, Policy: p, Scrub: &scrub.Scrubber{}, Refusals: refusals, Log: log})
}

// probed is the answer to a request that has everything that is not forwarded.
func probed(h *Handler, method, path string) string {
	req := httptest.NewRequest(method, "/x", strings.NewReader("body"))
	req.URL.Path, req.URL.RawPath = path, "/escaped"
	for _, drop := range []map[string]bool{proxy.BareHeaders, proxy.AnswerHeaders} {
		for key := range drop {
			req.Header.Set(key, "x")
		}
	}
	req.Header.Set("Upgrade", "h2c")
	req.Header.Set("Cookie", "kept")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return fmt.Sprint(rec.Code, " ", rec.Body.String())
}

// lastAction is the last of the actions.
const lastAction = engineapi.Node

// Every action has a handler, and an operation that has it. Without a case in
// the switch an operation is refused: it was answered with 200 and an empty body.
func TestEveryAction(t *testing.T) {
	used := map[engineapi.Action]*engineapi.Operation{}
	operations := engineapi.Operations()
	for i := range operations {
		used[operations[i].Action] = &operations[i]
	}
	h := echoing(t, "")
	for action := engineapi.Refuse; action <= lastAction; action++ {
		op := used[action]
		if op == nil {
			t.Errorf("no operation has the action %d", action)
			continue
		}
		t.Run(op.ID, func(t *testing.T) {
			req := httptest.NewRequest(op.Method, "/", nil)
			out, err := h.filter(&exchange{rw: httptest.NewRecorder(), req: req, ep: &engineapi.Endpoint{Op: op, Ref: "web"}})
			if out == nil && err == nil {
				t.Error("the handler decided nothing")
			}
			if err != nil && strings.Contains(err.Error(), "it has no handler") {
				t.Error(err)
			}
		})
	}
}

func TestActionWithoutAHandlerIsRefused(t *testing.T) {
	h := echoing(t, "")
	for _, action := range []engineapi.Action{-1, lastAction + 1} {
		t.Run(fmt.Sprint(action), func(t *testing.T) {
			rec := httptest.NewRecorder()
			x := &exchange{rw: rec, req: httptest.NewRequest("GET", "/", nil), ep: &engineapi.Endpoint{Op: &engineapi.Operation{ID: "ContainerWeather", Action: action}}}
			out, err := h.filter(x)
			if out != nil || err == nil {
				t.Fatalf("got %v, %v", out, err)
			}
			h.replyError(x, err)
			if rec.Code != http.StatusForbidden || !strings.Contains(rec.Body.String(), "ContainerWeather is refused") {
				t.Errorf("got %d %s", rec.Code, rec.Body)
			}
		})
	}
}

// A handler that decides nothing is an error, not an empty answer.
func TestNothingDecidedIsAnError(t *testing.T) {
	h := echoing(t, "")
	for _, out := range []*outcome{nil, {}} {
		t.Run(fmt.Sprint(out), func(t *testing.T) {
			rec := httptest.NewRecorder()
			x := &exchange{rw: rec, req: httptest.NewRequest("GET", "/", nil), ep: &engineapi.Endpoint{Op: &engineapi.Operation{ID: "ContainerWeather"}}}
			err := h.carryOut(x, out)
			if err == nil {
				t.Fatal("got no error")
			}
			h.replyError(x, err)
			if rec.Code != http.StatusBadGateway {
				t.Errorf("got %d %s", rec.Code, rec.Body)
			}
		})
	}
}
