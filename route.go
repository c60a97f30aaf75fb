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
	refuse      action = iota // answered with 403, never forwarded
	pass                      // carries no container data: forwarded
	list                      // ContainerList: elements of hidden containers are cut
	inspect                   // ContainerInspect: 404 or the rewritten answer
	scoped                    // acts on one container: decided by a side inspect, then forwarded
	execInspect               // ExecInspect: as inspect, for the container of the exec instance
	execScoped                // acts on an exec instance: as scoped, for its container
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
	method string
	path   string // {} stands for the reference
	id     string
	action action
	query  string // the parameters that are forwarded, separated by spaces
	body   payload
	hijack bool // the connection is upgraded or taken over
}

// operations is the whole Engine API. What has no line is refused, and so is
// a line without an action.
var operations = []operation{
	{method: "GET", path: "/_ping", id: "SystemPing", action: pass},
	{method: "HEAD", path: "/_ping", id: "SystemPingHead", action: pass},
	{method: "GET", path: "/version", id: "SystemVersion", action: pass},
	{method: "GET", path: "/info", id: "SystemInfo"},
	{method: "GET", path: "/events", id: "SystemEvents"},
	{method: "GET", path: "/system/df", id: "SystemDataUsage"},
	{method: "POST", path: "/auth", id: "SystemAuth"},

	{method: "GET", path: "/containers/json", id: "ContainerList", action: list, query: "all limit size filters"},
	{method: "GET", path: "/containers/{}/json", id: "ContainerInspect", action: inspect, query: "size"},
	{method: "GET", path: "/containers/{}/top", id: "ContainerTop", action: scoped, query: "ps_args"},
	{method: "GET", path: "/containers/{}/logs", id: "ContainerLogs", action: scoped, query: "details follow since stderr stdout tail timestamps until"},
	{method: "GET", path: "/containers/{}/stats", id: "ContainerStats", action: scoped, query: "one-shot stream"},
	{method: "GET", path: "/containers/{}/changes", id: "ContainerChanges", action: scoped},
	{method: "GET", path: "/containers/{}/export", id: "ContainerExport", action: scoped},
	{method: "GET", path: "/containers/{}/archive", id: "ContainerArchive", action: scoped, query: "path"},
	{method: "HEAD", path: "/containers/{}/archive", id: "ContainerArchiveInfo", action: scoped, query: "path"},
	{method: "PUT", path: "/containers/{}/archive", id: "PutContainerArchive", action: scoped, query: "copyUIDGID noOverwriteDirNonDir path", body: streamBody},
	{method: "GET", path: "/containers/{}/attach/ws", id: "ContainerAttachWebsocket", action: scoped, query: "detachKeys logs stderr stdin stdout stream", hijack: true},
	{method: "POST", path: "/containers/{}/attach", id: "ContainerAttach", action: scoped, query: "detachKeys logs stderr stdin stdout stream", hijack: true},
	{method: "POST", path: "/containers/{}/resize", id: "ContainerResize", action: scoped, query: "h w"},
	{method: "POST", path: "/containers/{}/start", id: "ContainerStart", action: scoped},
	{method: "POST", path: "/containers/{}/stop", id: "ContainerStop", action: scoped, query: "signal t"},
	{method: "POST", path: "/containers/{}/restart", id: "ContainerRestart", action: scoped, query: "signal t"},
	{method: "POST", path: "/containers/{}/kill", id: "ContainerKill", action: scoped, query: "signal"},
	{method: "POST", path: "/containers/{}/pause", id: "ContainerPause", action: scoped},
	{method: "POST", path: "/containers/{}/unpause", id: "ContainerUnpause", action: scoped},
	{method: "POST", path: "/containers/{}/wait", id: "ContainerWait", action: scoped, query: "condition"},
	{method: "POST", path: "/containers/{}/update", id: "ContainerUpdate", action: scoped, body: jsonBody},
	{method: "POST", path: "/containers/{}/exec", id: "ContainerExec", action: scoped, body: jsonBody},
	{method: "DELETE", path: "/containers/{}", id: "ContainerDelete", action: scoped, query: "force v"},
	{method: "POST", path: "/containers/{}/rename", id: "ContainerRename"},
	{method: "POST", path: "/containers/create", id: "ContainerCreate"},
	{method: "POST", path: "/containers/prune", id: "ContainerPrune"},
	{method: "POST", path: "/commit", id: "ImageCommit"},

	{method: "GET", path: "/exec/{}/json", id: "ExecInspect", action: execInspect},
	{method: "POST", path: "/exec/{}/start", id: "ExecStart", action: execScoped, body: jsonBody, hijack: true},
	{method: "POST", path: "/exec/{}/resize", id: "ExecResize", action: execScoped, query: "h w"},
}

