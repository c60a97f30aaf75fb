package dpf

import (
	"encoding/json"
	"errors"
	"net/http"
)

// errHidden says that an answer is about an object that the client may not
// know of.
var errHidden = errors.New("not visible")

// serveRewrite answers an operation from whose answer the entries and
// counters of hidden containers are cut.
func (f *filter) serveRewrite(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	if !f.narrowFilters(rw, req, ep) {
		return
	}
	inv, u, ok := f.usage(rw, req, ep)
	if !ok {
		return
	}
	if ep.op.id == "TaskList" && !f.narrowServices(rw, req, ep) {
		return
	}
	f.serveCut(rw, req, ep, ep.ref, func(body []byte) ([]byte, error) { return f.cut(ep.op.id, inv, u, body) })
}

// cut removes what the client may not see from the answer of an operation.
func (f *filter) cut(id string, inv *inventory, u *usage, body []byte) ([]byte, error) {
	switch id {
	case "SystemInfo":
		return u.cutInfo(body, len(inv.visible))
	case "SystemDataUsage":
		return f.cutDataUsage(inv, u, body)
	case "NetworkList", "NetworkListSlash":
		return keepElements(body, func(n []byte) ([]byte, error) { return inv.cutNetwork(u, n) })
	case "VolumeList":
		return within(body, "Volumes", func(volumes []byte) ([]byte, error) { return keepElements(volumes, u.cutVolume) })
	case "ImageList":
		return keepElements(body, u.cutImage)
	case "ServiceList":
		return keepElements(body, f.cutService)
	case "TaskList":
		return keepElements(body, func(task []byte) ([]byte, error) { return f.cutTask(inv, task) })
	}
	return nil, errors.New("no rule for the answer")
}

// serveCut forwards the request on ref and sends the answer as change leaves
// it. A change that returns errHidden makes it the answer for an object that
// does not exist.
func (f *filter) serveCut(rw http.ResponseWriter, req *http.Request, ep *endpoint, ref string, change func([]byte) ([]byte, error)) {
	ans, err := f.fetch(req, ep, ref)
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	if ans.status == http.StatusNotFound && ref != "" {
		f.notFound(rw, ep, ans.header)
		return
	}
	if ans.status != http.StatusOK {
		f.relay(rw, ep, ans)
		return
	}
	if !ans.isJSON() {
		f.fail(rw, ep, errNotJSON(ans))
		return
	}
	body, err := change(ans.body)
	if errors.Is(err, errHidden) {
		f.notFound(rw, ep, ans.header)
		return
	}
	if err == nil {
		body, err = f.scrub.answer(ep.op.id, body)
	}
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	ans.send(rw, body)
}

// usage takes the inventory and what the visible containers use. It reports
// false if it answered.
func (f *filter) usage(rw http.ResponseWriter, req *http.Request, ep *endpoint) (*inventory, *usage, bool) {
	inv, err := f.inventory(req, ep.version)
	if err != nil {
		f.fail(rw, ep, err)
		return nil, nil, false
	}
	u, err := inv.usage()
	if err != nil {
		f.fail(rw, ep, err)
		return nil, nil, false
	}
	return inv, u, true
}

// narrowFilters encodes the query parameter filters anew, with the keys that
// the operation has. It reports false if it answered.
func (f *filter) narrowFilters(rw http.ResponseWriter, req *http.Request, ep *endpoint) bool {
	value := ep.query.Get("filters")
	ep.query.Del("filters")
	if value == "" {
		return true
	}
	filters, err := parseFilters(value, ep.op.filters)
	if err != nil {
		f.refuse(rw, req, http.StatusBadRequest, ep.op.id+": "+err.Error())
		return false
	}
	if len(filters) > 0 {
		ep.query.Set("filters", encodeFilters(filters))
	}
	return true
}

// keepElements passes the elements of a list of objects through change, which
// returns errHidden for those to leave out. null stays null.
func keepElements(raw []byte, change func([]byte) ([]byte, error)) ([]byte, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return nil, err
	}
	if elements == nil {
		return raw, nil
	}
	kept := make([][]byte, 0, len(elements))
	for _, element := range elements {
		changed, err := change(element)
		if errors.Is(err, errHidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		kept = append(kept, changed)
	}
	return joinList(kept), nil
}

// replaceMembers replaces the values of some members of an object.
func replaceMembers(raw []byte, values map[string]string) ([]byte, error) {
	inner, err := members(raw)
	if err != nil {
		return nil, err
	}
	var edits []edit
	for _, m := range inner {
		if value, ok := values[m.key]; ok {
			edits = append(edits, edit{m.from, m.to, []byte(value)})
		}
	}
	return apply(raw, edits), nil
}
