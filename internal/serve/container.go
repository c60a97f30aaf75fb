package serve

import (
	"errors"
	"net/http"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/view"
)

// known returns the visible container that a request is about. Operations on
// one container are decided before anything is forwarded, and forwarded on the
// full ID: a name may change hands between the decision and the deed.
func (h *Handler) known(x *exchange) (*resolution, error) {
	if x.ep.Op.Refused != "" && engineapi.True(x.ep.Sent.Get(x.ep.Op.Refused)) {
		// Without that parameter the container itself would go.
		return nil, refusal(http.StatusForbidden, x.ep.Op.ID+" with "+x.ep.Op.Refused+" is refused: it changes another container")
	}
	return h.resolved(x)
}

// container handles an operation on one container.
func (h *Handler) container(x *exchange) (*outcome, error) {
	res, err := h.known(x)
	if err != nil {
		return nil, err
	}
	if !h.scrub.Concerns(x.ep.Op.ID) {
		return forwarded(res.id), nil
	}
	return h.cut(x, res.id, nil)
}

// containerStart handles an operation that starts a container. Where the
// container refers to a hidden one, the error of a failed start names it.
func (h *Handler) containerStart(x *exchange) (*outcome, error) {
	id, ans, err := h.fetchKnown(x)
	if err != nil {
		return nil, err
	}
	if ans.Status < 400 {
		return answered(ans), nil
	}
	return nil, h.startError(x, id, ans)
}

// fetchKnown forwards an operation on one container with the answer held back, and
// returns the container's ID with it.
func (h *Handler) fetchKnown(x *exchange) (id string, ans *proxy.Answer, err error) {
	res, err := h.known(x)
	if err != nil {
		return "", nil, err
	}
	ans, err = h.fetch(x, res.id)
	return res.id, ans, err
}

// startError is the error for a container that did not start. The engine's words
// are passed on only if an inspect, whole and of this container, shows that it
// has nothing to do with a hidden one.
func (h *Handler) startError(x *exchange, id string, ans *proxy.Answer) error {
	inspect, err := h.upstream.Get(x.req, x.ep.Version+"/containers/"+id+"/json", "")
	if err == nil && inspect.Status == http.StatusNotFound && ans.Status == http.StatusNotFound {
		return notFound(inspect.Header) // It was removed meanwhile.
	}
	c := h.found(inspect, err, id)
	if c == nil || c.Container.ID != id || c.NetworkMode == "" {
		// Fail closed: nobody knows what the words are about.
		return replace(ans)
	}
	own, err := h.refersToVisibleOnly(x, inspect.Body, id)
	if err != nil || !own {
		return replace(ans)
	}
	return relay(ans)
}

// refersToVisibleOnly reports whether the container of an inspect refers to no
// hidden one.
func (h *Handler) refersToVisibleOnly(x *exchange, inspect []byte, id string) (bool, error) {
	if others, _ := view.MayRefer(inspect, id); !others {
		return true, nil
	}
	inv, _, err := h.inventory(x)
	if err != nil {
		return false, err
	}
	return inv.RefersToVisibleOnly(inspect)
}

// containerDelete handles ContainerDelete. Podman does not remove a container that
// others depend on, and names these.
func (h *Handler) containerDelete(x *exchange) (*outcome, error) {
	id, ans, err := h.fetchKnown(x)
	if err != nil {
		return nil, err
	}
	switch {
	case ans.Status < 400:
		return answered(ans), nil
	case view.NamesOthers(ans.Body, id):
		return nil, replace(ans)
	default:
		return nil, relay(ans)
	}
}

// containerWait handles ContainerWait. Its answer holds the error of a start that
// failed, which names a hidden container that the container refers to.
func (h *Handler) containerWait(x *exchange) (*outcome, error) {
	res, err := h.known(x)
	if err != nil {
		return nil, err
	}
	inspect := res.inspect
	if inspect == nil {
		if inspect, err = h.inspectByID(x, res.id); err != nil {
			return nil, err
		}
	}
	own, err := h.refersToVisibleOnly(x, inspect, res.id)
	if err != nil {
		return nil, err
	}
	if own && !h.scrub.Concerns(x.ep.Op.ID) {
		return forwarded(res.id), nil
	}
	line := func(raw []byte) ([]byte, error) { return h.waitLine(x, raw, own) }
	return &outcome{lines: proxy.NewLineWriter(x.rw, h.upstream.Limit, nil, line), ref: res.id}, nil
}

