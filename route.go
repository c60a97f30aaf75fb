package dpf

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// action is what the plugin does with an operation. The zero value refuses.
type action int

const (
	refuse      action = iota // cannot be filtered: answered with 403 while a selector is set
	pass                      // carries no container data: forwarded
	list                      // ContainerList: elements of hidden containers are cut
	inspect                   // ContainerInspect: 404 or the rewritten answer
	scoped                    // acts on one container: decided by a side inspect, then forwarded
	started                   // as scoped; an error may name another container
	stats                     // as scoped; a shared network counts for another container
	execInspect               // ExecInspect: as inspect, for the container of the exec instance
	execScoped                // acts on an exec instance: as scoped, for its container
	events                    // SystemEvents: lines of hidden containers are dropped
	rewrite                   // entries and counters of hidden containers are cut
	network                   // one network: 404 unless a visible container uses it
	connect                   // names a network and, in the body, a container
	image                     // one image: 404 unless a visible container uses it
	volume                    // one volume: 404 unless a visible container mounts it
	fromList                  // one service or task: taken from the filtered list
	commit                    // names a container in the query
)

// payload is the kind of request body that an operation has.
type payload int

const (
	noBody     payload = iota // no body is forwarded, whatever the client sent
	jsonBody                  // decoded, and what was understood is encoded anew
	streamBody                // forwarded as it comes
)

// operation is one line of the Engine API: an operationId of its description
// (API 1.24 to 1.56), or a name of ours for a route that the description
// leaves out.
type operation struct {
	method  string
	path    string // {} stands for the reference
	id      string
	group   string // of the option operations, separated by blanks; none: always allowed
	action  action
	query   string // the parameters that are forwarded, separated by blanks
	filters string // the keys of the parameter filters that are forwarded
	body    payload
	hijack  bool   // the connection is upgraded or taken over
	gate    string // why it is refused while a selector is set, unless insecureAllowOperations names it
	cuts    string // what is removed, for the documentation

	parameters map[string]bool // the names in query
}

// Reasons of a gate.
const (
	creates  = "it creates or changes containers by its own rules, with any mount and any privilege"
	prunes   = "it acts on hidden containers, or tells what they use"
	hostWide = "it acts on the engine as a whole"
	tunnels  = "it is a tunnel whose content cannot be read"
	secrets  = "it returns or changes settings that belong to no container"
	usedBy   = "its error names the containers that use the object"
	content  = "its content may come from a hidden container"
)

