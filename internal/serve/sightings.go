package serve

import (
	"context"
	"sync"
	"time"

	"github.com/docker-proxy-filter/dpf/internal/view"
)

// maxSightings bounds one of the two generations of sightings.
const maxSightings = 8192

// sightings remembers by their full IDs the containers that events were about. It
// belongs to one policy, whose streams share it, holds at most two generations of
// maxSightings and is safe for concurrent use.
//
// What it holds of labels cannot be stale: they never change for an ID, and IDs
// are never used again. A name is as old as the sighting says.
type sightings struct {
	mu         sync.Mutex
	young, old map[string]*view.Sighting // read-only once they are here
	looking    map[string]chan struct{}  // closed when a look-up is done
}

// find returns what is known of a container, and was not looked up before since;
// look looks it up, given what is known, or nil. One stream looks up what several
// ask for at the same time. nil: it cannot be read, or ctx has ended.
func (s *sightings) find(ctx context.Context, id string, since time.Time, look func(known *view.Sighting) *view.Sighting) *view.Sighting {
	for {
		known, busy := s.begin(id, since)
		if busy == nil {
			if known != nil && fresh(known, since) {
				return known
			}
			return s.look(id, known, look)
		}
		select {
		case <-busy:
		case <-ctx.Done():
			return nil
		}
	}
}

// fresh reports whether a sighting is no older than since, or cannot age.
func fresh(s *view.Sighting, since time.Time) bool { return s.Gone || !s.At.Before(since) }

// begin returns what is known of a container. If that is not enough, the caller
// is the one to look it up, or has to wait until busy is closed.
func (s *sightings) begin(id string, since time.Time) (known *view.Sighting, busy chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known = s.young[id]
	if known == nil && s.old[id] != nil {
		known = s.old[id]
		s.put(id, known)
	}
	if known != nil && fresh(known, since) {
		return known, nil
	}
	busy = s.looking[id]
	if busy == nil {
		if s.looking == nil {
			s.looking = map[string]chan struct{}{}
		}
		s.looking[id] = make(chan struct{})
	}
	return known, busy
}

// look looks up a container that begin left to the caller.
func (s *sightings) look(id string, known *view.Sighting, look func(known *view.Sighting) *view.Sighting) *view.Sighting {
	var found *view.Sighting
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if found != nil {
			s.put(id, found)
		}
		close(s.looking[id])
		delete(s.looking, id)
	}()
	found = look(known)
	return found
}

// add remembers a container.
func (s *sightings) add(id string, sighting *view.Sighting) {
	s.mu.Lock()
	s.put(id, sighting)
	s.mu.Unlock()
}

// put remembers a container in the young generation, which becomes the old one
// when it is full. The caller holds the lock.
func (s *sightings) put(id string, sighting *view.Sighting) {
	if s.young == nil || len(s.young) >= maxSightings {
		s.old = s.young
		s.young = make(map[string]*view.Sighting)
	}
	s.young[id] = sighting
}
