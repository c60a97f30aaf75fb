package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

const containerPath = "/containers/{}"

// events asks for the events of the activity, before any request of the plan
// makes events itself.
func (p *plan) events() {
	const window = "since={time.since}&until={time.until}"
	start := len(p.requests)
	p.ask("SystemEvents", "since, until", "/events?"+window)
	p.ask("SystemEvents", "until before since", "/events?since={time.until}&until={time.since}")
	p.ask("SystemEvents", "since, malformed", "/events?since=x")
	p.ask("SystemEvents", "until, malformed", "/events?until=x")
	for key, values := range map[string][]ref{
		"container": slices.Concat(p.longReferences(), texts("gone", "vis-gone", "{vis-gone.id}", "{vis-gone.short}"), texts("hidden gone", "hid-one")),
		"type":      texts("type", "container", "image", "network", "volume", "daemon", "plugin", "builder", "service", "nonsense"),
		"event":     texts("event", "create", "start", "die", "destroy", "kill", "pause", "exec_create", "exec_start", "connect", "mount", "tag", "untag", "delete", "rename", "nonsense"),
		"image":     p.images,
		"label":     labels(),
		"network":   p.networks,
		"volume":    p.volumes,
		"scope":     texts("scope", "local", "swarm"),
		"daemon":    texts("daemon", "nobody"),
		"plugin":    texts("plugin", "nobody"),
		"service":   texts("service", "nobody"),
		"node":      texts("node", "nobody"),
		"secret":    texts("secret", "nobody"),
		"config":    texts("config", "nobody"),
		"status":    texts("no key", "start"),
	} {
		p.filter("SystemEvents", "/events", window+"&", key, values...)
	}
	p.malformedFilters("SystemEvents", "/events", window+"&")
	for i := start; i < len(p.requests); i++ {
		p.requests[i].timed, p.requests[i].lines = true, true
	}
}

// oneContainer asks about single containers.
func (p *plan) oneContainer() {
	few := some(p.containers)
	p.askAll("ContainerInspect", containerPath+"/json", p.containers)
	p.askWith("ContainerInspect", containerPath+"/json", few, "size=1", "size=maybe")
	p.askAll("ContainerChanges", containerPath+"/changes", p.containers)
	p.askAll("ContainerLogs", containerPath+"/logs", few)
	p.askAll("ContainerLogs", containerPath+"/logs?stdout=1&stderr=1", p.containers)
	p.askWith("ContainerLogs", containerPath+"/logs", few, "stdout=1", "stderr=1&timestamps=1", "details=1&stdout=1",
		"tail=0&stdout=1", "tail=1&stdout=1&stderr=1", "tail=x&stdout=1", "tail=all&stdout=1", "since=0&stdout=1", "since=x&stdout=1",
		"until=1&stdout=1", "until=x&stdout=1", "since={time.since}&stdout=1", "until={time.until}&stdout=1")
	p.askAll("ContainerTop", containerPath+"/top", p.containers)
	p.askWith("ContainerTop", containerPath+"/top", few, "ps_args=aux", "ps_args=-ef", "ps_args=ax", "ps_args=nonsense", "ps_args=-opid,args")
	p.askAll("ContainerStats", containerPath+"/stats?stream=0&one-shot=1", p.byName())
	p.askWith("ContainerStats", containerPath+"/stats", few[:1], "stream=0")
	p.askAll("ContainerArchive", containerPath+"/archive?path=/etc/passwd", p.byName())
	p.askWith("ContainerArchive", containerPath+"/archive", few, "path=", "path=/nothing", "path=/data", "path=bin")
	p.askAll("ContainerAttachWebsocket", containerPath+"/attach/ws?logs=1", few)
	p.askAll("CheckpointList", containerPath+"/checkpoints", few)
	p.askAll("ExecInspect", "/exec/{}/json", p.execs)

	start := len(p.requests)
	p.askAll("ContainerExport", containerPath+"/export", few)
	p.setAlone(start)
	start = len(p.requests)
	p.askAll("ContainerArchiveInfo", containerPath+"/archive?path=/etc/passwd", p.byName())
	p.askWith("ContainerArchiveInfo", containerPath+"/archive", few, "path=", "path=/nothing")
	p.setMethod(start, http.MethodHead)
	start = len(p.requests)
	p.waits()
	p.setMethod(start, http.MethodPost)
	for i := start; i < len(p.requests); i++ {
		p.requests[i].blocks = true
	}
}

// byName are the containers once each.
func (p *plan) byName() []ref {
	return slices.DeleteFunc(slices.Clone(p.containers), func(r ref) bool {
		return strings.HasPrefix(r.kind, "visible") && r.kind != "visible name"
	})
}

