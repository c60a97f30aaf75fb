package view

import (
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/policy"
)

// Inventory is what the client may know of: the visible containers.
type Inventory struct {
	Visible []Summary

	policy *policy.Policy
}

// NewInventory reads an answer of ContainerList with all containers.
func NewInventory(p *policy.Policy, list []byte) (*Inventory, error) {
	visible, err := Summaries(p, list)
	if err != nil {
		return nil, err
	}
	return &Inventory{Visible: visible, policy: p}, nil
}

// Resolution is what a reference means to the client.
type Resolution struct {
	ID          string // full ID of the visible container, or empty
	NetworkMode string // its network mode
	Ambiguous   bool   // the prefix of several visible containers
}

// Resolve finds what a reference means among the visible containers, in the
// order of dockerd: full ID, name, ID prefix.
func (inv *Inventory) Resolve(ref string) Resolution {
	res := Resolution{}
	if c := inv.Exact(ref); c != nil {
		res.ID, res.NetworkMode = c.Container.ID, c.NetworkMode
		return res
	}
	if !engineapi.HexRef.MatchString(ref) {
		return res
	}
	for i := range inv.Visible {
		if !strings.HasPrefix(inv.Visible[i].Container.ID, ref) {
			continue
		}
		if res.ID != "" {
			res.ID, res.Ambiguous = "", true
			return res
		}
		res.ID, res.NetworkMode = inv.Visible[i].Container.ID, inv.Visible[i].NetworkMode
	}
	return res
}

// Exact finds a visible container by full ID or by name; a leading slash of
// the name is optional.
func (inv *Inventory) Exact(ref string) *Summary {
	name := strings.TrimPrefix(ref, "/")
	if name == "" {
		return nil
	}
	for i := range inv.Visible {
		if inv.Visible[i].Container.ID == ref {
			return &inv.Visible[i]
		}
	}
	for i := range inv.Visible {
		if inv.Visible[i].Container.Name == name {
			return &inv.Visible[i]
		}
	}
	return nil
}

// Knows reports whether ref, as other containers hold it (an ID, a prefix or
// a name), means a visible container.
func (inv *Inventory) Knows(ref string) bool {
	return inv.Exact(ref) != nil || inv.Resolve(ref).ID != ""
}
