package serve

import (
	"net/http"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
)

// exec decides about an exec instance by its container. Exec IDs are never used
// twice and stay with their container.
func (h *Handler) exec(x *exchange) (*outcome, error) {
	ans, err := h.upstream.Get(x.req, x.ep.Version+"/exec/"+x.ep.Ref+"/json", "")
	if err := h.judgeExec(x, ans, err); err != nil {
		return nil, err
	}
	return forwarded(x.ep.Ref), nil
}

// execInspect answers ExecInspect.
func (h *Handler) execInspect(x *exchange) (*outcome, error) {
	ans, err := h.fetch(x, x.ep.Ref)
	if err := h.judgeExec(x, ans, err); err != nil {
		return nil, err
	}
	if ans.Body, err = h.scrub.Answer(x.ep.Op.ID, ans.Body); err != nil {
		return nil, err
	}
	return answered(ans), nil
}

// judgeExec returns an error unless the answer of an ExecInspect, with the error
// of its request, is about the exec instance of a visible container.
func (h *Handler) judgeExec(x *exchange, ans *proxy.Answer, err error) error {
	var instance struct {
		ID          string
		ContainerID string
	}
	if err == nil && ans.Status != http.StatusOK {
		err = proxy.ErrUnexpected(ans)
	}
	if err == nil {
		err = ans.Decode(&instance)
	}
	if err == nil && instance.ID == x.ep.Ref && engineapi.FullID.MatchString(instance.ContainerID) {
		res, err := h.resolve(x, instance.ContainerID)
		if err != nil {
			return err
		}
		if res.id == instance.ContainerID {
			return nil
		}
		return notFound(res.engine)
	}
	return h.missingExec(x, err)
}

// missingExec is the error for an exec instance of which an ExecInspect tells
// nothing. One that is broken must not tell a hidden instance from an absent
// one: only that of a visible container is said to be broken.
func (h *Handler) missingExec(x *exchange, cause error) error {
	inv, engine, err := h.inventory(x)
	if err != nil {
		return err
	}
	broken := proxy.Unexpected(cause)
	if cause == nil || broken != nil && broken.Status == http.StatusNotFound || !inv.HasExec(x.ep.Ref) {
		return notFound(engine)
	}
	return cause
}
