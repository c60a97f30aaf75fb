package dpf

import (
	"errors"
	"net/http"
)

// serveExec decides about an exec instance by its container. Exec IDs are
// never used twice and stay with their container.
func (f *filter) serveExec(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	ans, err := f.upstream.get(req, ep.version+"/exec/"+ep.ref+"/json", "")
	if f.visibleExec(rw, req, ep, ans, err) {
		f.forward(rw, req, ep)
	}
}

// serveExecInspect answers ExecInspect.
func (f *filter) serveExecInspect(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	ans, err := f.fetch(req, ep, ep.ref, nil)
	if !f.visibleExec(rw, req, ep, ans, err) {
		return
	}
	body, err := f.scrub.answer(ep.op.id, ans.body)
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	ans.send(rw, body)
}

// visibleExec reports whether the answer of an ExecInspect, or the error in
// its place, is about the exec instance of a visible container; if not, it
// answered.
func (f *filter) visibleExec(rw http.ResponseWriter, req *http.Request, ep *endpoint, ans *answer, err error) bool {
	visible := false
	if err == nil {
		visible, err = f.judgeExec(req, ep, ans)
	}
	if err != nil {
		f.fail(rw, ep, err)
		return false
	}
	if !visible {
		f.notFound(rw, ep, ans.header)
	}
	return visible
}

// judgeExec reports whether the answer of an ExecInspect is about the exec
// instance of a visible container.
func (f *filter) judgeExec(req *http.Request, ep *endpoint, ans *answer) (bool, error) {
	if ans.status == http.StatusNotFound {
		return false, nil
	}
	if ans.status != http.StatusOK {
		return false, errUnexpected(ans)
	}
	var instance struct {
		ID          string
		ContainerID string
	}
	if err := ans.decode(&instance); err != nil {
		return false, err
	}
	if !fullID.MatchString(instance.ContainerID) {
		return false, errors.New("the exec instance has no container ID")
	}
	if instance.ID != ep.ref {
		// Closed: not the instance that was asked for.
		return false, nil
	}
	if f.verdicts.get(instance.ContainerID) != nil {
		return true, nil
	}
	res, err := f.resolve(req, ep.version, instance.ContainerID)
	if err != nil {
		return false, err
	}
	return res.id != "", nil
}
