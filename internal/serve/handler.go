// Package serve decides what becomes of each request of the Docker Engine API
// and carries it out. Handlers return what they decided, or an error; reply.go
// alone answers errors.
package serve

import (
	"net/http"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/scrub"
)

// Options is what a Handler is made of. All of it is read-only.
type Options struct {
	Next     http.Handler // the service of the router
	Upstream *proxy.Upstream
	Policy   *policy.Policy
	Scrub    *scrub.Scrubber
	// Refusals says why the client may not use an operation, by operationId.
	Refusals map[string]string
	Log      *Logger
}

// Handler serves the clients of one router. But for the bounded verdicts its
// state is read-only.
type Handler struct {
	next     http.Handler
	upstream *proxy.Upstream
	policy   *policy.Policy
	scrub    *scrub.Scrubber
	refusals map[string]string
	verdicts verdicts
	log      *Logger
	probes   bool // no operation that Probe matches is refused or logged
}

// New returns the handler.
func New(o *Options) *Handler {
	probes := o.Refusals["SystemPing"]+o.Refusals["SystemPingHead"]+o.Refusals["SystemVersion"] == ""
	return &Handler{
		next:     o.Next,
		upstream: o.Upstream,
		policy:   o.Policy,
		scrub:    o.Scrub,
		refusals: o.Refusals,
		log:      o.Log,
		probes:   probes && !o.Log.debugs(),
	}
}

// exchange is one request of a client.
type exchange struct {
	rw  http.ResponseWriter
	req *http.Request
	ep  *engineapi.Endpoint // nil: the request was not understood
}

// ServeHTTP decides what becomes of one request. Probes, in which there is
// nothing to decide, take a way of their own.
// Yaegi: each call allocates every local and every intermediate value of the
// function that it enters, those of branches not taken included. The functions
// that every request passes are small, and what is rare is in others.
func (h *Handler) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	if h.probes && len(req.URL.Path) <= engineapi.MaxProbe && req.URL.RawQuery == "" && engineapi.Probe.MatchString(req.Method+" "+req.URL.Path) {
		h.serveProbe(rw, req)
		return
	}
	x := &exchange{rw: rw, req: req}
	ep, err := engineapi.Route(req)
	if err != nil {
		h.replyError(x, refusal(http.StatusForbidden, err.Error()))
		return
	}
	x.ep = ep
	out, err := h.decide(x)
	if err == nil {
		err = h.carryOut(x, out)
	}
	if err != nil {
		h.replyError(x, err)
	}
}

// serveProbe forwards a request that Probe matches.
func (h *Handler) serveProbe(rw http.ResponseWriter, req *http.Request) {
	proxy.SetTarget(req, req.URL.Path, "")
	proxy.Bare(req, proxy.BareHeaders)
	h.next.ServeHTTP(rw, req)
}

// decide says what becomes of a request.
func (h *Handler) decide(x *exchange) (*outcome, error) {
	if reason := h.refusals[x.ep.Op.ID]; reason != "" {
		return nil, refusedOperation(x, reason)
	}
	if x.req.ContentLength != 0 {
		if err := takeForm(x); err != nil {
			return nil, err
		}
	}
	if h.policy.All {
		return h.showAll(x)
	}
	if x.ep.Refusal != "" {
		return nil, refusal(http.StatusBadRequest, x.ep.Refusal)
	}
	if x.ep.Op.Action == engineapi.Container {
		return h.container(x)
	}
	return h.filter(x)
}

// filter handles an operation while a selector is set: the switch is the whole
// list of what can happen.
func (h *Handler) filter(x *exchange) (*outcome, error) {
	switch x.ep.Op.Action {
	case engineapi.Forward:
		return forwarded(x.ep.Ref), nil
	case engineapi.Container:
		return h.container(x)
	case engineapi.ContainerList:
		return h.containerList(x)
	case engineapi.ContainerInspect:
		return h.containerInspect(x)
	case engineapi.ContainerStart:
		return h.containerStart(x)
	case engineapi.ContainerStats:
		return h.containerStats(x)
	case engineapi.Exec:
		return h.exec(x)
	case engineapi.ExecInspect:
		return h.execInspect(x)
	case engineapi.SystemEvents:
		return h.systemEvents(x)
	case engineapi.Refuse:
		// Only what insecureAllowOperations names comes here.
		return passed, nil
	case engineapi.SystemInfo, engineapi.SystemDataUsage, engineapi.NetworkList, engineapi.NetworkInspect,
		engineapi.NetworkConnect, engineapi.VolumeList, engineapi.VolumeInspect, engineapi.ImageList,
		engineapi.ImageInspect, engineapi.ImageHistory, engineapi.ImageCommit, engineapi.ServiceList,
		engineapi.ServiceInspect, engineapi.TaskList, engineapi.TaskInspect:
		return h.filterShared(x)
	default:
		return nil, unknownAction(x)
	}
}

// filterShared is filter for the objects that containers share.
func (h *Handler) filterShared(x *exchange) (*outcome, error) {
	switch x.ep.Op.Action { //nolint:exhaustive // filter has the others.
	case engineapi.SystemInfo:
		return h.systemInfo(x)
	case engineapi.SystemDataUsage:
		return h.systemDataUsage(x)
	case engineapi.NetworkList:
		return h.networkList(x)
	case engineapi.NetworkInspect:
		return h.networkInspect(x)
	case engineapi.NetworkConnect:
		return h.networkConnect(x)
	case engineapi.VolumeList:
		return h.volumeList(x)
	case engineapi.VolumeInspect:
		return h.volumeInspect(x)
	case engineapi.ImageList:
		return h.imageList(x)
	case engineapi.ImageInspect:
		return h.imageInspect(x)
	case engineapi.ImageHistory:
		return h.imageHistory(x)
	case engineapi.ImageCommit:
		return h.imageCommit(x)
	case engineapi.ServiceList:
		return h.serviceList(x)
	case engineapi.ServiceInspect:
		return h.serviceInspect(x)
	case engineapi.TaskList:
		return h.taskList(x)
	case engineapi.TaskInspect:
		return h.taskInspect(x)
	default:
		return nil, unknownAction(x)
	}
}

// unknownAction refuses an operation that has an action without a handler.
// Fail closed: nobody decided what its answer may say.
func unknownAction(x *exchange) error {
	return refusal(http.StatusForbidden, x.ep.Op.ID+" is refused: it has no handler")
}

// showAll handles an operation while every container is visible: nothing needs
// to be hidden, only scrubbed.
func (h *Handler) showAll(x *exchange) (*outcome, error) {
	if err := h.checkMaskedFilters(x); err != nil {
		return nil, err
	}
	switch {
	case !h.scrub.Concerns(x.ep.Op.ID):
		return passed, nil
	case x.ep.Op.Action == engineapi.SystemEvents:
		return h.scrubbedEvents(x), nil
	default:
		return h.cut(x, x.ep.Ref, nil)
	}
}
