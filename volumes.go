package dpf

import (
	"encoding/json"
	"net/http"
)

// cutVolume removes from a volume that a visible container mounts how many
// containers use it.
func (u *usage) cutVolume(raw []byte) ([]byte, error) {
	var head struct {
		Name string
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, err
	}
	if !u.volumes[head.Name] {
		return nil, errHidden
	}
	return replaceMembers(raw, map[string]string{"UsageData": "null"})
}

// serveVolume answers VolumeInspect.
func (f *filter) serveVolume(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	inv, u, ok := f.usage(rw, req, ep)
	if !ok {
		return
	}
	if !u.volumes[ep.ref] {
		f.notFound(rw, ep, inv.engine)
		return
	}
	f.serveCut(rw, req, ep, ep.ref, u.cutVolume)
}
