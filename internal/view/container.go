package view

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// The names and IDs of other containers in what dockerd says about a visible
// one. A reference to a container that is not visible is replaced as if that
// container had been removed long ago.

// joins begins a mode that shares a namespace of another container.
const joins = "container:"

// Joins reports whether a mode shares a namespace of another container.
func Joins(mode string) bool { return strings.HasPrefix(mode, joins) }

// MayRefer reports whether a summary or an inspect can hold a reference to
// another container. dockerd encodes without blanks. A match of something else
// only costs time, so that the quote before each is left out: it is the most
// frequent byte, and a search that begins with it takes many times as long.
func MayRefer(raw []byte) bool {
	return bytes.Contains(raw, []byte(joins)) ||
		bytes.Contains(raw, []byte(`VolumesFrom":[`)) ||
		bytes.Contains(raw, []byte(`Links":[`))
}

// CutReferences removes hidden containers from the elements of a list.
func (inv *Inventory) CutReferences(elements []Summary) error {
	for i := range elements {
		if !elements[i].Aliased && !MayRefer(elements[i].Raw) {
			continue
		}
		cut, err := inv.CutSummary(elements[i].Raw)
		if err != nil {
			return err
		}
		elements[i].Raw = cut
	}
	return nil
}

// CutSummary removes hidden containers from the summary of a visible one.
func (inv *Inventory) CutSummary(raw []byte) ([]byte, error) {
	return rawjson.Edit(raw, map[string]func([]byte) ([]byte, error){
		"Names":           inv.cutNames,
		"HostConfig":      inv.cutHostConfig,
		"NetworkSettings": inv.cutNetworkSettings,
	})
}

// CutInspect removes hidden containers from the inspect of a visible one.
func (inv *Inventory) CutInspect(raw []byte) ([]byte, error) {
	joinsHidden, anyHidden, err := inv.refersToHidden(raw)
	if err != nil {
		return nil, err
	}
	changes := map[string]func([]byte) ([]byte, error){
		"HostConfig":      inv.cutHostConfig,
		"NetworkSettings": inv.cutNetworkSettings,
	}
	if anyHidden {
		// The error of a failed start names the other container.
		changes["State"] = cutStateError
	}
	if joinsHidden {
		changes["Config"] = cutHostname
		changes["HostnamePath"] = rawjson.Empty
		changes["HostsPath"] = rawjson.Empty
		changes["ResolvConfPath"] = rawjson.Empty
	}
	return rawjson.Edit(raw, changes)
}

func cutStateError(state []byte) ([]byte, error) {
	return rawjson.Set(state, map[string]string{"Error": `""`})
}

// cutHostname empties the name that a container has from the one whose network
// it shares.
func cutHostname(config []byte) ([]byte, error) {
	return rawjson.Set(config, map[string]string{"Hostname": `""`, "Domainname": `""`})
}

// refersToHidden reports what an inspect refers to: whether it shares the
// network of a hidden container, and whether it refers to any.
func (inv *Inventory) refersToHidden(raw []byte) (network, some bool, err error) {
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
	network = inv.HiddenMode(h.NetworkMode)
	some = network || inv.HiddenMode(h.PidMode) || inv.HiddenMode(h.IpcMode) || inv.HiddenMode(h.Cgroup) ||
		len(inv.visibleRefs(h.VolumesFrom)) < len(h.VolumesFrom) || len(inv.visibleRefs(h.Links)) < len(h.Links)
	return network, some, nil
}

// RefersToVisibleOnly reports whether the container of an inspect refers to no
// hidden one.
func (inv *Inventory) RefersToVisibleOnly(raw []byte) (bool, error) {
	_, hidden, err := inv.refersToHidden(raw)
	return !hidden, err
}

// cutNames keeps the primary name and the link aliases "/parent/alias" of
// visible parents.
func (inv *Inventory) cutNames(raw []byte) ([]byte, error) {
	var names []string
	if err := json.Unmarshal(raw, &names); err != nil {
		return nil, err
	}
	kept := make([]string, 0, len(names))
	for _, name := range names {
		parent, _, isAlias := strings.Cut(strings.TrimPrefix(name, "/"), "/")
		if !isAlias || inv.Exact(parent) != nil {
			kept = append(kept, name)
		}
	}
	return json.Marshal(kept)
}

// cutHostConfig replaces the modes that join a hidden container, and removes
// hidden containers from VolumesFrom and Links.
func (inv *Inventory) cutHostConfig(raw []byte) ([]byte, error) {
	return rawjson.Edit(raw, map[string]func([]byte) ([]byte, error){
		"NetworkMode": inv.cutMode,
		"PidMode":     inv.cutMode,
		"IpcMode":     inv.cutMode,
		"Cgroup":      inv.cutMode,
		"VolumesFrom": inv.cutRefs,
		"Links":       inv.cutRefs,
	})
}

// cutMode replaces a mode that joins a hidden container.
func (inv *Inventory) cutMode(raw []byte) ([]byte, error) {
	var mode string
	if err := json.Unmarshal(raw, &mode); err != nil {
		return nil, err
	}
	if inv.HiddenMode(mode) {
		return []byte(`"` + joins + engineapi.UnknownID + `"`), nil
	}
	return raw, nil
}

// cutNetworkSettings removes hidden containers from the links of every
// network.
func (inv *Inventory) cutNetworkSettings(raw []byte) ([]byte, error) {
	return rawjson.Within(raw, "Networks", func(networks []byte) ([]byte, error) {
		return rawjson.EditMembers(networks, func(_ string, network []byte) ([]byte, error) {
			return rawjson.Within(network, "Links", inv.cutRefs)
		})
	})
}

// cutRefs removes the references to hidden containers from a list of them.
func (inv *Inventory) cutRefs(raw []byte) ([]byte, error) {
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
func (inv *Inventory) visibleRefs(refs []string) []string {
	kept := make([]string, 0, len(refs))
	for _, ref := range refs {
		name, _, _ := strings.Cut(ref, ":")
		if inv.Knows(name) {
			kept = append(kept, ref)
		}
	}
	return kept
}

// HiddenMode reports whether a mode joins a container that is not visible.
func (inv *Inventory) HiddenMode(mode string) bool {
	return Joins(mode) && !inv.Knows(strings.TrimPrefix(mode, joins))
}

// CutNetworks empties the network counters of a line of ContainerStats.
func CutNetworks(line []byte) ([]byte, error) {
	return rawjson.Set(line, map[string]string{"networks": "{}"})
}

// Inspected is the part of a ContainerInspectResponse that decides.
type Inspected struct {
	Container   policy.Container
	NetworkMode string
}

// Inspect reads an answer of ContainerInspect.
func Inspect(body []byte) (*Inspected, error) {
	var inspect struct {
		Id     string //nolint:revive // The name of the field in the API.
		Name   string
		Config struct {
			Labels map[string]string
		}
		HostConfig struct {
			NetworkMode string
		}
	}
	if err := json.Unmarshal(body, &inspect); err != nil {
		return nil, err
	}
	if !engineapi.FullID.MatchString(inspect.Id) {
		return nil, errors.New("the inspect has no container ID")
	}
	c := policy.Container{ID: inspect.Id, Name: strings.TrimPrefix(inspect.Name, "/"), Labels: inspect.Config.Labels}
	return &Inspected{Container: c, NetworkMode: inspect.HostConfig.NetworkMode}, nil
}
