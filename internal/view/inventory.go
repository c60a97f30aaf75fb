package view

import (
	"sort"
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

	// All returns the list of all containers, the hidden ones too; nil: nobody
	// does.
	All func() ([]byte, error)

	policy *policy.Policy

	// Made by index when first asked for: a request may hold any number of
	// references.
	byID, byName map[string]*Summary
	ids          []string // in order
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
	first := sort.SearchStrings(inv.ids, ref)
	if first == len(inv.ids) || !strings.HasPrefix(inv.ids[first], ref) {
		return res
	}
	if first+1 < len(inv.ids) && strings.HasPrefix(inv.ids[first+1], ref) {
		res.Ambiguous = true
		return res
	}
	res.ID = inv.ids[first]
	return res
}

// Exact finds a visible container by full ID or by name; a leading slash of
// the name is optional.
func (inv *Inventory) Exact(ref string) *Summary {
	name := strings.TrimPrefix(ref, "/")
	if name == "" {
		return nil
	}
	inv.index()
	if c := inv.byID[ref]; c != nil {
		return c
	}
	return inv.byName[name]
}

// index makes the indexes, if there are none yet.
func (inv *Inventory) index() {
	if inv.byID != nil {
		return
	}
	inv.byID = make(map[string]*Summary, len(inv.Visible))
	inv.byName = make(map[string]*Summary, len(inv.Visible))
	inv.ids = make([]string, len(inv.Visible))
	for i := range inv.Visible {
		c := &inv.Visible[i]
		inv.byID[c.Container.ID] = c
		inv.ids[i] = c.Container.ID
		if inv.byName[c.Container.Name] == nil {
			inv.byName[c.Container.Name] = c
		}
	}
	sort.Strings(inv.ids)
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
	if inv.All == nil {
		return true // Fail closed: nobody can say.
	}
	list, err := inv.All()
	if err != nil {
		return true // Fail closed: nobody can say.
	}
	all, err := AllContainers(list)
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
	inv.index()
	return inv.byID[id] != nil
}
