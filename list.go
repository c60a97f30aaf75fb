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
	limit := 0
	if len(ep.query) > 0 {
		ok := false
		if limit, ok = f.narrowList(rw, req, ep); !ok {
			return
		}
	}
	ans, err := f.fetch(req, ep, "", newSieve(f.policy.needles))
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

// narrowList makes the query one about visible containers and returns the
// limit. It reports false if it answered.
func (f *filter) narrowList(rw http.ResponseWriter, req *http.Request, ep *endpoint) (int, bool) {
	limit, err := takeLimit(ep)
	if err != nil {
		f.refuse(rw, req, http.StatusBadRequest, err.Error())
		return 0, false
	}
	return limit, f.rewriteFilters(rw, req, ep)
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
	kept := make([][]byte, len(elements))
	aliased := false
	for i := range elements {
		kept[i] = elements[i].raw
		aliased = aliased || elements[i].aliased
	}
	body := joinList(kept)
	if aliased || mayRefer(body) {
		if err := f.cutReferences(req, ep, elements, kept); err != nil {
			return nil, err
		}
		body = joinList(kept)
	}
	body = append(body, '\n')
	if f.scrub.answers[ep.op.id] == nil {
		return body, nil
	}
	return f.scrub.answer(ep.op.id, body)
}

// cutReferences removes hidden containers from kept, the elements.
func (f *filter) cutReferences(req *http.Request, ep *endpoint, elements []summary, kept [][]byte) error {
	inv, err := f.inventory(req, ep.version)
	if err != nil {
		return err
	}
	for i := range elements {
		if !elements[i].aliased && !mayRefer(kept[i]) {
			continue
		}
		if kept[i], err = inv.cutSummary(kept[i]); err != nil {
			return err
		}
	}
	return nil
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
		bodies, err := decodeSummaries(joinList(elements))
		if err == nil && standAlone(elements, bodies) {
			return f.judge(elements, bodies), nil
		}
		// Not of the form that the candidates were cut by.
	}
	elements, err := splitList(ans)
	if err != nil {
		return nil, err
	}
	bodies, err := summaries(ans.body)
	if err != nil {
		return nil, err
	}
	return f.judge(elements, bodies), nil
}

// judge returns the visible ones of the elements, whose decoded forms are
// bodies.
func (f *filter) judge(elements [][]byte, bodies []summaryBody) []summary {
	visible := make([]summary, 0, len(bodies))
	for i := range bodies {
		b := &bodies[i]
		c := container{ID: b.Id, Labels: b.Labels, networkMode: b.HostConfig.NetworkMode}
		if len(b.Names) == 1 && strings.LastIndexByte(b.Names[0], '/') == 0 {
			c.Name = b.Names[0][1:] // Yaegi: a call costs more than all of it.
		} else {
			c.Name = primaryName(b.Names)
		}
		if f.policy.visible(&c) {
			visible = append(visible, summary{container: c, raw: elements[i], aliased: len(b.Names) > 1})
		}
	}
	return visible
}

// splitList returns the elements of a JSON array of objects.
func splitList(ans *answer) ([][]byte, error) {
	var raw []json.RawMessage
	if err := ans.decode(&raw); err != nil {
		return nil, err
	}
	elements := make([][]byte, len(raw))
	for i := range raw {
		elements[i] = raw[i]
	}
	return elements, nil
}

// summaryBody is the part of a ContainerSummary that is read.
type summaryBody struct {
	Id         string //nolint:revive // The name of the field in the API.
	Names      []string
	Labels     map[string]string
	HostConfig struct {
		NetworkMode string
	}
}

// summaries reads the elements of a list.
func summaries(list []byte) ([]summaryBody, error) {
	bodies, err := decodeSummaries(list)
	if err != nil {
		return nil, err
	}
	for i := range bodies {
		if !fullID.MatchString(bodies[i].Id) {
			return nil, errors.New("an element of the list has no container ID")
		}
	}
	return bodies, nil
}

// decodeSummaries is summaries without a look at the IDs.
// Yaegi: one call that decodes them all costs a tenth of a call for each.
func decodeSummaries(list []byte) ([]summaryBody, error) {
	var bodies []summaryBody
	if err := json.Unmarshal(list, &bodies); err != nil {
		return nil, err
	}
	if bodies == nil {
		return nil, errors.New("the answer is not a list")
	}
	return bodies, nil
}

// container is what the policy judges.
func (b *summaryBody) container() container {
	return container{ID: b.Id, Name: primaryName(b.Names), Labels: b.Labels, networkMode: b.HostConfig.NetworkMode}
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
