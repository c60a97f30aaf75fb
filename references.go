package dpf

import (
	"bytes"
	"encoding/json"
	"strings"
)

// The names and IDs of other containers in what dockerd says about a visible
// one. A reference to a container that is not visible is replaced as if that
// container had been removed long ago.

// joins begins a mode that shares a namespace of another container.
const joins = "container:"

// mayRefer reports whether a summary or an inspect can hold a reference to
// another container. dockerd encodes without blanks. A match of something else
// only costs time, so that the quote before each is left out: it is the most
// frequent byte, and a search that begins with it takes many times as long.
func mayRefer(raw []byte) bool {
	return bytes.Contains(raw, []byte(joins)) ||
		bytes.Contains(raw, []byte(`VolumesFrom":[`)) ||
		bytes.Contains(raw, []byte(`Links":[`))
}

// cutSummary removes hidden containers from the summary of a visible one.
func (inv *inventory) cutSummary(raw []byte) ([]byte, error) {
	return editMembers(raw, func(key string, value []byte) ([]byte, error) {
		switch key {
		case "Names":
			return inv.cutNames(value)
		case "HostConfig":
			return inv.cutHostConfig(value)
		case "NetworkSettings":
			return inv.cutNetworkSettings(value)
		}
		return nil, nil
	})
}

// cutInspect removes hidden containers from the inspect of a visible one.
func (inv *inventory) cutInspect(raw []byte) ([]byte, error) {
	joinsHidden, anyHidden, err := inv.refersToHidden(raw)
	if err != nil {
		return nil, err
	}
	return editMembers(raw, func(key string, value []byte) ([]byte, error) {
		switch {
		case key == "HostConfig":
			return inv.cutHostConfig(value)
		case key == "NetworkSettings":
			return inv.cutNetworkSettings(value)
		case key == "State" && anyHidden:
			// The error of a failed start names the other container.
			return blank(value, "Error")
		case key == "Config" && joinsHidden:
			return blank(value, "Hostname", "Domainname")
		case joinsHidden && (key == "HostnamePath" || key == "HostsPath" || key == "ResolvConfPath"):
			return []byte(`""`), nil
		}
		return nil, nil
	})
}

// refersToHidden reports what an inspect refers to: whether it shares the
// network of a hidden container, and whether it refers to any.
func (inv *inventory) refersToHidden(raw []byte) (network, some bool, err error) {
	var body struct {
		HostConfig struct {
			NetworkMode, PidMode, IpcMode, Cgroup string
			VolumesFrom, Links                    []string
		}
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return false, false, err
	}
	h := body.HostConfig
	network = inv.hiddenMode(h.NetworkMode)
	some = network || inv.hiddenMode(h.PidMode) || inv.hiddenMode(h.IpcMode) || inv.hiddenMode(h.Cgroup) ||
		len(inv.visibleRefs(h.VolumesFrom)) < len(h.VolumesFrom) || len(inv.visibleRefs(h.Links)) < len(h.Links)
	return network, some, nil
}

func (inv *inventory) refersToVisibleOnly(raw []byte) (bool, error) {
	_, hidden, err := inv.refersToHidden(raw)
	return !hidden, err
}

// cutNames keeps the primary name and the link aliases "/parent/alias" of
// visible parents.
func (inv *inventory) cutNames(raw []byte) ([]byte, error) {
	var names []string
	if err := json.Unmarshal(raw, &names); err != nil {
		return nil, err
	}
	kept := make([]string, 0, len(names))
	for _, name := range names {
		parent, _, isAlias := strings.Cut(strings.TrimPrefix(name, "/"), "/")
		if !isAlias || inv.exact(parent) != nil {
			kept = append(kept, name)
		}
	}
	return json.Marshal(kept)
}

// cutHostConfig replaces the modes that join a hidden container, and removes
// hidden containers from VolumesFrom and Links.
func (inv *inventory) cutHostConfig(raw []byte) ([]byte, error) {
	return editMembers(raw, func(key string, value []byte) ([]byte, error) {
		switch key {
		case "NetworkMode", "PidMode", "IpcMode", "Cgroup":
			return inv.cutMode(value)
		case "VolumesFrom", "Links":
			return inv.cutRefs(value)
		}
		return nil, nil
	})
}

// cutMode replaces a mode that joins a hidden container.
func (inv *inventory) cutMode(raw []byte) ([]byte, error) {
	var mode string
	if err := json.Unmarshal(raw, &mode); err != nil {
		return nil, err
	}
	if inv.hiddenMode(mode) {
		return []byte(`"` + joins + unknownID + `"`), nil
	}
	return raw, nil
}

// cutNetworkSettings removes hidden containers from the links of every
// network.
func (inv *inventory) cutNetworkSettings(raw []byte) ([]byte, error) {
	return within(raw, "Networks", func(networks []byte) ([]byte, error) {
		return within(networks, "", func(network []byte) ([]byte, error) {
			return within(network, "Links", inv.cutRefs)
		})
	})
}

// blank empties string members of an object.
func blank(raw []byte, keys ...string) ([]byte, error) {
	return editMembers(raw, func(key string, _ []byte) ([]byte, error) {
		if contains(keys, key) {
			return []byte(`""`), nil
		}
		return nil, nil
	})
}

// cutRefs removes the references to hidden containers from a list of them.
func (inv *inventory) cutRefs(raw []byte) ([]byte, error) {
	var refs []string
	if err := json.Unmarshal(raw, &refs); err != nil {
		return nil, err
	}
	kept := inv.visibleRefs(refs)
	if len(kept) == len(refs) {
		return raw, nil
	}
	return json.Marshal(kept)
}

// visibleRefs keeps the references "ref", "ref:mode" and "/ref:/self/alias"
// of visible containers.
func (inv *inventory) visibleRefs(refs []string) []string {
	kept := make([]string, 0, len(refs))
	for _, ref := range refs {
		name, _, _ := strings.Cut(ref, ":")
		if inv.knows(name) {
			kept = append(kept, ref)
		}
	}
	return kept
}

// hiddenMode reports whether a mode joins a container that is not visible.
func (inv *inventory) hiddenMode(mode string) bool {
	return strings.HasPrefix(mode, joins) && !inv.knows(strings.TrimPrefix(mode, joins))
}
