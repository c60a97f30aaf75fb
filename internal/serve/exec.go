package serve

import (
	"errors"
	"net/http"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
)

// exec decides about an exec instance by its container. Exec IDs are never used
// twice and stay with their container.
func (h *Handler) exec(x *exchange) (*outcome, error) {
	ans, err := h.upstream.Get(x.req, x.ep.Version+"/exec/"+x.ep.Ref+"/json", "")
	if err != nil {
		return nil, err
	}
	if err := h.judgeExec(x, ans); err != nil {
		return nil, err
	}
	return forwarded(x.ep.Ref), nil
}

// execInspect answers ExecInspect.
func (h *Handler) execInspect(x *exchange) (*outcome, error) {
	ans, err := h.fetch(x, x.ep.Ref)
	if err != nil {
		return nil, err
	}
	if err := h.judgeExec(x, ans); err != nil {
		return nil, err
	}
	if ans.Body, err = h.scrub.Answer(x.ep.Op.ID, ans.Body); err != nil {
		return nil, err
	}
	return answered(ans), nil
}

// judgeExec returns an error unless the answer of an ExecInspect is about the
// exec instance of a visible container.
func (h *Handler) judgeExec(x *exchange, ans *proxy.Answer) error {
	if ans.Status == http.StatusNotFound {
		return notFound(ans.Header)
	}
	if ans.Status != http.StatusOK {
		return proxy.ErrUnexpected(ans)
	}
	var instance struct {
		ID          string
		ContainerID string
	}
	if err := ans.Decode(&instance); err != nil {
		return err
	}
	if !engineapi.FullID.MatchString(instance.ContainerID) {
		return errors.New("the exec instance has no container ID")
	}
	if instance.ID != x.ep.Ref {
		// Fail closed: not the instance that was asked for.
		return notFound(ans.Header)
	}
	if h.verdicts.get(instance.ContainerID) != nil {
		return nil
	}
	res, err := h.resolve(x, instance.ContainerID)
	if err != nil {
		return err
	}
	if res.id == "" {
		return notFound(ans.Header)
	}
	return nil
}
