package dpf

import (
	"errors"
	"net/http"
	"strings"
)

// serveScoped decides about a request on one container before anything is
// forwarded, and forwards it on the full ID: a name may change hands between
// the decision and the deed.
func (f *filter) serveScoped(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	if ep.op.id == "ContainerDelete" && f.refuseLink(rw, req, ep) {
		return
	}
	res := f.verdicts.get(ep.ref)
	if res == nil {
		if res = f.resolveFor(rw, req, ep); res == nil {
			return
		}
	}
	if ep.op.action == scoped && f.scrub.answers[ep.op.id] == nil {
		f.forwardTo(rw, req, ep, res.id)
		return
	}
	f.serveChanged(rw, req, ep, res)
}

// refuseLink refuses a ContainerDelete with link, and reports whether it did:
// without that parameter the container itself would go.
func (f *filter) refuseLink(rw http.ResponseWriter, req *http.Request, ep *endpoint) bool {
	if !isTrue(ep.sent.Get("link")) {
		return false
	}
	f.refuse(rw, req, http.StatusForbidden, "ContainerDelete with link is refused: it changes another container")
	return true
}

// serveChanged forwards a request whose answer may have to be changed.
func (f *filter) serveChanged(rw http.ResponseWriter, req *http.Request, ep *endpoint, res *resolution) {
	switch {
	case f.scrub.concerns(ep.op.id):
		f.serveCut(rw, req, ep, res.id, unchanged)
	case ep.op.action == started:
		f.serveStarted(rw, req, ep, res.id)
	case ep.op.action == stats && strings.HasPrefix(res.mode, joins):
		f.serveJoinedStats(rw, req, ep, res)
	default:
		f.forwardTo(rw, req, ep, res.id)
	}
}

// isTrue is how dockerd reads a boolean parameter.
func isTrue(value string) bool {
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "", "0", "no", "false", "none":
		return false
	}
	return true
}

// serveStarted forwards an operation that starts a container. Where the
// container refers to a hidden one, the error of a failed start names it.
func (f *filter) serveStarted(rw http.ResponseWriter, req *http.Request, ep *endpoint, id string) {
	ans, err := f.fetch(req, ep, id, nil)
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	if ans.status < 400 {
		ans.send(rw, ans.body)
		return
	}
	own, err := f.refersToVisibleOnly(req, ep, id)
	if err != nil || !own {
		f.replaceError(rw, ep, ans)
		return
	}
	f.relay(rw, ep, ans)
}

// refersToVisibleOnly reports whether a container refers to no hidden one.
func (f *filter) refersToVisibleOnly(req *http.Request, ep *endpoint, id string) (bool, error) {
	ans, err := f.upstream.get(req, ep.version+"/containers/"+id+"/json", "")
	if err != nil {
		return false, err
	}
	if ans.status != http.StatusOK {
		return false, errUnexpected(ans)
	}
	if !mayRefer(ans.body) {
		return true, nil
	}
	inv, err := f.inventory(req, ep.version)
	if err != nil {
		return false, err
	}
	return inv.refersToVisibleOnly(ans.body)
}

// serveJoinedStats forwards ContainerStats of a container that shares the
// network of another. Where that one is hidden, its counters are cut.
func (f *filter) serveJoinedStats(rw http.ResponseWriter, req *http.Request, ep *endpoint, res *resolution) {
	inv, err := f.inventory(req, ep.version)
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	if !inv.hiddenMode(res.mode) {
		f.forwardTo(rw, req, ep, res.id)
		return
	}
	if _, err := f.rewrite(req, ep, res.id); err != nil {
		f.fail(rw, ep, err)
		return
	}
	strip(req.Header, answerHeaders)
	// Yaegi: the result of a call is not taken for an interface.
	change := &changeLine{change: cutNetworks}
	f.stream(req, newLineWriter(rw, f.upstream.limit, change))
}

