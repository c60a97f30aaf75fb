package serve

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/policy"
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
		return h.relayShared(x, "", ans)
	}
	return refusal(http.StatusBadRequest, message)
}

// inventory asks for the list of all containers, or of those that the engine
// itself can select, and keeps the visible ones.
func (h *Handler) inventory(x *exchange) (*view.Inventory, http.Header, error) {
	ans, err := h.side(x, "/containers/json", h.allQuery)
	if err != nil {
		return nil, nil, err
	}
	inv, err := view.NewInventory(h.policy, ans.Body)
	if err != nil {
		return nil, nil, err
	}
	inv.Inspect = func(id string) ([]byte, error) { return h.inspectByID(x, id) }
	inv.All = func() ([]byte, error) { return h.listAll(x, ans) }
	return inv, ans.Header, nil
}

// listAll returns the list of all containers: selected, if the engine selected
// none.
func (h *Handler) listAll(x *exchange, selected *proxy.Answer) ([]byte, error) {
	if h.listFilters == "" {
		return selected.Body, nil
	}
	ans, err := h.side(x, "/containers/json", "all=1")
	if err != nil {
		return nil, err
	}
	return ans.Body, nil
}

// inspectByID returns the inspect of the visible container of a full ID.
func (h *Handler) inspectByID(x *exchange, id string) ([]byte, error) {
	ans, err := h.side(x, "/containers/"+id+"/json", "")
	if err != nil {
		return nil, err
	}
	c, err := h.judgeInspect(ans, id)
	if err != nil {
		return nil, err
	}
	if c == nil || c.Container.ID != id {
		// Docker: a container can be named like the ID of one that is gone.
		return nil, errors.New("the container is gone")
	}
	return ans.Body, nil
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

// swarm asks for the services and keeps the visible ones. A socket proxy that
// does not let the plugin ask for services leaves none: their tasks are hidden
// then, but for those of visible containers.
func (h *Handler) swarm(x *exchange) (*view.Swarm, error) {
	inv, _, err := h.inventory(x)
	if err != nil {
		return nil, err
	}
	return h.swarmOf(x, inv)
}

func (h *Handler) swarmOf(x *exchange, inv *view.Inventory) (*view.Swarm, error) {
	services, err := h.sideList(x, "/services")
	if err != nil {
		return nil, err
	}
	return view.NewSwarm(inv, services)
}

// sideList asks for a list that the upstream may not have or allow: nil then.
func (h *Handler) sideList(x *exchange, path string) ([]byte, error) {
	ans, err := h.upstream.Get(x.req, x.ep.Version+path, "")
	if err != nil {
		return nil, err
	}
	if ans.Status != http.StatusOK {
		return nil, nil
	}
	if !ans.IsJSON() {
		return nil, proxy.ErrNotJSON(ans)
	}
	return ans.Body, nil
}

// addSwarm lets the client know of the networks of visible services, if there
// are networks that span a swarm.
func (h *Handler) addSwarm(x *exchange, v *visible, networks []byte) error {
	if !view.SpansSwarm(networks) {
		return nil
	}
	swarm, err := h.swarmOf(x, v.inv)
	if err != nil {
		return err
	}
	tasks, err := h.sideList(x, "/tasks")
	if err != nil {
		return err
	}
	return swarm.AddNetworks(v.usage, tasks)
}

// resolution is what a reference means to the client.
type resolution struct {
	id        string      // full ID of the visible container, or empty
	ambiguous bool        // the prefix of several visible containers
	engine    http.Header // of the answer that decided

	inspect []byte          // of the container, if an inspect decided
	inv     *view.Inventory // if the list decided
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

// resolve finds the visible container that ref means. Nothing is remembered: a
// container that is gone leaves its ID to whoever names a container so.
//
// An inspect can only find a visible container. That there is none, the list
// says, be the inspect of a hidden container, of none, or broken: a hidden
// container and none are told apart by nothing then, not by the time that the
// answer takes.
func (h *Handler) resolve(x *exchange, ref string) (*resolution, error) {
	if engineapi.Decisive.MatchString(ref) {
		ans, err := h.upstream.Get(x.req, x.ep.Version+"/containers/"+ref+"/json", "")
		if c := h.found(ans, err, ref); c != nil {
			return &resolution{id: c.Container.ID, engine: ans.Header, inspect: ans.Body}, nil
		}
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
	return &resolution{id: res.ID, ambiguous: res.Ambiguous, engine: engine, inv: inv}, nil
}

// resolvedByList is resolved by the list alone.
func (h *Handler) resolvedByList(x *exchange) (*resolution, error) {
	res, err := h.resolveByList(x, x.ep.Ref)
	if err != nil {
		return nil, err
	}
	return res, res.check(x)
}

// found returns the container if an inspect, with the error of its request, is
// about the visible container that ref means, and nil otherwise.
func (h *Handler) found(ans *proxy.Answer, err error, ref string) *view.Inspected {
	if err != nil {
		return nil
	}
	c, err := h.judgeInspect(ans, ref)
	if err != nil {
		return nil
	}
	return c
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
	if !means(ref, &c.Container) || !h.policy.Visible(&c.Container) {
		return nil, nil
	}
	return c, nil
}

// means reports whether the engine found a container by its full ID, its name or
// the beginning of its ID. It looks in this order, and refuses a beginning that
// containers share: what it finds so is what it would find if there were no
// hidden containers. Fail closed: anything else is not what was asked for.
func means(ref string, c *policy.Container) bool {
	return c.ID == ref || c.Name == ref || len(ref) < len(c.ID) && strings.HasPrefix(c.ID, ref)
}

// inspected reads the container of an answer of ContainerInspect.
func inspected(ans *proxy.Answer) (*view.Inspected, error) {
	if !ans.IsJSON() {
		return nil, proxy.ErrNotJSON(ans)
	}
	return view.Inspect(ans.Body)
}
