package serve

import (
	"io"
	"net/http"
	"strconv"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/view"
)

// kind is what a client is told instead of an answer.
type kind int

const (
	refused  kind = iota // by the plugin, in its own words
	none                 // by the plugin, as an engine that has no such object
	absent               // the words of dockerd for an object that does not exist
	said                 // other words of dockerd
	relayed              // an error of the upstream, as it came
	replaced             // an error of the upstream, without its words
)

// failure is an error that says what the client is told. Any other error is one
// of the plugin or of the upstream, of which only the log says more.
type failure struct {
	kind    kind
	status  int
	message string
	engine  http.Header   // of an answer of dockerd, or nil
	answer  *proxy.Answer // of the upstream
}

func (e *failure) Error() string { return e.message }

// refusal is the error for a request that is not forwarded.
func refusal(status int, reason string) error {
	e := &failure{kind: refused, status: status, message: reason}
	return e
}

// notFound is the error for an object that is hidden or does not exist: the
// same for both. engine is the header of the answer that decided.
func notFound(engine http.Header) error {
	e := &failure{kind: absent, status: http.StatusNotFound, engine: engine}
	return e
}

// engineError is an error in dockerd's words.
func engineError(engine http.Header, status int, message string) error {
	e := &failure{kind: said, status: status, message: message, engine: engine}
	return e
}

// relay is the error for an error answer of the upstream whose words the client
// may read. One that is not dockerd's, such as the page of a socket proxy, is put
// into dockerd's shape.
func relay(ans *proxy.Answer) error {
	if ans.Status < 400 {
		return proxy.ErrUnexpected(ans)
	}
	e := &failure{kind: relayed, answer: ans}
	if !ans.IsJSON() {
		e.kind = replaced
	}
	return e
}

// relayShared is relay for an answer that the engine makes of more than what ref
// means: its words may name a container that it has come upon, such as one whose
// size it cannot tell.
func (h *Handler) relayShared(x *exchange, ref string, ans *proxy.Answer) error {
	if !h.policy.All && view.NamesIDs(ans.Body, ref, x.ep.Ref) {
		return replace(ans)
	}
	return relay(ans)
}

// replace is the error for an answer of the upstream whose words the client may
// not read.
func replace(ans *proxy.Answer) error {
	e := &failure{kind: replaced, answer: ans}
	return e
}

// refusedOperation is the error for an operation that the client may not use.
// docker inspect asks for a name as one kind of object after the other, and
// takes any answer but 404 for the end: what it may not ask for does not exist.
// Clients that only look for configs and secrets go on where there are none.
func refusedOperation(x *exchange, reason string) error {
	e := &failure{kind: refused, status: http.StatusForbidden, message: reason}
	switch {
	case x.ep.Op.HiddenIfRefused:
		e.kind = absent
	case x.ep.Op.EmptyIfRefused:
		e.kind = none
	}
	return e
}

// replyError answers a request that a handler did not answer. It is the one
// place that does.
func (h *Handler) replyError(x *exchange, err error) {
	if ans := proxy.VersionError(err); ans != nil {
		h.note(x, "relayed", ans.Status, "")
		ans.Send(x.rw)
		return
	}
	e, ok := err.(*failure) //nolint:errorlint // Yaegi: errors.As panics on a type of ours.
	if !ok {
		h.log.Errorf("%s: %v", x.ep.Op.ID, err)
		h.note(x, "failed", http.StatusBadGateway, err.Error())
		proxy.WriteError(x.rw, nil, http.StatusBadGateway, "dpf: "+x.ep.Op.ID+": the answer of the Docker API could not be used; the log of Traefik has the reason")
		return
	}
	switch e.kind {
	case refused:
		h.inform(x, "refused", e.status, e.message)
		proxy.WriteError(x.rw, nil, e.status, "dpf: "+e.message)
	case none:
		h.inform(x, "refused", http.StatusOK, e.message)
		ans := &proxy.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte("[]\n")}
		ans.Send(x.rw)
	case absent:
		h.inform(x, "hidden", http.StatusNotFound, "")
		writeEngineError(x.rw, x.ep.Op, e.engine, http.StatusNotFound, x.ep.Absence(e.engine))
	case said:
		h.inform(x, "answered", e.status, e.message)
		writeEngineError(x.rw, x.ep.Op, e.engine, e.status, e.message)
	case relayed:
		if h.scrub.Tells(e.answer.Body, x.ep.Ref) {
			h.log.infof("%s: the client is not told %q", x.ep.Op.ID, e.answer.Body)
			h.replaceError(x, e.answer)
			return
		}
		h.note(x, "relayed", e.answer.Status, "")
		e.answer.Send(x.rw)
	case replaced:
		h.replaceError(x, e.answer)
	}
}

