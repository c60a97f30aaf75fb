package serve

import (
	"errors"
	"net/http"

	"github.com/docker-proxy-filter/dpf/internal/proxy"
)

// outcome is what a handler decided about a request: exactly one of its forms.
type outcome struct {
	// answer is sent.
	answer *proxy.Answer
	// forward: the request goes to the router's service as the endpoint describes
	// it, with ref in the place of the client's reference.
	forward bool
	ref     string
	// asIs: the request goes to the router's service with query, body and
	// connection as they came.
	asIs bool
	// lines: as forward, or as asIs, and the answer passes through them.
	lines *proxy.LineWriter
	// sent: the request is made already, and goes to the router's service.
	sent *http.Request
}

// passed is the outcome of what is forwarded as it came. It is read-only.
var passed = &outcome{asIs: true}

func answered(ans *proxy.Answer) *outcome { return &outcome{answer: ans} }

func forwarded(ref string) *outcome { return &outcome{forward: true, ref: ref} }

// errUndecided is what became of a request when a handler decided nothing.
var errUndecided = errors.New("no handler decided about the request")

// carryOut does what was decided.
func (h *Handler) carryOut(x *exchange, out *outcome) error {
	switch {
	case out == nil:
		return errUndecided // Fail closed: not 200 with an empty body.
	case out.forward:
		return h.forward(x, out.ref)
	case out.answer != nil:
		if x.trace != nil {
			x.trace.answered(out.answer)
		}
		out.answer.Send(x.rw)
		return nil
	}
	return h.carryOutRare(x, out)
}

// carryOutRare is carryOut for what few requests come to.
func (h *Handler) carryOutRare(x *exchange, out *outcome) error {
	switch {
	case out.lines != nil:
		return h.stream(x, out)
	case out.asIs:
		return h.forwardAsIs(x)
	case out.sent != nil:
		return h.pass(x, out.sent)
	}
	return errUndecided
}
