package view

import (
	"encoding/json"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/rawjson"
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
func showsService(p *policy.Policy, s *service) bool {
	own := serviceContainer(s, s.Spec.Labels)
	inner := serviceContainer(s, s.Spec.TaskTemplate.ContainerSpec.Labels)
	if p.Excluded(own) || p.Excluded(inner) {
		return false
	}
	return p.Selected(own) || p.Selected(inner)
}

// serviceContainer is a service as the policy sees a container of it.
func serviceContainer(s *service, labels map[string]string) *policy.Container {
	c := &policy.Container{ID: s.ID, Name: s.Spec.Name, Labels: map[string]string{}}
	for key, value := range labels {
		c.Labels[key] = value
	}
	c.Labels[swarmServiceID] = s.ID
	c.Labels[swarmServiceName] = s.Spec.Name
	return c
}

// cutService keeps a service that the client may know of.
func cutService(p *policy.Policy, raw []byte) ([]byte, error) {
	var s service
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, err
	}
	if s.ID == "" || !showsService(p, &s) {
		return nil, rawjson.ErrOmit
	}
	return raw, nil
}

// cutTask keeps a task whose container is visible, or would be by its labels.
func (inv *Inventory) cutTask(raw []byte) ([]byte, error) {
	var t task
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, err
	}
	if t.ID == "" {
		return nil, rawjson.ErrOmit
	}
	id := t.Status.ContainerStatus.ContainerID
	if id != "" && inv.Exact(id) != nil {
		return raw, nil
	}
	if id != "" && inv.exists(id) {
		return nil, rawjson.ErrOmit // Its container is here, and hidden.
	}
	if inv.policy.Excludes() {
		// Fail closed: a task does not carry all that an exclude may look at, such
		// as the name of its container and of its service.
		return nil, rawjson.ErrOmit
	}
	c := &policy.Container{ID: t.ID, Labels: map[string]string{swarmServiceID: t.ServiceID}}
	for key, value := range t.Spec.ContainerSpec.Labels {
		c.Labels[key] = value
	}
	if !inv.policy.Selected(c) {
		return nil, rawjson.ErrOmit
	}
	return raw, nil
}

// ServiceList keeps the services that the client may know of.
func ServiceList(p *policy.Policy, body []byte) ([]byte, error) {
	return rawjson.EachElement(body, func(s []byte) ([]byte, error) { return cutService(p, s) })
}

// TaskList keeps the tasks that the client may know of.
func (inv *Inventory) TaskList(body []byte) ([]byte, error) {
	return rawjson.EachElement(body, inv.cutTask)
}

// Service finds a visible service in a list by ID, name or ID prefix. raw is nil
// and the ID empty where there is none, or more than one.
func Service(p *policy.Policy, list []byte, ref string) (raw []byte, id string, err error) {
	visible, err := ServiceList(p, list)
	if err != nil {
		return nil, "", err
	}
	return findHead(visible, ref)
}

// Task finds a visible task in a list by ID or ID prefix, as Service does.
func (inv *Inventory) Task(list []byte, ref string) (raw []byte, id string, err error) {
	visible, err := inv.TaskList(list)
	if err != nil {
		return nil, "", err
	}
	return findHead(visible, ref)
}

// head is what a reference to an object of the swarm can mean.
type head struct {
	ID   string
	Spec struct {
		Name string
	}
}

// findHead resolves a reference: an ID, a name, or the prefix of one ID. A task
// has no name.
func findHead(list []byte, ref string) (raw []byte, id string, err error) {
	var heads []head
	if err := json.Unmarshal(list, &heads); err != nil {
		return nil, "", err
	}
	elements, err := rawjson.Elements(list)
	if err != nil {
		return nil, "", err
	}
	found := -1
	for i := range heads {
		if heads[i].ID == ref || (heads[i].Spec.Name == ref && ref != "") {
			return elements[i], heads[i].ID, nil
		}
	}
	for i := range heads {
		if !strings.HasPrefix(heads[i].ID, ref) {
			continue
		}
		if found >= 0 {
			return nil, "", nil
		}
		found = i
	}
	if found < 0 {
		return nil, "", nil
	}
	return elements[found], heads[found].ID, nil
}
