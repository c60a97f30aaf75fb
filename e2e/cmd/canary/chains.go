package main

import (
	"errors"
	"fmt"
)

// chained are visible containers that have the network of a hidden one through
// one or more others.
var chained = []string{"chain", "chain2"}

// makeChained makes visible containers that refer to hidden ones through
// visible ones.
func (s *scene) makeChained() error {
	return errors.Join(
		s.show("chain", object{"HostConfig": object{
			"NetworkMode": "container:" + visiblePrefix + "joined",
			"PidMode":     "container:" + s.visible["joined"],
			"VolumesFrom": []string{visiblePrefix + "joined"},
		}}, "start"),
		s.show("chain2", object{"HostConfig": object{"NetworkMode": "container:" + visiblePrefix + "chain"}}, "start"),
	)
}

// checkChained asks for the counters of containers that have the network of a
// hidden one, at once or through others: that they move tells what it does.
func checkChained(s *scene, r *report, entries []entryPoint) {
	for _, e := range entries {
		for _, role := range append([]string{"joined"}, chained...) {
			id := s.visible[role]
			for _, ref := range []string{visiblePrefix + role, id, id[:shortID]} {
				var stats struct{ Networks map[string]any }
				if err := getJSON(e, "/containers/"+ref+"/stats?stream=0&one-shot=1", &stats); err != nil {
					r.invariant("the statistics of a visible container can be read ("+e.name+")", err.Error())
				}
				if len(stats.Networks) > 0 {
					r.invariant("the statistics of "+role+" have no counters of a hidden container ("+e.name+")", fmt.Sprintf("%s: %v", ref, stats.Networks))
				}
			}
		}
	}
}
