package view

import (
	"encoding/json"
	"regexp"
	"sort"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// taskSpec is the part of moby's swarm.TaskSpec that decides.
type taskSpec struct {
	ContainerSpec struct {
		Labels map[string]string
	}
	Networks []struct{ Target string }
}

// service is the part of moby's swarm.Service that decides.
type service struct {
	ID   string
	Spec struct {
		Name         string
		Labels       map[string]string
		TaskTemplate taskSpec
		Networks     []struct{ Target string }
	}
	Endpoint struct {
		VirtualIPs []struct{ NetworkID string }
	}
}

// task is the part of moby's swarm.Task that decides.
type task struct {
	ID        string
	ServiceID string
	Status    struct {
		ContainerStatus struct {
			ContainerID string
		}
	}
	NetworksAttachments []struct {
		Network struct{ ID string }
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

// ServiceList keeps the services that the client may know of.
func ServiceList(p *policy.Policy, body []byte) ([]byte, error) {
	return rawjson.EachElement(body, func(s []byte) ([]byte, error) { return cutService(p, s) })
}

// Swarm is what the client may know of a swarm: the visible services. A task is
// visible with its service, wherever it runs, or with its container.
type Swarm struct {
	inv      *Inventory
	services map[string]bool // by ID
	networks map[string]bool // of the services, by ID or by name
}

// NewSwarm reads an answer of ServiceList. services may be nil: the engine tells
// of none.
func NewSwarm(inv *Inventory, services []byte) (*Swarm, error) {
	s := &Swarm{inv: inv, services: map[string]bool{}, networks: map[string]bool{}}
	if services == nil {
		return s, nil
	}
	var list []service
	if err := json.Unmarshal(services, &list); err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].ID != "" && showsService(inv.policy, &list[i]) {
			s.add(&list[i])
		}
	}
	return s, nil
}

// add notes a visible service and the networks that its tasks are attached to.
func (s *Swarm) add(service *service) {
	s.services[service.ID] = true
	for _, n := range service.Spec.Networks {
		s.networks[n.Target] = true
	}
	for _, n := range service.Spec.TaskTemplate.Networks {
		s.networks[n.Target] = true
	}
	for _, ip := range service.Endpoint.VirtualIPs {
		s.networks[ip.NetworkID] = true
	}
}

// shows reports whether the client may know of a task.
func (s *Swarm) shows(t *task) bool {
	if t.ID == "" {
		return false
	}
	if s.services[t.ServiceID] {
		return true
	}
	// Inventory.Exact finds names as well; a task holds an ID.
	c := s.inv.Exact(t.Status.ContainerStatus.ContainerID)
	return c != nil && c.Container.ID == t.Status.ContainerStatus.ContainerID
}

// TaskList keeps the tasks that the client may know of.
func (s *Swarm) TaskList(body []byte) ([]byte, error) {
	return rawjson.EachElement(body, func(raw []byte) ([]byte, error) {
		var t task
		if err := json.Unmarshal(raw, &t); err != nil {
			return nil, err
		}
		if !s.shows(&t) {
			return nil, rawjson.ErrOmit
		}
		return raw, nil
	})
}

// AddNetworks lets the client know of the networks of the visible services, and
// of those that the visible ones among tasks are attached to; tasks is an answer
// of TaskList, or nil.
func (s *Swarm) AddNetworks(u *Usage, tasks []byte) error {
	for network := range s.networks {
		u.networks[network] = true
	}
	if tasks == nil {
		return nil
	}
	var list []task
	if err := json.Unmarshal(tasks, &list); err != nil {
		return err
	}
	for i := range list {
		if !s.shows(&list[i]) {
			continue
		}
		for _, attachment := range list[i].NetworksAttachments {
			u.networks[attachment.Network.ID] = true
		}
	}
	return nil
}

// swarmScope stands in every network that spans a swarm.
var swarmScope = regexp.MustCompile(`(?i)"scope"\s*:\s*"swarm"`)

// SpansSwarm reports whether an answer of NetworkList or NetworkInspect may hold
// a network that spans a swarm, of which services tell who uses it.
func SpansSwarm(body []byte) bool { return swarmScope.Match(body) }

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
func (s *Swarm) Task(list []byte, ref string) (raw []byte, id string, err error) {
	visible, err := s.TaskList(list)
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

// heads are the objects of a list by what references to them can mean.
type heads struct {
	ids    []string       // in order
	places map[string]int // in the list, by ID and by name
}

// newHeads reads a list. A task has no name.
func newHeads(list []byte) (*heads, error) {
	var all []head
	if err := json.Unmarshal(list, &all); err != nil {
		return nil, err
	}
	h := &heads{places: make(map[string]int, len(all))}
	for i := range all {
		if all[i].ID != "" {
			h.ids = append(h.ids, all[i].ID)
		}
		for _, ref := range []string{all[i].ID, all[i].Spec.Name} {
			if _, taken := h.places[ref]; !taken && ref != "" {
				h.places[ref] = i
			}
		}
	}
	sort.Strings(h.ids)
	return h, nil
}

// find resolves a reference: an ID, a name, or the prefix of one ID. It returns
// the place in the list, or -1.
func (h *heads) find(ref string) int {
	if place, ok := h.places[ref]; ok {
		return place
	}
	first := sort.SearchStrings(h.ids, ref)
	if first == len(h.ids) || !strings.HasPrefix(h.ids[first], ref) {
		return -1
	}
	if first+1 < len(h.ids) && strings.HasPrefix(h.ids[first+1], ref) {
		return -1
	}
	return h.places[h.ids[first]]
}

// findHead resolves a reference in a list.
func findHead(list []byte, ref string) (raw []byte, id string, err error) {
	h, err := newHeads(list)
	if err != nil {
		return nil, "", err
	}
	elements, err := rawjson.Elements(list)
	if err != nil {
		return nil, "", err
	}
	place := h.find(ref)
	if place < 0 {
		return nil, "", nil
	}
	var found head
	if err := json.Unmarshal(elements[place], &found); err != nil {
		return nil, "", err
	}
	return elements[place], found.ID, nil
}

// ServiceIDs replaces references to visible services in a list by their IDs. It
// returns the place of the first one that means none, or -1.
func ServiceIDs(p *policy.Policy, list []byte, refs []string) (missing int, err error) {
	visible, err := ServiceList(p, list)
	if err != nil {
		return 0, err
	}
	var all []head
	if err := json.Unmarshal(visible, &all); err != nil {
		return 0, err
	}
	h, err := newHeads(visible)
	if err != nil {
		return 0, err
	}
	for i, ref := range refs {
		place := h.find(ref)
		if place < 0 {
			return i, nil
		}
		refs[i] = all[place].ID
	}
	return -1, nil
}
