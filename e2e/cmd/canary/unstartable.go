package main

import (
	"errors"
	"slices"
)

// unstartable are visible containers that the engine cannot start because of a
// hidden one.
var unstartable = []string{"nolink", "nopid", "noipc", "nochain"}

// makeUnstartable makes visible containers that cannot start, and has the
// engine keep the reason.
func (s *scene) makeUnstartable() error {
	err := errors.Join(
		s.show("nolink", object{"HostConfig": object{"Links": []string{s.token("stopped") + ":x"}}}),
		s.show("nopid", object{"HostConfig": object{"PidMode": "container:" + s.token("created")}}),
		s.show("noipc", object{"HostConfig": object{"IpcMode": "container:" + s.token("run")}}),
		s.show("nochain", object{"HostConfig": object{"NetworkMode": "container:" + visiblePrefix + "broken"}}),
	)
	for _, role := range unstartable {
		if s.daemon.Post("/containers/"+visiblePrefix+role+"/start", nil) == nil {
			err = errors.Join(err, errors.New(role+" starts"))
		}
	}
	return err
}

// unstartable asks everything about the containers that cannot start, and
// starts them: the engine's reason names the hidden one.
func (p *planner) unstartable() {
	for _, role := range unstartable {
		p.visibleContainer(role)
		for _, id := range []string{"ContainerStart", "ContainerRestart", "ContainerExec", "ContainerKill"} {
			if op, ok := p.find(id); ok {
				p.visibleCall(usualCall(op, basic[0]), visiblePrefix+role)
			}
		}
	}
}

// visibleContainer asks everything about one visible container.
func (p *planner) visibleContainer(role string) {
	for _, op := range p.ops {
		c := usualCall(op, basic[0])
		if op.method != "GET" && op.method != "HEAD" || !slices.Equal(c.kinds(), []kind{container}) {
			continue
		}
		p.visibleCall(c, visiblePrefix+role)
		p.visibleCall(usualCall(op, version("/v1.24")), p.scene.visible[role])
	}
}
