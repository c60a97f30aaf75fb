package dpf

import (
	"encoding/json"
	"fmt"
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
	if u.volumes[head.Name] == 0 {
		return nil, errHidden
	}
	return replaceMembers(raw, map[string]string{"UsageData": "null"})
}

// cutUsedVolume is cutVolume for SystemDataUsage, whose clients rely on the
// usage: the reference count is that of the visible containers.
func (u *usage) cutUsedVolume(raw []byte) ([]byte, error) {
	var volume struct {
		Name      string
		UsageData struct {
			Size int64
		}
	}
	if err := json.Unmarshal(raw, &volume); err != nil {
		return nil, err
	}
	count := u.volumes[volume.Name]
	if count == 0 {
		return nil, errHidden
	}
	usage := fmt.Sprintf(`{"RefCount":%d,"Size":%d}`, count, volume.UsageData.Size)
	return replaceMembers(raw, map[string]string{"UsageData": usage})
}

// serveVolume answers VolumeInspect.
func (f *filter) serveVolume(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	inv, u, ok := f.usage(rw, req, ep)
	if !ok {
		return
	}
	if u.volumes[ep.ref] == 0 {
		f.notFound(rw, ep, inv.engine)
		return
	}
	f.serveCut(rw, req, ep, ep.ref, u.cutVolume)
}
