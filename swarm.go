package dpf

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// taskSpec is the part of moby's swarm.TaskSpec that decides.
type taskSpec struct {
	ContainerSpec struct {
		Labels map[string]string
	}
}

// service is the part of moby's swarm.Service that decides.
type service struct {
	ID   string
	Spec struct {
		Name         string
		Labels       map[string]string
		TaskTemplate taskSpec
	}
}

// task is the part of moby's swarm.Task that decides.
type task struct {
	ID        string
	ServiceID string
	Labels    map[string]string
	Spec      taskSpec
	Status    struct {
		ContainerStatus struct {
			ContainerID string
		}
	}
}

// Labels that the engine adds to the containers of a service.
const (
	swarmServiceID   = "com.docker.swarm.service.id"
	swarmServiceName = "com.docker.swarm.service.name"
)

// showsService judges a service by its name, its labels and those of its
// containers. An exclude that matches either hides it.
func (f *filter) showsService(s *service) bool {
	own := serviceContainer(s, s.Spec.Labels)
	inner := serviceContainer(s, s.Spec.TaskTemplate.ContainerSpec.Labels)
	if f.policy.excluded(own) || f.policy.excluded(inner) {
		return false
	}
	return f.policy.selected(own) || f.policy.selected(inner)
}

// serviceContainer is a service as the policy sees a container of it.
func serviceContainer(s *service, labels map[string]string) *container {
	c := &container{ID: s.ID, Name: s.Spec.Name, Labels: map[string]string{}}
	for key, value := range labels {
		c.Labels[key] = value
	}
	c.Labels[swarmServiceID] = s.ID
	c.Labels[swarmServiceName] = s.Spec.Name
	return c
}

// cutService keeps a service that the client may know of.
func (f *filter) cutService(raw []byte) ([]byte, error) {
	var s service
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, err
	}
	if s.ID == "" || !f.showsService(&s) {
		return nil, errHidden
	}
	return raw, nil
}

// cutTask keeps a task whose container is visible, or would be by its labels.
func (f *filter) cutTask(inv *inventory, raw []byte) ([]byte, error) {
	var t task
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, err
	}
	if t.ID == "" {
		return nil, errHidden
	}
	id := t.Status.ContainerStatus.ContainerID
	if id != "" && inv.exact(id) != nil {
		return raw, nil
	}
	if id != "" && bytes.Contains(inv.all.body, []byte(id)) {
		return nil, errHidden // Its container is here, and hidden.
	}
	if f.policy.excludes() {
		// Closed: a task does not carry all that an exclude may look at, such
		// as the name of its container and of its service.
		return nil, errHidden
	}
	c := &container{ID: t.ID, Labels: map[string]string{swarmServiceID: t.ServiceID}}
	for key, value := range t.Spec.ContainerSpec.Labels {
		c.Labels[key] = value
	}
	if !f.policy.selected(c) {
		return nil, errHidden
	}
	return raw, nil
}

// narrowServices makes sure that the filter service of TaskList names
// services that the client may know of: dockerd resolves them and reports
// those that do not exist.
func (f *filter) narrowServices(rw http.ResponseWriter, req *http.Request, ep *endpoint) bool {
	value := ep.query.Get("filters")
	if !strings.Contains(value, `"service"`) {
		return true
	}
	filters, err := f.filters(ep)
	if err != nil {
		f.refuse(rw, req, http.StatusBadRequest, err.Error())
		return false
	}
	ans, err := f.upstream.get(req, ep.version+"/services", "")
	if err != nil {
		f.fail(rw, ep, err)
		return false
	}
	if ans.status != http.StatusOK {
		f.relay(rw, ep, ans)
		return false
	}
	for i, ref := range filters["service"] {
		_, id, err := f.findService(ans, ref)
		if err != nil {
			f.fail(rw, ep, err)
			return false
		}
		if id == "" {
			writeError(rw, ans.header, http.StatusNotFound, "service "+ref+" not found")
			return false
		}
		filters["service"][i] = id
	}
	ep.query.Set("filters", encodeFilters(filters))
	return true
}

// findService finds a visible service in the list by ID, name or ID prefix.
func (f *filter) findService(ans *answer, ref string) (raw []byte, id string, err error) {
	var elements []json.RawMessage
	if err := ans.decode(&elements); err != nil {
		return nil, "", err
	}
	heads := make([]head, 0, len(elements))
	for _, element := range elements {
		var s service
		if err := json.Unmarshal(element, &s); err != nil {
			return nil, "", err
		}
		if f.showsService(&s) {
			heads = append(heads, head{id: s.ID, name: s.Spec.Name, raw: element})
		}
	}
	raw, id = findHead(heads, ref)
	return raw, id, nil
}

// findTask finds a visible task in the list by ID or ID prefix.
func (f *filter) findTask(inv *inventory, ans *answer, ref string) (raw []byte, id string, err error) {
	var elements []json.RawMessage
	if err := ans.decode(&elements); err != nil {
		return nil, "", err
	}
	heads := make([]head, 0, len(elements))
	for _, element := range elements {
		kept, err := f.cutTask(inv, element)
		if err != nil {
			continue
		}
		var t task
		if err := json.Unmarshal(kept, &t); err != nil {
			return nil, "", err
		}
		heads = append(heads, head{id: t.ID, raw: kept})
	}
	raw, id = findHead(heads, ref)
	return raw, id, nil
}

// head is what a reference to an object of the swarm can mean.
type head struct {
	id, name string
	raw      []byte
}

// findHead resolves a reference: an ID, a name, or the prefix of one ID.
func findHead(heads []head, ref string) (raw []byte, id string) {
	for i := range heads {
		if heads[i].id == ref || (heads[i].name == ref && ref != "") {
			return heads[i].raw, heads[i].id
		}
	}
	for i := range heads {
		if !strings.HasPrefix(heads[i].id, ref) {
			continue
		}
		if id != "" {
			return nil, ""
		}
		raw, id = heads[i].raw, heads[i].id
	}
	return raw, id
}

// serveFromList answers ServiceInspect and TaskInspect with the element of
// the filtered list, which is the same object.
func (f *filter) serveFromList(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	inv, err := f.inventory(req, ep.version)
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	all := "/services"
	if ep.op.id == "TaskInspect" {
		all = "/tasks"
	}
	ans, err := f.upstream.get(req, ep.version+all, "")
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	if ans.status != http.StatusOK {
		f.relay(rw, ep, ans)
		return
	}
	var raw []byte
	if ep.op.id == "TaskInspect" {
		raw, _, err = f.findTask(inv, ans, ep.ref)
	} else {
		raw, _, err = f.findService(ans, ep.ref)
	}
	if err == nil && raw != nil {
		raw, err = f.scrub.answer(ep.op.id, raw)
	}
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	if raw == nil {
		f.notFound(rw, ep, ans.header)
		return
	}
	ans.send(rw, append(raw[:len(raw):len(raw)], '\n'))
}
