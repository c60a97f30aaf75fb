package serve

import "sync"

// maxVerdicts bounds one of the two generations of verdicts.
const maxVerdicts = 1024

// verdicts remembers visible containers by their full ID. It belongs to one
// filter, holds at most two generations of maxVerdicts and is safe for
// concurrent use.
//
// What it holds cannot be stale: labels and network mode never change for an
// ID, IDs are never used again, and with a selector that looks at names, which
// do change, nothing is remembered. Hidden containers are not remembered: they
// would be answered faster than absent ones.
type verdicts struct {
	mu         sync.Mutex
	young, old map[string]*resolution // read-only once they are here
}

// get returns the verdict on a full ID, or nil if it is not known.
func (v *verdicts) get(id string) *resolution {
	v.mu.Lock()
	res, old := v.young[id], v.old[id]
	v.mu.Unlock()
	if res == nil && old != nil {
		v.add(old)
		return old
	}
	return res
}

// add remembers a verdict on a visible container, in the young generation,
// which becomes the old one when it is full.
func (v *verdicts) add(res *resolution) {
	v.mu.Lock()
	if v.young == nil || len(v.young) >= maxVerdicts {
		v.old = v.young
		v.young = make(map[string]*resolution)
	}
	v.young[res.id] = res
	v.mu.Unlock()
}
