package serve

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/rawjson"
	"github.com/docker-proxy-filter/dpf/internal/view"
)

// containerList answers ContainerList with the visible containers.
func (h *Handler) containerList(x *exchange) (*outcome, error) {
	limit := 0
	if len(x.ep.Query) > 0 {
		var err error
		if limit, err = h.narrowList(x); err != nil {
			return nil, err
		}
	} else if h.listFilters != "" {
		x.ep.Query = url.Values{"filters": {h.listFilters}}
	}
	ans, err := h.fetchList(x)
	if err != nil {
		return nil, err
	}
	if ans.Status != http.StatusOK {
		// dockerd's words are about the query, which holds no reference to a
		// hidden container by now, or about the size of any container.
		return nil, h.relayShared(x, "", ans)
	}
	if ans.Body, err = h.listed(x, ans, limit); err != nil {
		return nil, err
	}
	return answered(ans), nil
}

// narrowList makes the query one about visible containers and returns the
// limit.
func (h *Handler) narrowList(x *exchange) (int, error) {
	limit, err := takeLimit(x.ep)
	if err != nil {
		// dockerd reads the limit with the same call.
		return 0, h.engineRefusal(x, x.ep.Op.Path, url.Values{"limit": {x.ep.Sent.Get("limit")}}, err.Error())
	}
	return limit, h.narrowContainers(x)
}

// takeLimit takes the limit off the query: applied by dockerd, before the
// filter, it would return too few and tell how many hidden containers are
// newer. A limit implies that stopped containers are listed, too.
func takeLimit(ep *engineapi.Endpoint) (int, error) {
	value := ep.Query.Get("limit")
	ep.Query.Del("limit")
	if value == "" {
		return 0, nil
	}
	limit, err := strconv.Atoi(value)
	if err != nil {
		return 0, fmt.Errorf("ContainerList: limit: %q is not a number", value)
	}
	if limit > 0 {
		ep.Query.Set("all", "1")
	}
	return limit, nil
}

// listed keeps the elements of the visible containers, their bytes unchanged,
// and of these the first limit if limit is positive.
func (h *Handler) listed(x *exchange, ans *proxy.Answer, limit int) ([]byte, error) {
	if !ans.IsJSON() {
		return nil, proxy.ErrNotJSON(ans)
	}
	elements, err := view.Summaries(h.policy, ans.Body)
	if err != nil {
		return nil, err
	}
	if limit > 0 && len(elements) > limit {
		elements = elements[:limit]
	}
	body, unclear := join(elements)
	if others, image := view.MayRefer(body, ""); unclear || others || image {
		if body, err = h.cutList(x, elements, unclear || others); err != nil {
			return nil, err
		}
	}
	body = append(body, '\n')
	if !h.scrub.Concerns(x.ep.Op.ID) {
		return body, nil
	}
	return h.scrub.Answer(x.ep.Op.ID, body)
}

// cutList makes a list of elements without what they say about hidden
// containers and their images.
func (h *Handler) cutList(x *exchange, elements []view.Summary, others bool) ([]byte, error) {
	if !others {
		body, _ := join(elements)
		return view.CutImage(body)
	}
	inv, _, err := h.inventory(x)
	if err != nil {
		return nil, err
	}
	if err := inv.CutReferences(elements); err != nil {
		return nil, err
	}
	body, _ := join(elements)
	return body, nil
}

// join makes a list of elements, and reports whether one has a name beside its
// own, or addresses of which nobody knows whose they are.
func join(elements []view.Summary) (body []byte, unclear bool) {
	kept := make([][]byte, len(elements))
	for i := range elements {
		kept[i] = elements[i].Raw
		unclear = unclear || elements[i].Aliased || elements[i].Unplaced
	}
	return rawjson.JoinList(kept), unclear
}

// narrowContainers replaces the references in the query parameter filters by
// full IDs of visible containers.
func (h *Handler) narrowContainers(x *exchange) error {
	filters, err := h.filters(x)
	if err != nil {
		return err
	}
	if filters == nil {
		if h.listFilters != "" {
			x.ep.Query.Set("filters", h.listFilters)
		}
		return nil
	}
	if len(filters["id"])+len(filters["before"])+len(filters["since"])+len(filters["ancestor"]) > 0 {
		v, err := h.visible(x)
		if err != nil {
			return err
		}
		resolveAncestors(v.usage, filters["ancestor"])
		if err := resolveContainers(v, filters); err != nil {
			return err
		}
	}
	addEngineFilters(filters, h.policy.EngineFilters)
	x.putFilters(filters)
	return nil
}

// addEngineFilters adds the filters of the policy to those of the client. A
// container must have all of the labels; of the names one is enough, so that
// names of the policy would bring back what the client did not ask for.
func addEngineFilters(filters, engine map[string][]string) {
	filters["label"] = append(filters["label"], engine["label"]...)
	if len(filters["label"]) == 0 {
		delete(filters, "label")
	}
	if len(filters["name"]) == 0 && len(engine["name"]) > 0 {
		filters["name"] = engine["name"]
	}
}

// resolveContainers resolves the values of id, before and since among the
// visible containers.
func resolveContainers(v *visible, filters map[string][]string) error {
	for i, ref := range filters["id"] {
		filters["id"][i] = engineapi.UnknownID
		if res := v.inv.Resolve(ref); res.ID != "" && strings.HasPrefix(res.ID, ref) {
			filters["id"][i] = res.ID
		}
	}
	for _, key := range []string{"before", "since"} {
		for i, ref := range filters[key] {
			c := v.inv.Exact(ref)
			if c == nil {
				status, message := engineapi.UnknownFilter(v.engine, ref)
				return engineError(v.engine, status, message)
			}
			filters[key][i] = c.Container.ID
		}
	}
	return nil
}

// resolveAncestors resolves images among those that visible containers use: a
// name that only hidden ones use, of an image that visible ones use, too, would
// list them.
func resolveAncestors(usage *view.Usage, images []string) {
	for i, name := range images {
		image, _ := usage.ResolveImage(name)
		if image == "" {
			image = engineapi.UnknownID
		}
		images[i] = image
	}
}
