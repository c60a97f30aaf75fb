package dpf

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// maxKnown bounds the containers that one stream of events remembers.
const maxKnown = 10000

// serveEvents answers SystemEvents with the events of visible containers.
func (f *filter) serveEvents(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	if !f.narrowFilters(rw, req, ep) {
		return
	}
	// The containers that exist now: the first event of one of them may be
	// the one that says that it is gone.
	ef := &eventFilter{f: f, req: req, version: ep.version}
	if err := ef.learn(); err != nil {
		f.fail(rw, ep, err)
		return
	}
	sent := req.Clone(req.Context())
	if _, err := f.rewrite(sent, ep, ""); err != nil {
		f.fail(rw, ep, err)
		return
	}
	strip(sent.Header, answerHeaders)
	lines := newLineWriter(rw, f.upstream.limit, ef)
	lines.needles = eventNeedles(&f.policy)
	f.stream(sent, lines)
}

// eventFilter keeps the events of visible containers. It belongs to one
// stream and lives on the goroutine that copies it.
type eventFilter struct {
	f       *filter
	req     *http.Request
	version string
	known   map[string]*container
}

// event is the part of moby's events.Message that decides.
type event struct {
	Type   string
	Action string
	Actor  struct {
		ID         string
		Attributes map[string]string
	}
}

// line keeps the line of an event of a visible container as it is.
func (ef *eventFilter) line(raw []byte) ([]byte, error) {
	var e event
	if err := json.Unmarshal(bytes.TrimLeft(raw, recordSeparator), &e); err != nil {
		return nil, nil // Closed: an event that cannot be read is dropped.
	}
	var visible bool
	switch e.Type {
	case "container":
		visible = ef.containerEvent(&e)
	case "network", "volume":
		visible = ef.attachedEvent(&e)
	default:
		// Closed: events of images, services and the daemon carry labels and
		// names that may come from a hidden container.
		return nil, nil
	}
	if !visible {
		return nil, nil
	}
	return scrubEvent(ef.f.scrub, raw)
}

// recordSeparator begins a record in the framing json-seq.
const recordSeparator = "\x1e"

// scrubEvent scrubs the line of an event.
func scrubEvent(s *scrubber, raw []byte) ([]byte, error) {
	if !s.concerns("SystemEvents") {
		return raw, nil
	}
	text := bytes.TrimLeft(raw, recordSeparator)
	scrubbed, err := s.answer("SystemEvents", text)
	if err != nil {
		return nil, nil // Closed: an event that cannot be scrubbed is dropped.
	}
	return append(raw[:len(raw)-len(text):len(raw)-len(text)], scrubbed...), nil
}

// serveAllEvents answers SystemEvents where every container is visible and
// only the lines are scrubbed.
func (f *filter) serveAllEvents(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	if _, err := f.rewrite(req, ep, ""); err != nil {
		f.fail(rw, ep, err)
		return
	}
	strip(req.Header, answerHeaders)
	lines := &changeLine{change: f.scrubAnyEvent}
	f.stream(req, newLineWriter(rw, f.upstream.limit, lines))
}

// scrubAnyEvent scrubs a line that nobody has read yet.
func (f *filter) scrubAnyEvent(raw []byte) ([]byte, error) {
	var e event
	if err := json.Unmarshal(bytes.TrimLeft(raw, recordSeparator), &e); err != nil {
		return nil, nil // Closed: in what cannot be read nothing can be found.
	}
	return scrubEvent(f.scrub, raw)
}

// containerEvent judges an event of a container by the name that it carries
// and by what is known of the container.
func (ef *eventFilter) containerEvent(e *event) bool {
	if !fullID.MatchString(e.Actor.ID) {
		return false // prune, which tells what was freed
	}
	name := e.Actor.Attributes["name"]
	c := ef.find(e.Actor.ID)
	if c == nil {
		return false
	}
	action, _, _ := strings.Cut(e.Action, ":")
	if action == "destroy" {
		delete(ef.known, e.Actor.ID)
	}
	if action == "rename" {
		return ef.renameEvent(e, c)
	}
	if name != c.Name {
		// A rename that the filters of the stream kept away, or an old event.
		if now := ef.inspect(e.Actor.ID); now != nil {
			c = now
		}
	}
	then := *c
	then.Name = name
	return ef.f.policy.visible(c) && ef.f.policy.visible(&then)
}

// renameEvent judges a rename: the event shows both names.
func (ef *eventFilter) renameEvent(e *event, c *container) bool {
	before := *c
	before.Name = strings.TrimPrefix(e.Actor.Attributes["oldName"], "/")
	c.Name = e.Actor.Attributes["name"]
	return ef.f.policy.visible(&before) && ef.f.policy.visible(c)
}

// attachedEvent judges an event of a network or volume by the container that
// it names.
func (ef *eventFilter) attachedEvent(e *event) bool {
	id := e.Actor.Attributes["container"]
	if !fullID.MatchString(id) {
		return false
	}
	c := ef.find(id)
	if c != nil && ef.f.policy.readsNames {
		// The event does not carry the container's name, which may have
		// changed since.
		if now := ef.inspect(id); now != nil {
			c = now
		}
	}
	return c != nil && ef.f.policy.visible(c)
}

// find returns what is known of a container; one that is seen for the first
// time is looked up. nil: it is gone, and nothing is known of it.
func (ef *eventFilter) find(id string) *container {
	if c := ef.known[id]; c != nil {
		return c
	}
	return ef.inspect(id)
}

// inspect looks a container up.
func (ef *eventFilter) inspect(id string) *container {
	ans, err := ef.f.upstream.get(ef.req, ef.version+"/containers/"+id+"/json", "")
	if err != nil || ans.status != http.StatusOK {
		return nil
	}
	c, err := inspected(ans)
	if err != nil || c.ID != id {
		return nil
	}
	if len(ef.known) >= maxKnown {
		// A stream whose filters keep the destroy events away only ever
		// learns: it begins again with the containers that exist.
		if ef.learn() != nil {
			return nil
		}
	}
	ef.known[id] = c
	return c
}

// learn forgets everything but the containers that exist.
func (ef *eventFilter) learn() error {
	ans, err := ef.f.allContainers(ef.req, ef.version)
	if err != nil {
		return err
	}
	if !ans.isJSON() {
		return errNotJSON(ans)
	}
	bodies, err := summaries(ans.body)
	if err != nil {
		return err
	}
	ef.known = make(map[string]*container, len(bodies))
	for i := range bodies {
		c := bodies[i].container()
		ef.known[c.ID] = &c
	}
	return nil
}