// operations is the whole Engine API. What has no line is refused, and so is
// a line without an action.
var operations = []operation{
	{method: "GET", path: "/_ping", id: "SystemPing", action: pass},
	{method: "HEAD", path: "/_ping", id: "SystemPingHead", action: pass},
	{method: "GET", path: "/version", id: "SystemVersion", action: pass},
	{method: "POST", path: "/auth", id: "SystemAuth", group: "manage", action: pass, body: streamBody},
	{method: "GET", path: "/info", id: "SystemInfo", group: "read", action: rewrite, cuts: "counts of hidden containers and their images; counters that follow them"},
	{method: "GET", path: "/events", id: "SystemEvents", group: "read", action: events, query: "since until filters", filters: "config container daemon event image label network node plugin scope secret service type volume", cuts: "events that belong to no visible container"},
	{method: "GET", path: "/system/df", id: "SystemDataUsage", group: "read", action: rewrite, query: "type verbose", cuts: "hidden containers, images and volumes of no visible container, the build cache, counters"},

	{method: "GET", path: "/containers/json", id: "ContainerList", group: "read", action: list, query: "all limit size filters", filters: "ancestor before expose exited health id is-task isolation label name network publish since status volume", cuts: "hidden containers; their names and IDs in link aliases and network modes"},
	{method: "GET", path: "/containers/{}/json", id: "ContainerInspect", group: "read", action: inspect, query: "size", cuts: "names and IDs of hidden containers in modes, links, volumes-from, paths and errors"},
	{method: "GET", path: "/containers/{}/top", id: "ContainerTop", group: "read", action: scoped, query: "ps_args", cuts: "ps_args other than -ef, aux, -aux and ax: dockerd runs the ps of the host"},
	{method: "GET", path: "/containers/{}/logs", id: "ContainerLogs", group: "read", action: scoped, query: "details follow since stderr stdout tail timestamps until"},
	{method: "GET", path: "/containers/{}/stats", id: "ContainerStats", group: "read", action: stats, query: "one-shot stream", cuts: "networks, where they are those of a hidden container"},
	{method: "GET", path: "/containers/{}/changes", id: "ContainerChanges", group: "read", action: scoped},
	{method: "GET", path: "/containers/{}/export", id: "ContainerExport", group: "files", action: scoped},
	{method: "GET", path: "/containers/{}/archive", id: "ContainerArchive", group: "files", action: scoped, query: "path"},
	{method: "HEAD", path: "/containers/{}/archive", id: "ContainerArchiveInfo", group: "files", action: scoped, query: "path"},
	{method: "PUT", path: "/containers/{}/archive", id: "PutContainerArchive", group: "files", action: scoped, query: "copyUIDGID noOverwriteDirNonDir path", body: streamBody},
	{method: "GET", path: "/containers/{}/attach/ws", id: "ContainerAttachWebsocket", group: "exec", action: scoped, query: "detachKeys logs stderr stdin stdout stream", hijack: true},
	{method: "POST", path: "/containers/{}/attach", id: "ContainerAttach", group: "exec", action: scoped, query: "detachKeys logs stderr stdin stdout stream", hijack: true},
	{method: "POST", path: "/containers/{}/resize", id: "ContainerResize", group: "exec", action: scoped, query: "h w"},
	{method: "POST", path: "/containers/{}/start", id: "ContainerStart", group: "lifecycle", action: started, cuts: "the request body and query; an error that names a hidden container"},
	{method: "POST", path: "/containers/{}/stop", id: "ContainerStop", group: "lifecycle", action: scoped, query: "signal t"},
	{method: "POST", path: "/containers/{}/restart", id: "ContainerRestart", group: "lifecycle", action: started, query: "signal t", cuts: "an error that names a hidden container"},
	{method: "POST", path: "/containers/{}/kill", id: "ContainerKill", group: "lifecycle", action: scoped, query: "signal"},
	{method: "POST", path: "/containers/{}/pause", id: "ContainerPause", group: "lifecycle", action: scoped},
	{method: "POST", path: "/containers/{}/unpause", id: "ContainerUnpause", group: "lifecycle", action: scoped},
	{method: "POST", path: "/containers/{}/wait", id: "ContainerWait", group: "read", action: scoped, query: "condition"},
	{method: "POST", path: "/containers/{}/update", id: "ContainerUpdate", group: "manage", action: scoped, body: jsonBody},
	{method: "POST", path: "/containers/{}/exec", id: "ContainerExec", group: "exec", action: scoped, body: jsonBody, cuts: "refused with Privileged: it is the host"},
	{method: "DELETE", path: "/containers/{}", id: "ContainerDelete", group: "manage", action: scoped, query: "force v", cuts: "refused with link: it changes another container"},
	{method: "POST", path: "/containers/{}/rename", id: "ContainerRename", group: "manage", action: scoped, query: "name", gate: "a name that is taken by a hidden container cannot be concealed"},
	{method: "POST", path: "/containers/create", id: "ContainerCreate", group: "manage", gate: creates},
	{method: "POST", path: "/containers/prune", id: "ContainerPrune", group: "manage", gate: prunes},
	{method: "POST", path: "/commit", id: "ImageCommit", group: "manage", action: commit, query: "author changes comment pause repo tag", body: jsonBody},
	{method: "GET", path: "/containers/{}/checkpoints", id: "CheckpointList", group: "manage", gate: "it reads folders of the host"},
	{method: "POST", path: "/containers/{}/checkpoints", id: "CheckpointCreate", group: "manage", gate: "it writes to folders of the host"},
	{method: "DELETE", path: "/containers/{}/checkpoints/{}", id: "CheckpointDelete", group: "manage", gate: "it removes folders of the host"},
	{method: "POST", path: "/containers/{}/copy", id: "ContainerCopy", group: "files", gate: "it was replaced by ContainerArchive"},

	{method: "GET", path: "/exec/{}/json", id: "ExecInspect", group: "read exec", action: execInspect},
	{method: "POST", path: "/exec/{}/start", id: "ExecStart", group: "exec", action: execScoped, body: jsonBody, hijack: true},
	{method: "POST", path: "/exec/{}/resize", id: "ExecResize", group: "exec", action: execScoped, query: "h w"},

	{method: "GET", path: "/networks", id: "NetworkList", group: "read", action: rewrite, query: "filters", filters: "driver id label name scope type", cuts: "networks of no visible container but the predefined ones; hidden containers, services and address counts"},
	{method: "GET", path: "/networks/", id: "NetworkListSlash", group: "read", action: rewrite, query: "filters", filters: "driver id label name scope type", cuts: "as NetworkList"},
	{method: "GET", path: "/networks/{}", id: "NetworkInspect", group: "read", action: network, query: "scope", cuts: "as NetworkList"},
	{method: "POST", path: "/networks/{}/connect", id: "NetworkConnect", group: "manage", action: connect, body: jsonBody},
	{method: "POST", path: "/networks/{}/disconnect", id: "NetworkDisconnect", group: "manage", action: connect, body: jsonBody},
	{method: "POST", path: "/networks/create", id: "NetworkCreate", group: "manage", gate: hostWide},
	{method: "DELETE", path: "/networks/{}", id: "NetworkDelete", group: "manage", gate: usedBy},
	{method: "POST", path: "/networks/prune", id: "NetworkPrune", group: "manage", gate: prunes},

	{method: "GET", path: "/volumes", id: "VolumeList", group: "read", action: rewrite, query: "filters", filters: "driver label name", cuts: "volumes of no visible container; reference counts"},
	{method: "GET", path: "/volumes/{}", id: "VolumeInspect", group: "read", action: volume, cuts: "as VolumeList"},
	{method: "POST", path: "/volumes/create", id: "VolumeCreate", group: "manage", gate: creates},
	{method: "PUT", path: "/volumes/{}", id: "VolumeUpdate", group: "manage", gate: hostWide},
	{method: "DELETE", path: "/volumes/{}", id: "VolumeDelete", group: "manage", gate: usedBy},
	{method: "POST", path: "/volumes/prune", id: "VolumePrune", group: "manage", gate: prunes},

	{method: "GET", path: "/images/json", id: "ImageList", group: "read", action: rewrite, query: "all digests filters shared-size", filters: "dangling label reference until", cuts: "images of no visible container, tags that only hidden containers use; counts of hidden containers"},
	{method: "GET", path: "/images/{}/json", id: "ImageInspect", group: "read", action: image, cuts: "as ImageList; the container that the image was made from"},
	{method: "GET", path: "/images/{}/history", id: "ImageHistory", group: "read", action: image, cuts: "as ImageList"},
	{method: "GET", path: "/images/{}/attestations", id: "ImageAttestations", group: "read", gate: content},
	{method: "GET", path: "/images/search", id: "ImageSearch", group: "read", action: pass, query: "filters limit term"},
	{method: "GET", path: "/distribution/{}/json", id: "DistributionInspect", group: "read", action: pass},
	{method: "GET", path: "/images/get", id: "ImageGetAll", group: "files", gate: content},
	{method: "GET", path: "/images/{}/get", id: "ImageGet", group: "files", gate: content},
	{method: "POST", path: "/images/create", id: "ImageCreate", group: "manage", gate: hostWide},
	{method: "POST", path: "/images/load", id: "ImageLoad", group: "manage", gate: hostWide},
	{method: "POST", path: "/images/prune", id: "ImagePrune", group: "manage", gate: prunes},
	{method: "POST", path: "/images/{}/push", id: "ImagePush", group: "manage", gate: content},
	{method: "POST", path: "/images/{}/tag", id: "ImageTag", group: "manage", gate: hostWide},
	{method: "DELETE", path: "/images/{}", id: "ImageDelete", group: "manage", gate: usedBy},
	{method: "POST", path: "/build", id: "ImageBuild", group: "manage", gate: creates},
	{method: "POST", path: "/build/prune", id: "BuildPrune", group: "manage", gate: prunes},
	{method: "POST", path: "/build/cancel", id: "BuildCancel", group: "manage", gate: hostWide},
	{method: "POST", path: "/session", id: "Session", group: "manage", gate: tunnels},
	{method: "POST", path: "/grpc", id: "Grpc", group: "manage", gate: tunnels},

	{method: "GET", path: "/services", id: "ServiceList", group: "read", action: rewrite, query: "filters status", filters: "id label mode name", cuts: "services that do not match by name or label"},
	{method: "GET", path: "/services/{}", id: "ServiceInspect", group: "read", action: fromList, cuts: "as ServiceList"},
	{method: "GET", path: "/tasks", id: "TaskList", group: "read", action: rewrite, query: "filters", filters: "desired-state id label name node service", cuts: "tasks that match neither by label nor by a visible container"},
	{method: "GET", path: "/tasks/{}", id: "TaskInspect", group: "read", action: fromList, cuts: "as TaskList"},
	{method: "GET", path: "/nodes", id: "NodeList", group: "read", action: pass, query: "filters"},
	{method: "GET", path: "/nodes/{}", id: "NodeInspect", group: "read", action: pass},
	{method: "GET", path: "/services/{}/logs", id: "ServiceLogs", group: "read", gate: content},
	{method: "GET", path: "/tasks/{}/logs", id: "TaskLogs", group: "read", gate: content},
	{method: "POST", path: "/services/create", id: "ServiceCreate", group: "manage", gate: creates},
	{method: "POST", path: "/services/{}/update", id: "ServiceUpdate", group: "manage", gate: creates},
	{method: "DELETE", path: "/services/{}", id: "ServiceDelete", group: "manage", gate: hostWide},
	{method: "POST", path: "/nodes/{}/update", id: "NodeUpdate", group: "manage", gate: hostWide},
	{method: "DELETE", path: "/nodes/{}", id: "NodeDelete", group: "manage", gate: hostWide},
	{method: "GET", path: "/swarm", id: "SwarmInspect", group: "manage", gate: secrets},
	{method: "GET", path: "/swarm/unlockkey", id: "SwarmUnlockkey", group: "manage", gate: secrets},
	{method: "POST", path: "/swarm/init", id: "SwarmInit", group: "manage", gate: hostWide},
	{method: "POST", path: "/swarm/join", id: "SwarmJoin", group: "manage", gate: hostWide},
	{method: "POST", path: "/swarm/leave", id: "SwarmLeave", group: "manage", gate: hostWide},
	{method: "POST", path: "/swarm/unlock", id: "SwarmUnlock", group: "manage", gate: hostWide},
	{method: "POST", path: "/swarm/update", id: "SwarmUpdate", group: "manage", gate: hostWide},
	{method: "GET", path: "/secrets", id: "SecretList", group: "manage", gate: secrets},
	{method: "GET", path: "/secrets/{}", id: "SecretInspect", group: "manage", gate: secrets},
	{method: "POST", path: "/secrets/create", id: "SecretCreate", group: "manage", gate: secrets},
	{method: "POST", path: "/secrets/{}/update", id: "SecretUpdate", group: "manage", gate: secrets},
	{method: "DELETE", path: "/secrets/{}", id: "SecretDelete", group: "manage", gate: secrets},
	{method: "GET", path: "/configs", id: "ConfigList", group: "manage", gate: secrets},
	{method: "GET", path: "/configs/{}", id: "ConfigInspect", group: "manage", gate: secrets},
	{method: "POST", path: "/configs/create", id: "ConfigCreate", group: "manage", gate: secrets},
	{method: "POST", path: "/configs/{}/update", id: "ConfigUpdate", group: "manage", gate: secrets},
	{method: "DELETE", path: "/configs/{}", id: "ConfigDelete", group: "manage", gate: secrets},

	{method: "GET", path: "/plugins", id: "PluginList", group: "manage", gate: secrets},
	{method: "GET", path: "/plugins/privileges", id: "GetPluginPrivileges", group: "manage", gate: secrets},
	{method: "GET", path: "/plugins/{}/json", id: "PluginInspect", group: "manage", gate: secrets},
	{method: "GET", path: "/plugins/{}", id: "PluginInspectOld", group: "manage", gate: secrets},
	{method: "POST", path: "/plugins/create", id: "PluginCreate", group: "manage", gate: hostWide},
	{method: "POST", path: "/plugins/pull", id: "PluginPull", group: "manage", gate: hostWide},
	{method: "DELETE", path: "/plugins/{}", id: "PluginDelete", group: "manage", gate: hostWide},
	{method: "POST", path: "/plugins/{}/disable", id: "PluginDisable", group: "manage", gate: hostWide},
	{method: "POST", path: "/plugins/{}/enable", id: "PluginEnable", group: "manage", gate: hostWide},
	{method: "POST", path: "/plugins/{}/push", id: "PluginPush", group: "manage", gate: hostWide},
	{method: "POST", path: "/plugins/{}/set", id: "PluginSet", group: "manage", gate: hostWide},
	{method: "POST", path: "/plugins/{}/upgrade", id: "PluginUpgrade", group: "manage", gate: hostWide},

	{method: "GET", path: "/debug/vars", id: "DebugVars", group: "manage", gate: hostWide},
	{method: "GET", path: "/debug/pprof/", id: "DebugPprof", group: "manage", gate: hostWide},
	{method: "GET", path: "/debug/pprof/cmdline", id: "DebugCmdline", group: "manage", gate: hostWide},
	{method: "GET", path: "/debug/pprof/profile", id: "DebugProfile", group: "manage", gate: hostWide},
	{method: "GET", path: "/debug/pprof/symbol", id: "DebugSymbol", group: "manage", gate: hostWide},
	{method: "GET", path: "/debug/pprof/trace", id: "DebugTrace", group: "manage", gate: hostWide},
	{method: "GET", path: "/debug/pprof/{}", id: "DebugProfiles", group: "manage", gate: hostWide},
	{method: "OPTIONS", path: "/{}", id: "Options", group: "manage", gate: hostWide},
}

