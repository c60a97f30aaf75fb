package view

import (
	"encoding/json"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// predefinedNetworks exist on every engine.
var predefinedNetworks = map[string]bool{"bridge": true, "host": true, "none": true}

// networkHead is the part of a network that decides.
type networkHead struct {
	Id   string //nolint:revive // The name of the field in the API.
	Name string
}

// showsNetwork reports whether the client may know of a network.
func (u *Usage) showsNetwork(n *networkHead) bool {
	return predefinedNetworks[n.Name] || u.networks[n.Id] || u.networks[n.Name]
}

// Network removes from a network the endpoints that belong to no visible
// container. Endpoints without a
// container (ep-..., lb-..., ingress-sbox) go, too.
func (inv *Inventory) Network(u *Usage, raw []byte) ([]byte, error) {
	var head networkHead
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, err
	}
	if head.Id == "" || !u.showsNetwork(&head) {
		return nil, rawjson.ErrOmit
	}
	return rawjson.Within(raw, "Containers", inv.cutEndpoints)
}

// cutEndpoints keeps the endpoints of visible containers.
func (inv *Inventory) cutEndpoints(raw []byte) ([]byte, error) {
	if rawjson.IsNull(raw) {
		return []byte("{}"), nil
	}
	return rawjson.EachMember(raw, func(id string, _ []byte) ([]byte, error) {
		if c := inv.Exact(id); c == nil || c.Container.ID != id {
			return nil, rawjson.ErrOmit
		}
		return nil, nil
	})
}

// NetworkList keeps the networks that the client may know of, and of these the
// dangling ones or the others: those without a visible container in them, but
// for the predefined ones.
func (inv *Inventory) NetworkList(u *Usage, body []byte, dangling Choice) ([]byte, error) {
	return rawjson.EachElement(body, func(network []byte) ([]byte, error) {
		var head networkHead
		if err := json.Unmarshal(network, &head); err != nil {
			return nil, err
		}
		used := predefinedNetworks[head.Name] || u.attached[head.Id] || u.attached[head.Name]
		if dangling == Yes && used || dangling == No && !used {
			return nil, rawjson.ErrOmit
		}
		return inv.Network(u, network)
	})
}

// ResolveNetwork finds the network that a reference means among those of
// NetworkList that the client may know of: by ID, by name, by a prefix of the
// ID. It returns nothing where there is none, or more than one.
func (u *Usage) ResolveNetwork(list []byte, ref string) (string, error) {
	var networks []networkHead
	if err := json.Unmarshal(list, &networks); err != nil {
		return "", err
	}
	var byName, byPrefix []string
	for i := range networks {
		n := &networks[i]
		if !u.showsNetwork(n) {
			continue
		}
		if n.Id == ref {
			return n.Id, nil
		}
		if n.Name == ref {
			byName = append(byName, n.Id)
		}
		if strings.HasPrefix(n.Id, ref) {
			byPrefix = append(byPrefix, n.Id)
		}
	}
	if len(byName) == 1 {
		return byName[0], nil
	}
	if len(byName) == 0 && len(byPrefix) == 1 {
		return byPrefix[0], nil
	}
	return "", nil
}

// ResolveConnect replaces the container of a NetworkConnect or
// NetworkDisconnect by its full ID. If a reference means no visible container
// it returns that reference and false.
func (inv *Inventory) ResolveConnect(body *engineapi.ConnectOptions) (missing string, ok bool) {
	res := inv.Resolve(strings.TrimPrefix(body.Container, "/"))
	if res.ID == "" {
		return body.Container, false
	}
	body.Container = res.ID
	if body.EndpointConfig == nil {
		return "", true
	}
	for _, link := range body.EndpointConfig.Links {
		if name, _, _ := strings.Cut(link, ":"); !inv.Knows(name) {
			return name, false
		}
	}
	return "", true
}
