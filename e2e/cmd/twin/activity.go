package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// act does what leaves events, the same for visible containers in every scene,
// and in turn with hidden ones where there are any. No visible one is paused:
// Engine 29 tells that once or twice. The engine keeps 256 events
// for everybody: what is asked for are those of this time only.
func (s *scene) act() error {
	s.words["time.since"] = now()
	// The events of the volume and the network of the first one that uses them.
	id, err := s.create("vis-gone", hostConfig("NetworkMode", visibleNetwork, "Binds", []string{visibleVolume + ":/data"}, "AutoRemove", true), "start")
	if err != nil {
		return err
	}
	s.words.set("vis-gone", id)
	exec, err := s.exec("vis-gone", "true")
	if err != nil {
		return err
	}
	s.words.set("vis-passing", exec)
	if err := s.awaitEnd(exec); err != nil {
		return err
	}
	if err := s.actHidden("one"); err != nil {
		return err
	}
	err = errors.Join(
		s.api.Post("/containers/vis-busy/kill?signal=CHLD", nil),
		s.api.Post("/containers/vis-busy/update", object{"RestartPolicy": object{"Name": "no"}}),
		s.api.Post("/containers/vis-created/rename?name=vis-created-2", nil),
		s.actHidden("two"),
		s.api.Post("/containers/vis-created-2/rename?name=vis-created", nil),
		s.tag(unaskedImage, "vis-unasked:again"),
		s.api.Do("DELETE", "/images/vis-unasked:again", nil, nil),
		s.api.Post("/containers/vis-gone/stop?t=5", nil),
		s.awaitGone("vis-gone"),
	)
	s.words["time.until"] = now()
	return err
}

func (s *scene) actHidden(name string) error {
	if !s.present {
		return nil
	}
	return s.doHidden(name)
}

// awaitEnd waits until an exec instance has ended: its last event must not meet
// those of the end of its container.
func (s *scene) awaitEnd(exec string) error {
	const timeout = 10 * time.Second
	for deadline := time.Now().Add(timeout); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		var state struct{ Running bool }
		if err := s.api.Get("/exec/"+exec+"/json", &state); err != nil {
			return err
		}
		if !state.Running {
			return nil
		}
	}
	return fmt.Errorf("exec instance still runs after %s", timeout)
}

// awaitGone waits until a container that removes itself has done so.
func (s *scene) awaitGone(name string) error {
	const timeout = 10 * time.Second
	var inspect any
	for deadline := time.Now().Add(timeout); s.api.Get("/containers/"+name+"/json", &inspect) == nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("%s is still there after %s", name, timeout)
		}
	}
	time.Sleep(100 * time.Millisecond) // The last events come after that.
	return nil
}

// now is the time as the parameters since and until take it.
func now() string {
	t := time.Now().UnixNano()
	return strconv.FormatInt(t/1e9, 10) + fmt.Sprintf(".%09d", t%1e9)
}
