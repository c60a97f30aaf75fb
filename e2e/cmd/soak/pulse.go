package main

import (
	"context"
	"math/rand/v2"
	"time"
)

// pulse keeps events coming until ctx ends: signals that the containers
// ignore, and now and then a new container. It must stay while anybody asks for
// past events: those of a container that is gone cannot be judged, and are not
// shown.
func (s *scene) pulse(ctx context.Context) error {
	const interval, perVisit = 100 * time.Millisecond, 40
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if i%perVisit == 0 {
			if err := s.visit(); err != nil {
				return err
			}
		}
		c := s.containers[rand.IntN(len(s.containers))]
		if err := s.api.Post("/containers/"+c.id+"/kill?signal=CONT", nil); err != nil {
			return err
		}
	}
}
