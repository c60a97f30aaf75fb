package dpf

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// forward hands the request to the router's service as the endpoint
// describes it, with the response writer untouched. Yaegi: a writer of ours
// would lose Flush, and with it streams and hijacked connections.
func (f *filter) forward(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	f.forwardTo(rw, req, ep, ep.ref)
}

// forwardTo is forward, with ref in the place of the client's reference.
func (f *filter) forwardTo(rw http.ResponseWriter, req *http.Request, ep *endpoint, ref string) {
	if status, err := f.rewrite(req, ep, ref); err != nil {
		f.refuse(rw, req, status, err.Error())
		return
	}
	if f.log.level >= levelDebug {
		f.logForwarded(req, ep)
	}
	f.next.ServeHTTP(rw, req)
}

func (f *filter) logForwarded(req *http.Request, ep *endpoint) {
	f.log.debugf("%s: forwarded as %s %q", ep.op.id, req.Method, req.RequestURI)
}

// forwardAsIs forwards an operation with query, body and connection as they
// come, where nothing is hidden or where insecureAllowOperations says so. The
// path is still the one that was judged, and what the scrub options forbid to
// ask for is left out.
func (f *filter) forwardAsIs(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	f.dropParameters(ep.sent)
	setTarget(req, ep.path(ep.ref), ep.sent.Encode())
	if f.log.level >= levelDebug {
		f.logForwarded(req, ep)
	}
	f.next.ServeHTTP(rw, req)
}

// fetch is forwardTo with the answer held back, or what the sieve leaves of it.
func (f *filter) fetch(req *http.Request, ep *endpoint, ref string, s *sieve) (*answer, error) {
	if _, err := f.rewrite(req, ep, ref); err != nil {
		return nil, err
	}
	strip(req.Header, answerHeaders)
	w := &captureWriter{header: http.Header{}, limit: f.upstream.limit, sieve: s}
	return w.record(f.next, req)
}

// rewrite makes req the request that the endpoint describes and nothing else:
// path, query, body and connection headers are built anew from what was
// understood. The status says how to answer the error.
func (f *filter) rewrite(req *http.Request, ep *endpoint, ref string) (status int, err error) {
	query := ""
	if len(ep.query) > 0 {
		if ep.op.parameters["ps_args"] || f.scrub.dropsDetails {
			f.dropParameters(ep.query)
		}
		query = ep.query.Encode()
	}
	// Yaegi: ep.path, without the call.
	setTarget(req, ep.version+strings.Replace(ep.op.path, "{}", ref, 1), query)
	if ep.op.body == noBody && !ep.op.hijack {
		bare(req, bareHeaders)
		return 0, nil
	}
	return rewriteRest(req, ep)
}

// rewriteRest makes anew the connection headers and the body.
func rewriteRest(req *http.Request, ep *endpoint) (status int, err error) {
	setConnection(req, ep.op)
	switch ep.op.body {
	case streamBody:
		if ep.op.id == "PutContainerArchive" {
			// dockerd reads a form body before the query.
			req.Header.Set("Content-Type", "application/x-tar")
		}
		return 0, nil
	case jsonBody:
		return rewriteBody(req, ep.op)
	}
	dropBody(req)
	return 0, nil
}

// setTarget sets the path and query of a request. Traefik's proxy reads them
// from RequestURI.
func setTarget(req *http.Request, path, query string) {
	req.URL.Path, req.URL.RawPath, req.URL.Opaque = path, "", ""
	req.URL.RawQuery, req.URL.ForceQuery = query, false
	req.RequestURI = req.URL.RequestURI()
}

// harmlessPsArgs are the values of ps_args that are forwarded. dockerd runs
// the ps of the host with it: by any pattern wider than a list of exact values
// a client reads the environment of any process, hidden containers included.
var harmlessPsArgs = map[string]bool{"-ef": true, "aux": true, "-aux": true, "ax": true}

// dropParameters removes from the query what the client may not ask for.
func (f *filter) dropParameters(query url.Values) {
	if !harmlessPsArgs[query.Get("ps_args")] {
		delete(query, "ps_args")
	}
	if f.scrub.dropsDetails {
		delete(query, "details")
	}
}

// The headers that are not forwarded. Connection names headers that a proxy
// removes; those of the body go with it, since dockerd reads a form body before
// the query and old versions take a host configuration at start; and an answer
// that is read here has to be whole and not encoded.
var (
	connectionHeaders = stringSet("Connection", "Upgrade", "Http2-Settings", "Keep-Alive", "Proxy-Connection", "Te")
	bodyHeaders       = stringSet("Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Expect", "Trailer")
	answerHeaders     = stringSet("Accept", "Accept-Encoding", "Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range")
	bareHeaders       = union(connectionHeaders, bodyHeaders)
	sideHeaders       = union(bareHeaders, answerHeaders)
)

