package view

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/scrub"
)

// maxKnown bounds the containers that one stream of events remembers.
const maxKnown = 10000

// Events keeps the lines of SystemEvents that are about visible containers. It
// belongs to one stream.
type Events struct {
	Policy *policy.Policy
	Scrub  *scrub.Scrubber
	// Inspect looks a container up by its full ID; nil: it is gone.
	Inspect func(id string) *policy.Container
	// List returns all containers that exist.
	List func() ([]policy.Container, error)

	known map[string]*policy.Container
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

// EventNeedles returns strings of which every line that Events keeps holds one,
// or nil if there are none such. The events of networks and volumes are looked
// at: they tell the container by its ID only.
func EventNeedles(p *policy.Policy) [][]byte {
	if p.Needles == nil {
		return nil
	}
	return append([][]byte{escape, slashEscape, []byte(`network"`), []byte(`volume"`)}, p.Needles...)
}

// Learn forgets everything but the containers that exist. The first event of
// one of them may be the one that says that it is gone.
func (e *Events) Learn() error {
	all, err := e.List()
	if err != nil {
		return err
	}
	e.known = make(map[string]*policy.Container, len(all))
	for i := range all {
		e.known[all[i].ID] = &all[i]
	}
	return nil
}

// Line returns what the client gets of a line, which may be nothing.
func (e *Events) Line(raw []byte) ([]byte, error) {
	var ev event
	if err := json.Unmarshal(bytes.TrimLeft(raw, scrub.RecordSeparator), &ev); err != nil {
		return nil, nil // Fail closed: an event that cannot be read is dropped.
	}
	var visible bool
	switch ev.Type {
	case "container":
		visible = e.containerEvent(&ev)
	case "network", "volume":
		visible = e.attachedEvent(&ev)
	default:
		// Fail closed: events of images, services and the daemon carry labels and
		// names that may come from a hidden container.
		return nil, nil
	}
	if !visible {
		return nil, nil
	}
	return e.Scrub.Event(raw), nil
}

// containerEvent judges an event of a container by the name that it carries
// and by what is known of the container.
func (e *Events) containerEvent(ev *event) bool {
	if !engineapi.FullID.MatchString(ev.Actor.ID) {
		return false // prune, which tells what was freed
	}
	name := ev.Actor.Attributes["name"]
	c := e.find(ev.Actor.ID)
	if c == nil {
		return false
	}
	action, _, _ := strings.Cut(ev.Action, ":")
	if action == "destroy" {
		delete(e.known, ev.Actor.ID)
	}
	if action == "rename" {
		return e.renameEvent(ev, c)
	}
	if name != c.Name {
		// A rename that the filters of the stream kept away, or an old event.
		if now := e.inspect(ev.Actor.ID); now != nil {
			c = now
		}
	}
	then := *c
	then.Name = name
	return e.Policy.Visible(c) && e.Policy.Visible(&then)
}

// renameEvent judges a rename: the event shows both names.
func (e *Events) renameEvent(ev *event, c *policy.Container) bool {
	before := *c
	before.Name = strings.TrimPrefix(ev.Actor.Attributes["oldName"], "/")
	c.Name = ev.Actor.Attributes["name"]
	return e.Policy.Visible(&before) && e.Policy.Visible(c)
}

// attachedEvent judges an event of a network or volume by the container that
// it names.
func (e *Events) attachedEvent(ev *event) bool {
	id := ev.Actor.Attributes["container"]
	if !engineapi.FullID.MatchString(id) {
		return false
	}
	c := e.find(id)
	if c != nil && e.Policy.ReadsNames {
		// The event does not carry the container's name, which may have
		// changed since.
		if now := e.inspect(id); now != nil {
			c = now
		}
	}
	return c != nil && e.Policy.Visible(c)
}

// find returns what is known of a container; one that is seen for the first
// time is looked up. nil: it is gone, and nothing is known of it.
func (e *Events) find(id string) *policy.Container {
	if c := e.known[id]; c != nil {
		return c
	}
	return e.inspect(id)
}

// inspect looks a container up and remembers it.
func (e *Events) inspect(id string) *policy.Container {
	c := e.Inspect(id)
	if c == nil || c.ID != id {
		return nil
	}
	if len(e.known) >= maxKnown {
		// A stream whose filters keep the destroy events away only ever
		// learns: it begins again with the containers that exist.
		if e.Learn() != nil {
			return nil
		}
	}
	e.known[id] = c
	return c
}

// ScrubEvent returns what the client gets of a line where every container is
// visible. In what cannot be read nothing can be found: it is dropped.
func ScrubEvent(s *scrub.Scrubber, raw []byte) []byte {
	var ev event
	if err := json.Unmarshal(bytes.TrimLeft(raw, scrub.RecordSeparator), &ev); err != nil {
		return nil
	}
	return s.Event(raw)
}
