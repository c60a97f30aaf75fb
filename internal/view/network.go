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

// NetworkInspect is Network for an answer of NetworkInspect. Of a network that
// spans a swarm the engine says more, and when it has begun, once a container of
// this node is attached, which may be a hidden one. Unless a visible one is, the
// answer is what list, an answer of NetworkList, says of it.
func (inv *Inventory) NetworkInspect(u *Usage, raw, list []byte) ([]byte, error) {
	kept, err := inv.Network(u, raw)
	if err != nil || !SpansSwarm(raw) {
		return kept, err
	}
	var attached struct {
		Id         string //nolint:revive // The name of the field in the API.
		Containers map[string]json.RawMessage
	}
	if err := json.Unmarshal(kept, &attached); err != nil {
		return nil, err
	}
	if len(attached.Containers) > 0 {
		return kept, nil
	}
	return inv.listedNetwork(u, list, attached.Id)
}

// listedNetwork is the element of a list for the network with this ID.
func (inv *Inventory) listedNetwork(u *Usage, list []byte, id string) ([]byte, error) {
	var heads []networkHead
	if err := json.Unmarshal(list, &heads); err != nil {
		return nil, err
	}
	elements, err := rawjson.Elements(list)
	if err != nil {
		return nil, err
	}
	for i := range heads {
		if heads[i].Id == id {
			return inv.Network(u, elements[i])
		}
	}
	return nil, rawjson.ErrOmit // Fail closed: it has come since the list was made.
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
