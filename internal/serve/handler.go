// Package serve decides what becomes of each request of the Docker Engine API
// and carries it out. Handlers return what they decided, or an error; reply.go
// alone answers errors.
package serve

import (
	"context"
	"net/http"
	"net/url"

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
	Opened   map[string]bool // what insecureAllowOperations names
	Log      *Logger
	// InForce ends when the policy is in force no more, as Hold has it; nil: never.
	InForce context.Context
}

// Handler serves the clients of one router. But for the bounded sightings and
// names of images its state is read-only.
type Handler struct {
	next     http.Handler
	upstream *proxy.Upstream
	policy   *policy.Policy
	scrub    *scrub.Scrubber
	refusals map[string]string
	opened   map[string]bool
	// sightings belong to policy: they hold its verdicts on labels.
	sightings sightings
	log       *Logger
	inForce   context.Context
	probes    bool // no operation that Probe matches is refused or logged
	// listFilters is the parameter filters with which containers are asked for,
	// and allQuery the whole query for all of them.
	listFilters, allQuery string
	informs               bool // the log has lines about requests
	debugs                bool // the log has a line for each request

	configured configured
}

// New returns the handler.
func New(o *Options) *Handler {
	probes := o.Refusals["SystemPing"]+o.Refusals["SystemPingHead"]+o.Refusals["SystemVersion"] == ""
	listFilters := ""
	allQuery := "all=1"
	if o.Policy.EngineFilters != nil {
		listFilters = engineapi.EncodeFilters(o.Policy.EngineFilters)
		allQuery += "&filters=" + url.QueryEscape(listFilters)
	}
	inForce := o.InForce
	if inForce == nil {
		inForce = context.Background()
	}
	return &Handler{
		inForce:  inForce,
		next:     o.Next,
		upstream: o.Upstream,
		policy:   o.Policy,
		scrub:    o.Scrub,
		refusals: o.Refusals,
		opened:   o.Opened,
		log:      o.Log,
		probes:   probes && !o.Log.debugs(),

		listFilters: listFilters,
		allQuery:    allQuery,
		informs:     o.Log.informs(),
		debugs:      o.Log.debugs(),
	}
}

// exchange is one request of a client.
type exchange struct {
	rw  http.ResponseWriter
	req *http.Request
	ep  *engineapi.Endpoint // nil: the request was not understood

	trace *trace // nil: the level of the log is not debug
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
	if h.debugs {
		x.trace = newTrace(req)
		defer h.logTrace(x)
	}
	ep, err := engineapi.Route(req)
	x.ep = ep
	if err != nil {
		h.replyError(x, h.unrouted(x, err))
		return
	}
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
	reason := h.refusals[x.ep.Op.ID]
	if h.informs {
		h.log.used(x.ep.Op, reason)
	}
	if reason != "" {
		return nil, refusedOperation(x, reason)
	}
	if h.scrub.GuardsFilters {
		if err := h.checkFilters(x); err != nil {
			return nil, err
		}
	}
	if x.req.ContentLength != 0 {
		if err := takeForm(x); err != nil {
			return nil, err
		}
	}
	if h.policy.All {
		return h.asItComes(x)
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
		return h.forwardScrubbed(x)
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
	case engineapi.ContainerWait:
		return h.containerWait(x)
	case engineapi.ContainerDelete:
		return h.containerDelete(x)
	case engineapi.Exec:
		return h.exec(x)
	case engineapi.ExecInspect:
		return h.execInspect(x)
	case engineapi.SystemEvents:
		return h.systemEvents(x)
	case engineapi.Refuse:
		// Only what insecureAllowOperations names comes here.
		return h.asItComes(x)
	case engineapi.SystemInfo, engineapi.SystemDataUsage, engineapi.NetworkList, engineapi.NetworkInspect,
		engineapi.NetworkConnect, engineapi.VolumeList, engineapi.VolumeInspect, engineapi.ImageList,
		engineapi.ImageInspect, engineapi.ImageHistory, engineapi.ImageCommit:
		return h.filterShared(x)
	case engineapi.ServiceList, engineapi.ServiceInspect, engineapi.ServiceLogs, engineapi.TaskList, engineapi.TaskInspect, engineapi.TaskLogs, engineapi.Node:
		return h.filterSwarm(x)
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
		if h.opened[x.ep.Op.ID] {
			return h.asItComes(x)
		}
		return h.imageInspect(x)
	case engineapi.ImageHistory:
		return h.imageHistory(x)
	case engineapi.ImageCommit:
		return h.imageCommit(x)
	default:
		return nil, unknownAction(x)
	}
}

// filterSwarm is filter for the objects of a swarm.
func (h *Handler) filterSwarm(x *exchange) (*outcome, error) {
	switch x.ep.Op.Action { //nolint:exhaustive // filter has the others.
	case engineapi.ServiceList:
		return h.serviceList(x)
	case engineapi.ServiceInspect:
		return h.serviceInspect(x)
	case engineapi.ServiceLogs:
		return h.serviceLogs(x)
	case engineapi.TaskList:
		return h.taskList(x)
	case engineapi.TaskInspect:
		return h.taskInspect(x)
	case engineapi.TaskLogs:
		return h.taskLogs(x)
	case engineapi.Node:
		return h.node(x)
	default:
		return nil, unknownAction(x)
	}
}

// unknownAction refuses an operation that has an action without a handler.
// Fail closed: nobody decided what its answer may say.
func unknownAction(x *exchange) error {
	return refusal(http.StatusForbidden, x.ep.Op.ID+" is refused: it has no handler")
}

// asItComes handles an operation in which nothing needs to be hidden, since every
// container is visible or insecureAllowOperations says so: it is forwarded as it
// comes, and its answer scrubbed.
func (h *Handler) asItComes(x *exchange) (*outcome, error) {
	switch {
	case h.scrub.GuardsErrors && x.ep.Op.TellsHost:
		return nil, refusal(http.StatusForbidden, x.ep.Op.ID+" is refused: it tells commands and paths of the host (options scrubCommands, scrubMounts)")
	case !h.scrub.Concerns(x.ep.Op.ID):
		return passed, nil
	case x.ep.Op.Action == engineapi.SystemEvents:
		return h.scrubbedEvents(x), nil
	case x.ep.Op.Action == engineapi.ContainerWait:
		out := h.scrubbedWait(x, x.ep.Ref)
		out.asIs = true
		return out, nil
	}
	ans, err := h.fetchAsIs(x)
	if err != nil {
		return nil, err
	}
	return h.scrubbed(x, ans)
}

// forwardScrubbed handles an operation whose answer says nothing of containers.
func (h *Handler) forwardScrubbed(x *exchange) (*outcome, error) {
	if !h.scrub.Concerns(x.ep.Op.ID) {
		return forwarded(x.ep.Ref), nil
	}
	ans, err := h.fetch(x, x.ep.Ref)
	if err != nil {
		return nil, err
	}
	return h.scrubbed(x, ans)
}

// scrubbed answers with what the scrub options leave of ans.
func (h *Handler) scrubbed(x *exchange, ans *proxy.Answer) (*outcome, error) {
	if ans.Status >= 300 {
		return nil, relay(ans)
	}
	if len(ans.Body) == 0 {
		return answered(ans), nil
	}
	if !ans.IsJSON() {
		return nil, proxy.ErrNotJSON(ans)
	}
	body, err := h.scrub.Answer(x.ep.Op.ID, ans.Body)
	if err != nil {
		return nil, err
	}
	ans.Body = body
	return answered(ans), nil
}
