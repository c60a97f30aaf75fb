package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// capture is one file and the GET that it answers.
type capture struct {
	file   string
	target string
	header []string
}

// captureAnswers writes the successful answers.
func captureAnswers(ctx context.Context, recorder *recorder, scene *scene, version string) error {
	minor, err := strconv.Atoi(strings.TrimPrefix(version, "1."))
	if err != nil {
		return fmt.Errorf("API version %q: %w", version, err)
	}

	captures := append(containerCaptures(scene), systemCaptures(scene)...)
	if minor < 44 { // an engine that still speaks it
		captures = append(captures, capture{file: "NetworkList.v1.27.json", target: "/v1.27/networks"})
	} else {
		captures = append(captures, newEngineCaptures(scene)...)
	}
	for _, c := range captures {
		if err := recorder.answer(ctx, c.file, c.target, c.header...); err != nil {
			return err
		}
	}
	return nil
}

// containerCaptures are the answers about containers and exec instances.
func containerCaptures(scene *scene) []capture {
	captures := []capture{
		{file: "ContainerList.json", target: "/containers/json?all=1"},
		{file: "ContainerList.running.json", target: "/containers/json"},
		{file: "ContainerList.size.json", target: "/containers/json?all=1&size=1"},
		{file: "ContainerList.empty.json", target: `/containers/json?filters={"name":["nope"]}`},
		{file: "ContainerInspect.size.json", target: "/containers/web/json?size=1"},
		{file: "ContainerTop.json", target: "/containers/web/top"},
		{file: "ContainerStats.json", target: "/containers/web/stats?stream=0"},
		{file: "ContainerStats.joined.json", target: "/containers/joined/stats?stream=0"},
		{file: "ContainerChanges.json", target: "/containers/web/changes"},
		{file: "ExecInspect.json", target: "/exec/" + scene.exec + "/json"},
		{file: "ExecInspect.hidden.json", target: "/exec/" + scene.hidden + "/json"},
	}
	for _, name := range []string{
		"web", "db", "joined", "joined-visible", "borrower", "failed", "paused", "exited", "sick", "labels",
		canary + "db", canary + "net", canary + "parent",
	} {
		captures = append(captures, capture{file: "ContainerInspect." + name + ".json", target: "/containers/" + name + "/json"})
	}
	return captures
}

// systemCaptures are the answers about everything else. The time limit of the
// events is in the past, so that they end.
func systemCaptures(scene *scene) []capture {
	return []capture{
		{file: "SystemEvents.jsonl", target: eventsTarget("", scene)},
		{file: "SystemInfo.json", target: "/info"},
		{file: "SystemVersion.json", target: "/version"},
		{file: "SystemDataUsage.json", target: "/system/df"},
		{file: "ImageList.json", target: "/images/json?all=1"},
		{file: "ImageInspect.json", target: "/images/bb:1/json"},
		{file: "ImageInspect.committed.json", target: "/images/committed:1/json"},
		{file: "ImageHistory.json", target: "/images/committed:1/history"},
		{file: "NetworkList.json", target: "/networks"},
		{file: "NetworkInspect.json", target: "/networks/front"},
		{file: "NetworkInspect.bridge.json", target: "/networks/bridge"},
		{file: "NetworkInspect.verbose.json", target: "/networks/front?verbose=1"},
		{file: "VolumeList.json", target: "/volumes"},
		{file: "VolumeInspect.json", target: "/volumes/data"},
	}
}

// newEngineCaptures are answers that only engines since 29 give, and what they
// answer to clients of an older API.
func newEngineCaptures(scene *scene) []capture {
	return []capture{
		{file: "ContainerList.v1.41.json", target: "/v1.41/containers/json?all=1"},
		{file: "ContainerInspect.web.v1.41.json", target: "/v1.41/containers/web/json"},
		{file: "SystemEvents.v1.41.jsonl", target: eventsTarget("/v1.41", scene)},
		{file: "SystemEvents.json-seq", target: eventsTarget("", scene), header: []string{"Accept: application/json-seq"}},
		{file: "SystemInfo.v1.41.json", target: "/v1.41/info"},
		{file: "SystemDataUsage.v1.41.json", target: "/v1.41/system/df"},
		{file: "SystemDataUsage.v1.56.json", target: "/v1.56/system/df"},
		{file: "SystemDataUsage.verbose.json", target: "/v1.56/system/df?verbose=1"},
		{file: "ImageList.manifests.json", target: "/images/json?all=1&manifests=1"},
		{file: "ImageInspect.committed.v1.41.json", target: "/v1.41/images/committed:1/json"},
		{file: "NetworkInspect.v1.41.json", target: "/v1.41/networks/front"},
	}
}

// eventsTarget asks for all events since the scene began.
func eventsTarget(prefix string, scene *scene) string {
	return fmt.Sprintf("%s/events?since=%d&until=%d", prefix, scene.earliest, time.Now().Unix())
}
