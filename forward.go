package dpf

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maxRequestBody bounds a JSON request body, in bytes.
const maxRequestBody = 1 << 20

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
	f.log.debugf("%s: forwarded as %s %q", ep.op.id, req.Method, req.RequestURI)
	f.next.ServeHTTP(rw, req)
}

// fetch is forwardTo with the answer held back.
func (f *filter) fetch(req *http.Request, ep *endpoint, ref string) (*answer, error) {
	if _, err := f.rewrite(req, ep, ref); err != nil {
		return nil, err
	}
	plainAnswer(req.Header)
	return record(f.next, req, f.upstream.limit)
}

// rewrite makes req the request that the endpoint describes and nothing else:
// path, query, body and connection headers are built anew from what was
// understood. The status says how to answer the error.
func (f *filter) rewrite(req *http.Request, ep *endpoint, ref string) (status int, err error) {
	setTarget(req, ep.path(ref), ep.encodeQuery(f.scrub.envs))
	setConnection(req, ep.op)
	switch ep.op.body {
	case streamBody:
		req.Header.Set("Content-Type", "application/x-tar")
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

// encodeQuery is the query to forward.
func (ep *endpoint) encodeQuery(scrubEnvs bool) string {
	if len(ep.query) == 0 {
		return ""
	}
	if !harmlessPsArgs[ep.query.Get("ps_args")] {
		ep.query.Del("ps_args")
	}
	if scrubEnvs {
		// Log details print variables that the container's log options name.
		ep.query.Del("details")
	}
	return ep.query.Encode()
}

// setConnection keeps an upgrade where the operation has one. Connection
// names headers that a proxy removes, and Upgrade: h2c opens a tunnel.
func setConnection(req *http.Request, op *operation) {
	want := "tcp"
	if op.id == "ContainerAttachWebsocket" {
		want = "websocket"
	}
	upgrade := op.hijack && strings.EqualFold(req.Header.Get("Upgrade"), want)
	for _, key := range []string{"Connection", "Upgrade", "Http2-Settings", "Keep-Alive", "Proxy-Connection", "Te"} {
		req.Header.Del(key)
	}
	if upgrade {
		req.Header.Set("Connection", "Upgrade")
		req.Header.Set("Upgrade", want)
	}
}

// dropBody removes the body. dockerd reads a form body before the query, and
// old versions take a host configuration at start.
func dropBody(req *http.Request) {
	setBody(req, nil)
	req.Header.Del("Content-Type")
}

// setBody replaces the body.
func setBody(req *http.Request, body []byte) {
	for _, key := range []string{"Content-Length", "Content-Encoding", "Transfer-Encoding", "Expect", "Trailer"} {
		req.Header.Del(key)
	}
	// Yaegi: one assignment of several nils panics.
	req.TransferEncoding = nil
	req.Trailer = nil
	req.ContentLength = int64(len(body))
	if len(body) == 0 {
		req.Body = http.NoBody
		return
	}
	req.Header.Set("Content-Length", strconv.Itoa(len(body)))
	req.Body = io.NopCloser(bytes.NewReader(body))
}

// plainAnswer asks for an answer that can be read here: whole and not encoded.
func plainAnswer(header http.Header) {
	for _, key := range []string{"Accept", "Accept-Encoding", "Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range"} {
		header.Del(key)
	}
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
	setConnection(side, &operation{})
	dropBody(side)
	plainAnswer(side.Header)
	return record(u.next, side, u.limit)
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

// errUnexpected describes an answer with a status that the operation lacks.
func errUnexpected(ans *answer) error {
	return fmt.Errorf("the upstream answered %d %s", ans.status, http.StatusText(ans.status))
}

// rewriteBody replaces a JSON body by the encoding of what was understood of
// it. Keys fold and repeat in JSON: what is judged and what is sent must be
// the same.
func rewriteBody(req *http.Request, op *operation) (status int, err error) {
	raw, err := io.ReadAll(io.LimitReader(req.Body, maxRequestBody+1))
	if err != nil {
		return http.StatusBadRequest, fmt.Errorf("%s: the request body cannot be read", op.id)
	}
	if len(raw) > maxRequestBody {
		return http.StatusRequestEntityTooLarge, fmt.Errorf("%s: the request body is larger than %d bytes", op.id, maxRequestBody)
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		dropBody(req)
		return 0, nil
	}
	body, err := reencode(op.id, raw)
	if errors.Is(err, errPrivileged) {
		return http.StatusForbidden, fmt.Errorf("%s is refused: %v", op.id, err)
	}
	if err != nil {
		return http.StatusBadRequest, fmt.Errorf("%s: the request body is not valid: %v", op.id, err)
	}
	setBody(req, body)
	req.Header.Set("Content-Type", "application/json")
	return 0, nil
}

// errPrivileged refuses an exec with all capabilities: it is the host.
var errPrivileged = errors.New("Privileged gives the process the host")

// reencode decodes the body of an operation strictly and encodes it anew.
func reencode(id string, raw []byte) ([]byte, error) {
	switch id {
	case "ContainerExec":
		var body execOptions
		if err := decodeStrict(raw, &body); err != nil {
			return nil, err
		}
		if body.Privileged {
			return nil, errPrivileged
		}
		return json.Marshal(body)
	case "ExecStart":
		var body execStartOptions
		if err := decodeStrict(raw, &body); err != nil {
			return nil, err
		}
		return json.Marshal(body)
	case "ContainerUpdate":
		var body updateConfig
		if err := decodeStrict(raw, &body); err != nil {
			return nil, err
		}
		return json.Marshal(body)
	}
	return nil, errors.New("no body is known for the operation")
}

// decodeStrict decodes one JSON value and nothing after it.
func decodeStrict(raw []byte, v interface{}) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("data after the JSON value")
	}
	return nil
}

// execOptions is moby's container.ExecCreateRequest.
type execOptions struct {
	User         json.RawMessage `json:"User,omitempty"`
	Privileged   bool            `json:"Privileged,omitempty"`
	Tty          json.RawMessage `json:"Tty,omitempty"`
	ConsoleSize  json.RawMessage `json:"ConsoleSize,omitempty"`
	AttachStdin  json.RawMessage `json:"AttachStdin,omitempty"`
	AttachStdout json.RawMessage `json:"AttachStdout,omitempty"`
	AttachStderr json.RawMessage `json:"AttachStderr,omitempty"`
	Detach       json.RawMessage `json:"Detach,omitempty"`
	DetachKeys   json.RawMessage `json:"DetachKeys,omitempty"`
	Env          json.RawMessage `json:"Env,omitempty"`
	WorkingDir   json.RawMessage `json:"WorkingDir,omitempty"`
	Cmd          json.RawMessage `json:"Cmd,omitempty"`
}

// execStartOptions is moby's container.ExecStartRequest.
type execStartOptions struct {
	Detach      json.RawMessage `json:"Detach,omitempty"`
	Tty         json.RawMessage `json:"Tty,omitempty"`
	ConsoleSize json.RawMessage `json:"ConsoleSize,omitempty"`
}

// updateConfig is moby's container.UpdateConfig: resources and restart
// policy, none of which refers to a container.
type updateConfig struct {
	CPUShares            json.RawMessage `json:"CpuShares,omitempty"`
	Memory               json.RawMessage `json:"Memory,omitempty"`
	NanoCPUs             json.RawMessage `json:"NanoCpus,omitempty"`
	BlkioWeight          json.RawMessage `json:"BlkioWeight,omitempty"`
	BlkioWeightDevice    json.RawMessage `json:"BlkioWeightDevice,omitempty"`
	BlkioDeviceReadBps   json.RawMessage `json:"BlkioDeviceReadBps,omitempty"`
	BlkioDeviceWriteBps  json.RawMessage `json:"BlkioDeviceWriteBps,omitempty"`
	BlkioDeviceReadIOps  json.RawMessage `json:"BlkioDeviceReadIOps,omitempty"`
	BlkioDeviceWriteIOps json.RawMessage `json:"BlkioDeviceWriteIOps,omitempty"`
	CPUPeriod            json.RawMessage `json:"CpuPeriod,omitempty"`
	CPUQuota             json.RawMessage `json:"CpuQuota,omitempty"`
	CPURealtimePeriod    json.RawMessage `json:"CpuRealtimePeriod,omitempty"`
	CPURealtimeRuntime   json.RawMessage `json:"CpuRealtimeRuntime,omitempty"`
	CpusetCpus           json.RawMessage `json:"CpusetCpus,omitempty"`
	CpusetMems           json.RawMessage `json:"CpusetMems,omitempty"`
	KernelMemory         json.RawMessage `json:"KernelMemory,omitempty"`
	KernelMemoryTCP      json.RawMessage `json:"KernelMemoryTCP,omitempty"`
	MemoryReservation    json.RawMessage `json:"MemoryReservation,omitempty"`
	MemorySwap           json.RawMessage `json:"MemorySwap,omitempty"`
	MemorySwappiness     json.RawMessage `json:"MemorySwappiness,omitempty"`
	OomKillDisable       json.RawMessage `json:"OomKillDisable,omitempty"`
	PidsLimit            json.RawMessage `json:"PidsLimit,omitempty"`
	CPUCount             json.RawMessage `json:"CpuCount,omitempty"`
	CPUPercent           json.RawMessage `json:"CpuPercent,omitempty"`
	IOMaximumIOps        json.RawMessage `json:"IOMaximumIOps,omitempty"`
	IOMaximumBandwidth   json.RawMessage `json:"IOMaximumBandwidth,omitempty"`
	RestartPolicy        json.RawMessage `json:"RestartPolicy,omitempty"`
}
