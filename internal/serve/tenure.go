package serve

import (
	"context"
	"sync"
	"time"
)

// How long streams go on when their configuration is in force no more: after
// another one took its place, until Traefik has switched the routers to it; and
// without any, until one may have come.
const (
	succession  = 2 * time.Second
	noSuccessor = 5 * time.Second
)

// tenures are the configurations in force, by the name of the middleware. It is
// the one global that changes: Traefik makes every instance anew at each change
// of its dynamic configuration, with Docker labels at every start of a
// container, and only what outlives the instances can tell a stream whose
// configuration was left alone from one whose configuration has changed. A name
// is forgotten when no instance has it any more.
var tenures = newTenureSet(succession, noSuccessor)

// tenureSet is safe for concurrent use.
type tenureSet struct {
	succession, noSuccessor time.Duration

	mu     sync.Mutex
	byName map[string]*tenure
}

func newTenureSet(succession, noSuccessor time.Duration) *tenureSet {
	return &tenureSet{succession: succession, noSuccessor: noSuccessor, byName: map[string]*tenure{}}
}

// tenure is the time in which one configuration of a middleware is in force,
// whatever number of instances serves it, one after the other and at once.
type tenure struct {
	config    string
	ctx       context.Context // ends with the tenure
	end       context.CancelFunc
	instances int
	succeeded bool // by another configuration
	turn      int  // counts the changes of the two above
}

// Hold says that an instance of the middleware called name, with a configuration
// whose encoding is config, is in force until ctx ends. The context that it
// returns ends with the configuration: a moment after another one took its place,
// or when no instance has come after the last one. An instance with the same
// configuration goes on where the former one left.
func Hold(ctx context.Context, name, config string) context.Context {
	return tenures.hold(ctx, name, config)
}

func (s *tenureSet) hold(ctx context.Context, name, config string) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.byName[name]
	if t != nil && t.config != config {
		t.succeeded = true
		s.changed(name, t)
		t = nil
	}
	if t == nil {
		t = newTenure(config)
		s.byName[name] = t
	}
	t.instances++
	s.changed(name, t)
	s.releaseAfter(ctx, name, t)
	return t.ctx
}

func newTenure(config string) *tenure {
	t := &tenure{config: config}
	t.ctx, t.end = context.WithCancel(context.Background())
	return t
}

// releaseAfter takes an instance off the tenure when ctx ends.
func (s *tenureSet) releaseAfter(ctx context.Context, name string, t *tenure) {
	context.AfterFunc(ctx, func() {
		defer func() { _ = recover() }() // A panic in a goroutine would end Traefik.
		s.mu.Lock()
		defer s.mu.Unlock()
		t.instances--
		s.changed(name, t)
	})
}

// changed ends a tenure without instances in time, unless it changes before. The
// caller holds the lock.
func (s *tenureSet) changed(name string, t *tenure) {
	t.turn++
	if t.instances > 0 {
		return
	}
	wait := s.noSuccessor
	if t.succeeded {
		wait = s.succession
	}
	turn := t.turn
	time.AfterFunc(wait, func() {
		defer func() { _ = recover() }()
		s.expire(name, t, turn)
	})
}

// expire ends a tenure that has not changed since turn.
func (s *tenureSet) expire(name string, t *tenure, turn int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.turn != turn {
		return
	}
	t.end()
	if s.byName[name] == t {
		delete(s.byName, name)
	}
}
