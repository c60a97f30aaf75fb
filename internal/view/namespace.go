package view

import (
	"encoding/json"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// Namespaces that containers share: a container in the namespace of another one
// is in that of a third, if the other one is.

// networkMode is the member of HostConfig that says whose network a container
// has.
const networkMode = "NetworkMode"

// Joins reports whether a mode shares a namespace of another container.
func Joins(mode string) bool { return strings.HasPrefix(mode, joins) }

// leadsToHidden reports whether a mode shares, over any number of containers,
// the namespace of one that is not visible. key is the member of HostConfig that
// holds the mode.
func (inv *Inventory) leadsToHidden(key, mode string) bool {
	for hops := 0; Joins(mode); hops++ {
		c := inv.known(strings.TrimPrefix(mode, joins))
		if c == nil || hops > len(inv.Visible) {
			return true
		}
		next, ok := inv.modeOf(c, key)
		if !ok {
			return true // Fail closed: nobody knows where it ends.
		}
		mode = next
	}
	return false
}

// modeOf returns a mode of a visible container. Podman's list lacks the mode of
// the network, and every list lacks the others: the inspect has them.
func (inv *Inventory) modeOf(c *Summary, key string) (mode string, ok bool) {
	if c.NetworkMode != "" && strings.EqualFold(key, networkMode) {
		return c.NetworkMode, true
	}
	if inv.Inspect == nil {
		return "", false
	}
	raw, err := inv.Inspect(c.Container.ID)
	if err != nil {
		return "", false
	}
	mode, err = inspectedMode(raw, key)
	return mode, err == nil
}

// inspectedMode reads a mode from an inspect. Where it comes twice, the one
// counts that joins another container.
func inspectedMode(raw []byte, key string) (string, error) {
	found := ""
	_, err := rawjson.Within(raw, "HostConfig", func(hostConfig []byte) ([]byte, error) {
		return rawjson.Within(hostConfig, key, func(value []byte) ([]byte, error) {
			mode := text(value)
			if !Joins(found) {
				found = mode
			}
			return nil, nil
		})
	})
	return found, err
}

// text is the value of a JSON string, and empty for any other value.
func text(raw []byte) string {
	s := ""
	if err := json.Unmarshal(raw, &s); err != nil {
		return ""
	}
	return s
}

// HasHiddenNetwork reports whether the network of a visible container, by its
// full ID, is that of a hidden one.
func (inv *Inventory) HasHiddenNetwork(id string) bool {
	c := inv.known(id)
	if c == nil {
		return true
	}
	mode, ok := inv.modeOf(c, networkMode)
	return !ok || inv.leadsToHidden(networkMode, mode)
}

// HasExec reports whether a visible container has the exec instance of an ID.
func (inv *Inventory) HasExec(id string) bool {
	for i := range inv.Visible {
		if inv.inspectHasExec(inv.Visible[i].Container.ID, id) {
			return true
		}
	}
	return false
}

func (inv *Inventory) inspectHasExec(container, exec string) bool {
	if inv.Inspect == nil {
		return false
	}
	raw, err := inv.Inspect(container)
	if err != nil {
		return false // Fail closed: the instance is not said to be there.
	}
	var inspect struct{ ExecIDs []string }
	if err := json.Unmarshal(raw, &inspect); err != nil {
		return false
	}
	for _, found := range inspect.ExecIDs {
		if found == exec {
			return true
		}
	}
	return false
}