// cutNetworks empties the network counters of a line of ContainerStats.
func cutNetworks(line []byte) ([]byte, error) {
	return within(line, "networks", func(_ []byte) ([]byte, error) { return []byte("{}"), nil })
}

// resolveFor returns what the reference of the endpoint means, or nil if it
// means no single visible container and is answered.
func (f *filter) resolveFor(rw http.ResponseWriter, req *http.Request, ep *endpoint) *resolution {
	res, err := f.resolve(req, ep.version, ep.ref)
	if err != nil {
		f.fail(rw, ep, err)
		return nil
	}
	if f.unresolved(rw, ep, res) {
		return nil
	}
	return res
}

// unresolved answers for a reference that means no single visible container.
func (f *filter) unresolved(rw http.ResponseWriter, ep *endpoint, res *resolution) bool {
	if res.ambiguous {
		f.ambiguous(rw, ep, res.engine)
		return true
	}
	if res.id == "" {
		f.notFound(rw, ep, res.engine)
		return true
	}
	return false
}

// serveInspect answers ContainerInspect: in one round trip where the answer
// itself decides.
func (f *filter) serveInspect(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	ref := ep.ref
	if !decisive.MatchString(ref) {
		res := f.resolveFor(rw, req, ep)
		if res == nil {
			return
		}
		ref = res.id
	}
	ans, err := f.fetch(req, ep, ref, nil)
	if err != nil {
		f.failInspect(rw, req, ep, ref, err)
		return
	}
	f.sendInspect(rw, req, ep, ref, ans)
}

// failInspect answers for an inspect without an answer. One that is too large
// would tell a hidden container from an absent one: the list decides.
func (f *filter) failInspect(rw http.ResponseWriter, req *http.Request, ep *endpoint, ref string, err error) {
	if errors.Is(err, errTooLarge) {
		inv, listErr := f.inventory(req, ep.version)
		if listErr == nil && inv.exact(ref) == nil {
			f.notFound(rw, ep, inv.engine)
			return
		}
	}
	f.fail(rw, ep, err)
}

// sendInspect judges the answer of an inspect and sends what may be seen.
func (f *filter) sendInspect(rw http.ResponseWriter, req *http.Request, ep *endpoint, ref string, ans *answer) {
	if ans.status != http.StatusOK {
		f.sendInspectError(rw, req, ep, ref, ans)
		return
	}
	c, err := f.judgeInspect(ans, ref)
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	if c == nil {
		f.notFound(rw, ep, ans.header)
		return
	}
	if mayRefer(ans.body) || f.scrub.answers[ep.op.id] != nil {
		if ans.body, err = f.rewriteInspect(req, ep, ans.body); err != nil {
			f.fail(rw, ep, err)
			return
		}
	}
	ans.send(rw, ans.body)
}

// rewriteInspect removes from the inspect of a visible container what it says
// about hidden ones, and what the scrub options name.
func (f *filter) rewriteInspect(req *http.Request, ep *endpoint, body []byte) ([]byte, error) {
	if mayRefer(body) {
		inv, err := f.inventory(req, ep.version)
		if err != nil {
			return nil, err
		}
		if body, err = inv.cutInspect(body); err != nil {
			return nil, err
		}
	}
	return f.scrub.answer(ep.op.id, body)
}

// sendInspectError answers for an inspect that failed. Only the list tells
// whether the client may know that there is something that fails.
func (f *filter) sendInspectError(rw http.ResponseWriter, req *http.Request, ep *endpoint, ref string, ans *answer) {
	if ans.status == http.StatusNotFound {
		f.notFound(rw, ep, ans.header)
		return
	}
	inv, err := f.inventory(req, ep.version)
	if versionError(err) != nil {
		f.fail(rw, ep, err)
		return
	}
	if err != nil {
		f.replaceError(rw, ep, ans)
		return
	}
	if inv.exact(ref) == nil {
		f.notFound(rw, ep, inv.engine)
		return
	}
	f.replaceError(rw, ep, ans)
}
