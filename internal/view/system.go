package view

import (
	"encoding/json"
	"strconv"

	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// Info rewrites SystemInfo: the counts are those of the visible
// containers, and the counters that follow the number of containers are 0.
func (u *Usage) Info(body []byte, visible int) ([]byte, error) {
	body, err := rawjson.Within(body, "DriverStatus", cutDriverStatus)
	if err != nil {
		return nil, err
	}
	return rawjson.Set(body, map[string]string{
		"Containers":        strconv.Itoa(visible),
		"ContainersRunning": strconv.Itoa(u.running),
		"ContainersPaused":  strconv.Itoa(u.paused),
		"ContainersStopped": strconv.Itoa(u.stopped),
		"Images":            strconv.Itoa(len(u.images)),
		"NFd":               "0",
		"NGoroutines":       "0",
		"NEventsListener":   "0",
	})
}

// driverFacts are the rows of DriverStatus that say what the storage is. Others
// count what is stored.
var driverFacts = map[string]bool{
	"Backing Filesystem": true, "Supports d_type": true, "Native Overlay Diff": true,
	"Using metacopy": true, "userxattr": true, "driver-type": true,
}

func cutDriverStatus(raw []byte) ([]byte, error) {
	return rawjson.EachElement(raw, func(row []byte) ([]byte, error) {
		var words []string
		if err := json.Unmarshal(row, &words); err != nil {
			return nil, err
		}
		if len(words) == 0 || !driverFacts[words[0]] {
			return nil, rawjson.ErrOmit
		}
		return row, nil
	})
}
