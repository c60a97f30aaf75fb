// Package dpf is a Traefik middleware plugin that filters the Docker Engine
// API per container: a client lists, inspects and acts on the containers that
// match its policy, and every other container answers as one that does not
// exist. It sits on a router whose service is a Docker socket proxy.
//
// The invariant, above every feature: no response tells a client anything
// about a hidden container, and no request acts on one. Whatever the plugin
// does not understand is refused.
//
// Traefik interprets the source with Yaegi, so the package uses the standard
// library only and keeps to what the interpreter does as Go does; the places
// where that shows are marked "Yaegi:".
package dpf

import (
	"context"
	"fmt"
	"net/http"
)

// filter is one instance of the middleware: the policy of one router. But for
// the bounded verdicts its state is read-only after New.
type filter struct {
	name     string
	next     http.Handler
	upstream *upstream
	policy   policy
	scrub    *scrubber
	refusals map[string]string // by operationId
	verdicts verdicts
	log      logger
	probes   bool // no operation that probe matches is refused or logged
}

// New returns the middleware called name, in front of next. Traefik calls it
// once for each router that uses the middleware, and again at each change of
// its dynamic configuration, when ctx of the former instance ends.
//
// A configuration that is not valid gives a handler that answers every
// request with 503 and the reason, and never an error: for an error Traefik
// drops the router, and any other router that matches would then serve the
// client unfiltered.
func New(ctx context.Context, next http.Handler, config *Config, name string) (handler http.Handler, _ error) {
	defer func() {
		// A panic here would end Traefik's configuration loop: it would keep
		// serving the old configuration and take no new one until restarted.
		if r := recover(); r != nil {
			handler = refuseAll(name, fmt.Errorf("internal error: %v", r))
		}
	}()

	f, err := newFilter(ctx, next, config, name)
	if err != nil {
		return refuseAll(name, err), nil
	}
	return f, nil
}

// newFilter compiles config. The error names the option as the user typed it,
// quotes the value and says what is wrong with it.
func newFilter(ctx context.Context, next http.Handler, config *Config, name string) (*filter, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	p, err := newPolicy(config)
	if err != nil {
		return nil, err
	}
	up, err := newUpstream(ctx, next, config)
	if err != nil {
		return nil, err
	}
	scrub, err := newScrubber(config)
	if err != nil {
		return nil, err
	}
	ops, err := newOperationSets(config)
	if err != nil {
		return nil, err
	}
	log, err := newLogger(config.LogLevel, name)
	if err != nil {
		return nil, err
	}
	refusals := ops.refusals(!p.all)
	return &filter{
		name:     name,
		next:     next,
		upstream: up,
		policy:   p,
		scrub:    scrub,
		refusals: refusals,
		probes:   log.level < levelDebug && refusals["SystemPing"]+refusals["SystemPingHead"]+refusals["SystemVersion"] == "",
		log:      log,
	}, nil
}

// ServeHTTP decides what becomes of one request. Probes, in which there is
// nothing to decide, take a way of their own.
// Yaegi: each call allocates every local and every intermediate value of the
// function that it enters, those of branches not taken included. The functions
// that every request passes are small, and what is rare is in others.
func (f *filter) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	if f.probes && len(req.URL.Path) <= maxProbe && req.URL.RawQuery == "" && probe.MatchString(req.Method+" "+req.URL.Path) {
		f.serveProbe(rw, req)
		return
	}
	ep, err := route(req)
	if err != nil {
		f.refuse(rw, req, http.StatusForbidden, err.Error())
		return
	}
	if reason := f.refusals[ep.op.id]; reason != "" {
		f.refuseOperation(rw, req, ep, reason)
		return
	}
	switch {
	case f.policy.all:
		f.serveAll(rw, req, ep)
	case ep.op.action == scoped:
		f.serveScoped(rw, req, ep)
	default:
		f.serve(rw, req, ep)
	}
}

