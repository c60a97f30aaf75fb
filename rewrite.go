package dpf

import (
	"bytes"
	"errors"
	"net/http"
)

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
	if ep.op.id == "ImageList" {
		u.references = f.references(ep)
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
		return eachElement(body, func(n []byte) ([]byte, error) { return inv.cutNetwork(u, n) })
	case "VolumeList":
		return within(body, "Volumes", func(volumes []byte) ([]byte, error) { return eachElement(volumes, u.cutVolume) })
	case "ImageList":
		return eachElement(body, u.cutListedImage)
	case "ServiceList":
		return eachElement(body, f.cutService)
	case "TaskList":
		return eachElement(body, func(task []byte) ([]byte, error) { return f.cutTask(inv, task) })
	}
	return nil, errors.New("no rule for the answer")
}

// unchanged is the change of an answer that is only scrubbed.
func unchanged(body []byte) ([]byte, error) { return body, nil }

// serveCut forwards the request on ref and sends the answer as change leaves
// it. A change that returns errHidden makes it the answer for an object that
// does not exist.
func (f *filter) serveCut(rw http.ResponseWriter, req *http.Request, ep *endpoint, ref string, change func([]byte) ([]byte, error)) {
	ans, err := f.fetch(req, ep, ref, nil)
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	if ans.status == http.StatusNotFound && ref != "" && !f.policy.all {
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
		body, err = f.scrub.answer(ep.op.id, endLine(body))
	}
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	ans.send(rw, body)
}

// endLine ends a body with the newline that dockerd's encoder writes.
func endLine(body []byte) []byte {
	if bytes.HasSuffix(body, []byte{'\n'}) {
		return body
	}
	return append(body[:len(body):len(body)], '\n')
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
	if ep.query.Get("filters") == "" {
		ep.query.Del("filters")
		return true
	}
	filters, err := f.filters(ep)
	if err != nil {
		f.refuse(rw, req, http.StatusBadRequest, err.Error())
		return false
	}
	ep.query.Del("filters")
	if len(filters) > 0 {
		ep.query.Set("filters", encodeFilters(filters))
	}
	return true
}
