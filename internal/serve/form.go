package serve

import (
	"mime"
	"net/http"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
)

// maxForm bounds a form body, in bytes: it becomes the query.
const maxForm = 64 << 10

// takeForm moves the parameters of a form body to the endpoint, where all that is
// decided about a query is decided about them. dockerd reads a form before the
// query: one that is dropped would let a kill send another signal than the
// client asked for.
func takeForm(x *exchange) error {
	op := x.ep.Op
	if op.MaxBody > 0 && (x.req.ContentLength > int64(op.MaxBody) || x.req.ContentLength < 0) {
		return engineError(nil, http.StatusBadRequest, engineapi.StartBody)
	}
	if op.Action == engineapi.Refuse || op.Body == engineapi.StreamBody {
		return nil
	}
	kind, _, _ := mime.ParseMediaType(x.req.Header.Get("Content-Type"))
	switch {
	case kind == "multipart/form-data":
	case kind == "application/x-www-form-urlencoded" && (x.req.Method == http.MethodPost || x.req.Method == http.MethodPut):
	default:
		return nil
	}
	raw, err := readRaw(x.req, op, maxForm)
	if err != nil {
		return err
	}
	proxy.DropBody(x.req)
	if len(raw) == 0 {
		return nil
	}
	if op.Body != engineapi.NoBody || kind == "multipart/form-data" {
		return refusal(http.StatusBadRequest, op.ID+" with a body of the type "+kind+" is refused: what it says cannot be forwarded")
	}
	if err := x.ep.AddForm(string(raw), x.req.URL.RawQuery); err != nil {
		return refusal(http.StatusBadRequest, err.Error())
	}
	return nil
}
