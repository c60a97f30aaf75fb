package view

import (
	"encoding/json"
	"regexp"
	"sort"
	"strconv"
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
	Slot      int
	NodeID    string
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
	services map[string]string // their names by ID
	networks map[string]bool   // of the services, by ID or by name
}

// NewSwarm reads an answer of ServiceList. services may be nil: the engine tells
// of none.
func NewSwarm(inv *Inventory, services []byte) (*Swarm, error) {
	s := &Swarm{inv: inv, services: map[string]string{}, networks: map[string]bool{}}
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
	s.services[service.ID] = service.Spec.Name
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
	if _, ok := s.services[t.ServiceID]; ok {
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

// Found is what a reference to a service or a task means to the client.
type Found struct {
	Raw     []byte // nil: none, or more than one
	ID      string
	Matches int // how many there are: more than one share an ID prefix
}

// Services are the visible services of a list, by what references to them can
// mean.
type Services struct{ heads *heads }

// NewServices reads an answer of ServiceList.
func NewServices(p *policy.Policy, list []byte) (*Services, error) {
	visible, err := ServiceList(p, list)
	if err != nil {
		return nil, err
	}
	var services []service
	if err := json.Unmarshal(visible, &services); err != nil {
		return nil, err
	}
	all := make([]head, len(services))
	for i := range services {
		all[i] = head{services[i].ID, services[i].Spec.Name}
	}
	h, err := newHeads(visible, all)
	if err != nil {
		return nil, err
	}
	return &Services{heads: h}, nil
}

// Find resolves a reference to a service: an ID, a name, or the prefix of one ID.
func (s *Services) Find(ref string) *Found { return s.heads.find(ref) }

// Service finds a visible service in an answer of ServiceList.
func Service(p *policy.Policy, list []byte, ref string) (*Found, error) {
	services, err := NewServices(p, list)
	if err != nil {
		return nil, err
	}
	return services.Find(ref), nil
}

// ServiceInspect is the answer of ServiceInspect for the service with this ID, if
// it is still visible.
func ServiceInspect(p *policy.Policy, body []byte, id string) ([]byte, error) {
	var s service
	if err := json.Unmarshal(body, &s); err != nil {
		return nil, err
	}
	if s.ID != id {
		return nil, rawjson.ErrOmit // Fail closed: nobody has asked for this one.
	}
	return cutService(p, body)
}

// Task finds a visible task in a list by ID, name or ID prefix.
func (s *Swarm) Task(list []byte, ref string) (*Found, error) {
	visible, err := s.TaskList(list)
	if err != nil {
		return nil, err
	}
	var tasks []task
	if err := json.Unmarshal(visible, &tasks); err != nil {
		return nil, err
	}
	all := make([]head, len(tasks))
	for i := range tasks {
		all[i] = head{tasks[i].ID, s.taskName(&tasks[i])}
	}
	h, err := newHeads(visible, all)
	if err != nil {
		return nil, err
	}
	return h.find(ref), nil
}

// taskName is the name that the engine makes up for a visible task. Where its
// service is hidden it is the name of its container, which is visible then.
func (s *Swarm) taskName(t *task) string {
	name, ok := s.services[t.ServiceID]
	if !ok {
		c := s.inv.Exact(t.Status.ContainerStatus.ContainerID)
		if c == nil {
			return ""
		}
		return c.Container.Name
	}
	slot := strconv.Itoa(t.Slot)
	if t.Slot == 0 {
		slot = t.NodeID // of a global service
	}
	return name + "." + slot + "." + t.ID
}

// head is what a reference to an object of the swarm can mean.
type head struct{ id, name string }

// heads are the objects of a list by what references to them can mean. They are
// looked up by index: a request may hold any number of references.
type heads struct {
	elements     [][]byte
	all          []head
	byID, byName map[string]int // places in the list
	ids          []string       // in order
}

// newHeads makes the index of a list, of which all has the heads.
func newHeads(list []byte, all []head) (*heads, error) {
	elements, err := rawjson.Elements(list)
	if err != nil {
		return nil, err
	}
	h := &heads{elements: elements, all: all, byID: map[string]int{}, byName: map[string]int{}}
	for i := range all {
		h.byID[all[i].id] = i
		h.ids = append(h.ids, all[i].id)
		if _, taken := h.byName[all[i].name]; !taken && all[i].name != "" {
			h.byName[all[i].name] = i
		}
	}
	sort.Strings(h.ids)
	return h, nil
}

// find resolves a reference as swarmkit does: an ID, else a name, else the prefix
// of one ID.
func (h *heads) find(ref string) *Found {
	at, ok := h.byID[ref]
	if !ok {
		at, ok = h.byName[ref]
	}
	matches := 1
	if !ok {
		first := sort.SearchStrings(h.ids, ref)
		matches = 0
		for _, id := range h.ids[first:] {
			if !strings.HasPrefix(id, ref) {
				break
			}
			matches++
		}
		if matches != 1 {
			return &Found{Matches: matches}
		}
		at = h.byID[h.ids[first]]
	}
	return &Found{Raw: h.elements[at], ID: h.all[at].id, Matches: matches}
}
