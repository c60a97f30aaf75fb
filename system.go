package dpf

import (
	"encoding/json"
	"strconv"
)

// cutInfo rewrites SystemInfo: the counts are those of the visible
// containers, and the counters that follow the number of containers are 0.
func (u *usage) cutInfo(body []byte, visible int) ([]byte, error) {
	return replaceMembers(body, map[string]string{
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

// cutDataUsage rewrites SystemDataUsage in the shape of API 1.24 to 1.51 and
// in the one of API 1.52, which an unversioned request gets together.
func (f *filter) cutDataUsage(inv *inventory, u *usage, body []byte) ([]byte, error) {
	return editMembers(body, func(key string, value []byte) ([]byte, error) {
		return f.cutUsage(inv, u, key, value)
	})
}

// cutUsage rewrites one member of SystemDataUsage. Sizes and counters of more
// than the visible containers are left out: they follow what is hidden.
func (f *filter) cutUsage(inv *inventory, u *usage, key string, raw []byte) ([]byte, error) {
	switch key {
	case "Containers":
		return eachElement(raw, func(c []byte) ([]byte, error) { return f.cutUsedContainer(inv, c) })
	case "Images":
		return eachElement(raw, u.cutImage)
	case "Volumes":
		return eachElement(raw, u.cutUsedVolume)
	case "BuildCache":
		return []byte("[]"), nil
	case "LayersSize", "BuilderSize":
		return []byte("0"), nil
	case "ContainerUsage":
		return cutTotals(raw, len(inv.visible), u.running+u.paused, func(c []byte) ([]byte, error) { return f.cutUsedContainer(inv, c) })
	case "ImageUsage":
		return cutTotals(raw, len(u.images), len(u.images), u.cutImage)
	case "VolumeUsage":
		return cutTotals(raw, len(u.volumes), len(u.volumes), u.cutUsedVolume)
	case "BuildCacheUsage":
		return []byte("{}"), nil
	}
	// Closed: a member of a newer API may count anything.
	return []byte("null"), nil
}

// cutUsedContainer keeps the summary of a visible container.
func (f *filter) cutUsedContainer(inv *inventory, raw []byte) ([]byte, error) {
	bodies, err := summaries(joinList([][]byte{raw}))
	if err != nil {
		return nil, err
	}
	if len(f.judge([][]byte{raw}, bodies)) == 0 {
		return nil, errHidden
	}
	return inv.cutSummary(raw)
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
		items, err := eachElement(kind.Items, change)
		if err != nil {
			return nil, err
		}
		out.Items = items
	}
	return json.Marshal(out)
}
