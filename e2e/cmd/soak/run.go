package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// The clients of both routers together.
const (
	clients   = 200
	followers = 20 // of these, the ones that follow events all the time
)

// plainClients ask the Traefik without the plugin.
const plainClients = 10

// reloadEvery is the time between two changes of the configuration: 200 in
// five minutes.
const reloadEvery = 450 * time.Millisecond

// soak is a run.
type soak struct {
	ctx     context.Context
	bench   *bench
	scene   *scene
	phases  []*phase
	after   []usage // of Traefik, after each phase
	plain   []usage // of the one without the plugin
	reloads int
	recovery
}

// recovery is how long it took until all answers were right again.
type recovery struct{ proxy, engine time.Duration }

// phase runs one phase and measures when all is quiet again.
func (r *soak) phase(name string, length time.Duration, run func(*phase, time.Duration) error) error {
	p := newPhase(name, r.scene, func(router string) []group { return []group{configurationA[router]} })
	r.phases = append(r.phases, p)
	if err := run(p, length); err != nil {
		return err
	}
	for _, note := range p.notes {
		fmt.Println(note)
	}
	var plain usage
	var plainErr error
	var done sync.WaitGroup
	done.Go(func() { plain, plainErr = settled(r.ctx, r.bench.plain) })
	after, err := settled(r.ctx, r.bench.dpf)
	done.Wait()
	r.after, r.plain = append(r.after, after), append(r.plain, plain)
	return errors.Join(err, plainErr)
}

// load is nothing but load.
func (r *soak) load(p *phase, length time.Duration) error {
	return r.withEvents(p, func() error { return r.sleep(length) })
}

// reload swaps the configurations again and again.
func (r *soak) reload(p *phase, length time.Duration) error {
	p.shows = func(router string) []group {
		return []group{configurationA[router], configurationB[router]}
	}
	err := r.withEvents(p, func() error {
		r.reloads = int(length/reloadEvery) / 2 * 2 // the last one is A again
		begun := time.Now()
		for i := range r.reloads {
			next := configurationB
			if i%2 == 1 {
				next = configurationA
			}
			if err := p.change(func() error { return r.bench.reload(next) }); err != nil {
				return err
			}
			due := begun.Add(reloadEvery * time.Duration(i+1))
			if err := r.sleep(time.Until(due)); err != nil {
				return err
			}
		}
		return nil
	})
	for _, router := range routers {
		if len(p.seen[router]) < 2 && err == nil {
			err = fmt.Errorf("no client of %s saw both configurations: %v", router, p.seen[router])
		}
	}
	return err
}

// restart kills what is behind Traefik, one after the other. The length is
// what comes before and after.
func (r *soak) restart(p *phase, length time.Duration) error {
	return r.withClients(p, func() error {
		if err := r.sleep(length / 3); err != nil {
			return err
		}
		const down = 2 * time.Second
		var err error
		r.recovery.proxy, err = r.outage(p, func() error { return r.bench.Proxy.Restart(down) })
		if err == nil {
			err = r.sleep(length / 3)
		}
		if err != nil {
			return err
		}
		if r.recovery.engine, err = r.outage(p, r.bench.Engine.Restart); err != nil {
			return err
		}
		return r.sleep(length / 3)
	})
}

// outage allows errors during break and, after it, until the answers are right,
// which must be before long. It returns how long that took.
func (r *soak) outage(p *phase, interrupt func() error) (time.Duration, error) {
	const long, still = time.Minute, 3 * time.Second
	p.outage.Store(true)
	defer p.outage.Store(false)
	before := p.failures()
	if err := interrupt(); err != nil {
		return 0, err
	}
	ready := time.Now()
	for p.quiet() < still && time.Since(ready) < long {
		if err := r.sleep(100 * time.Millisecond); err != nil {
			return 0, err
		}
	}
	if p.failures() == before {
		return 0, errors.New("no client noticed the restart")
	}
	return max(0, time.Since(ready)-p.quiet()), nil
}

// withEvents is withClients with events that all arrive.
func (r *soak) withEvents(p *phase, do func() error) (err error) {
	if p.truth, err = startTruth(r.scene.api, r.scene); err != nil {
		return err
	}
	defer p.truth.stop()
	ctx, stop := context.WithCancel(r.ctx)
	pulse := make(chan error, 1)
	err = r.withClients(p, func() error {
		go func() { pulse <- r.scene.pulse(ctx) }()
		defer stop()
		return do()
	}, func() error { return errors.Join(<-pulse, r.scene.leave()) })
	if err == nil {
		p.judgeWindows()
	}
	return err
}

// withClients calls do while the clients are busy. The ones that follow events
// go on until all else is at an end, and what finally does is done.
func (r *soak) withClients(p *phase, do func() error, finally ...func() error) error {
	busy, stop := context.WithCancel(r.ctx)
	following, leave := context.WithCancel(r.ctx)
	defer leave()
	var asking, listening sync.WaitGroup
	var streams []*stream
	for i := range clients {
		router := routers[i%len(routers)]
		c := newClient(p, router, r.bench.dpf.Addr(router))
		if i < followers {
			s := &stream{client: c}
			streams = append(streams, s)
			listening.Go(func() { s.run(following) })
			continue
		}
		asking.Go(func() { c.run(busy) })
	}
	for i := range plainClients {
		c := newClient(p, "", r.bench.plain.Addr(routers[i%len(routers)]))
		asking.Go(func() { c.runPlain(busy) })
	}
	err := do()
	stop()
	asking.Wait()
	for _, f := range finally {
		err = errors.Join(err, f())
	}
	if err == nil {
		p.judgeStreams(streams)
	}
	leave()
	listening.Wait()
	return errors.Join(err, r.ctx.Err())
}

// runPlain asks a Traefik without the plugin, where nothing is to be checked.
func (c *client) runPlain(ctx context.Context) {
	defer c.close()
	for ctx.Err() == nil {
		time.Sleep(rand.N(maxThink))
		c.send(request{kind: list, target: "/v1.41/containers/json?all=1"})
	}
}

// sleep waits, or returns why not.
func (r *soak) sleep(d time.Duration) error {
	select {
	case <-r.ctx.Done():
		return r.ctx.Err()
	case <-time.After(d):
		return nil
	}
}
