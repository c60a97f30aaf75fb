package view

import (
	"encoding/json"

	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// space is a SystemDataUsage while it is rewritten.
type space struct {
	inv      *Inventory
	usage    *Usage
	nameless Nameless
}

// DataUsage rewrites SystemDataUsage in the shape of API 1.24 to 1.51 and in the
// one of API 1.52, which an unversioned request gets together. Sizes and
// counters of more than the visible containers are left out: they follow what is
// hidden.
func (inv *Inventory) DataUsage(u *Usage, body []byte, nameless Nameless) ([]byte, error) {
	s := &space{inv: inv, usage: u, nameless: nameless}
	return rawjson.EditMembers(body, func(key string, value []byte) ([]byte, error) { return s.member(key, value) })
}

// member rewrites one member of SystemDataUsage. What it has no case for is not
// in the shape of the answer.
func (s *space) member(key string, raw []byte) ([]byte, error) {
	switch key {
	case "Containers":
		return rawjson.EachElement(raw, func(c []byte) ([]byte, error) { return s.inv.usedContainer(c) })
	case "Images":
		return rawjson.EachElement(raw, func(i []byte) ([]byte, error) { return s.image(i) })
	case "Volumes":
		return rawjson.EachElement(raw, func(v []byte) ([]byte, error) { return s.usage.usedVolume(v) })
	case "ContainerUsage":
		known := &totals{ActiveCount: s.usage.running + s.usage.paused, TotalCount: len(s.inv.Visible)}
		return cutTotals(raw, known, addContainer, func(c []byte) ([]byte, error) { return s.inv.usedContainer(c) })
	case "ImageUsage":
		return cutTotals(raw, allUsed(len(s.usage.images)), addUsed, func(i []byte) ([]byte, error) { return s.image(i) })
	case "VolumeUsage":
		return cutTotals(raw, allUsed(len(s.usage.volumes)), addVolume, func(v []byte) ([]byte, error) { return s.usage.usedVolume(v) })
	}
	return nil, nil
}

func (s *space) image(raw []byte) ([]byte, error) { return s.usage.Image(raw, s.nameless) }

// usedContainer keeps the summary of a visible container.
func (inv *Inventory) usedContainer(raw []byte) ([]byte, error) {
	elements := [][]byte{raw}
	bodies, err := summaryBodies(rawjson.JoinList(elements))
	if err != nil {
		return nil, err
	}
	visible := judge(inv.policy, elements, bodies)
	if len(visible) == 0 {
		return nil, rawjson.ErrOmit
	}
	return inv.cutElement(&visible[0])
}

// totals is the usage of one kind of object, in the order of moby's types.
type totals struct {
	ActiveCount int             `json:"ActiveCount,omitempty"`
	Items       json.RawMessage `json:"Items,omitempty"`
	Reclaimable int64           `json:"Reclaimable,omitempty"`
	TotalCount  int             `json:"TotalCount,omitempty"`
	TotalSize   int64           `json:"TotalSize,omitempty"`
}

// usedItem is the part of an item that its kind is counted by.
type usedItem struct {
	State     string
	SizeRw    int64
	UsageData struct {
		Size int64
	}
}

// cutTotals makes the usage of one kind of object anew from its visible items.
// The size of images is that of layers, which they share with hidden ones. known
// is what is left of the totals where the items were not asked for.
func cutTotals(raw []byte, known *totals, add func(*totals, *usedItem), change func([]byte) ([]byte, error)) ([]byte, error) {
	var kind struct {
		Items json.RawMessage
	}
	if err := json.Unmarshal(raw, &kind); err != nil {
		return nil, err
	}
	if len(kind.Items) == 0 {
		return rawjson.Encode(known)
	}
	items, err := rawjson.EachElement(kind.Items, change)
	if err != nil {
		return nil, err
	}
	var used []usedItem
	if err := json.Unmarshal(items, &used); err != nil {
		return nil, err
	}
	out := &totals{TotalCount: len(used)}
	for i := range used {
		add(out, &used[i])
	}
	if len(used) > 0 {
		out.Items = items
	}
	return rawjson.Encode(out)
}

// allUsed are the totals of objects that are shown because they are used.
func allUsed(count int) *totals {
	t := &totals{ActiveCount: count, TotalCount: count}
	return t
}

func addContainer(t *totals, c *usedItem) {
	t.TotalSize += c.SizeRw
	switch c.State {
	case "running", "paused", "restarting":
		t.ActiveCount++
	default:
		t.Reclaimable += c.SizeRw
	}
}

// addUsed counts what a visible container uses: all that is shown.
func addUsed(t *totals, _ *usedItem) { t.ActiveCount++ }

func addVolume(t *totals, v *usedItem) {
	t.ActiveCount++
	if v.UsageData.Size > 0 {
		t.TotalSize += v.UsageData.Size
	}
}
