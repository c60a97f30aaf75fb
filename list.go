package dpf

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// serveList answers ContainerList with the visible containers.
func (f *filter) serveList(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	limit, err := takeLimit(ep)
	if err != nil {
		f.refuse(rw, req, http.StatusBadRequest, err.Error())
		return
	}
	if !f.rewriteFilters(rw, req, ep) {
		return
	}
	ans, err := f.fetch(req, ep, "")
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	if ans.status != http.StatusOK {
		// dockerd's words are about the query, which holds no reference to a
		// hidden container by now.
		f.relay(rw, ep, ans)
		return
	}
	body, err := f.filterList(req, ep, ans, limit)
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	ans.send(rw, body)
}

// takeLimit takes the limit off the query: applied by dockerd, before the
// filter, it would return too few and tell how many hidden containers are
// newer. A limit implies that stopped containers are listed, too.
func takeLimit(ep *endpoint) (int, error) {
	value := ep.query.Get("limit")
	ep.query.Del("limit")
	if value == "" {
		return 0, nil
	}
	limit, err := strconv.Atoi(value)
	if err != nil {
		return 0, fmt.Errorf("ContainerList: limit: %q is not a number", value)
	}
	if limit > 0 {
		ep.query.Set("all", "1")
	}
	return limit, nil
}

// filterList keeps the elements of the visible containers, their bytes
// unchanged, and of these the first limit if limit is positive.
func (f *filter) filterList(req *http.Request, ep *endpoint, ans *answer, limit int) ([]byte, error) {
	elements, err := f.visibleElements(ans)
	if err != nil {
		return nil, err
	}
	if limit > 0 && len(elements) > limit {
		elements = elements[:limit]
	}
	var inv *inventory
	kept := make([][]byte, 0, len(elements))
	for _, element := range elements {
		raw := element.raw
		if element.aliased || mayRefer(raw) {
			if inv == nil {
				if inv, err = f.inventory(req, ep.version); err != nil {
					return nil, err
				}
			}
			if raw, err = inv.cutSummary(raw); err != nil {
				return nil, err
			}
		}
		kept = append(kept, raw)
	}
	return f.scrub.answer(ep.op.id, append(joinList(kept), '\n'))
}

// summary is an element of the list.
type summary struct {
	container
	raw     []byte
	aliased bool // it has names beside the primary one
}

// visibleElements returns the elements of the visible containers.
func (f *filter) visibleElements(ans *answer) ([]summary, error) {
	if !ans.isJSON() {
		return nil, errNotJSON(ans)
	}
	if elements, ok := candidates(ans.body, f.policy.needles); ok {
		if visible, err := f.judgeElements(elements); err == nil {
			return visible, nil
		}
		// Not of the form that the candidates were cut by.
	}
	elements, err := splitList(ans)
	if err != nil {
		return nil, err
	}
	return f.judgeElements(elements)
}

// judgeElements returns the visible ones.
func (f *filter) judgeElements(elements [][]byte) ([]summary, error) {
	var visible []summary
	for _, element := range elements {
		s, err := summarized(element)
		if err != nil {
			return nil, err
		}
		if f.policy.visible(&s.container) {
			visible = append(visible, *s)
		}
	}
	return visible, nil
}

// splitList returns the elements of a JSON array of objects.
func splitList(ans *answer) ([][]byte, error) {
	var raw []json.RawMessage
	if err := ans.decode(&raw); err != nil {
		return nil, err
	}
	if raw == nil {
		return nil, errors.New("the answer is not a list")
	}
	elements := make([][]byte, len(raw))
	for i := range raw {
		elements[i] = raw[i]
	}
	return elements, nil
}

// summarized reads a ContainerSummary.
func summarized(element []byte) (*summary, error) {
	var body struct {
		Id         string //nolint:revive // The name of the field in the API.
		Names      []string
		Labels     map[string]string
		HostConfig struct {
			NetworkMode string
		}
	}
	if err := json.Unmarshal(element, &body); err != nil {
		return nil, err
	}
	if !fullID.MatchString(body.Id) {
		return nil, errors.New("an element of the list has no container ID")
	}
	s := &summary{raw: element, aliased: len(body.Names) > 1}
	s.ID = body.Id
	s.Name = primaryName(body.Names)
	s.Labels = body.Labels
	s.networkMode = body.HostConfig.NetworkMode
	return s, nil
}

// rewriteFilters replaces the references in the query parameter filters by
// full IDs of visible containers. It reports false if it answered.
func (f *filter) rewriteFilters(rw http.ResponseWriter, req *http.Request, ep *endpoint) bool {
	value := ep.query.Get("filters")
	if value == "" {
		ep.query.Del("filters")
		return true
	}
	filters, err := f.filters(ep)
	if err != nil {
		f.refuse(rw, req, http.StatusBadRequest, err.Error())
		return false
	}
	if len(filters["id"])+len(filters["before"])+len(filters["since"])+len(filters["ancestor"]) > 0 {
		inv, u, ok := f.usage(rw, req, ep)
		if !ok {
			return false
		}
		u.rewriteAncestors(filters["ancestor"])
		if unknown, ok := inv.rewriteFilters(filters); !ok {
			unknownFilter(rw, inv.engine, unknown)
			return false
		}
	}
	ep.query.Set("filters", encodeFilters(filters))
	return true
}

// rewriteFilters resolves the values of id, before and since. If a value of
// before or since is no visible container it returns that value and false.
func (inv *inventory) rewriteFilters(filters map[string][]string) (unknown string, ok bool) {
	for i, ref := range filters["id"] {
		filters["id"][i] = unknownID
		if res := inv.resolve(ref); res.id != "" && strings.HasPrefix(res.id, ref) {
			filters["id"][i] = res.id
		}
	}
	for _, key := range []string{"before", "since"} {
		for i, ref := range filters[key] {
			c := inv.exact(ref)
			if c == nil {
				return ref, false
			}
			filters[key][i] = c.ID
		}
	}
	return "", true
}

// rewriteAncestors resolves images among those that visible containers use: a
// name that only hidden ones use, of an image that visible ones use, too, would
// list them.
func (u *usage) rewriteAncestors(images []string) {
	for i, name := range images {
		if images[i] = u.resolveImage(name); images[i] == "" {
			images[i] = unknownID
		}
	}
}

// unknownFilter answers as dockerd does for before and since with a container
// that does not exist.
func unknownFilter(rw http.ResponseWriter, engine http.Header, ref string) {
	if apiAtLeast(engine, 43) {
		writeError(rw, engine, http.StatusNotFound, "No such container: "+ref)
		return
	}
	writeError(rw, engine, http.StatusInternalServerError, "no such container "+ref)
}
