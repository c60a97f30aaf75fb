package serve

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/view"
)

// visible is what the client may know of.
type visible struct {
	inv    *view.Inventory
	usage  *view.Usage // what the containers of inv use
	engine http.Header // of the answer that told
}

// side sends a request of the plugin's own for the client's request, and returns
// the answer if it is one: anything but 200 and JSON is an error.
func (h *Handler) side(x *exchange, path, query string) (*proxy.Answer, error) {
	ans, err := h.upstream.Get(x.req, x.ep.Version+path, query)
	if err != nil {
		return nil, err
	}
	if ans.Status != http.StatusOK {
		return nil, proxy.ErrUnexpected(ans)
	}
	if !ans.IsJSON() {
		return nil, proxy.ErrNotJSON(ans)
	}
	return ans, nil
}

// engineRefusal is the error for a parameter that cannot be forwarded, in the
// words that the engine has for it alone; an engine that takes it may know more
// than the plugin: then message says why it is refused.
func (h *Handler) engineRefusal(x *exchange, path string, query url.Values, message string) error {
	ans, err := h.upstream.Get(x.req, x.ep.Version+path, query.Encode())
	if err != nil && !errors.Is(err, proxy.ErrTooLarge) {
		return err
	}
	if err == nil && ans.Status >= 400 && ans.IsJSON() {
		return relay(ans)
	}
	return refusal(http.StatusBadRequest, message)
}

// inventory asks for the list of all containers and keeps the visible ones.
func (h *Handler) inventory(x *exchange) (*view.Inventory, http.Header, error) {
	ans, err := h.side(x, "/containers/json", "all=1")
	if err != nil {
		return nil, nil, err
	}
	inv, err := view.NewInventory(h.policy, ans.Body)
	return inv, ans.Header, err
}

// visible is inventory with what the visible containers use.
func (h *Handler) visible(x *exchange) (*visible, error) {
	inv, engine, err := h.inventory(x)
	if err != nil {
		return nil, err
	}
	usage, err := inv.Usage()
	if err != nil {
		return nil, err
	}
	return &visible{inv: inv, usage: usage, engine: engine}, nil
}

// resolution is what a reference means to the client.
type resolution struct {
	id        string      // full ID of the visible container, or empty
	mode      string      // its network mode
	ambiguous bool        // the prefix of several visible containers
	engine    http.Header // of the answer that decided
}

// resolved returns the visible container that the reference of the endpoint
// means. None, or more than one, is the error that the client gets.
func (h *Handler) resolved(x *exchange) (*resolution, error) {
	res, err := h.resolve(x, x.ep.Ref)
	if err != nil {
		return nil, err
	}
	return res, res.check(x)
}

// check returns the error for a reference that means no single visible
// container.
func (r *resolution) check(x *exchange) error {
	if r.ambiguous {
		status, message := engineapi.Ambiguity(r.engine, x.ep.Ref)
		return engineError(r.engine, status, message)
	}
	if r.id == "" {
		return notFound(r.engine)
	}
	return nil
}

// resolve finds the visible container that ref means.
func (h *Handler) resolve(x *exchange, ref string) (*resolution, error) {
	if engineapi.Decisive.MatchString(ref) {
		ans, err := h.upstream.Get(x.req, x.ep.Version+"/containers/"+ref+"/json", "")
		if err != nil && !errors.Is(err, proxy.ErrTooLarge) {
			return nil, err
		}
		if err == nil && (ans.Status == http.StatusOK || ans.Status == http.StatusNotFound) {
			return h.resolveInspect(ans, ref)
		}
		// An inspect that fails for one container only, or is too large, would
		// tell it from an absent one: the list decides.
	}
	return h.resolveByList(x, ref)
}

// resolveByList finds the visible container that ref means in the list.
func (h *Handler) resolveByList(x *exchange, ref string) (*resolution, error) {
	inv, engine, err := h.inventory(x)
	if err != nil {
		return nil, err
	}
	res := inv.Resolve(ref)
	return &resolution{id: res.ID, mode: res.NetworkMode, ambiguous: res.Ambiguous, engine: engine}, nil
}

// resolveInspect finds the visible container that ref means in the answer of an
// inspect.
func (h *Handler) resolveInspect(ans *proxy.Answer, ref string) (*resolution, error) {
	c, err := h.judgeInspect(ans, ref)
	if c == nil {
		return &resolution{engine: ans.Header}, err
	}
	res := &resolution{id: c.Container.ID, mode: c.NetworkMode, engine: ans.Header}
	if !h.policy.ReadsNames {
		h.verdicts.add(res)
	}
	return res, nil
}

// judgeInspect returns the container if the answer of an inspect is about the
// visible container that ref means, and nil otherwise.
func (h *Handler) judgeInspect(ans *proxy.Answer, ref string) (*view.Inspected, error) {
	if ans.Status != http.StatusOK {
		return nil, nil
	}
	c, err := inspected(ans)
	if err != nil {
		return nil, err
	}
	if c.Container.ID != ref && c.Container.Name != ref {
		// Fail closed: dockerd found the container by something else than what
		// was asked for.
		return nil, nil
	}
	if !h.policy.Visible(&c.Container) {
		return nil, nil
	}
	return c, nil
}

// inspected reads the container of an answer of ContainerInspect.
func inspected(ans *proxy.Answer) (*view.Inspected, error) {
	if !ans.IsJSON() {
		return nil, proxy.ErrNotJSON(ans)
	}
	return view.Inspect(ans.Body)
}