// routes finds a line of operations by method and shape. It never changes.
var routes = indexRoutes()

func indexRoutes() map[string]*operation {
	index := make(map[string]*operation, len(operations))
	for i := range operations {
		op := &operations[i]
		op.parameters = stringSet(strings.Fields(op.query)...)
		index[op.method+" "+op.path] = op
	}
	return index
}

// endpoint is a request that route understood.
type endpoint struct {
	op      *operation
	version string     // "/v1.41", or empty for an unversioned request
	ref     string     // what stands for {} in op.path
	query   url.Values // the parameters that the operation has
	sent    url.Values // all parameters of the client
}

// pathForm accepts an optional API version, 1.24 and newer, and a path of the
// bytes that the names in the Engine API consist of. Older versions serve
// other semantics (a start body that replaces the host configuration), and
// any other byte is one on whose meaning two servers may differ. Where the path
// has the form, its family, one segment as the reference, and a verb stand
// apart, too.
var pathForm = regexp.MustCompile(`^(/v1\.(?:2[4-9]|[3-9][0-9]))?((/[a-z]+/)([A-Za-z0-9_.:@-]+)(/[A-Za-z0-9_.:@/-]*)?|/[A-Za-z0-9_.:@/-]+)$`)

// probe matches the method and path of SystemPing, SystemPingHead and
// SystemVersion.
var probe = regexp.MustCompile(`^(?:GET|HEAD) (?:/v1\.(?:2[4-9]|[3-9][0-9]))?/_ping$|^GET (?:/v1\.(?:2[4-9]|[3-9][0-9]))?/version$`)