// note says in the trace of a request, if it has one, what became of it.
func (h *Handler) note(x *exchange, decision string, status int, reason string) {
	if x.trace != nil {
		x.trace.set(decision, status, reason)
	}
}

// inform is note for what is logged at the level info, too.
func (h *Handler) inform(x *exchange, decision string, status int, reason string) {
	if x.trace != nil {
		x.trace.set(decision, status, reason)
		return
	}
	switch decision {
	case "refused":
		h.log.infof("refused %s %q: %s", x.req.Method, x.req.URL.Path, reason)
	case "hidden":
		h.log.infof("%s: not visible: %q", x.ep.Op.ID, x.ep.Ref)
	default:
		h.log.infof("%s: %s %d: %s", x.ep.Op.ID, decision, status, reason)
	}
}

// replaceError sends the status of an error answer on, without its words.
func (h *Handler) replaceError(x *exchange, ans *proxy.Answer) {
	status := ans.Status
	if status < 400 {
		status = http.StatusBadGateway
	}
	if ans.Status >= 500 && !ans.IsJSON() {
		// Not the engine's: the socket proxy is down, or does not reach it.
		h.log.Errorf("%s: the upstream answered %d", x.ep.Op.ID, ans.Status)
		h.note(x, "failed", status, "the upstream answered "+strconv.Itoa(ans.Status))
	} else {
		h.inform(x, "failed", status, "the upstream answered "+strconv.Itoa(ans.Status))
	}
	proxy.WriteError(x.rw, ans.Header, status, "dpf: "+x.ep.Op.ID+": the upstream answered "+strconv.Itoa(ans.Status)+" "+http.StatusText(ans.Status))
}

// writeEngineError answers with an error of dockerd in the shape that it has
// for the operation.
func writeEngineError(rw http.ResponseWriter, op *engineapi.Operation, engine http.Header, status int, message string) {
	if !op.TextErrors {
		proxy.WriteError(rw, engine, status, message)
		return
	}
	// Docker: attach takes the connection over before it looks for the
	// container and writes its error as text, without a length. A flush would
	// hide the length, too, but make it an answer of 200 behind a middleware that
	// holds the error back to try again.
	header := rw.Header()
	header.Set("Content-Type", "application/vnd.docker.raw-stream")
	header.Set("Transfer-Encoding", "chunked")
	rw.WriteHeader(status)
	io.WriteString(rw, message+"\r\n")
}

// RefuseAll returns the handler of a configuration that is not valid: it answers
// every request with 503 and the message.
func RefuseAll(log *Logger, message string) http.Handler {
	return &refuseAll{log: log, message: message}
}

type refuseAll struct {
	log     *Logger
	message string
}

func (r *refuseAll) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	refuseUnread(rw, req, r.log, http.StatusServiceUnavailable, r.message)
}

// refuseUnread refuses a request before any handler has it.
func refuseUnread(rw http.ResponseWriter, req *http.Request, log *Logger, status int, reason string) {
	if log.debugs() {
		t := newTrace(req)
		t.set("refused", status, reason)
		ep, _ := engineapi.Route(req)
		log.debugf("%s", t.line(ep))
	} else {
		log.infof("refused %s %q: %s", req.Method, req.URL.Path, reason)
	}
	proxy.WriteError(rw, nil, status, "dpf: "+reason)
}
