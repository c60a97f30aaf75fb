package serve

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
)

// trace is what the log says of one request at the level debug.
type trace struct {
	begin    time.Time
	request  string // as the client sent it, without the query
	decision string
	status   int // 0: none was seen
	reason   string
}

// newTrace begins the trace of a request.
func newTrace(req *http.Request) *trace {
	return &trace{begin: time.Now(), request: req.Method + " " + req.URL.Path, decision: "failed"}
}

// set says what became of the request.
func (t *trace) set(decision string, status int, reason string) {
	t.decision = decision
	t.status = status
	t.reason = reason
}

// answered is set for an answer that was held back and judged.
func (t *trace) answered(ans *proxy.Answer) { t.set("filtered", ans.Status, "") }

// line is the line of the log for a request about ep, which may be nil.
func (t *trace) line(ep *engineapi.Endpoint) string {
	operation, reference, status := "-", "", "-"
	if ep != nil && ep.Op != nil {
		operation = ep.Op.ID
		reference = ep.Ref
	}
	if t.status != 0 {
		status = strconv.Itoa(t.status)
	}
	line := fmt.Sprintf("operation=%s reference=%q decision=%s status=%s ms=%d request=%q", operation, reference, t.decision, status, time.Since(t.begin).Milliseconds(), t.request)
	if t.reason != "" {
		line += fmt.Sprintf(" reason=%q", t.reason)
	}
	return line
}

// logTrace writes the line of a request when it ends.
func (h *Handler) logTrace(x *exchange) {
	h.log.debugf("%s", x.trace.line(x.ep))
}

// passTraced hands a request to the router's service. The answer goes through a
// writer that sees its status, but for that of an upgraded connection, which
// needs the writer of Traefik.
func (h *Handler) passTraced(x *exchange, req *http.Request) {
	x.trace.set("forwarded", 0, "")
	if req.Header.Get("Upgrade") != "" {
		x.trace.reason = "an upgraded connection, of which only Traefik's access log has the status"
		h.next.ServeHTTP(x.rw, req)
		return
	}
	w := proxy.NewStatusWriter(x.rw)
	// A connection that breaks off ends in a panic.
	defer func() { x.trace.status = w.Status() }()
	h.next.ServeHTTP(w, req)
}