// maxProbe is the length of the longest path that probe matches.
const maxProbe = len("/v1.41/version")

// route classifies a request by its decoded path, as dockerd does, and
// refuses every path that is not in its one clean form. What is forwarded is
// built from the endpoint and never from what the client sent, so that the
// path that was judged is the path that is served.
func route(req *http.Request) (*endpoint, error) {
	m := pathForm.FindStringSubmatch(req.URL.Path)
	if m == nil {
		return nil, unknownRoute(req)
	}
	ep := &endpoint{version: m[1]}
	if ep.op = routes[req.Method+" "+m[2]]; ep.op == nil && path.Clean(m[2]) == m[2] {
		ep.op, ep.ref = routes[req.Method+" "+m[3]+"{}"+m[5]], m[4]
		if slashes[m[3]] {
			ep.findSlashes(req.Method, m[3], m[4]+m[5])
		}
	}
	if ep.op == nil {
		return nil, unknownRoute(req)
	}
	if req.URL.RawQuery == "" {
		return ep, nil
	}
	return ep, ep.parseQuery(req.URL.RawQuery)
}

func unknownRoute(req *http.Request) error {
	return fmt.Errorf("%s %q is not an operation that can be filtered", req.Method, req.URL.Path)
}

// slashes are the families whose references may have slashes: the names of
// images and plugins. Any other reference is one segment, so that
// "/containers/web/a/json" is no operation.
var slashes = stringSet("/images/", "/distribution/", "/plugins/")

