package main

import (
	"errors"
	"sync"
	"time"
)

// pulse keeps hidden containers coming and going, so that there is something
// for the streams to keep back.
type pulse struct {
	scene *scene
	quit  chan struct{}
	done  sync.WaitGroup
}

const pulseInterval = 3 * time.Second

func startPulse(s *scene, r *report) *pulse {
	p := &pulse{scene: s, quit: make(chan struct{})}
	p.done.Go(func() {
		tick := time.NewTicker(pulseInterval)
		defer tick.Stop()
		for {
			if err := p.beat(); err != nil {
				r.fault(err)
			}
			select {
			case <-p.quit:
				return
			case <-tick.C:
			}
		}
	})
	return p
}

func (p *pulse) stop() {
	close(p.quit)
	p.done.Wait()
}

// beat is the life of one hidden container, with all kinds of events.
func (p *pulse) beat() error {
	s := p.scene
	spec := s.hiddenSpec()
	spec["Healthcheck"] = object{"Test": []string{"CMD", "echo", s.token("health")}, "Interval": int64(time.Second)}
	spec["HostConfig"] = object{"Binds": []string{s.token("pulsevol") + ":/" + s.token("volpath")}, "Links": []string{"vis-child:" + s.token("pulsealias")}}
	id, err := s.daemon.Create("/containers/create?name="+s.token("pulse"), spec)
	if err != nil {
		return err
	}
	s.secrets.addID("container ID of pulse", id)
	path := "/containers/" + id
	err = errors.Join(
		s.daemon.Post(path+"/start", nil),
		s.daemon.Post("/networks/"+sharedNetwork+"/connect", object{"Container": id}),
	)
	_, execErr := s.daemon.exec(id, "echo", s.token("pulseexec"))
	time.Sleep(time.Second) // a health check
	return errors.Join(err, execErr,
		s.daemon.Post(path+"/rename?name="+s.token("pulse2"), nil),
		s.daemon.Post(path+"/pause", nil),
		s.daemon.Post(path+"/unpause", nil),
		s.daemon.Post("/commit?container="+id+"&tag=1&repo="+s.token("pulseimage"), nil),
		s.daemon.Do("DELETE", path+"?force=1&v=1", nil, nil),
		s.daemon.Do("DELETE", "/images/"+s.token("pulseimage")+":1", nil, nil),
		s.daemon.Do("DELETE", "/volumes/"+s.token("pulsevol"), nil, nil),
	)
}
