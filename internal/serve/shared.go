package serve

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// The objects that containers share: the client may know of those that a
// visible container uses, less what they say of the others.

// cut forwards the request on ref and answers with what change leaves of the
// answer, scrubbed. A change that returns rawjson.ErrOmit makes it the answer
// for an object that does not exist. change may be nil.
func (h *Handler) cut(x *exchange, ref string, change func(body []byte) ([]byte, error)) (*outcome, error) {
	ans, err := h.fetch(x, ref)
	if err != nil {
		return nil, err
	}
	if ans.Status == http.StatusNotFound && ref != "" && !h.policy.All {
		return nil, notFound(ans.Header)
	}
	if ans.Status != http.StatusOK {
		return nil, relay(ans)
	}
	if !ans.IsJSON() {
		return nil, proxy.ErrNotJSON(ans)
	}
	body := ans.Body
	if change != nil {
		body, err = change(body)
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

// endLine ends a body with the newline that dockerd's encoder writes.
func endLine(body []byte) []byte {
	if bytes.HasSuffix(body, []byte{'\n'}) {
		return body
	}
	return append(body[:len(body):len(body)], '\n')
}

// narrowed narrows the filters of the request, and returns them with what the
// client may know of.
func (h *Handler) narrowed(x *exchange) (*visible, map[string][]string, error) {
	filters, err := h.narrowFilters(x)
	if err != nil {
		return nil, nil, err
	}
	v, err := h.visible(x)
	return v, filters, err
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
	return h.cut(x, "", func(body []byte) ([]byte, error) { return v.inv.DataUsage(v.usage, body) })
}

func (h *Handler) networkList(x *exchange) (*outcome, error) {
	v, _, err := h.narrowed(x)
	if err != nil {
		return nil, err
	}
	return h.cut(x, "", func(body []byte) ([]byte, error) { return v.inv.NetworkList(v.usage, body) })
}

func (h *Handler) networkInspect(x *exchange) (*outcome, error) {
	v, id, err := h.network(x)
	if err != nil {
		return nil, err
	}
	return h.cut(x, id, func(body []byte) ([]byte, error) { return v.inv.Network(v.usage, body) })
}

// network finds the network of an endpoint.
func (h *Handler) network(x *exchange) (*visible, string, error) {
	v, err := h.visible(x)
	if err != nil {
		return nil, "", err
	}
	networks, err := h.side(x, "/networks", "")
	if err != nil {
		return nil, "", err
	}
	id, err := v.usage.ResolveNetwork(networks.Body, x.ep.Ref)
	if err != nil {
		return nil, "", err
	}
	if id == "" {
		return nil, "", notFound(v.engine)
	}
	return v, id, nil
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
	v, id, err := h.network(x)
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
	v, _, err := h.narrowed(x)
	if err != nil {
		return nil, err
	}
	return h.cut(x, "", func(body []byte) ([]byte, error) { return v.usage.VolumeList(body) })
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

func (h *Handler) imageList(x *exchange) (*outcome, error) {
	v, filters, err := h.narrowed(x)
	if err != nil {
		return nil, err
	}
	return h.cut(x, "", func(body []byte) ([]byte, error) { return v.usage.ImageList(body, filters["reference"]) })
}

func (h *Handler) imageInspect(x *exchange) (*outcome, error) {
	v, ref, err := h.image(x)
	if err != nil {
		return nil, err
	}
	return h.cut(x, ref, func(body []byte) ([]byte, error) { return v.usage.Image(body) })
}

// image finds the image of an endpoint: its ID or a name of it.
func (h *Handler) image(x *exchange) (*visible, string, error) {
	v, err := h.visible(x)
	if err != nil {
		return nil, "", err
	}
	ref := v.usage.ResolveImage(x.ep.Ref)
	if ref == "" {
		return nil, "", notFound(v.engine)
	}
	return v, ref, nil
}

// imageHistory answers ImageHistory. The history does not say what image it is
// of: an inspect does.
func (h *Handler) imageHistory(x *exchange) (*outcome, error) {
	v, ref, err := h.image(x)
	if err != nil {
		return nil, err
	}
	ans, err := h.upstream.Get(x.req, x.ep.Version+"/images/"+ref+"/json", "")
	if err != nil {
		return nil, err
	}
	id := ""
	if ans.Status == http.StatusOK {
		if !ans.IsJSON() {
			return nil, proxy.ErrNotJSON(ans)
		}
		if id, err = v.usage.ImageID(ans.Body); err != nil {
			return nil, err
		}
	}
	if id == "" {
		return nil, notFound(v.engine)
	}
	return h.cut(x, id, func(body []byte) ([]byte, error) { return v.usage.ImageHistory(body) })
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