func union(sets ...map[string]bool) map[string]bool {
	all := map[string]bool{}
	for _, set := range sets {
		for key := range set {
			all[key] = true
		}
	}
	return all
}

// strip removes headers.
// Yaegi: the request has fewer headers than there are to remove, and each turn
// and call costs.
func strip(header http.Header, drop map[string]bool) {
	for key := range header {
		if drop[key] {
			delete(header, key)
		}
	}
}

// setConnection keeps an upgrade where the operation has one: Upgrade: h2c
// would open a tunnel.
func setConnection(req *http.Request, op *operation) {
	want := "tcp"
	if op.id == "ContainerAttachWebsocket" {
		want = "websocket"
	}
	upgrade := op.hijack && strings.EqualFold(req.Header.Get("Upgrade"), want)
	strip(req.Header, connectionHeaders)
	if upgrade {
		req.Header.Set("Connection", "Upgrade")
		req.Header.Set("Upgrade", want)
	}
}

// bare removes headers and the body.
func bare(req *http.Request, drop map[string]bool) {
	strip(req.Header, drop)
	// Yaegi: one assignment of several nils panics.
	req.TransferEncoding = nil
	req.Trailer = nil
	req.ContentLength = 0
	req.Body = http.NoBody
}

// dropBody removes the body and what belongs to it.
func dropBody(req *http.Request) {
	bare(req, bodyHeaders)
}

// upstream sends the plugin's own requests.
type upstream struct {
	next   http.Handler
	limit  int64
	base   *url.URL // nil: through next
	client *http.Client
}

// newUpstream compiles the options upstreamURL and maxBodyBytes.
func newUpstream(ctx context.Context, next http.Handler, config *Config) (*upstream, error) {
	u := &upstream{next: next, limit: config.MaxBodyBytes}
	if config.UpstreamURL == "" {
		return u, nil
	}
	base, err := url.Parse(config.UpstreamURL)
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" {
		return nil, fmt.Errorf("upstreamURL: %q: must be an absolute http:// or https:// URL", config.UpstreamURL)
	}
	if base.RawQuery != "" || base.Fragment != "" || base.User != nil {
		return nil, fmt.Errorf("upstreamURL: %q: must not have a user, a query or a fragment", config.UpstreamURL)
	}
	base.Path = strings.TrimSuffix(base.Path, "/")
	transport := &http.Transport{DisableCompression: true}
	// A reload leaves no idle connection behind.
	// Yaegi: the method value itself has the wrong type there.
	context.AfterFunc(ctx, func() { transport.CloseIdleConnections() })
	u.base = base
	u.client = &http.Client{
		Transport: transport,
		// A redirect leads where the policy was not asked.
		CheckRedirect: func(_ *http.Request, _ []*http.Request) error { return http.ErrUseLastResponse },
	}
	return u, nil
}

// get sends a side request for the client's request req.
func (u *upstream) get(req *http.Request, path, query string) (*answer, error) {
	if u.base != nil {
		return u.getURL(req.Context(), path, query)
	}
	// The clone keeps the credentials and forwarding headers that a later
	// middleware may want, and the context, without which the proxy would not
	// report a broken answer.
	side := req.Clone(req.Context())
	side.Method = http.MethodGet
	setTarget(side, path, query)
	bare(side, sideHeaders)
	w := &captureWriter{header: http.Header{}, limit: u.limit}
	return w.record(u.next, side)
}

// getURL sends a side request to the option upstreamURL.
func (u *upstream) getURL(ctx context.Context, path, query string) (*answer, error) {
	target := *u.base
	target.Path += path
	target.RawQuery = query
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := u.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, u.limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > u.limit {
		return nil, errTooLarge
	}
	return &answer{status: resp.StatusCode, header: resp.Header, body: body}, nil
}

// unexpected is the error for an answer with a status that the operation
// lacks.
type unexpected struct {
	ans *answer
}

func (e *unexpected) Error() string {
	return fmt.Sprintf("the upstream answered %d %s", e.ans.status, http.StatusText(e.ans.status))
}

func errUnexpected(ans *answer) error {
	e := &unexpected{ans: ans}
	return e
}

// versionError returns the answer of an engine that does not speak the API
// version of the request. It is about the version alone.
func versionError(err error) *answer {
	e, ok := err.(*unexpected) //nolint:errorlint // Yaegi: errors.As panics on a type of ours.
	if !ok || e.ans.status != http.StatusBadRequest || !bytes.HasPrefix(e.ans.body, []byte(`{"message":"client version `)) || !e.ans.isJSON() {
		return nil
	}
	return e.ans
}
