package serve

import (
	"net/http"
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
		return nil, refusal(http.StatusBadRequest, err.Error())
	}
	return filters, h.checkMasked(x, filters)
}

// narrowFilters encodes the query parameter filters anew, with the keys that
// the operation has, and returns them.
func (h *Handler) narrowFilters(x *exchange) (map[string][]string, error) {
	filters, err := h.filters(x)
	if err != nil {
		return nil, err
	}
	if len(filters) > 0 {
		x.ep.Query.Set("filters", engineapi.EncodeFilters(filters))
	}
	return filters, nil
}

// checkMasked refuses filters by what is masked: the answer would tell it. Those
// are a label, and the command line that the event of an exec instance has.
func (h *Handler) checkMasked(x *exchange, filters map[string][]string) error {
	if x.ep.Op.Action == engineapi.SystemEvents && h.scrub.CutsCommands {
		for _, event := range filters["event"] {
			if strings.Contains(event, ":") && !strings.HasPrefix(event, "health_status:") {
				return refusal(http.StatusBadRequest, x.ep.Op.ID+": filters: the command line of an event is masked")
			}
		}
	}
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
	if !h.scrub.MasksLabels && !h.scrub.CutsCommands {
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