// longReferences are the references but those of one digit. Another container
// that is gone has taken part in each scene, and the files of a container are its
// own, whoever else has put something into them: what one digit means there is
// chance.
func (p *plan) longReferences() []ref {
	var long []ref
	for _, r := range p.containers {
		if r.kind != "one digit" {
			long = append(long, r)
		}
	}
	return long
}

func (p *plan) setMethod(start int, method string) {
	for i := start; i < len(p.requests); i++ {
		p.requests[i].method = method
	}
}

func (p *plan) setAlone(start int) {
	for i := start; i < len(p.requests); i++ {
		p.requests[i].alone = true
	}
}

// waits asks for what has ended already: anything else does not answer.
func (p *plan) waits() {
	var ended []ref
	for _, r := range p.containers {
		if r.kind != "one digit" && (r.kind[:7] != "visible" || r.text == "vis-stopped") {
			ended = append(ended, r)
		}
	}
	p.askAll("ContainerWait", containerPath+"/wait", ended)
	p.askWith("ContainerWait", containerPath+"/wait", ended, "condition=not-running", "condition=nonsense")
}

func (p *plan) containerList() {
	const id, path = "ContainerList", "/containers/json"
	p.ask(id, "plain", path)
	for _, query := range []string{"all=1", "all=0", "all=maybe", "size=1", "all=1&size=1", "limit=x", "limit=0", "limit=-1", "before=vis-busy", "since=vis-busy", "all=1;limit=1"} {
		p.ask(id, query, path+"?"+query)
	}
	for limit := 1; limit < 20; limit += 3 {
		p.ask(id, "limit", fmt.Sprintf("%s?limit=%d", path, limit))
		p.ask(id, "limit, all", fmt.Sprintf("%s?all=1&limit=%d", path, limit))
		p.ask(id, "limit, filters", fmt.Sprintf("%s?limit=%d&%s", path, limit, filters(object{"status": []string{"running"}})))
	}
	for key, values := range p.containerFilters() {
		p.filter(id, path, "all=1&", key, values...)
		p.filter(id, path, "", key, some(values)...)
	}
	p.malformedFilters(id, path, "all=1&")
}

func (p *plan) containerFilters() map[string][]ref {
	return map[string][]ref{
		"id": p.containers, "before": p.containers, "since": p.containers,
		"name":     slices.Concat(p.containers, texts("pattern", "", "vis", "hid", "^/?vis-", "hid|vis-web", "(", "kid", "web$")),
		"ancestor": slices.Concat(p.images, texts("pattern", "", "vis", "*")),
		"volume":   slices.Concat(p.volumes, texts("path", "/data", "/hidden", "/anonymous", "/donated")),
		"network":  p.networks, "label": labels(),
		"status":     texts("status", "created", "running", "paused", "exited", "restarting", "removing", "dead", "nonsense"),
		"exited":     texts("code", "0", "3", "137", "x"),
		"health":     texts("health", "starting", "healthy", "unhealthy", "none", "nonsense"),
		"is-task":    texts("boolean", "true", "false", "1", "x"),
		"isolation":  texts("isolation", "default", "hyperv"),
		"publish":    texts("port", "80", "80/tcp", "1-65000", "x"),
		"expose":     texts("port", "80", "81", "80/tcp", "1-65000", "x"),
		"annotation": texts("annotation", "a", "a=b"),
	}
}

func (p *plan) imageRequests() {
	const list, path = "ImageList", "/images/json"
	p.ask(list, "plain", path)
	for _, query := range []string{"all=1", "all=0", "digests=1", "shared-size=1", "manifests=1", "identity=1", "all=1&digests=1&shared-size=1", "filter=bb", "filter=hid-own"} {
		p.ask(list, query, path+"?"+query)
	}
	for key, values := range map[string][]ref{
		"dangling": texts("boolean", "true", "false", "1", "0", "x"),
		"label":    labels(), "label!": labels(),
		"before": p.images, "since": p.images,
		"reference": slices.Concat(p.images, texts("pattern", "*", "*:*", "bb*", "hid*", "*:1", "vis-*", "*/*/*", "")),
		"until":     texts("time", "0", "{time.since}", "24h", "0s", "x"),
	} {
		p.filter(list, path, "", key, values...)
		p.filter(list, path, "all=1&", key, some(values)...)
	}
	p.ask(list, "filters.reference, malformed", path+"?"+filters(object{"reference": []string{"["}}))
	p.malformedFilters(list, path, "")

	few := some(p.images)
	const platform = `platform=%7B%22os%22%3A%22linux%22%2C%22architecture%22%3A%22arm64%22%7D`
	p.askAll("ImageInspect", "/images/{}/json", p.images)
	p.askWith("ImageInspect", "/images/{}/json", few, "manifests=1", "size=1", platform, "platform=x")
	p.askAll("ImageHistory", "/images/{}/history", p.images)
	p.askWith("ImageHistory", "/images/{}/history", few, platform, "platform=x")
	p.askAll("ImageAttestations", "/images/{}/attestations", few)
	p.askWith("ImageAttestations", "/images/{}/attestations", few, "type=x", "statement=1", platform)
	p.askAll("ImageGet", "/images/{}/get", few)
	p.askWith("ImageGetAll", "/images/get", few[:1], "names=bb:1", "names=hid-own:1", "names=nobody:1")
	// An address at which nobody listens: no answer comes from outside.
	p.askAll("DistributionInspect", "/distribution/{}/json", texts("no registry", "localhost:1/hid-own:1", "localhost:1/nobody:1"))
}