// routes finds a line of operations by method and shape. It never changes.
var routes = indexRoutes()

func indexRoutes() map[string]*operation {
	index := make(map[string]*operation, len(operations))
	for i := range operations {
		op := &operations[i]
		index[op.method+" "+op.path] = op
	}
	return index
}

// endpoint is a request that route understood.
type endpoint struct {
	op      *operation
	version string // "/v1.41", or empty for an unversioned request
	ref     string // what stands for {} in op.path
	query   url.Values
}

// pathForm accepts an optional API version, 1.24 and newer, and a path of the
// bytes that the names in the Engine API consist of. Older versions serve
// other semantics (a start body that replaces the host configuration), and
// any other byte is one on whose meaning two servers may differ.
var pathForm = regexp.MustCompile(`^(/v1\.(?:2[4-9]|[3-9][0-9]))?(/[A-Za-z0-9_.:@/-]+)$`)

// route classifies a request by its decoded path, as dockerd does, and
// refuses every path that is not in its one clean form. What is forwarded is
// built from the endpoint and never from what the client sent, so that the
// path that was judged is the path that is served.
func route(req *http.Request) (*endpoint, error) {
	m := pathForm.FindStringSubmatch(req.URL.Path)
	if m == nil || path.Clean(req.URL.Path) != req.URL.Path {
		return nil, unknownRoute(req)
	}
	ep := &endpoint{version: m[1]}
	if ep.op = routes[req.Method+" "+m[2]]; ep.op == nil {
		shape, ref := split(m[2])
		ep.op, ep.ref = routes[req.Method+" "+shape], ref
	}
	if ep.op == nil {
		return nil, unknownRoute(req)
	}
	return ep, ep.parseQuery(req.URL.RawQuery)
}

func unknownRoute(req *http.Request) error {
	return fmt.Errorf("%s %q is not an operation that can be filtered", req.Method, req.URL.Path)
}

// split takes the reference out of a path: "/containers/web/json" gives
// "/containers/{}/json" and "web". A container reference has no slash, so
// that "/containers/web/a/json" has the shape of no operation.
func split(p string) (shape, ref string) {
	family := strings.IndexByte(p[1:], '/') + 2
	if family < 2 {
		return p, ""
	}
	ref = p[family:]
	rest := ""
	if i := strings.IndexByte(ref, '/'); i >= 0 {
		ref, rest = ref[:i], ref[i:]
	}
	return p[:family] + "{}" + rest, ref
}

// parseQuery keeps the parameters that the operation has. The first value of
// a name counts, as it does for dockerd.
func (ep *endpoint) parseQuery(raw string) error {
	if raw == "" || ep.op.query == "" {
		return nil
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return fmt.Errorf("%s: the query cannot be parsed", ep.op.id)
	}
	ep.query = url.Values{}
	for _, name := range strings.Fields(ep.op.query) {
		if values.Has(name) {
			ep.query.Set(name, values.Get(name))
		}
	}
	return nil
}

// path is the canonical path of the endpoint for a reference.
func (ep *endpoint) path(ref string) string {
	return ep.version + strings.Replace(ep.op.path, "{}", ref, 1)
}