// serveProbe forwards a request that probe matches.
func (f *filter) serveProbe(rw http.ResponseWriter, req *http.Request) {
	setTarget(req, req.URL.Path, "")
	bare(req, bareHeaders)
	f.next.ServeHTTP(rw, req)
}

// serve handles an operation while a selector is set. But for scoped, which is
// most of them, the switch is the whole list of what can happen.
func (f *filter) serve(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	switch ep.op.action {
	case started, stats:
		f.serveScoped(rw, req, ep)
	case pass:
		f.forwardTo(rw, req, ep, ep.ref)
	case list:
		f.serveList(rw, req, ep)
	case inspect:
		f.serveInspect(rw, req, ep)
	case execInspect:
		f.serveExecInspect(rw, req, ep)
	case execScoped:
		f.serveExec(rw, req, ep)
	case events:
		f.serveEvents(rw, req, ep)
	case rewrite:
		f.serveRewrite(rw, req, ep)
	case network:
		f.serveNetwork(rw, req, ep)
	case connect:
		f.serveConnect(rw, req, ep)
	case image:
		f.serveImage(rw, req, ep)
	case volume:
		f.serveVolume(rw, req, ep)
	case fromList:
		f.serveFromList(rw, req, ep)
	case commit:
		f.serveCommit(rw, req, ep)
	case refuse:
		// Only what insecureAllowOperations names comes here.
		f.forwardAsIs(rw, req, ep)
	}
}

// serveAll handles an operation while every container is visible: nothing
// needs to be hidden, only scrubbed.
func (f *filter) serveAll(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	if err := f.checkLabelFilters(req, ep); err != nil {
		f.refuse(rw, req, http.StatusBadRequest, err.Error())
		return
	}
	switch {
	case !f.scrub.concerns(ep.op.id):
		f.forwardAsIs(rw, req, ep)
	case ep.op.action == events:
		f.serveAllEvents(rw, req, ep)
	default:
		f.serveCut(rw, req, ep, ep.ref, unchanged)
	}
}

// refuse answers a request that is not forwarded.
func (f *filter) refuse(rw http.ResponseWriter, req *http.Request, status int, reason string) {
	f.log.infof("refused %s %q: %s", req.Method, req.URL.Path, reason)
	writeError(rw, nil, status, "dpf: "+reason)
}

// refuseOperation answers a request for an operation that the client may not
// use. docker inspect asks for a name as one kind of object after the other, and
// takes any answer but 404 for the end: what it may not ask for does not exist.
func (f *filter) refuseOperation(rw http.ResponseWriter, req *http.Request, ep *endpoint, reason string) {
	switch ep.op.id {
	case "PluginInspect", "SecretInspect", "ConfigInspect":
		f.log.infof("refused %s %q: %s", req.Method, req.URL.Path, reason)
		f.notFound(rw, ep, nil)
		return
	}
	f.refuse(rw, req, http.StatusForbidden, reason)
}

// fail answers a request that could not be decided or whose answer could not
// be trusted. The client gets a fixed text; only the log says what happened.
func (f *filter) fail(rw http.ResponseWriter, ep *endpoint, err error) {
	if ans := versionError(err); ans != nil {
		ans.send(rw, ans.body)
		return
	}
	f.log.errorf("%s: %v", ep.op.id, err)
	writeError(rw, nil, http.StatusBadGateway, "dpf: "+ep.op.id+": the answer of the Docker API could not be used; the log of Traefik has the reason")
}

// refuseAll is the handler of a configuration that is not valid.
func refuseAll(name string, reason error) http.Handler {
	log, _ := newLogger("error", name)
	log.errorf("configuration refused, every request is answered with 503: %v", reason)
	return &refusal{message: "dpf: " + reason.Error()}
}

// refusal answers every request with 503 and one message.
type refusal struct {
	message string
}

func (r *refusal) ServeHTTP(rw http.ResponseWriter, _ *http.Request) {
	writeError(rw, nil, http.StatusServiceUnavailable, r.message)
}
