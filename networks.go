package dpf

import (
	"encoding/json"
	"net/http"
	"strings"
)

// predefinedNetworks exist on every engine.
var predefinedNetworks = map[string]bool{"bridge": true, "host": true, "none": true}

// networkHead is the part of a network that decides.
type networkHead struct {
	Id   string //nolint:revive // The name of the field in the API.
	Name string
}

// showsNetwork reports whether the client may know of a network.
func (u *usage) showsNetwork(n *networkHead) bool {
	return predefinedNetworks[n.Name] || u.networks[n.Id] || u.networks[n.Name]
}

// cutNetwork removes from a network the endpoints that belong to no visible
// container, and what counts or names the others. Endpoints without a
// container (ep-..., lb-..., ingress-sbox) go, too.
func (inv *inventory) cutNetwork(u *usage, raw []byte) ([]byte, error) {
	var head networkHead
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, err
	}
	if head.Id == "" || !u.showsNetwork(&head) {
		return nil, errHidden
	}
	return editMembers(raw, func(key string, value []byte) ([]byte, error) {
		switch key {
		case "Containers":
			return inv.cutEndpoints(value)
		case "Services", "Status", "Peers":
			return []byte("null"), nil
		}
		return nil, nil
	})
}

// cutEndpoints keeps the endpoints of visible containers.
func (inv *inventory) cutEndpoints(raw []byte) ([]byte, error) {
	inner, err := members(raw)
	if err != nil {
		return nil, err
	}
	kept := make([]string, 0, len(inner))
	for _, m := range inner {
		if c := inv.exact(m.key); c != nil && c.ID == m.key {
			kept = append(kept, `"`+m.key+`":`+string(raw[m.from:m.to]))
		}
	}
	return []byte("{" + strings.Join(kept, ",") + "}"), nil
}

// serveNetwork answers NetworkInspect.
func (f *filter) serveNetwork(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	inv, u, id := f.visibleNetwork(rw, req, ep)
	if id == "" {
		return
	}
	f.serveCut(rw, req, ep, id, func(body []byte) ([]byte, error) { return inv.cutNetwork(u, body) })
}

// visibleNetwork finds the network of an endpoint. The ID is empty if it
// answered.
func (f *filter) visibleNetwork(rw http.ResponseWriter, req *http.Request, ep *endpoint) (*inventory, *usage, string) {
	inv, u, ok := f.usage(rw, req, ep)
	if !ok {
		return nil, nil, ""
	}
	id, err := f.resolveNetwork(req, ep, u)
	if err != nil {
		f.fail(rw, ep, err)
		return nil, nil, ""
	}
	if id == "" {
		f.notFound(rw, ep, inv.engine)
	}
	return inv, u, id
}

