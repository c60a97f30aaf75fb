package serve

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/rawjson"
	"github.com/docker-proxy-filter/dpf/internal/view"
)

// The objects that containers share: the client may know of those that a
// visible container uses, less what they say of the others.

// cut forwards the request on ref and answers with what change leaves of the
// answer, scrubbed. A change that returns rawjson.ErrOmit makes it the answer
// for an object that does not exist. change may be nil, where nothing is hidden.
// That an image lacks the platform that is asked for is not what an absent one
// is told.
func (h *Handler) cut(x *exchange, ref string, change func(body []byte) ([]byte, error)) (*outcome, error) {
	ans, err := h.fetch(x, ref)
	if err != nil {
		return nil, err
	}
	if ans.Status == http.StatusNotFound && ref != "" && !h.policy.All && x.ep.Query.Get("platform") == "" {
		return nil, notFound(ans.Header)
	}
	if ans.Status != http.StatusOK {
		return nil, h.relayShared(x, ref, ans)
	}
	if !ans.IsJSON() {
		return nil, proxy.ErrNotJSON(ans)
	}
	body := ans.Body
	if change != nil {
		body, err = shown(x.ep.Op, body, change)
		if errors.Is(err, rawjson.ErrOmit) {
			return nil, notFound(ans.Header)
		}
		if err != nil {
			return nil, err
		}
	}
	if ans.Body, err = h.scrub.Answer(x.ep.Op.ID, endLine(body)); err != nil {
		return nil, err
	}
	return answered(ans), nil
}

// shown is what change leaves of an answer, as far as the table has its
// fields. Fail closed: what a newer engine adds may be about anything.
func shown(op *engineapi.Operation, body []byte, change func(body []byte) ([]byte, error)) ([]byte, error) {
	body, err := change(body)
	if err != nil {
		return nil, err
	}
	return engineapi.Shape(op.ID).Fit(body)
}

// endLine ends a body with the newline that dockerd's encoder writes.
func endLine(body []byte) []byte {
	if bytes.HasSuffix(body, []byte{'\n'}) {
		return body
	}
	return append(body[:len(body):len(body)], '\n')
}

// narrowed is what the filters of a request leave, and what the client may know
// of.
type narrowed struct {
	*visible
	filters  map[string][]string
	dangling view.Choice
}

// narrow narrows the filters of the request. The filter dangling is taken off:
// the engine would judge by what hidden containers use.
func (h *Handler) narrow(x *exchange) (*narrowed, error) {
	filters, err := h.filters(x)
	if err != nil {
		return nil, err
	}
	v, err := h.visible(x)
	if err != nil {
		return nil, err
	}
	n := &narrowed{visible: v, filters: filters}
	if n.dangling, err = takeDangling(x, v, filters); err != nil {
		return nil, err
	}
	if len(filters) > 0 {
		x.putFilters(filters)
	}
	return n, nil
}

// takeDangling takes the filter dangling off the filters.
func takeDangling(x *exchange, v *visible, filters map[string][]string) (view.Choice, error) {
	values, given := filters["dangling"]
	delete(filters, "dangling")
	if !given || len(values) == 0 && x.ep.Op.Action == engineapi.NetworkList {
		return view.Either, nil
	}
	yes, refused := x.ep.Op.Dangling(v.engine, values)
	if refused != "" {
		return view.Either, engineError(v.engine, http.StatusBadRequest, refused)
	}
	if yes {
		return view.Yes, nil
	}
	return view.No, nil
}

func (h *Handler) systemInfo(x *exchange) (*outcome, error) {
	v, err := h.visible(x)
	if err != nil {
		return nil, err
	}
	return h.cut(x, "", func(body []byte) ([]byte, error) { return v.usage.Info(body, len(v.inv.Visible)) })
}

func (h *Handler) systemDataUsage(x *exchange) (*outcome, error) {
	v, err := h.visible(x)
	if err != nil {
		return nil, err
	}
	nameless := view.NullNames
	if !engineapi.AtLeast(v.engine, nameless43) {
		nameless = view.NoneNames
	}
	if err := h.learnNames(x, v); err != nil {
		return nil, err
	}
	return h.cut(x, "", func(body []byte) ([]byte, error) { return v.inv.DataUsage(v.usage, body, nameless) })
}

