package view

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/scrub"
)

// Sighting is what is remembered of a container: a few bytes. It is read-only.
type Sighting struct {
	Marked bool // Marks are known
	Marks  policy.Marks
	Name   string    // when it was last looked up
	Gone   bool      // it exists no more, and no other one will have its ID
	At     time.Time // when it was last looked up
}

// Events keeps the lines of SystemEvents that are about visible containers. It
// belongs to one stream, and remembers nothing: what is known of containers all
// streams of a policy share.
type Events struct {
	Policy *policy.Policy
	Scrub  *scrub.Scrubber
	// Find returns what is known of the container with this full ID, which is
	// looked up if need be; nil: it cannot be read.
	Find func(id string) *Sighting
	// Refresh is Find with the name that the container has now.
	Refresh func(id string) *Sighting
	// Note remembers a container.
	Note func(id string, s *Sighting)
}

// event is the part of moby's events.Message that decides. Most events are of
// containers whose labels are known: the attributes are left as they are.
type event struct {
	Type   string
	Action string
	Actor  struct {
		ID         string
		Attributes json.RawMessage
	}
}

// attributes decodes what the event says of its subject, which may be the
// container, its labels included.
func (ev *event) attributes() map[string]string {
	var attributes map[string]string
	if err := json.Unmarshal(ev.Actor.Attributes, &attributes); err != nil {
		return nil // Fail closed: it has no name and no labels.
	}
	return attributes
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

// containerEvent judges an event of a container: by its labels, which never
// change, by the name that it had, and by the one that it has.
func (e *Events) containerEvent(ev *event) bool {
	id := ev.Actor.ID
	if !engineapi.FullID.MatchString(id) {
		return false // prune, which tells what was freed
	}
	s := e.Find(id)
	if s == nil || !s.Marked {
		return e.byItself(ev, s)
	}
	if !e.Policy.ReadsNames {
		return e.Policy.VisibleAs(s.Name, s.Marks)
	}
	attributes := ev.attributes()
	if !s.Gone && attributes["name"] != s.Name {
		// A rename that the filters of the stream kept away, or an old event.
		if now := e.Refresh(id); now != nil && now.Marked {
			s = now
		}
	}
	if !s.Gone && !e.Policy.VisibleAs(s.Name, s.Marks) {
		return false
	}
	return e.names(ev, attributes, s.Marks)
}

// names judges the names in an event of a container with these marks. A rename
// shows two of them.
func (e *Events) names(ev *event, attributes map[string]string, m policy.Marks) bool {
	if engineapi.EventVerb(ev.Action) == "rename" && !e.Policy.VisibleAs(strings.TrimPrefix(attributes["oldName"], "/"), m) {
		return false
	}
	return e.Policy.VisibleAs(attributes["name"], m)
}

// byItself judges an event of a container that is gone, or cannot be read, by the
// name and the labels in it. s is what is known of the container, or nil.
func (e *Events) byItself(ev *event, s *Sighting) bool {
	attributes := ev.attributes()
	labels := make(map[string]string, len(attributes))
	excluded := false
	for key, value := range attributes {
		if !engineapi.EngineAttribute(ev.Action, key) {
			labels[key] = value
		} else if e.Policy.ExcludesKey(key) {
			// Fail closed: there may be a label of that key that hides it.
			excluded = true
		}
	}
	m := e.Policy.Marks(labels)
	m.Excluded = m.Excluded || excluded || attributes == nil
	if !e.names(ev, attributes, m) {
		return false
	}
	if s != nil {
		// The events of its networks and volumes have its ID only.
		e.Note(ev.Actor.ID, &Sighting{Marked: true, Marks: m, Name: attributes["name"], Gone: true})
	}
	return true
}

// attachedEvent judges an event of a network or volume by the container that
// it names.
func (e *Events) attachedEvent(ev *event) bool {
	id := ev.attributes()["container"]
	if !engineapi.FullID.MatchString(id) {
		return false
	}
	s := e.Find(id)
	if s != nil && !s.Gone && e.Policy.ReadsNames {
		// The event does not carry the container's name, which may have
		// changed since.
		s = e.Refresh(id)
	}
	if s == nil || !s.Marked {
		return false // Fail closed: nothing tells whose it is.
	}
	return e.Policy.VisibleAs(s.Name, s.Marks)
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
