package serve

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
)

// unrouted is the error for a request that Route did not understand. Where its
// API version alone is the reason, clients wait for dockerd's words: they lower
// their version by them.
func (h *Handler) unrouted(x *exchange, err error) error {
	version, path := engineapi.SplitVersion(x.req.URL.Path)
	if x.ep != nil || version == "" {
		return unreadable(err)
	}
	ep, bareErr := engineapi.Route(&http.Request{Method: x.req.Method, URL: &url.URL{Path: path}})
	if bareErr != nil || ep.Version != "" {
		return unreadable(err)
	}
	x.ep = ep
	complaint, sideErr := h.versionComplaint(x, version)
	if sideErr != nil {
		return sideErr
	}
	if complaint != nil {
		return relay400(complaint)
	}
	// Fail closed: the engine takes this spelling of a version, and the plugin
	// does not know what else it takes.
	return unreadable(err)
}

// unreadable is the error for a request of which the path or the query cannot be
// read.
func unreadable(err error) error {
	if errors.Is(err, engineapi.ErrLongQuery) {
		return refusal(http.StatusBadRequest, err.Error())
	}
	return refusal(http.StatusForbidden, err.Error())
}

// versionComplaint is what the engine says of an API version that it does not
// speak, or what dockerd would say of one that the plugin does not; nil: none of
// both. The engine is asked by a ping, and nothing but its complaint is used.
func (h *Handler) versionComplaint(x *exchange, version string) (*proxy.Answer, error) {
	ans, err := h.upstream.Get(x.req, "/v"+version+"/_ping", "")
	if err != nil {
		return nil, err
	}
	if ans.Status == http.StatusBadRequest && engineapi.VersionComplaint(ans.Body) {
		return ans, nil
	}
	if engineapi.CompareVersions(version, engineapi.OldestVersion) < 0 {
		return proxy.TextError(ans.Header, http.StatusBadRequest, engineapi.TooOld(version)), nil
	}
	// A socket proxy may not know the version, and answer itself.
	ping, err := h.upstream.Get(x.req, "/_ping", "")
	if err != nil {
		return nil, err
	}
	newest := ping.Header.Get("Api-Version")
	if !engineapi.IsVersion(newest) || engineapi.CompareVersions(version, newest) <= 0 {
		return nil, nil
	}
	return proxy.JSONError(ping.Header, http.StatusBadRequest, engineapi.TooNew(version, newest)), nil
}

// relay400 is the error for an answer that the client gets as it is.
func relay400(ans *proxy.Answer) error {
	e := &failure{kind: relayed, answer: ans}
	return e
}
