package view

import (
	"encoding/json"
	"fmt"

	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// Volume removes from a volume that a visible container mounts how many
// containers use it.
func (u *Usage) Volume(raw []byte) ([]byte, error) {
	var head struct {
		Name string
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, err
	}
	if u.volumes[head.Name] == 0 {
		return nil, rawjson.ErrOmit
	}
	return rawjson.Set(raw, map[string]string{"UsageData": "null"})
}

// usedVolume is Volume for SystemDataUsage, whose clients rely on the
// usage: the reference count is that of the visible containers.
func (u *Usage) usedVolume(raw []byte) ([]byte, error) {
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
		return nil, rawjson.ErrOmit
	}
	usage := fmt.Sprintf(`{"RefCount":%d,"Size":%d}`, count, volume.UsageData.Size)
	return rawjson.Set(raw, map[string]string{"UsageData": usage})
}

// VolumeList keeps the volumes that visible containers mount. None of them is
// dangling.
func (u *Usage) VolumeList(body []byte, dangling Choice) ([]byte, error) {
	return rawjson.Within(body, "Volumes", func(volumes []byte) ([]byte, error) {
		if dangling == Yes {
			return []byte("[]"), nil
		}
		return rawjson.EachElement(volumes, u.Volume)
	})
}

// HasVolume reports whether a visible container mounts a volume.
func (u *Usage) HasVolume(name string) bool { return u.volumes[name] > 0 }
