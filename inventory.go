package dpf

import (
	"encoding/json"
	"net/http"
	"strings"
)

// inventory is the list of all containers, split by the policy.
type inventory struct {
	visible []container
	engine  http.Header
	// The summaries that the containers were read from.
	summaries, hiddenSummaries []json.RawMessage
}

// summaries asks for the list of all containers.
func (f *filter) summaries(req *http.Request, version string) ([]json.RawMessage, http.Header, error) {
	ans, err := f.upstream.get(req, version+"/containers/json", "all=1")
	if err != nil {
		return nil, nil, err
	}
	if ans.status != http.StatusOK {
		return nil, nil, errUnexpected(ans)
	}
	elements, err := splitList(ans)
	return elements, ans.header, err
}

// inventory asks for the list of all containers and splits it.
func (f *filter) inventory(req *http.Request, version string) (*inventory, error) {
	elements, engine, err := f.summaries(req, version)
	if err != nil {
		return nil, err
	}
	inv := &inventory{engine: engine}
	for _, element := range elements {
		c, _, err := summarized(element)
		if err != nil {
			return nil, err
		}
		if f.policy.visible(c) {
			inv.visible = append(inv.visible, *c)
			inv.summaries = append(inv.summaries, element)
		} else {
			inv.hiddenSummaries = append(inv.hiddenSummaries, element)
		}
	}
	return inv, nil
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
			return &inv.visible[i]
		}
	}
	for i := range inv.visible {
		if inv.visible[i].Name == name {
			return &inv.visible[i]
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
	images     map[string]bool // by ID
	volumes    map[string]bool // by name
	networks   map[string]bool // by name and by ID
	tags       map[string]bool // image names in use
	hiddenTags map[string]bool // image names that only hidden containers use

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

// usage reads what the containers use.
func (inv *inventory) usage() (*usage, error) {
	u := &usage{
		images:     map[string]bool{},
		volumes:    map[string]bool{},
		networks:   map[string]bool{},
		tags:       map[string]bool{},
		hiddenTags: map[string]bool{},
	}
	for _, summary := range inv.summaries {
		var c used
		if err := json.Unmarshal(summary, &c); err != nil {
			return nil, err
		}
		u.add(&c)
	}
	for _, summary := range inv.hiddenSummaries {
		var c used
		if err := json.Unmarshal(summary, &c); err != nil {
			return nil, err
		}
		if tag := imageName(c.Image); !u.tags[tag] {
			u.hiddenTags[tag] = true
		}
	}
	return u, nil
}

// add notes what one visible container uses.
func (u *usage) add(c *used) {
	u.images[c.ImageID] = true
	u.tags[imageName(c.Image)] = true
	for _, mount := range c.Mounts {
		if mount.Name != "" {
			u.volumes[mount.Name] = true
		}
	}
	for name, n := range c.NetworkSettings.Networks {
		u.networks[name] = true
		if n.NetworkID != "" {
			u.networks[n.NetworkID] = true
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