// waitLine is what the client gets of the answer of a ContainerWait.
func (h *Handler) waitLine(x *exchange, raw []byte, own bool) ([]byte, error) {
	if !own {
		var err error
		if raw, err = view.CutWaitError(raw); err != nil {
			return nil, err
		}
	}
	return h.scrub.Answer(x.ep.Op.ID, raw)
}

// containerStats handles ContainerStats. The counters of a network that the
// container shares with a hidden one are cut.
func (h *Handler) containerStats(x *exchange) (*outcome, error) {
	res, err := h.known(x)
	if err != nil {
		return nil, err
	}
	hidden, err := h.hasHiddenNetwork(x, res)
	if err != nil {
		return nil, err
	}
	if !hidden {
		return forwarded(res.id), nil
	}
	return &outcome{lines: proxy.NewLineWriter(x.rw, h.upstream.Limit, nil, view.CutNetworks), ref: res.id}, nil
}

// hasHiddenNetwork reports whether the network of a container is that of a
// hidden one.
func (h *Handler) hasHiddenNetwork(x *exchange, res *resolution) (bool, error) {
	if res.inspect == nil {
		return res.inv.HasHiddenNetwork(res.id), nil
	}
	if others, _ := view.MayRefer(res.inspect, res.id); !others {
		return false, nil
	}
	inv, _, err := h.inventory(x)
	if err != nil {
		return false, err
	}
	return inv.InspectHasHiddenNetwork(res.inspect)
}

// errNotAsked: the list has to say what to ask for.
var errNotAsked = errors.New("not asked yet")

// containerInspect answers ContainerInspect: in one round trip where the answer
// itself is about a visible container.
func (h *Handler) containerInspect(x *exchange) (*outcome, error) {
	var ans *proxy.Answer
	err := errNotAsked
	asked := x.ep.Ref
	if engineapi.Decisive.MatchString(asked) {
		ans, err = h.fetch(x, asked)
		if c := h.found(ans, err, asked); c != nil {
			return h.shown(x, ans, c)
		}
	}
	res, listErr := h.resolvedByList(x)
	if list := proxy.Unexpected(listErr); list != nil && proxy.VersionError(listErr) == nil {
		return nil, replace(list)
	}
	if listErr != nil {
		return nil, listErr
	}
	if err == errNotAsked || res.inv.Exact(asked) == nil { //nolint:errorlint // It is this very error.
		// Or what was asked for is a hidden container of this name or short ID.
		asked = res.id
		ans, err = h.fetch(x, asked)
	}
	if err != nil {
		return nil, err
	}
	return h.inspected(x, ans, asked)
}

// inspected answers with the inspect of a container that is visible, and says
// what is wrong with it.
func (h *Handler) inspected(x *exchange, ans *proxy.Answer, ref string) (*outcome, error) {
	if ans.Status != http.StatusOK && ans.Status != http.StatusNotFound {
		return nil, replace(ans)
	}
	c, err := h.judgeInspect(ans, ref)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, notFound(ans.Header)
	}
	return h.shown(x, ans, c)
}

// shown answers with the inspect of a visible container.
func (h *Handler) shown(x *exchange, ans *proxy.Answer, c *view.Inspected) (*outcome, error) {
	others, image := view.MayRefer(ans.Body, c.Container.ID)
	if others || image || h.scrub.Concerns(x.ep.Op.ID) {
		var err error
		if ans.Body, err = h.cutInspect(x, ans.Body, others, image); err != nil {
			return nil, err
		}
	}
	return answered(ans), nil
}

// cutInspect removes from the inspect of a visible container what it says about
// hidden ones and their images, and what the scrub options name.
func (h *Handler) cutInspect(x *exchange, body []byte, others, image bool) ([]byte, error) {
	var err error
	if image {
		if body, err = view.CutImage(body); err != nil {
			return nil, err
		}
	}
	if others {
		inv, _, err := h.inventory(x)
		if err != nil {
			return nil, err
		}
		if body, err = inv.CutInspect(body); err != nil {
			return nil, err
		}
	}
	return h.scrub.Answer(x.ep.Op.ID, body)
}
