package view

import (
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/policy"
)

// Inventory is what the client may know of: the visible containers.
type Inventory struct {
	Visible []Summary

	// Inspect returns the inspect of a visible container by its full ID. It tells
	// what the list lacks; nil: nobody does.
	Inspect func(id string) ([]byte, error)

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
	ID        string // full ID of the visible container, or empty
	Ambiguous bool   // the prefix of several visible containers
}

// Resolve finds what a reference means among the visible containers, in the
// order of dockerd: full ID, name, ID prefix.
func (inv *Inventory) Resolve(ref string) Resolution {
	res := Resolution{}
	if c := inv.Exact(ref); c != nil {
		res.ID = c.Container.ID
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
		res.ID = inv.Visible[i].Container.ID
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
func (inv *Inventory) Knows(ref string) bool { return inv.known(ref) != nil }

// known returns the visible container that ref means to the engine, which knows
// the hidden ones as well, or nil.
func (inv *Inventory) known(ref string) *Summary {
	if c := inv.Exact(ref); c != nil {
		return c
	}
	id := inv.Resolve(ref).ID
	if id == "" || inv.hiddenHas(ref) {
		return nil
	}
	return inv.Exact(id)
}

// hiddenHas reports whether ref is the name of a hidden container, or the
// beginning of its ID.
func (inv *Inventory) hiddenHas(ref string) bool {
	all, err := AllContainers(inv.all)
	if err != nil {
		return true // Fail closed: nobody can say.
	}
	for i := range all {
		if (all[i].Name == ref || strings.HasPrefix(all[i].ID, ref)) && !inv.hasID(all[i].ID) {
			return true
		}
	}
	return false
}

// hasID reports whether a full ID is that of a visible container.
func (inv *Inventory) hasID(id string) bool {
	for i := range inv.Visible {
		if inv.Visible[i].Container.ID == id {
			return true
		}
	}
	return false
}
