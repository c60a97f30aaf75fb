package engineapi

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// routes finds a line of operations by method and shape. It never changes.
// Yaegi: package variables are made in the order of the names of their files,
// and this file comes after that of the table.
var routes = indexRoutes()

func indexRoutes() map[string]*Operation {
	index := make(map[string]*Operation, len(operations))
	byID := make(map[string]*Operation, len(operations))
	for i := range operations {
		op := &operations[i]
		op.parameters = set(strings.Fields(op.Query)...)
		op.repeats = set(strings.Fields(op.Repeats)...)
		op.filters = set(strings.Fields(op.Filters)...)
		index[op.Method+" "+op.Path] = op
		byID[op.ID] = op
	}
	indexParameters(byID)
	return index
}

// Operations returns the table. It must not be changed.
func Operations() []Operation { return operations }

// Find returns the line of a method and a path with {} for the reference, or nil.
func Find(method, shape string) *Operation { return routes[method+" "+shape] }

func set(keys ...string) map[string]bool {
	s := make(map[string]bool, len(keys))
	for _, key := range keys {
		s[key] = true
	}
	return s
}

// Endpoint is a request that Route understood.
type Endpoint struct {
	Op      *Operation
	Version string     // "/v1.41", or empty for an unversioned request
	Ref     string     // what stands for {} in Op.Path, or in the parameter of the operation
	Query   url.Values // the parameters that the operation has
	Sent    url.Values // all parameters of the client
	Refusal string     // why the operation is refused with one of them; empty: it is not
}

// pathForm accepts an optional API version, 1.24 and newer, and a path of the
// bytes that the names in the Engine API consist of. Older versions serve
// other semantics (a start body that replaces the host configuration), and
// any other byte is one on whose meaning two servers may differ. Where the path
// has the form, its family, one segment as the reference, and a verb stand
// apart, too.
var pathForm = regexp.MustCompile(`^(/v1\.(?:2[4-9]|[3-9][0-9]))?((/[a-z]+/)([A-Za-z0-9_.:@-]+)(/[A-Za-z0-9_.:@/-]*)?|/[A-Za-z0-9_.:@/-]+)$`)

// Probe matches the method and path of SystemPing, SystemPingHead and
// SystemVersion, which clients ask for again and again and in which there is
// nothing to decide.
var Probe = regexp.MustCompile(`^(?:GET|HEAD) (?:/v1\.(?:2[4-9]|[3-9][0-9]))?/_ping$|^GET (?:/v1\.(?:2[4-9]|[3-9][0-9]))?/version$`)

// MaxProbe is the length of the longest path that Probe matches.
const MaxProbe = len("/v1.41/version")

// Route classifies a request by its decoded path, as dockerd does, and refuses
// every path that is not in its one clean form. What is forwarded is built from
// the endpoint and never from what the client sent, so that the path that was
// judged is the path that is served.
func Route(req *http.Request) (*Endpoint, error) {
	m := pathForm.FindStringSubmatch(req.URL.Path)
	if m == nil {
		return nil, unknownRoute(req)
	}
	ep := &Endpoint{Version: m[1]}
	if ep.Op = routes[req.Method+" "+m[2]]; ep.Op == nil && path.Clean(m[2]) == m[2] {
		ep.Op, ep.Ref = routes[req.Method+" "+m[3]+"{}"+m[5]], m[4]
		if slashes[m[3]] {
			ep.findSlashes(req.Method, m[3], m[4]+m[5])
		}
	}
	if ep.Op == nil {
		return nil, unknownRoute(req)
	}
	if req.URL.RawQuery == "" {
		return ep, nil
	}
	return ep, ep.parseQuery(req.URL.RawQuery)
}

func unknownRoute(req *http.Request) error {
	return fmt.Errorf("%s %q is not an operation that can be filtered", req.Method, req.URL.Path)
}

// slashes are the families whose references may have slashes: the names of
// images and plugins. Any other reference is one segment, so that
// "/containers/web/a/json" is no operation.
var slashes = set("/images/", "/distribution/", "/plugins/")

// findSlashes looks up a path of such a family, of which rest comes after the
// family.
func (ep *Endpoint) findSlashes(method, family, rest string) {
	if i := strings.LastIndexByte(rest, '/'); i > 0 {
		if ep.Op = routes[method+" "+family+"{}"+rest[i:]]; ep.Op != nil {
			ep.Ref = rest[:i]
			return
		}
	}
	ep.Op, ep.Ref = routes[method+" "+family+"{}"], rest
}

// AddForm adds the parameters of a form body, which dockerd reads before those of
// the query.
func (ep *Endpoint) AddForm(form, query string) error {
	if query != "" {
		form += "&" + query
	}
	ep.Refusal = ""
	return ep.parseQuery(form)
}

// parseQuery keeps the parameters that the operation has. The first value of
// a name counts, as it does for dockerd.
func (ep *Endpoint) parseQuery(raw string) error {
	if len(raw) > MaxQuery {
		return ErrLongQuery
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return errors.New(ep.Op.ID + ": the query cannot be parsed")
	}
	ep.Sent = values
	ep.Query = make(url.Values, len(values))
	for name, all := range values {
		switch {
		case !ep.Op.parameters[name]:
			// What no engine knows is ignored, as dockerd does.
			if text := ep.Op.refusal(InQuery, name); text != "" && all[0] != "" {
				ep.Refusal = text
			}
		case ep.Op.repeats[name]:
			ep.Query[name] = all
		default:
			ep.Query[name] = all[:1]
		}
	}
	if ep.Op.RefParameter != "" {
		ep.Ref = values.Get(ep.Op.RefParameter)
	}
	return nil
}

// MaxQuery bounds the query of a request, in bytes: work must not grow as what a
// client sends times what there is.
const MaxQuery = 64 << 10

// ErrLongQuery is the error for a query over MaxQuery.
var ErrLongQuery = errors.New("the query is longer than 64 KiB")

// Path is the canonical path of the endpoint for a reference.
func (ep *Endpoint) Path(ref string) string {
	return ep.Version + strings.Replace(ep.Op.Path, "{}", ref, 1)
}

// True is how dockerd reads a boolean parameter (moby, api/server/httputils,
// BoolValue).
func True(value string) bool {
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "", "0", "no", "false", "none":
		return false
	}
	return true
}
