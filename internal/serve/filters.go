package serve

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
)

// filters takes the query parameter filters off the query and decodes it; nil:
// there is none.
func (h *Handler) filters(x *exchange) (map[string][]string, error) {
	value := x.ep.Query.Get("filters")
	x.ep.Query.Del("filters")
	if value == "" {
		return nil, nil
	}
	filters, err := x.ep.Op.ParseFilters(value)
	if err != nil {
		return nil, h.refusedFilters(x, value, err)
	}
	return filters, nil
}

// refusedFilters is the error for filters that cannot be forwarded: in the words
// of the engine where it refuses them, too. An engine reads the filters before
// anything else, and in the same way for each list; that of the events would not
// end if it did not mind.
func (h *Handler) refusedFilters(x *exchange, value string, err error) error {
	e, ok := err.(*engineapi.FilterError) //nolint:errorlint // Yaegi: errors.As panics on a type of ours.
	if !ok || e.Refused {
		return refusal(http.StatusBadRequest, err.Error())
	}
	path := x.ep.Op.Path
	if e.Key != "" {
		value = engineapi.EncodeFilters(map[string][]string{e.Key: nil})
	}
	if x.ep.Op.Action == engineapi.SystemEvents {
		path = "/containers/json"
	}
	return h.engineRefusal(x, path, url.Values{"filters": {value}}, err.Error())
}

// narrowFilters encodes the query parameter filters anew, with the keys that
// the operation has, and returns them.
func (h *Handler) narrowFilters(x *exchange) (map[string][]string, error) {
	filters, err := h.filters(x)
	if err != nil {
		return nil, err
	}
	if len(filters) > 0 {
		x.putFilters(filters)
	}
	return filters, nil
}

// putFilters puts filters into the query, with what was false in those that the
// client sent.
func (x *exchange) putFilters(filters map[string][]string) {
	x.ep.Query.Set("filters", engineapi.EncodeFiltersLike(filters, x.ep.Sent.Get("filters")))
}

// checkFilters refuses filters by what is scrubbed, whatever the operation: the
// answer would tell whether a guess is right.
func (h *Handler) checkFilters(x *exchange) error {
	if strings.HasSuffix(x.ep.Op.Path, "/prune") {
		if strings.Contains(strings.ToLower(strings.Join(x.req.Header["Content-Type"], " ")), "form") {
			// Fail closed: dockerd reads the filters of a form body first, and
			// without them it would prune more than the client asks for.
			return refusal(http.StatusBadRequest, x.ep.Op.ID+": filters must be in the query")
		}
		proxy.DropBody(x.req)
	}
	value := x.ep.Sent.Get("filters")
	if value == "" {
		return nil
	}
	filters, err := engineapi.ParseFilters(value)
	if err == nil {
		err = h.scrub.CheckFilters(filters)
	}
	if err != nil {
		return refusal(http.StatusBadRequest, x.ep.Op.ID+": "+err.Error())
	}
	return nil
}
