package proxy

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// SetTarget sets the path and query of a request. Traefik's proxy reads them
// from RequestURI.
func SetTarget(req *http.Request, path, query string) {
	req.URL.Path, req.URL.RawPath, req.URL.Opaque = path, "", ""
	req.URL.RawQuery, req.URL.ForceQuery = query, false
	req.RequestURI = req.URL.RequestURI()
}

// The headers that are not forwarded. Connection names headers that a proxy
// removes; those of the body go with it, since dockerd reads a form body before
// the query and old versions take a host configuration at start; and an answer
// that is read here has to be whole and not encoded.
var (
	ConnectionHeaders = headerSet("Connection", "Upgrade", "Http2-Settings", "Keep-Alive", "Proxy-Connection", "Te")
	BodyHeaders       = headerSet("Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Expect", "Trailer")
	AnswerHeaders     = headerSet("Accept", "Accept-Encoding", "Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range")
	BareHeaders       = union(ConnectionHeaders, BodyHeaders)
	sideHeaders       = union(BareHeaders, AnswerHeaders)
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

// headerSet is a set of names of headers in their canonical form.
func headerSet(names ...string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

// Strip removes headers.
// Yaegi: the request has fewer headers than there are to remove, and each turn
// and call costs.
func Strip(header http.Header, drop map[string]bool) {
	for key := range header {
		if drop[key] {
			delete(header, key)
		}
	}
}

// Bare removes headers and the body.
func Bare(req *http.Request, drop map[string]bool) {
	Strip(req.Header, drop)
	// Yaegi: one assignment of several nils panics.
	req.TransferEncoding = nil
	req.Trailer = nil
	req.ContentLength = 0
	req.Body = http.NoBody
}

// DropBody removes the body and what belongs to it.
func DropBody(req *http.Request) {
	Bare(req, BodyHeaders)
}

// SetUpgrade removes the headers of the connection, and keeps an upgrade to
// protocol, if the client asked for it: Upgrade: h2c would open a tunnel.
// protocol may be empty.
func SetUpgrade(req *http.Request, protocol string) {
	upgrade := protocol != "" && strings.EqualFold(req.Header.Get("Upgrade"), protocol)
	Strip(req.Header, ConnectionHeaders)
	if upgrade {
		req.Header.Set("Connection", "Upgrade")
		req.Header.Set("Upgrade", protocol)
	}
}

// SetJSON replaces the body by one of JSON.
func SetJSON(req *http.Request, body []byte) {
	Bare(req, BodyHeaders)
	req.ContentLength = int64(len(body))
	req.Header.Set("Content-Length", strconv.Itoa(len(body)))
	req.Header.Set("Content-Type", "application/json")
	req.Body = io.NopCloser(bytes.NewReader(body))
}
