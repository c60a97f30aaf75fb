package serve

import (
	"net/http"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/rawjson"
	"github.com/docker-proxy-filter/dpf/internal/view"
)

func (h *Handler) serviceList(x *exchange) (*outcome, error) {
	if _, err := h.narrowFilters(x); err != nil {
		return nil, err
	}
	return h.cut(x, "", func(body []byte) ([]byte, error) { return view.ServiceList(h.policy, body) })
}

// serviceInspect answers with the element of the filtered list, which is the
// same object.
func (h *Handler) serviceInspect(x *exchange) (*outcome, error) {
	ans, err := h.swarmList(x, x.ep.Op.Lists)
	if err != nil {
		return nil, err
	}
	raw, id, err := view.Service(h.policy, ans.Body, x.ep.Ref)
	if err != nil || raw == nil || x.ep.Query.Get("insertDefaults") == "" {
		return h.element(x, ans, raw, err)
	}
	return h.serviceWithDefaults(x, id)
}

// serviceWithDefaults answers ServiceInspect with what only an inspect tells.
func (h *Handler) serviceWithDefaults(x *exchange, id string) (*outcome, error) {
	ans, err := h.fetch(x, id)
	if err != nil {
		return nil, err
	}
	if ans.Status != http.StatusOK {
		return nil, relay(ans)
	}
	if !ans.IsJSON() {
		return nil, proxy.ErrNotJSON(ans)
	}
	raw, _, err := view.Service(h.policy, rawjson.JoinList([][]byte{ans.Body}), id)
	return h.element(x, ans, raw, err)
}

// taskInspect is serviceInspect for a task.
func (h *Handler) taskInspect(x *exchange) (*outcome, error) {
	inv, _, err := h.inventory(x)
	if err != nil {
		return nil, err
	}
	ans, err := h.swarmList(x, x.ep.Op.Lists)
	if err != nil {
		return nil, err
	}
	raw, _, err := inv.Task(ans.Body, x.ep.Ref)
	return h.element(x, ans, raw, err)
}

// swarmList asks for a list of the swarm. An engine that is in none says so.
func (h *Handler) swarmList(x *exchange, path string) (*proxy.Answer, error) {
	ans, err := h.upstream.Get(x.req, x.ep.Version+path, "")
	if err != nil {
		return nil, err
	}
	if ans.Status != http.StatusOK {
		return nil, relay(ans)
	}
	if !ans.IsJSON() {
		return nil, proxy.ErrNotJSON(ans)
	}
	return ans, nil
}

// element answers with one element of a list; nil is the answer for an object
// that does not exist.
func (h *Handler) element(x *exchange, list *proxy.Answer, raw []byte, err error) (*outcome, error) {
	if err != nil {
		return nil, err
	}
	if raw == nil {
		return nil, notFound(list.Header)
	}
	if raw, err = h.scrub.Answer(x.ep.Op.ID, raw); err != nil {
		return nil, err
	}
	list.Body = endLine(raw)
	return answered(list), nil
}

// taskList answers TaskList. dockerd resolves the filter service and reports
// services that do not exist: it is resolved among those that the client may
// know of.
func (h *Handler) taskList(x *exchange) (*outcome, error) {
	filters, err := h.narrowFilters(x)
	if err != nil {
		return nil, err
	}
	inv, _, err := h.inventory(x)
	if err != nil {
		return nil, err
	}
	if len(filters["service"]) > 0 {
		if err := h.resolveServices(x, filters); err != nil {
			return nil, err
		}
	}
	return h.cut(x, "", func(body []byte) ([]byte, error) { return inv.TaskList(body) })
}

// resolveServices replaces the services of the filter by their IDs.
func (h *Handler) resolveServices(x *exchange, filters map[string][]string) error {
	ans, err := h.swarmList(x, "/services")
	if err != nil {
		return err
	}
	for i, ref := range filters["service"] {
		_, id, err := view.Service(h.policy, ans.Body, ref)
		if err != nil {
			return err
		}
		if id == "" {
			return engineError(ans.Header, http.StatusNotFound, "service "+ref+" not found")
		}
		filters["service"][i] = id
	}
	x.ep.Query.Set("filters", engineapi.EncodeFiltersLike(filters, x.ep.Sent.Get("filters")))
	return nil
}
