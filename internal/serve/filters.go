package serve

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
)

// filters takes the query parameter filters off the query and decodes it; nil:
// there is none. A label whose value is masked cannot be asked for: the answer
// would tell the value.
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
	return filters, h.checkMasked(x, filters)
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
		x.ep.Query.Set("filters", engineapi.EncodeFiltersLike(filters, x.ep.Sent.Get("filters")))
	}
	return filters, nil
}

// checkMasked refuses filters by a label whose value is masked.
func (h *Handler) checkMasked(x *exchange, filters map[string][]string) error {
	for _, label := range append(append([]string{}, filters["label"]...), filters["label!"]...) {
		key, _, _ := strings.Cut(label, "=")
		if h.scrub.MasksLabel(key) {
			return refusal(http.StatusBadRequest, x.ep.Op.ID+`: filters: the label "`+key+`" is masked`)
		}
	}
	return nil
}

// checkMaskedFilters is checkMasked for an operation that is forwarded as it
// is.
func (h *Handler) checkMaskedFilters(x *exchange) error {
	if !h.scrub.MasksLabels {
		return nil
	}
	if strings.HasSuffix(x.ep.Op.Path, "/prune") {
		proxy.DropBody(x.req) // dockerd reads the filters of a form body first.
	}
	value := x.ep.Sent.Get("filters")
	if value == "" {
		return nil
	}
	filters, err := engineapi.ParseFilters(value)
	if err != nil {
		return refusal(http.StatusBadRequest, x.ep.Op.ID+": "+err.Error())
	}
	return h.checkMasked(x, filters)
}
