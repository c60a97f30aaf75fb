package serve

import (
	"net/http"
	"time"

	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/view"
)

// systemEvents answers SystemEvents with the events of visible containers.
func (h *Handler) systemEvents(x *exchange) (*outcome, error) {
	if _, err := h.narrowFilters(x); err != nil {
		return nil, err
	}
	stream := &eventStream{h: h, x: &exchange{req: x.req.Clone(x.req.Context()), ep: x.ep}}
	if h.policy.ReadsNames {
		stream.begun = time.Now()
	}
	events := &view.Events{
		Policy:  h.policy,
		Scrub:   h.scrub,
		Find:    func(id string) *view.Sighting { return stream.find(id, stream.begun) },
		Refresh: func(id string) *view.Sighting { return stream.find(id, time.Now()) },
		Note:    func(id string, s *view.Sighting) { h.sightings.add(id, s) },
	}
	line := func(raw []byte) ([]byte, error) { return events.Line(raw) }
	return &outcome{lines: proxy.NewLineWriter(x.rw, h.upstream.Limit, view.EventNeedles(h.policy), line)}, nil
}

// eventStream is one answer to SystemEvents. It begins to listen before it looks
// at a container: what happens in between is judged by what is there then.
type eventStream struct {
	h *Handler
	x *exchange // what is asked while the stream runs is asked for the client
	// begun is the time from which a name is known well enough: what was heard of
	// names before, other streams may have missed a part of.
	begun time.Time
}

// find returns what is known of a container, and was not looked up before since.
func (e *eventStream) find(id string, since time.Time) *view.Sighting {
	return e.h.sightings.find(e.x.req.Context(), id, since, func(known *view.Sighting) *view.Sighting {
		return e.look(id, known)
	})
}

// look looks a container up by its full ID, of which known is known, or nil. nil:
// it cannot be read.
func (e *eventStream) look(id string, known *view.Sighting) *view.Sighting {
	at := time.Now()
	ans, err := e.h.upstream.Get(e.x.req, e.x.ep.Version+"/containers/"+id+"/json", "")
	if err != nil || (ans.Status != http.StatusOK && ans.Status != http.StatusNotFound) {
		return nil
	}
	if ans.Status == http.StatusOK {
		c, err := inspected(ans)
		if err != nil {
			return nil
		}
		if c.Container.ID == id {
			return &view.Sighting{Marked: true, Marks: e.h.policy.Marks(c.Container.Labels), Name: c.Container.Name, At: at}
		}
		// Another container has the ID of one that is gone for a name.
	}
	gone := &view.Sighting{Gone: true}
	if known != nil {
		gone.Marked, gone.Name = known.Marked, known.Name
		gone.Marks = known.Marks
	}
	return gone
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
