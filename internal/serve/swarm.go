package serve

import (
	"net/http"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/view"
)

// node answers what is said of nodes: nothing of containers, as far as the table
// knows their fields.
func (h *Handler) node(x *exchange) (*outcome, error) {
	return h.cut(x, x.ep.Ref, func(body []byte) ([]byte, error) { return body, nil })
}

func (h *Handler) serviceList(x *exchange) (*outcome, error) {
	if _, err := h.narrowFilters(x); err != nil {
		return nil, err
	}
	return h.cut(x, "", func(body []byte) ([]byte, error) { return view.ServiceList(h.policy, body) })
}

// serviceInspect answers with the element of the filtered list, which is the
// same object. With insertDefaults it is more, and the engine is asked for it by
// its ID.
func (h *Handler) serviceInspect(x *exchange) (*outcome, error) {
	ans, found, err := h.service(x)
	if err != nil {
		return nil, err
	}
	if x.ep.Query.Get("insertDefaults") == "" {
		return h.element(x, ans, found.Raw)
	}
	return h.cut(x, found.ID, func(body []byte) ([]byte, error) {
		return view.ServiceInspect(h.policy, body, found.ID)
	})
}

// serviceLogs forwards the logs of a visible service.
func (h *Handler) serviceLogs(x *exchange) (*outcome, error) {
	_, found, err := h.service(x)
	if err != nil {
		return nil, err
	}
	return forwarded(found.ID), nil
}

// taskInspect is serviceInspect for a task.
func (h *Handler) taskInspect(x *exchange) (*outcome, error) {
	ans, found, err := h.task(x)
	if err != nil {
		return nil, err
	}
	return h.element(x, ans, found.Raw)
}

// taskLogs forwards the logs of a visible task.
func (h *Handler) taskLogs(x *exchange) (*outcome, error) {
	_, found, err := h.task(x)
	if err != nil {
		return nil, err
	}
	return forwarded(found.ID), nil
}

// service finds the visible service of an endpoint in the list of services.
func (h *Handler) service(x *exchange) (ans *proxy.Answer, found *view.Found, err error) {
	ans, err = h.swarmList(x, x.ep.Op.Lists)
	if err != nil {
		return nil, nil, err
	}
	found, err = view.Service(h.policy, ans.Body, x.ep.Ref)
	if err != nil {
		return nil, nil, err
	}
	return ans, found, check(found, ans.Header, "service", x.ep.Ref)
}

// task finds the visible task of an endpoint in the list of tasks.
func (h *Handler) task(x *exchange) (ans *proxy.Answer, found *view.Found, err error) {
	swarm, err := h.swarm(x)
	if err != nil {
		return nil, nil, err
	}
	ans, err = h.swarmList(x, x.ep.Op.Lists)
	if err != nil {
		return nil, nil, err
	}
	found, err = swarm.Task(ans.Body, x.ep.Ref)
	if err != nil {
		return nil, nil, err
	}
	return ans, found, check(found, ans.Header, "task", x.ep.Ref)
}

// check returns the error for a reference that means no single visible service
// or task.
func check(found *view.Found, engine http.Header, kind, ref string) error {
	switch {
	case found.Matches > 1:
		status, message := engineapi.SwarmAmbiguity(engine, kind, ref, found.Matches)
		return engineError(engine, status, message)
	case found.Raw == nil:
		return notFound(engine)
	}
	return nil
}

// swarmList asks for a list of the swarm. An engine that is in none says so.
func (h *Handler) swarmList(x *exchange, path string) (*proxy.Answer, error) {
	ans, err := h.upstream.Get(x.req, x.ep.Version+path, "")
	if err != nil {
		return nil, err
	}
	if ans.Status != http.StatusOK {
		return nil, h.relayShared(x, "", ans)
	}
	if !ans.IsJSON() {
		return nil, proxy.ErrNotJSON(ans)
	}
	return ans, nil
}

// element answers with one element of a list.
func (h *Handler) element(x *exchange, list *proxy.Answer, raw []byte) (*outcome, error) {
	raw, err := engineapi.Shape(x.ep.Op.ID).Fit(raw)
	if err != nil {
		return nil, err
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
	services, err := view.NewServices(h.policy, ans.Body)
	if err != nil {
		return err
	}
	for i, ref := range filters["service"] {
		found := services.Find(ref)
		if found.Matches == 0 {
			return engineError(ans.Header, http.StatusNotFound, "service "+ref+" not found")
		}
		if err := check(found, ans.Header, "service", ref); err != nil {
			return err
		}
		filters["service"][i] = found.ID
	}
	x.putFilters(filters)
	return nil
}
