package serve

import (
	"net/http"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
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
	raw, _, err := view.Service(h.policy, ans.Body, x.ep.Ref)
	return h.element(x, ans, raw, err)
}

// serviceLogs forwards the logs of a visible service.
func (h *Handler) serviceLogs(x *exchange) (*outcome, error) {
	ans, err := h.swarmList(x, x.ep.Op.Lists)
	if err != nil {
		return nil, err
	}
	_, id, err := view.Service(h.policy, ans.Body, x.ep.Ref)
	if err != nil {
		return nil, err
	}
	if id == "" {
		return nil, notFound(ans.Header)
	}
	return forwarded(id), nil
}

// taskInspect is serviceInspect for a task.
func (h *Handler) taskInspect(x *exchange) (*outcome, error) {
	ans, raw, _, err := h.task(x)
	return h.element(x, ans, raw, err)
}

// taskLogs forwards the logs of a visible task.
func (h *Handler) taskLogs(x *exchange) (*outcome, error) {
	ans, _, id, err := h.task(x)
	if err != nil {
		return nil, err
	}
	if id == "" {
		return nil, notFound(ans.Header)
	}
	return forwarded(id), nil
}

// task finds the visible task of an endpoint in the list of tasks.
func (h *Handler) task(x *exchange) (ans *proxy.Answer, raw []byte, id string, err error) {
	swarm, err := h.swarm(x)
	if err != nil {
		return nil, nil, "", err
	}
	ans, err = h.swarmList(x, x.ep.Op.Lists)
	if err != nil {
		return nil, nil, "", err
	}
	raw, id, err = swarm.Task(ans.Body, x.ep.Ref)
	return ans, raw, id, err
}

// emptyList answers a list of objects of which the client may know none, as an
// engine without any does: clients that only look for them go on.
func emptyList() *outcome {
	header := http.Header{"Content-Type": {"application/json"}}
	return answered(&proxy.Answer{Status: http.StatusOK, Header: header, Body: []byte("[]\n")})
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
	swarm, err := h.swarm(x)
	if err != nil {
		return nil, err
	}
	if len(filters["service"]) > 0 {
		if err := h.resolveServices(x, filters); err != nil {
			return nil, err
		}
	}
	return h.cut(x, "", func(body []byte) ([]byte, error) { return swarm.TaskList(body) })
}

// resolveServices replaces the services of the filter by their IDs.
func (h *Handler) resolveServices(x *exchange, filters map[string][]string) error {
	ans, err := h.swarmList(x, "/services")
	if err != nil {
		return err
	}
	missing, err := view.ServiceIDs(h.policy, ans.Body, filters["service"])
	if err != nil {
		return err
	}
	if missing >= 0 {
		return engineError(ans.Header, http.StatusNotFound, "service "+filters["service"][missing]+" not found")
	}
	x.ep.Query.Set("filters", engineapi.EncodeFilters(filters))
	return nil
}
