package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/view"
)

// forward hands the request to the router's service as the endpoint describes
// it, with ref in the place of the client's reference and the response writer
// untouched. Yaegi: a writer of ours would lose Flush, and with it streams and
// hijacked connections.
func (h *Handler) forward(x *exchange, ref string) error {
	if err := h.rebuild(x.req, x.ep, ref); err != nil {
		return err
	}
	return h.pass(x, x.req)
}

// pass hands req to the router's service. Where its errors may quote what is
// scrubbed they are held back, and the rest passes through a writer of ours; but
// no connection can be taken over through one.
func (h *Handler) pass(x *exchange, req *http.Request) error {
	untouched := !h.scrub.GuardsErrors || req.Method == http.MethodHead
	if !untouched {
		var err error
		if untouched, err = takesOver(x.ep.Op, req); err != nil {
			return err
		}
	}
	if untouched {
		return h.handOver(x, req, func(req *http.Request) error { return h.serveNext(x, req) })
	}
	w := proxy.NewErrorWriter(x.rw, h.upstream.Limit)
	_ = h.handOver(x, req, func(req *http.Request) error {
		h.next.ServeHTTP(w, req)
		return nil
	})
	h.note(x, "forwarded", w.Status(), "")
	ans, err := w.Held()
	if err != nil {
		return err
	}
	if ans != nil {
		return relay(ans)
	}
	return nil
}

// takesOver reports whether the client takes the connection over. An exec
// instance that is started detached answers, whatever upgrade is asked for.
func takesOver(op *engineapi.Operation, req *http.Request) (bool, error) {
	if !op.Tunnels() || req.Header.Get("Upgrade") == "" {
		return false, nil
	}
	if op.Body != engineapi.ExecStartBody {
		return true, nil
	}
	raw, err := readBody(req, op)
	if err != nil {
		return false, err
	}
	if len(raw) == 0 {
		proxy.DropBody(req)
		return true, nil
	}
	proxy.SetJSON(req, raw)
	var start struct{ Detach bool }
	if err := json.Unmarshal(raw, &start); err == nil && !start.Detach {
		return true, nil
	}
	proxy.SetUpgrade(req, "")
	return false, nil
}

// serveNext hands a request to the router's service, and the answer to the client
// untouched but for what the log has to see.
func (h *Handler) serveNext(x *exchange, req *http.Request) error {
	if x.trace != nil {
		h.passTraced(x, req)
		return nil
	}
	h.next.ServeHTTP(x.rw, req)
	return nil
}

// forwardAsIs forwards an operation with query, body and connection as they
// come, where nothing is hidden or where insecureAllowOperations says so. The
// path is still the one that was judged, and what the scrub options forbid to
// ask for is left out.
func (h *Handler) forwardAsIs(x *exchange) error {
	h.retarget(x)
	return h.pass(x, x.req)
}

// retarget sets the path and query of what is forwarded as it comes.
func (h *Handler) retarget(x *exchange) {
	h.dropParameters(x.ep.Sent)
	proxy.SetTarget(x.req, x.ep.Path(x.ep.Ref), x.ep.Sent.Encode())
}

// leastStream is how long a stream lasts at least: Traefik may still be on its way
// to the next configuration when this one ends, and what is asked for meanwhile
// must not fail for it.
const leastStream = 3 * time.Second

// handOver hands a request to the router's service until it is answered or the
// policy is in force no more; serve does it. Traefik's proxy obeys the context: it
// breaks the answer off, and closes a connection that was upgraded. A brief one
// is not worth breaking off.
func (h *Handler) handOver(x *exchange, req *http.Request, serve func(req *http.Request) error) error {
	if x.ep.Brief() {
		return serve(req)
	}
	ctx, cancel := context.WithCancel(req.Context())
	begun := time.Now()
	stop := context.AfterFunc(h.inForce, func() {
		defer func() { _ = recover() }() // A panic in a goroutine would end Traefik.
		time.AfterFunc(leastStream-time.Since(begun), cancel)
	})
	defer func() {
		stop()
		cancel()
	}()
	return serve(req.WithContext(ctx))
}

// fetch is forward with the answer held back.
func (h *Handler) fetch(x *exchange, ref string) (*proxy.Answer, error) {
	if err := h.rebuild(x.req, x.ep, ref); err != nil {
		return nil, err
	}
	return h.upstream.Fetch(x.req, 0, nil)
}

// fetchAsIs is forwardAsIs with the answer held back.
func (h *Handler) fetchAsIs(x *exchange) (*proxy.Answer, error) {
	h.retarget(x)
	proxy.SetUpgrade(x.req, "")
	return h.upstream.Fetch(x.req, 0, nil)
}

// fetchList is fetch for ContainerList, less elements that no client of the
// policy would see.
func (h *Handler) fetchList(x *exchange) (*proxy.Answer, error) {
	if len(h.policy.Needles) == 0 {
		return h.fetch(x, "")
	}
	if err := h.rebuild(x.req, x.ep, ""); err != nil {
		return nil, err
	}
	sieve := view.NewSieve(h.policy.Needles, view.SieveBlock)
	return h.upstream.Fetch(x.req, view.SieveBlock, func(body []byte) (length, next int) { return sieve.Thin(body) })
}

