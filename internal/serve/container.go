package serve

import (
	"errors"
	"net/http"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/view"
)

// known returns the visible container that a request is about. Operations on
// one container are decided before anything is forwarded, and forwarded on the
// full ID: a name may change hands between the decision and the deed.
func (h *Handler) known(x *exchange) (*resolution, error) {
	if x.ep.Op.Refused != "" && engineapi.True(x.ep.Sent.Get(x.ep.Op.Refused)) {
		// Without that parameter the container itself would go.
		return nil, refusal(http.StatusForbidden, x.ep.Op.ID+" with "+x.ep.Op.Refused+" is refused: it changes another container")
	}
	if res := h.verdicts.get(x.ep.Ref); res != nil {
		return res, nil
	}
	return h.resolved(x)
}

// container handles an operation on one container.
func (h *Handler) container(x *exchange) (*outcome, error) {
	res, err := h.known(x)
	if err != nil {
		return nil, err
	}
	switch {
	case !h.scrub.Concerns(x.ep.Op.ID):
		return forwarded(res.id), nil
	case x.ep.Op.ID == "ContainerWait":
		return h.scrubbedWait(x, res.id), nil
	}
	return h.cut(x, res.id, nil)
}

// containerStart handles an operation that starts a container. Where the
// container refers to a hidden one, the error of a failed start names it.
func (h *Handler) containerStart(x *exchange) (*outcome, error) {
	res, err := h.known(x)
	if err != nil {
		return nil, err
	}
	ans, err := h.fetch(x, res.id)
	if err != nil {
		return nil, err
	}
	if ans.Status < 400 {
		return answered(ans), nil
	}
	own, err := h.refersToVisibleOnly(x, res.id)
	if err != nil || !own {
		return nil, replace(ans)
	}
	return nil, relay(ans)
}

// refersToVisibleOnly reports whether a container refers to no hidden one.
func (h *Handler) refersToVisibleOnly(x *exchange, id string) (bool, error) {
	ans, err := h.side(x, "/containers/"+id+"/json", "")
	if err != nil {
		return false, err
	}
	if !view.MayRefer(ans.Body) {
		return true, nil
	}
	inv, _, err := h.inventory(x)
	if err != nil {
		return false, err
	}
	return inv.RefersToVisibleOnly(ans.Body)
}

// containerStats handles ContainerStats. The counters of a network that the
// container shares with a hidden one are cut.
func (h *Handler) containerStats(x *exchange) (*outcome, error) {
	res, err := h.known(x)
	if err != nil {
		return nil, err
	}
	if !view.Joins(res.mode) {
		return forwarded(res.id), nil
	}
	inv, _, err := h.inventory(x)
	if err != nil {
		return nil, err
	}
	if !inv.HiddenMode(res.mode) {
		return forwarded(res.id), nil
	}
	return &outcome{lines: proxy.NewLineWriter(x.rw, h.upstream.Limit, nil, view.CutNetworks), ref: res.id}, nil
}

// containerInspect answers ContainerInspect: in one round trip where the answer
// itself decides.
func (h *Handler) containerInspect(x *exchange) (*outcome, error) {
	ref := x.ep.Ref
	if !engineapi.Decisive.MatchString(ref) {
		res, err := h.resolved(x)
		if err != nil {
			return nil, err
		}
		ref = res.id
	}
	ans, err := h.fetch(x, ref)
	if err != nil {
		return nil, h.failedInspect(x, ref, err)
	}
	if ans.Status != http.StatusOK {
		return nil, h.inspectError(x, ref, ans)
	}
	c, err := h.judgeInspect(ans, ref)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, notFound(ans.Header)
	}
	if view.MayRefer(ans.Body) || h.scrub.Concerns(x.ep.Op.ID) {
		if ans.Body, err = h.cutInspect(x, ans.Body); err != nil {
			return nil, err
		}
	}
	return answered(ans), nil
}

// failedInspect is the error for an inspect without an answer. One that is too
// large would tell a hidden container from an absent one: the list decides.
func (h *Handler) failedInspect(x *exchange, ref string, err error) error {
	if errors.Is(err, proxy.ErrTooLarge) {
		inv, engine, listErr := h.inventory(x)
		if listErr == nil && inv.Exact(ref) == nil {
			return notFound(engine)
		}
	}
	return err
}

// cutInspect removes from the inspect of a visible container what it says about
// hidden ones, and what the scrub options name.
func (h *Handler) cutInspect(x *exchange, body []byte) ([]byte, error) {
	if view.MayRefer(body) {
		inv, _, err := h.inventory(x)
		if err != nil {
			return nil, err
		}
		if body, err = inv.CutInspect(body); err != nil {
			return nil, err
		}
	}
	return h.scrub.Answer(x.ep.Op.ID, body)
}

// inspectError is the error for an inspect that failed. Only the list tells
// whether the client may know that there is something that fails.
func (h *Handler) inspectError(x *exchange, ref string, ans *proxy.Answer) error {
	if ans.Status == http.StatusNotFound {
		return notFound(ans.Header)
	}
	inv, engine, err := h.inventory(x)
	if proxy.VersionError(err) != nil {
		return err
	}
	if err == nil && inv.Exact(ref) == nil {
		return notFound(engine)
	}
	return replace(ans)
}