// findSlashes looks up a path of such a family, of which rest comes after the
// family.
func (ep *endpoint) findSlashes(method, family, rest string) {
	if i := strings.LastIndexByte(rest, '/'); i > 0 {
		if ep.op = routes[method+" "+family+"{}"+rest[i:]]; ep.op != nil {
			ep.ref = rest[:i]
			return
		}
	}
	ep.op, ep.ref = routes[method+" "+family+"{}"], rest
}

// parseQuery keeps the parameters that the operation has. The first value of
// a name counts, as it does for dockerd.
func (ep *endpoint) parseQuery(raw string) error {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return fmt.Errorf("%s: the query cannot be parsed", ep.op.id)
	}
	ep.sent = values
	ep.query = make(url.Values, len(values))
	for name, all := range values {
		switch {
		case !ep.op.parameters[name]:
		case name == "changes" || name == "type":
			ep.query[name] = all // dockerd reads these as lists.
		default:
			ep.query[name] = all[:1]
		}
	}
	if ep.op.id == "ImageCommit" {
		ep.ref = values.Get("container")
	}
	return nil
}

// path is the canonical path of the endpoint for a reference.
func (ep *endpoint) path(ref string) string {
	return ep.version + strings.Replace(ep.op.path, "{}", ref, 1)
}
