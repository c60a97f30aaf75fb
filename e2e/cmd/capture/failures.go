package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// failing is one error file and the request that it answers.
type failing struct {
	name    string
	request request
}

// captureErrors writes the answers to requests that fail.
func captureErrors(ctx context.Context, recorder *recorder, scene *scene) error {
	var failures []failing
	failures = append(failures, absentContainer()...)
	failures = append(failures, absentOther()...)
	failures = append(failures, conflicts(scene)...)
	failures = append(failures, refusals(scene)...)

	for _, f := range failures {
		if err := recorder.failure(ctx, f.name, f.request); err != nil {
			return err
		}
	}
	return nil
}

// absentContainer asks every operation of a container for one that does not
// exist.
func absentContainer() []failing {
	get, post := http.MethodGet, http.MethodPost
	upgrade := []string{"Connection: Upgrade", "Upgrade: tcp"}
	return []failing{
		{"ContainerInspect.absent", request{method: get, target: "/containers/nope/json"}},
		{"ContainerTop.absent", request{method: get, target: "/containers/nope/top"}},
		{"ContainerLogs.absent", request{method: get, target: "/containers/nope/logs?stdout=1"}},
		{"ContainerChanges.absent", request{method: get, target: "/containers/nope/changes"}},
		{"ContainerExport.absent", request{method: get, target: "/containers/nope/export"}},
		{"ContainerStats.absent", request{method: get, target: "/containers/nope/stats"}},
		{"ContainerStats.once.absent", request{method: get, target: "/containers/nope/stats?stream=0"}},
		{"ContainerArchive.absent", request{method: get, target: "/containers/nope/archive?path=/etc"}},
		{"ContainerArchiveInfo.absent", request{method: http.MethodHead, target: "/containers/nope/archive?path=/etc"}},
		{"PutContainerArchive.absent", request{method: http.MethodPut, target: "/containers/nope/archive?path=/etc"}},
		{"ContainerAttachWebsocket.absent", request{method: get, target: "/containers/nope/attach/ws?stream=1", header: []string{
			"Connection: Upgrade", "Upgrade: websocket", "Origin: http://docker", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
		}}},
		{"ContainerAttach.absent", request{method: post, target: "/containers/nope/attach?stream=1&stdout=1"}},
		{"ContainerAttach.upgrade.absent", request{method: post, target: "/containers/nope/attach?stream=1&stdout=1", header: upgrade}},
		{"ContainerResize.absent", request{method: post, target: "/containers/nope/resize?h=1&w=1"}},
		{"ContainerStart.absent", request{method: post, target: "/containers/nope/start"}},
		{"ContainerStop.absent", request{method: post, target: "/containers/nope/stop"}},
		{"ContainerRestart.absent", request{method: post, target: "/containers/nope/restart"}},
		{"ContainerKill.absent", request{method: post, target: "/containers/nope/kill"}},
		{"ContainerPause.absent", request{method: post, target: "/containers/nope/pause"}},
		{"ContainerUnpause.absent", request{method: post, target: "/containers/nope/unpause"}},
		{"ContainerWait.absent", request{method: post, target: "/containers/nope/wait"}},
		{"ContainerRename.absent", request{method: post, target: "/containers/nope/rename?name=other"}},
		{"ContainerUpdate.absent", request{method: post, target: "/containers/nope/update", body: `{"CpuShares":512}`}},
		{"ContainerExec.absent", request{method: post, target: "/containers/nope/exec", body: `{"Cmd":["true"]}`}},
		{"ContainerDelete.absent", request{method: http.MethodDelete, target: "/containers/nope"}},
		{"ContainerDelete.empty", request{method: http.MethodDelete, target: "/containers/"}},
		{"ImageCommit.absent", request{method: post, target: "/commit?container=nope", body: `{}`}},
		{"NetworkConnect.absent", request{method: post, target: "/networks/front/connect", body: `{"Container":"nope"}`}},
		{"NetworkDisconnect.absent", request{method: post, target: "/networks/front/disconnect", body: `{"Container":"nope"}`}},
		{"NetworkDisconnect.force.absent", request{method: post, target: "/networks/front/disconnect", body: `{"Container":"nope","Force":true}`}},
		{"ContainerList.before.absent", request{method: get, target: `/containers/json?filters={"before":["nope"]}`}},
		{"ContainerList.since.absent", request{method: get, target: `/containers/json?filters={"since":["nope"]}`}},
		{"ContainerInspect.escapes.absent", request{method: get, target: "/containers/%3C%3E%26%22%5C%20%C3%A9%FF%00/json"}},
		{"ContainerInspect.head", request{method: http.MethodHead, target: "/containers/nope/json"}},
	}
}

