package proxy

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/option"
)

// Upstream sends the plugin's own requests.
type Upstream struct {
	next   http.Handler
	Limit  int64    // of one answer, in bytes
	base   *url.URL // nil: through next
	client *http.Client
}

// NewUpstream compiles the option upstreamURL, which may be empty: side requests
// go through next then. An answer may have limit bytes. When ctx ends, idle
// connections are closed. The error is an *option.Error.
func NewUpstream(ctx context.Context, next http.Handler, address string, limit int64) (*Upstream, error) {
	u := &Upstream{next: next, Limit: limit}
	if address == "" {
		return u, nil
	}
	base, err := url.Parse(address)
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" {
		return nil, option.New("upstreamURL", address, "must be an absolute http:// or https:// URL")
	}
	if base.RawQuery != "" || base.Fragment != "" || base.User != nil {
		return nil, option.New("upstreamURL", address, "must not have a user, a query or a fragment")
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

// Get sends a side request for the client's request req.
func (u *Upstream) Get(req *http.Request, path, query string) (*Answer, error) {
	if u.base != nil {
		return u.getURL(req.Context(), path, query)
	}
	// The clone keeps the credentials and forwarding headers that a later
	// middleware may want, and the context, without which the proxy would not
	// report a broken answer.
	side := req.Clone(req.Context())
	side.Method = http.MethodGet
	SetTarget(side, path, query)
	Bare(side, sideHeaders)
	w := &captureWriter{header: http.Header{}, limit: u.Limit}
	return w.record(u.next, side)
}

// getURL sends a side request to the option upstreamURL.
func (u *Upstream) getURL(ctx context.Context, path, query string) (*Answer, error) {
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
	body, err := io.ReadAll(io.LimitReader(resp.Body, u.Limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > u.Limit {
		return nil, ErrTooLarge
	}
	return &Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

// Fetch sends req to the router's service and holds the answer back. thin may be
// nil; it drops what nobody wants from the body while it arrives: it is called
// when the body is longer than full, and returns the length that is left and the
// next full.
func (u *Upstream) Fetch(req *http.Request, full int, thin func(body []byte) (length, next int)) (*Answer, error) {
	Strip(req.Header, AnswerHeaders)
	w := &captureWriter{header: http.Header{}, limit: u.Limit, thin: thin, full: full}
	return w.record(u.next, req)
}

// Stream sends req to the router's service, and its answer through lines. A
// broken upstream ends the connection as it does without the plugin.
func (u *Upstream) Stream(req *http.Request, lines *LineWriter) error {
	Strip(req.Header, AnswerHeaders)
	u.next.ServeHTTP(lines, req)
	return lines.Finish()
}