func (h *Handler) networkList(x *exchange) (*outcome, error) {
	v, err := h.narrow(x)
	if err != nil {
		return nil, err
	}
	return h.cut(x, "", func(body []byte) ([]byte, error) {
		if err := h.addSwarm(x, v.visible, body); err != nil {
			return nil, err
		}
		return v.inv.NetworkList(v.usage, body, v.dangling)
	})
}

func (h *Handler) networkInspect(x *exchange) (*outcome, error) {
	v, list, id, err := h.network(x)
	if err != nil {
		return nil, err
	}
	return h.cut(x, id, func(body []byte) ([]byte, error) { return v.inv.NetworkInspect(v.usage, body, list) })
}

// network finds the network of an endpoint in list, an answer of NetworkList.
func (h *Handler) network(x *exchange) (v *visible, list []byte, id string, err error) {
	v, err = h.visible(x)
	if err != nil {
		return nil, nil, "", err
	}
	networks, err := h.side(x, "/networks", "")
	if err != nil {
		return nil, nil, "", err
	}
	list = networks.Body
	if err := h.addSwarm(x, v, list); err != nil {
		return nil, nil, "", err
	}
	id, err = v.usage.ResolveNetwork(list, x.ep.Ref)
	if err != nil {
		return nil, nil, "", err
	}
	if id == "" {
		return nil, nil, "", notFound(v.engine)
	}
	return v, list, id, nil
}

// networkConnect decides about NetworkConnect and NetworkDisconnect by the
// network in the path and the container in the body. A container that cannot
// be resolved is never forwarded: with Force, dockerd would take it for the
// name of an endpoint.
func (h *Handler) networkConnect(x *exchange) (*outcome, error) {
	raw, err := readBody(x.req, x.ep.Op)
	if err != nil {
		return nil, err
	}
	var body engineapi.ConnectOptions
	if err := rawjson.Decode(raw, &body); err != nil {
		return nil, refusal(http.StatusBadRequest, x.ep.Op.ID+": the request body is not valid: "+err.Error())
	}
	if err := x.ep.Op.CheckBody(raw); err != nil {
		return nil, refusal(http.StatusBadRequest, err.Error())
	}
	proxy.DropBody(x.req)
	v, _, id, err := h.network(x)
	if err != nil {
		return nil, err
	}
	if missing, ok := v.inv.ResolveConnect(&body); !ok {
		return nil, engineError(v.engine, http.StatusNotFound, "No such container: "+missing)
	}
	encoded, err := rawjson.Encode(body)
	if err != nil {
		return nil, err
	}
	proxy.SetTarget(x.req, x.ep.Path(id), "")
	proxy.SetUpgrade(x.req, "")
	proxy.SetJSON(x.req, encoded)
	return &outcome{sent: x.req}, nil
}

func (h *Handler) volumeList(x *exchange) (*outcome, error) {
	v, err := h.narrow(x)
	if err != nil {
		return nil, err
	}
	return h.cut(x, "", func(body []byte) ([]byte, error) { return v.usage.VolumeList(body, v.dangling) })
}

func (h *Handler) volumeInspect(x *exchange) (*outcome, error) {
	v, err := h.visible(x)
	if err != nil {
		return nil, err
	}
	if !v.usage.HasVolume(x.ep.Ref) {
		return nil, notFound(v.engine)
	}
	return h.cut(x, x.ep.Ref, func(body []byte) ([]byte, error) { return v.usage.Volume(body) })
}

// imageCommit decides about ImageCommit by the container in the query, where
// any byte can be in it: only a reference of the form of a name or an ID goes
// upstream.
func (h *Handler) imageCommit(x *exchange) (*outcome, error) {
	if x.ep.Ref == "" {
		return nil, engineError(nil, http.StatusBadRequest, `invalid name or ID supplied: ""`)
	}
	ref := strings.TrimPrefix(x.ep.Ref, "/")
	res, err := h.resolve(x, ref)
	if err != nil {
		return nil, err
	}
	if err := res.check(x); err != nil {
		return nil, err
	}
	x.ep.Query.Set("container", res.id)
	return forwarded(x.ep.Ref), nil
}