// absentOther asks for other objects that do not exist.
func absentOther() []failing {
	get, post := http.MethodGet, http.MethodPost
	return []failing{
		{"ExecInspect.absent", request{method: get, target: "/exec/nope/json"}},
		{"ExecStart.absent", request{method: post, target: "/exec/nope/start", body: `{}`}},
		{"ExecResize.absent", request{method: post, target: "/exec/nope/resize?h=1&w=1"}},
		{"ImageInspect.absent", request{method: get, target: "/images/nope/json"}},
		{"ImageHistory.absent", request{method: get, target: "/images/nope/history"}},
		{"NetworkInspect.absent", request{method: get, target: "/networks/nope"}},
		{"VolumeInspect.absent", request{method: get, target: "/volumes/nope"}},
		{"ServiceInspect.noswarm", request{method: get, target: "/services/nope"}},
		{"ServiceList.noswarm", request{method: get, target: "/services"}},
		{"TaskList.noswarm", request{method: get, target: "/tasks"}},
		{"TaskInspect.noswarm", request{method: get, target: "/tasks/nope"}},
		{"Checkpoints.experimental", request{method: get, target: "/containers/web/checkpoints"}},
		{"Path.absent", request{method: get, target: "/nope"}},
		{"Path.method", request{method: http.MethodPatch, target: "/containers/json"}},
		{"Path.unclean", request{method: get, target: "//containers/json"}},
		{"Version.new", request{method: get, target: "/v1.99/containers/json"}},
		{"Version.old", request{method: get, target: "/v1.11/containers/json"}},
	}
}

// conflicts are requests about visible or shared objects whose error names a
// hidden container.
func conflicts(scene *scene) []failing {
	post, remove := http.MethodPost, http.MethodDelete
	return []failing{
		{"ContainerCreate.conflict", request{method: post, target: "/containers/create?name=" + canary + "db", body: `{"Image":"bb:1","Cmd":["true"]}`}},
		{"ContainerRename.conflict", request{method: post, target: "/containers/web/rename?name=" + canary + "db"}},
		{"ContainerStart.joined", request{method: post, target: "/containers/failed/start"}},
		{"ContainerInspect.ambiguous", request{method: http.MethodGet, target: "/containers/" + scene.ambiguous() + "/json"}},
		{"VolumeDelete.used", request{method: remove, target: "/volumes/" + canary + "volume"}},
		{"VolumeDelete.shared", request{method: remove, target: "/volumes/data"}},
		{"ImageDelete.used", request{method: remove, target: "/images/bb:1"}},
		{"ImageDelete.stopped", request{method: remove, target: "/images/" + scene.images["stopped:1"]}},
		{"ImageDelete.running", request{method: remove, target: "/images/" + scene.images["committed:1"]}},
		{"NetworkDelete.used", request{method: remove, target: "/networks/front"}},
		{"NetworkDelete.predefined", request{method: remove, target: "/networks/bridge"}},
		{"NetworkConnect.conflict", request{method: post, target: "/networks/front/connect", body: fmt.Sprintf(`{"Container":%q}`, canary+"net")}},
	}
}

// refusals are requests that a container's state or an argument forbids.
func refusals(scene *scene) []failing {
	get, post := http.MethodGet, http.MethodPost
	return []failing{
		{"ContainerStart.running", request{method: post, target: "/containers/web/start"}},
		{"ContainerStop.stopped", request{method: post, target: "/containers/exited/stop"}},
		{"ContainerKill.stopped", request{method: post, target: "/containers/exited/kill"}},
		{"ContainerPause.stopped", request{method: post, target: "/containers/exited/pause"}},
		{"ContainerPause.paused", request{method: post, target: "/containers/paused/pause"}},
		{"ContainerUnpause.running", request{method: post, target: "/containers/web/unpause"}},
		{"ContainerResize.stopped", request{method: post, target: "/containers/exited/resize?h=1&w=1"}},
		{"ContainerTop.stopped", request{method: get, target: "/containers/exited/top"}},
		{"ContainerTop.arguments", request{method: get, target: "/containers/web/top?ps_args=nope"}},
		{"ContainerExec.stopped", request{method: post, target: "/containers/exited/exec", body: `{"Cmd":["true"]}`}},
		{"ContainerExec.empty", request{method: post, target: "/containers/web/exec", body: `{}`}},
		{"ContainerDelete.running", request{method: http.MethodDelete, target: "/containers/web"}},
		{"ContainerArchive.nofile", request{method: get, target: "/containers/web/archive?path=/nope"}},
		{"ContainerArchiveInfo.nofile", request{method: http.MethodHead, target: "/containers/web/archive?path=/nope"}},
		{"ContainerArchive.nopath", request{method: get, target: "/containers/nope/archive"}},
		{"ContainerLogs.nostream", request{method: get, target: "/containers/nope/logs"}},
		{"ContainerRename.noname", request{method: post, target: "/containers/nope/rename"}},
		{"ContainerRename.badname", request{method: post, target: "/containers/web/rename?name=a/b"}},
		{"ContainerWait.condition", request{method: post, target: "/containers/nope/wait?condition=bad"}},
		{"ContainerKill.signal", request{method: post, target: "/containers/web/kill?signal=BAD"}},
		{"ContainerList.limit", request{method: get, target: "/containers/json?limit=abc"}},
		{"ContainerList.filters", request{method: get, target: `/containers/json?filters={"nope":["x"]}`}},
		{"ExecStart.started", request{method: post, target: "/exec/" + scene.exec + "/start", body: `{"Detach":true}`}},
	}
}

// ambiguous returns the shortest prefix that the IDs of two containers share.
// There are more than 16 containers, so one digit does.
func (s *scene) ambiguous() string {
	seen := ""
	for _, id := range s.ids {
		if strings.Contains(seen, id[:1]) {
			return id[:1]
		}
		seen += id[:1]
	}
	return ""
}
