package serve

import (
	"net/http"

	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/view"
)

// systemEvents answers SystemEvents with the events of visible containers.
func (h *Handler) systemEvents(x *exchange) (*outcome, error) {
	if _, err := h.narrowFilters(x); err != nil {
		return nil, err
	}
	// What is asked while the stream runs is asked for the request of the client.
	client := &exchange{req: x.req.Clone(x.req.Context()), ep: x.ep}
	events := &view.Events{
		Policy:  h.policy,
		Scrub:   h.scrub,
		Inspect: func(id string) *policy.Container { return h.inspectNow(client, id) },
		List:    func() ([]policy.Container, error) { return h.allContainers(client) },
	}
	if err := events.Learn(); err != nil {
		return nil, err
	}
	line := func(raw []byte) ([]byte, error) { return events.Line(raw) }
	return &outcome{lines: proxy.NewLineWriter(x.rw, h.upstream.Limit, view.EventNeedles(h.policy), line)}, nil
}

// inspectNow looks a container up by its full ID; nil: it is gone, or cannot be
// read.
func (h *Handler) inspectNow(x *exchange, id string) *policy.Container {
	ans, err := h.upstream.Get(x.req, x.ep.Version+"/containers/"+id+"/json", "")
	if err != nil || ans.Status != http.StatusOK {
		return nil
	}
	c, err := inspected(ans)
	if err != nil {
		return nil
	}
	return &c.Container
}

// allContainers returns the containers that exist.
func (h *Handler) allContainers(x *exchange) ([]policy.Container, error) {
	ans, err := h.side(x, "/containers/json", "all=1")
	if err != nil {
		return nil, err
	}
	return view.AllContainers(ans.Body)
}

// scrubbedEvents answers SystemEvents where every container is visible and only
// the lines are scrubbed.
func (h *Handler) scrubbedEvents(x *exchange) *outcome {
	line := func(raw []byte) ([]byte, error) { return view.ScrubEvent(h.scrub, raw), nil }
	return &outcome{asIs: true, lines: proxy.NewLineWriter(x.rw, h.upstream.Limit, nil, line)}
}

// scrubbedWait answers ContainerWait on ref. Its header must reach the client
// before the container ends: docker run waits for it.
func (h *Handler) scrubbedWait(x *exchange, ref string) *outcome {
	line := func(raw []byte) ([]byte, error) { return h.scrub.Answer(x.ep.Op.ID, raw) }
	return &outcome{ref: ref, lines: proxy.NewLineWriter(x.rw, h.upstream.Limit, nil, line)}
}