// stream is forward with the answer passed through lines.
func (h *Handler) stream(x *exchange, out *outcome) error {
	if out.asIs {
		h.retarget(x)
		proxy.SetUpgrade(x.req, "")
	} else if err := h.rebuild(x.req, x.ep, out.ref); err != nil {
		return err
	}
	if x.trace != nil {
		defer func() { x.trace.set("filtered", out.lines.Status(), "") }()
	}
	// An error has begun after the answer: its end tells the client.
	_ = h.handOver(x, x.req, func(req *http.Request) error { return h.upstream.Stream(req, out.lines) })
	ans, err := out.lines.Held()
	if err != nil {
		return err
	}
	if ans != nil {
		return h.relayShared(x, out.ref, ans)
	}
	return nil
}

// rebuild makes req the request that the endpoint describes and nothing else:
// path, query, body and connection headers are built anew from what was
// understood.
func (h *Handler) rebuild(req *http.Request, ep *engineapi.Endpoint, ref string) error {
	query := ""
	if len(ep.Query) > 0 {
		if h.scrub.DropsDetails || ep.Op.Has("ps_args") {
			h.dropParameters(ep.Query)
		}
		query = ep.Query.Encode()
	}
	// Yaegi: ep.Path, without the call.
	proxy.SetTarget(req, ep.Version+strings.Replace(ep.Op.Path, "{}", ref, 1), query)
	if ep.Op.Body == engineapi.NoBody && ep.Op.Upgrade == "" {
		proxy.Bare(req, proxy.BareHeaders)
		return nil
	}
	return rebuildRest(req, ep.Op)
}

// rebuildRest makes anew the connection headers and the body.
func rebuildRest(req *http.Request, op *engineapi.Operation) error {
	proxy.SetUpgrade(req, op.Upgrade)
	switch op.Body {
	case engineapi.NoBody:
		proxy.DropBody(req)
		return nil
	case engineapi.StreamBody:
		if op.ContentType != "" {
			req.Header.Set("Content-Type", op.ContentType)
		}
		return nil
	case engineapi.ExecBody, engineapi.ExecStartBody, engineapi.UpdateBody, engineapi.CommitBody, engineapi.ConnectBody:
		return rebuildBody(req, op)
	default:
		return refusal(http.StatusForbidden, op.ID+" is refused: nobody knows its request body")
	}
}

// rebuildBody replaces a JSON body by the encoding of what was understood of
// it. Keys fold and repeat in JSON: what is judged and what is sent must be
// the same.
func rebuildBody(req *http.Request, op *engineapi.Operation) error {
	raw, err := readBody(req, op)
	if err != nil {
		return err
	}
	if len(raw) == 0 {
		proxy.DropBody(req)
		return nil
	}
	body, err := engineapi.Reencode(op.Body, raw)
	if errors.Is(err, engineapi.ErrPrivileged) {
		return refusal(http.StatusForbidden, op.ID+" is refused: "+err.Error())
	}
	if err != nil {
		return refusal(http.StatusBadRequest, op.ID+": the request body is not valid: "+err.Error())
	}
	if err := op.CheckBody(raw); err != nil {
		return refusal(http.StatusBadRequest, err.Error())
	}
	proxy.SetJSON(req, body)
	return nil
}

// readBody reads a JSON request body, of engineapi.MaxBody bytes at most. One that
// says that it is something else is refused, as by dockerd.
func readBody(req *http.Request, op *engineapi.Operation) ([]byte, error) {
	raw, err := readRaw(req, op, engineapi.MaxBody)
	if err != nil {
		return nil, err
	}
	raw = bytes.TrimSpace(raw)
	kind, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if len(raw) > 0 && kind != "" && kind != "application/json" {
		return nil, refusal(http.StatusBadRequest, op.ID+": the Content-Type of the request body is "+kind+", and has to be application/json")
	}
	return raw, nil
}

// readRaw reads a request body of at most limit bytes.
func readRaw(req *http.Request, op *engineapi.Operation, limit int) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(req.Body, int64(limit)+1))
	if err != nil {
		return nil, refusal(http.StatusBadRequest, op.ID+": the request body cannot be read")
	}
	if len(raw) > limit {
		return nil, refusal(http.StatusRequestEntityTooLarge, fmt.Sprintf("%s: the request body is larger than %d bytes", op.ID, limit))
	}
	return raw, nil
}

// harmlessPsArgs are the values of ps_args that are forwarded. dockerd runs
// the ps of the host with it: by any pattern wider than a list of exact values
// a client reads the environment of any process, hidden containers included.
var harmlessPsArgs = map[string]bool{"-ef": true, "aux": true, "-aux": true, "ax": true}

// dropParameters removes from the query what the client may not ask for.
func (h *Handler) dropParameters(query url.Values) {
	if !harmlessPsArgs[query.Get("ps_args")] {
		delete(query, "ps_args")
	}
	if h.scrub.DropsDetails {
		delete(query, "details")
	}
}