// resolveNetwork finds the network that the reference means among those that
// the client may know of: by ID, by name, by a prefix of the ID. It returns
// nothing where there is none, or more than one.
func (f *filter) resolveNetwork(req *http.Request, ep *endpoint, u *usage) (string, error) {
	ans, err := f.upstream.get(req, ep.version+"/networks", "")
	if err != nil {
		return "", err
	}
	if ans.status != http.StatusOK {
		return "", errUnexpected(ans)
	}
	var networks []networkHead
	if err := ans.decode(&networks); err != nil {
		return "", err
	}
	var byName, byPrefix []string
	for i := range networks {
		n := &networks[i]
		if !u.showsNetwork(n) {
			continue
		}
		if n.Id == ep.ref {
			return n.Id, nil
		}
		if n.Name == ep.ref {
			byName = append(byName, n.Id)
		}
		if strings.HasPrefix(n.Id, ep.ref) {
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

// connectOptions is the body of NetworkConnect and NetworkDisconnect.
type connectOptions struct {
	Container      string           `json:"Container"`
	EndpointConfig *endpointOptions `json:"EndpointConfig,omitempty"`
	Force          bool             `json:"Force,omitempty"`
}

// endpointOptions is moby's network.EndpointSettings.
type endpointOptions struct {
	IPAMConfig          json.RawMessage `json:"IPAMConfig,omitempty"`
	Links               []string        `json:"Links,omitempty"`
	Aliases             json.RawMessage `json:"Aliases,omitempty"`
	MacAddress          json.RawMessage `json:"MacAddress,omitempty"`
	DriverOpts          json.RawMessage `json:"DriverOpts,omitempty"`
	GwPriority          json.RawMessage `json:"GwPriority,omitempty"`
	NetworkID           json.RawMessage `json:"NetworkID,omitempty"`
	EndpointID          json.RawMessage `json:"EndpointID,omitempty"`
	Gateway             json.RawMessage `json:"Gateway,omitempty"`
	IPAddress           json.RawMessage `json:"IPAddress,omitempty"`
	IPPrefixLen         json.RawMessage `json:"IPPrefixLen,omitempty"`
	IPv6Gateway         json.RawMessage `json:"IPv6Gateway,omitempty"`
	GlobalIPv6Address   json.RawMessage `json:"GlobalIPv6Address,omitempty"`
	GlobalIPv6PrefixLen json.RawMessage `json:"GlobalIPv6PrefixLen,omitempty"`
}

// serveConnect decides about NetworkConnect and NetworkDisconnect by the
// network in the path and the container in the body. A container that cannot
// be resolved is never forwarded: with Force, dockerd would take it for the
// name of an endpoint.
func (f *filter) serveConnect(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	raw, status, err := readBody(req, ep.op)
	if err != nil {
		f.refuse(rw, req, status, err.Error())
		return
	}
	var body connectOptions
	if err := decodeStrict(raw, &body); err != nil {
		f.refuse(rw, req, http.StatusBadRequest, ep.op.id+": the request body is not valid: "+err.Error())
		return
	}
	dropBody(req)
	inv, _, id := f.visibleNetwork(rw, req, ep)
	if id == "" {
		return
	}
	if missing, ok := inv.resolveConnect(&body); !ok {
		writeError(rw, inv.engine, http.StatusNotFound, "No such container: "+missing)
		return
	}
	f.sendConnect(rw, req, ep, id, &body)
}

// resolveConnect replaces the container by its full ID. If a reference means
// no visible container it returns that reference and false.
func (inv *inventory) resolveConnect(body *connectOptions) (missing string, ok bool) {
	res := inv.resolve(strings.TrimPrefix(body.Container, "/"))
	if res.id == "" {
		return body.Container, false
	}
	body.Container = res.id
	if body.EndpointConfig == nil {
		return "", true
	}
	for _, link := range body.EndpointConfig.Links {
		if name, _, _ := strings.Cut(link, ":"); !inv.knows(name) {
			return name, false
		}
	}
	return "", true
}

// sendConnect forwards the operation with the body that was resolved.
func (f *filter) sendConnect(rw http.ResponseWriter, req *http.Request, ep *endpoint, id string, body *connectOptions) {
	encoded, err := json.Marshal(body)
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	setTarget(req, ep.path(id), "")
	setConnection(req, ep.op)
	setJSON(req, encoded)
	f.next.ServeHTTP(rw, req)
}

// serveCommit decides about ImageCommit by the container in the query.
func (f *filter) serveCommit(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	if ep.ref == "" {
		writeError(rw, nil, http.StatusBadRequest, `invalid name or ID supplied: ""`)
		return
	}
	res, err := f.resolveAnyForm(req, ep)
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	if f.unresolved(rw, ep, res) {
		return
	}
	ep.query.Set("container", res.id)
	f.forward(rw, req, ep)
}

// resolveAnyForm resolves a reference that stood in a query, where any byte
// can be in it: only one of the form of a name or an ID goes upstream.
func (f *filter) resolveAnyForm(req *http.Request, ep *endpoint) (*resolution, error) {
	ref := strings.TrimPrefix(ep.ref, "/")
	if decisive.MatchString(ref) {
		return f.resolve(req, ep.version, ref)
	}
	inv, err := f.inventory(req, ep.version)
	if err != nil {
		return nil, err
	}
	return inv.resolve(ref), nil
}
