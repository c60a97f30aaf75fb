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
	first := sort.SearchStrings(inv.ids, ref)
	if first == len(inv.ids) || !strings.HasPrefix(inv.ids[first], ref) {
		return res
	}
	if first+1 < len(inv.ids) && strings.HasPrefix(inv.ids[first+1], ref) {
		res.Ambiguous = true
		return res
	}
	c := inv.byID[inv.ids[first]]
	res.ID, res.NetworkMode = c.Container.ID, c.NetworkMode
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
func (inv *Inventory) Knows(ref string) bool {
	return inv.Exact(ref) != nil || inv.Resolve(ref).ID != ""
}
