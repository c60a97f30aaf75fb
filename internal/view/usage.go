package view

import (
	"encoding/json"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
)

// Usage is what the visible containers use: the images, volumes and networks
// that a client may know of. The rest may be there for a hidden container.
type Usage struct {
	containers   map[string]bool // by ID
	images       map[string]int  // by ID: how many visible containers are made of it
	volumes      map[string]int  // by name: how many visible containers mount it
	networks     map[string]bool // by ID, or by name where there is no ID yet
	attached     map[string]bool // the same, of networks in which one has an endpoint
	tags         map[string]bool // image names in use
	repositories map[string]bool // the same without tag and digest
	nameless     []string        // IDs of the containers of which the list does not tell the name of their image

	running, paused, stopped int
}

// used is the part of a ContainerSummary that usage reads.
type used struct {
	Id              string //nolint:revive // The name of the field in the API.
	Image           string
	ImageID         string
	State           string
	Mounts          []struct{ Name string }
	NetworkSettings struct {
		Networks map[string]struct{ NetworkID, EndpointID string }
	}
}

// Usage reads what the visible containers use.
func (inv *Inventory) Usage() (*Usage, error) {
	u := newUsage()
	for i := range inv.Visible {
		var c used
		if err := json.Unmarshal(inv.Visible[i].Raw, &c); err != nil {
			return nil, err
		}
		u.add(&c)
	}
	return u, nil
}

func newUsage() *Usage {
	return &Usage{
		containers:   map[string]bool{},
		images:       map[string]int{},
		volumes:      map[string]int{},
		networks:     map[string]bool{},
		attached:     map[string]bool{},
		tags:         map[string]bool{},
		repositories: map[string]bool{},
	}
}

// add notes what one visible container uses.
func (u *Usage) add(c *used) {
	u.containers[c.Id] = true
	u.images[c.ImageID]++
	if strings.HasPrefix(c.Image, "sha256:") {
		u.nameless = append(u.nameless, c.Id)
	} else {
		u.addName(c.Image, c.ImageID)
	}
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
		if n.EndpointID != "" {
			u.attached[name] = true
		}
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

// minIDPrefix is how short an ID is that people write.
const minIDPrefix = 4

// addName notes the name of an image that a visible container is made of. One
// that is the beginning of the ID is no name: as a name, it would be that of
// another image.
func (u *Usage) addName(image, id string) {
	if image == "" || strings.HasPrefix(image, "sha256:") ||
		len(image) >= minIDPrefix && strings.HasPrefix(strings.TrimPrefix(id, "sha256:"), image) {
		return
	}
	name := engineapi.ImageName(image)
	u.tags[name] = true
	u.repositories[engineapi.Repository(name)] = true
	if tagged, _, ok := strings.Cut(image, "@"); ok && engineapi.Repository(tagged) != tagged {
		u.tags[engineapi.ImageName(tagged)] = true // A name can have both.
	}
}

// Nameless are the visible containers of which the list has an ID in the place
// of the name of their image: the engine does that when the name has gone to
// another image. Only an inspect tells it then.
func (u *Usage) Nameless() []string { return u.nameless }

// AddConfigured notes the name of an image as a visible container was created
// from it.
func (u *Usage) AddConfigured(c *Configured) { u.addName(c.Name, c.ImageID) }

// AddImage notes the name of an image that a client may know of.
func (u *Usage) AddImage(name string) { u.addName(name, "") }

// Configured is what an inspect tells of the image of a container.
type Configured struct {
	Name    string // as it was asked for when the container was created
	ImageID string
}

// ConfiguredImage reads it from the inspect of a container. nil: the inspect is
// of another one.
func ConfiguredImage(inspect []byte, container string) (*Configured, error) {
	var body struct {
		Id     string //nolint:revive // The name of the field in the API.
		Image  string
		Config struct {
			Image string
		}
	}
	if err := json.Unmarshal(inspect, &body); err != nil {
		return nil, err
	}
	if body.Id != container {
		return nil, nil
	}
	return &Configured{Name: body.Config.Image, ImageID: body.Image}, nil
}
