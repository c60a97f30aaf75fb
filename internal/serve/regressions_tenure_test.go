package serve

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// The waits of the tests: medium is longer than a slow machine needs from one
// line to the next, and long is never over while a test runs.
const (
	short  = 20 * time.Millisecond
	medium = 500 * time.Millisecond
	long   = time.Hour
)

// ends waits for the end of a context.
func ends(t *testing.T, what string, ctx context.Context) {
	t.Helper()
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Errorf("%s has not ended", what)
	}
}

// goesOn fails if a context has ended.
func goesOn(t *testing.T, what string, ctx context.Context) {
	t.Helper()
	if ctx.Err() != nil {
		t.Errorf("%s has ended", what)
	}
}

// generation is the instances that Traefik makes of one dynamic configuration.
type generation struct {
	set *tenureSet
	ctx context.Context
	end context.CancelFunc
}

func newGeneration(set *tenureSet) *generation {
	g := &generation{set: set}
	g.ctx, g.end = context.WithCancel(context.Background())
	return g
}

// next ends the generation, as Traefik does, and begins another one.
func (g *generation) next() {
	g.end()
	g.ctx, g.end = context.WithCancel(context.Background())
}

func (g *generation) hold(name, config string) context.Context {
	return g.set.hold(g.ctx, name, config)
}

func TestStreamsEndWithTheConfigurationThatAllowedThem(t *testing.T) {
	t.Run("another configuration takes the place", func(t *testing.T) {
		g := newGeneration(newTenureSet(short, long))
		first, other := g.hold("dpf@file", "a"), g.hold("other@file", "a")
		g.next()
		second := g.hold("dpf@file", "b")
		g.hold("other@file", "a")
		ends(t, "the former configuration", first)
		goesOn(t, "the new configuration", second)
		goesOn(t, "another middleware", other)
	})
	t.Run("nothing takes the place", func(t *testing.T) {
		g := newGeneration(newTenureSet(long, short))
		first := g.hold("dpf@file", "a")
		g.next()
		ends(t, "a configuration without an instance", first)
	})
	t.Run("several routers", func(t *testing.T) {
		g := newGeneration(newTenureSet(short, medium))
		one, two := g.hold("dpf@file", "a"), g.hold("dpf@file", "a")
		g.next()
		kept := g.hold("dpf@file", "a") // one of the routers has gone
		time.Sleep(2 * medium)
		goesOn(t, "the first router's", one)
		goesOn(t, "the second router's", two)
		g.next()
		ends(t, "the last router's", kept)
	})
	t.Run("it vanishes and comes back in time", func(t *testing.T) {
		g := newGeneration(newTenureSet(short, long))
		first := g.hold("dpf@file", "a")
		g.next()
		g.next()
		second := g.hold("dpf@file", "a")
		goesOn(t, "a configuration that came back", first)
		g.next()
		g.hold("dpf@file", "b")
		ends(t, "the first one", first)
		ends(t, "the one that came back", second)
	})
	t.Run("it changes and changes back", func(t *testing.T) {
		g := newGeneration(newTenureSet(short, long))
		first := g.hold("dpf@file", "a")
		g.next()
		second := g.hold("dpf@file", "b")
		g.next()
		third := g.hold("dpf@file", "a")
		ends(t, "the first one", first)
		ends(t, "the second one", second)
		goesOn(t, "the third one", third)
	})
}

// Traefik makes all instances anew whenever a container starts.
func TestStreamsOutliveReloadsThatLeaveTheConfigurationAlone(t *testing.T) {
	set := newTenureSet(short, medium)
	g := newGeneration(set)
	first := g.hold("dpf@docker", "a")
	for i := 0; i < 200; i++ {
		g.next()
		g.hold("dpf@docker", "a")
		g.hold(fmt.Sprintf("dpf-%d@docker", i), "a") // a middleware that comes and goes
	}
	deadline := time.Now().Add(10 * time.Second)
	for set.size() > 2 && time.Now().Before(deadline) {
		time.Sleep(short)
	}
	if n := set.size(); n > 2 {
		t.Errorf("%d names are remembered after 200 reloads, want the 2 in force", n)
	}
	goesOn(t, "the configuration", first)
}

func (s *tenureSet) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.byName)
}
