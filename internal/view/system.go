package view

import (
	"encoding/json"
	"strconv"

	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// Info rewrites SystemInfo: the counts are those of the visible
// containers, and the counters that follow the number of containers are 0.
func (u *Usage) Info(body []byte, visible int) ([]byte, error) {
	return rawjson.Set(body, map[string]string{
		"Containers":        strconv.Itoa(visible),
		"ContainersRunning": strconv.Itoa(u.running),
		"ContainersPaused":  strconv.Itoa(u.paused),
		"ContainersStopped": strconv.Itoa(u.stopped),
		"Images":            strconv.Itoa(len(u.images)),
		"NFd":               "0",
		"NGoroutines":       "0",
		"NEventsListener":   "0",
		"SystemStatus":      "null",
	})
}

// DataUsage rewrites SystemDataUsage in the shape of API 1.24 to 1.51 and in the
// one of API 1.52, which an unversioned request gets together. Sizes and
// counters of more than the visible containers are left out: they follow what is
// hidden.
func (inv *Inventory) DataUsage(u *Usage, body []byte) ([]byte, error) {
	return rawjson.EditMembers(body, func(key string, value []byte) ([]byte, error) {
		return inv.usageMember(u, key, value)
	})
}

// usageMember rewrites one member of SystemDataUsage.
func (inv *Inventory) usageMember(u *Usage, key string, raw []byte) ([]byte, error) {
	switch key {
	case "Containers":
		return rawjson.EachElement(raw, inv.usedContainer)
	case "Images":
		return rawjson.EachElement(raw, u.Image)
	case "Volumes":
		return rawjson.EachElement(raw, u.usedVolume)
	case "BuildCache":
		return []byte("[]"), nil
	case "LayersSize", "BuilderSize":
		return []byte("0"), nil
	case "ContainerUsage":
		return cutTotals(raw, len(inv.Visible), u.running+u.paused, inv.usedContainer)
	case "ImageUsage":
		return cutTotals(raw, len(u.images), len(u.images), u.Image)
	case "VolumeUsage":
		return cutTotals(raw, len(u.volumes), len(u.volumes), u.usedVolume)
	case "BuildCacheUsage":
		return []byte("{}"), nil
	}
	// Fail closed: a member of a newer API may count anything.
	return []byte("null"), nil
}

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

// cutTotals makes the usage of one kind of object anew from its visible
// items and their number.
func cutTotals(raw []byte, total, active int, change func([]byte) ([]byte, error)) ([]byte, error) {
	var kind struct {
		Items json.RawMessage
	}
	if err := json.Unmarshal(raw, &kind); err != nil {
		return nil, err
	}
	out := struct {
		ActiveCount int             `json:"ActiveCount,omitempty"`
		TotalCount  int             `json:"TotalCount,omitempty"`
		Items       json.RawMessage `json:"Items,omitempty"`
	}{ActiveCount: active, TotalCount: total}
	if len(kind.Items) > 0 {
		items, err := rawjson.EachElement(kind.Items, change)
		if err != nil {
			return nil, err
		}
		out.Items = items
	}
	return json.Marshal(out)
}
