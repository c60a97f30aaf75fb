package dpf

import (
	"net/http"
)

// serveScoped decides about a request on one container before anything is
// forwarded, and forwards it on the full ID: a name may change hands between
// the decision and the deed.
func (f *filter) serveScoped(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	if f.policy.all {
		f.forward(rw, req, ep)
		return
	}
	res, err := f.resolve(req, ep.version, ep.ref)
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	if f.unresolved(rw, ep, res) {
		return
	}
	f.forwardTo(rw, req, ep, res.id)
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
	if !f.policy.all && !inspectDecides(ref) {
		res, err := f.resolve(req, ep.version, ref)
		if err != nil {
			f.fail(rw, ep, err)
			return
		}
		if f.unresolved(rw, ep, res) {
			return
		}
		ref = res.id
	}
	ans, err := f.fetch(req, ep, ref)
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	f.sendInspect(rw, req, ep, ref, ans)
}

// sendInspect judges the answer of an inspect and sends what may be seen.
func (f *filter) sendInspect(rw http.ResponseWriter, req *http.Request, ep *endpoint, ref string, ans *answer) {
	if ans.status != http.StatusOK {
		f.sendInspectError(rw, req, ep, ref, ans)
		return
	}
	if !f.policy.all {
		id, err := f.judgeInspect(ans, ref)
		if err != nil {
			f.fail(rw, ep, err)
			return
		}
		if id == "" {
			f.notFound(rw, ep, ans.header)
			return
		}
	}
	body, err := f.rewriteInspect(req, ep, ans)
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	ans.send(rw, body)
}

// rewriteInspect removes from the inspect of a visible container what it says
// about hidden ones, and what the scrub options name.
func (f *filter) rewriteInspect(req *http.Request, ep *endpoint, ans *answer) ([]byte, error) {
	body := ans.body
	if !f.policy.all && mayRefer(body) {
		inv, err := f.inventory(req, ep.version)
		if err != nil {
			return nil, err
		}
		if body, err = inv.cutInspect(body); err != nil {
			return nil, err
		}
	}
	if !ans.isJSON() {
		return nil, errUnexpected(ans)
	}
	return f.scrub.inspect(body)
}

// sendInspectError answers for an inspect that failed. Only the list tells
// whether the client may know that there is something that fails.
func (f *filter) sendInspectError(rw http.ResponseWriter, req *http.Request, ep *endpoint, ref string, ans *answer) {
	if f.policy.all {
		f.relay(rw, ep, ans)
		return
	}
	if ans.status == http.StatusNotFound {
		f.notFound(rw, ep, ans.header)
		return
	}
	inv, err := f.inventory(req, ep.version)
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