func (p *plan) networkRequests() {
	for _, path := range []string{"/networks", "/networks/"} {
		const id = "NetworkList"
		p.ask(id, "plain", path)
		for key, values := range map[string][]ref{
			"dangling": texts("boolean", "true", "false", "1", "x"),
			"driver":   texts("driver", "bridge", "null", "host", "overlay", "nonsense"),
			"id":       p.networks, "name": slices.Concat(p.networks, texts("pattern", "vis", "hid", "net", "(", "")),
			"label": labels(),
			"scope": texts("scope", "local", "swarm", "global", "x"),
			"type":  texts("type", "custom", "builtin", "x"),
		} {
			p.filter(id, path, "", key, values...)
		}
		p.malformedFilters(id, path, "")
	}
	p.askAll("NetworkInspect", "/networks/{}", p.networks)
	p.askWith("NetworkInspect", "/networks/{}", some(p.networks), "verbose=1", "verbose=x", "scope=local", "scope=swarm")
}

func (p *plan) volumeRequests() {
	const id, path = "VolumeList", "/volumes"
	p.ask(id, "plain", path)
	for key, values := range map[string][]ref{
		"dangling": texts("boolean", "true", "false", "1", "0", "x"),
		"driver":   texts("driver", "local", "nonsense"),
		"name":     slices.Concat(p.volumes, texts("pattern", "vis", "hid", "volume", "(", "")),
		"label":    labels(),
	} {
		p.filter(id, path, "", key, values...)
	}
	p.malformedFilters(id, path, "")
	p.askAll("VolumeInspect", "/volumes/{}", p.volumes)
}

func (p *plan) systemRequests() {
	p.ask("SystemPing", "plain", "/_ping")
	p.ask("SystemVersion", "plain", "/version")
	p.ask("SystemInfo", "plain", "/info")
	start := len(p.requests) // The engine serves one of these at a time.
	for _, query := range []string{"", "type=container", "type=image", "type=volume", "type=build-cache", "type=container&type=image", "type=nonsense",
		"verbose=1", "verbose=0", "verbose=1&type=container", "verbose=1&type=image", "verbose=1&type=volume", "verbose=1&type=build-cache"} {
		p.ask("SystemDataUsage", query, "/system/df?"+query)
	}
	p.setAlone(start)
	for _, path := range []string{"/nothing", "/containers", "/images", "/swarm/unlockkey", "/plugins", "/plugins/privileges?remote=localhost:1/x",
		"/plugins/nobody/json", "/debug/vars", "/v1.1/containers/json", "/v1.99/containers/json"} {
		p.ask("(other)", path, path)
	}
	p.ask("SystemPingHead", "plain", "/_ping")
	p.setMethod(len(p.requests)-1, http.MethodHead)
}

// swarmRequests asks an engine that is no part of a swarm.
func (p *plan) swarmRequests() {
	for _, list := range []struct{ operation, path string }{
		{"Service", "/services"}, {"Task", "/tasks"}, {"Node", "/nodes"}, {"Secret", "/secrets"}, {"Config", "/configs"},
	} {
		p.ask(list.operation+"List", "plain", list.path)
		for _, key := range []string{"id", "name", "label", "mode", "runtime", "service", "node", "desired-state", "role", "membership", "node.label"} {
			p.ask(list.operation+"List", "filters."+key, list.path+"?"+filters(object{key: []string{"hid-run"}}))
		}
		p.malformedFilters(list.operation+"List", list.path, "")
		p.askAll(list.operation+"Inspect", list.path+"/{}", some(p.containers))
	}
	p.ask("ServiceList", "status", "/services?status=1")
	p.askWith("ServiceInspect", "/services/{}", some(p.containers)[:1], "insertDefaults=1")
	p.askAll("ServiceLogs", "/services/{}/logs?stdout=1", some(p.containers))
	p.askAll("TaskLogs", "/tasks/{}/logs?stdout=1", some(p.containers))
	p.ask("SwarmInspect", "plain", "/swarm")
}
