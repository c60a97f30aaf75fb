package dpf

import (
	"encoding/json"
	"net/http"
	"strings"
)

// inventory is what the client may know of: the visible containers.
type inventory struct {
	visible []summary
	engine  http.Header
	all     *answer // the list of all containers
}

// allContainers asks for the list of all containers.
func (f *filter) allContainers(req *http.Request, version string) (*answer, error) {
	ans, err := f.upstream.get(req, version+"/containers/json", "all=1")
	if err != nil {
		return nil, err
	}
	if ans.status != http.StatusOK {
		return nil, errUnexpected(ans)
	}
	return ans, nil
}

// inventory asks for the list of all containers and keeps the visible ones.
func (f *filter) inventory(req *http.Request, version string) (*inventory, error) {
	ans, err := f.allContainers(req, version)
	if err != nil {
		return nil, err
	}
	visible, err := f.visibleElements(ans)
	if err != nil {
		return nil, err
	}
	return &inventory{visible: visible, engine: ans.header, all: ans}, nil
}

// resolve finds what a reference means among the visible containers, in the
// order of dockerd: full ID, name, ID prefix.
func (inv *inventory) resolve(ref string) *resolution {
	res := &resolution{engine: inv.engine}
	if c := inv.exact(ref); c != nil {
		res.id, res.mode = c.ID, c.networkMode
		return res
	}
	if !hexRef.MatchString(ref) {
		return res
	}
	for i := range inv.visible {
		if !strings.HasPrefix(inv.visible[i].ID, ref) {
			continue
		}
		if res.id != "" {
			res.id, res.ambiguous = "", true
			return res
		}
		res.id, res.mode = inv.visible[i].ID, inv.visible[i].networkMode
	}
	return res
}

// exact finds a visible container by full ID or by name; a leading slash of
// the name is optional.
func (inv *inventory) exact(ref string) *container {
	name := strings.TrimPrefix(ref, "/")
	if name == "" {
		return nil
	}
	for i := range inv.visible {
		if inv.visible[i].ID == ref {
			return &inv.visible[i].container
		}
	}
	for i := range inv.visible {
		if inv.visible[i].Name == name {
			return &inv.visible[i].container
		}
	}
	return nil
}

// knows reports whether ref, as other containers hold it (an ID, a prefix or
// a name), means a visible container.
func (inv *inventory) knows(ref string) bool {
	return inv.exact(ref) != nil || inv.resolve(ref).id != ""
}

// usage is what the visible containers use: the images, volumes and networks
// that a client may know of. The rest may be there for a hidden container.
type usage struct {
	images       map[string]int  // by ID: how many visible containers are made of it
	volumes      map[string]int  // by name: how many visible containers mount it
	networks     map[string]bool // by ID, or by name where there is no ID yet
	tags         map[string]bool // image names in use
	repositories map[string]bool // the same without tag and digest
	references   []string        // the filter reference of ImageList

	running, paused, stopped int
}

// used is the part of a ContainerSummary that usage reads.
type used struct {
	Image           string
	ImageID         string
	State           string
	Mounts          []struct{ Name string }
	NetworkSettings struct {
		Networks map[string]struct{ NetworkID string }
	}
}

// usage reads what the visible containers use.
func (inv *inventory) usage() (*usage, error) {
	u := &usage{
		images:       map[string]int{},
		volumes:      map[string]int{},
		networks:     map[string]bool{},
		tags:         map[string]bool{},
		repositories: map[string]bool{},
	}
	for i := range inv.visible {
		var c used
		if err := json.Unmarshal(inv.visible[i].raw, &c); err != nil {
			return nil, err
		}
		u.add(&c)
	}
	return u, nil
}

// add notes what one visible container uses.
func (u *usage) add(c *used) {
	u.images[c.ImageID]++
	name := imageName(c.Image)
	u.tags[name] = true
	u.repositories[repository(name)] = true
	for _, mount := range c.Mounts {
		if mount.Name != "" {
			u.volumes[mount.Name]++
		}
	}
	for name, n := range c.NetworkSettings.Networks {
		if n.NetworkID != "" {
			name = n.NetworkID
		}
		u.networks[name] = true
	}
	switch c.State {
	case "running", "restarting":
		u.running++
	case "paused":
		u.paused++
	default:
		u.stopped++
	}
}
