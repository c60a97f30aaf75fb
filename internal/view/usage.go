package view

import (
	"encoding/json"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
)

// Usage is what the visible containers use: the images, volumes and networks
// that a client may know of. The rest may be there for a hidden container.
type Usage struct {
	images       map[string]int  // by ID: how many visible containers are made of it
	volumes      map[string]int  // by name: how many visible containers mount it
	networks     map[string]bool // by ID, or by name where there is no ID yet
	tags         map[string]bool // image names in use
	repositories map[string]bool // the same without tag and digest

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

// Usage reads what the visible containers use.
func (inv *Inventory) Usage() (*Usage, error) {
	u := &Usage{
		images:       map[string]int{},
		volumes:      map[string]int{},
		networks:     map[string]bool{},
		tags:         map[string]bool{},
		repositories: map[string]bool{},
	}
	for i := range inv.Visible {
		var c used
		if err := json.Unmarshal(inv.Visible[i].Raw, &c); err != nil {
			return nil, err
		}
		u.add(&c)
	}
	return u, nil
}

// add notes what one visible container uses.
func (u *Usage) add(c *used) {
	u.images[c.ImageID]++
	name := engineapi.ImageName(c.Image)
	u.tags[name] = true
	u.repositories[engineapi.Repository(name)] = true
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
