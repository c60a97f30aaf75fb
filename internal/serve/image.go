package serve

import (
	"net/http"
	"net/url"
	"regexp"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/view"
)

// nameless43 is the minor version of the API that ceased to write <none> for an
// image without a name.
const nameless43 = 43

// digestRef is a name with a digest that can stand in a path: the value of a
// filter can hold any byte.
var digestRef = regexp.MustCompile(`^[A-Za-z0-9_.:/-]+@[A-Za-z0-9]+:[0-9a-fA-F]+$`)

// imageList answers ImageList. The engine is asked for all images: whether it
// leaves out one of which others are made depends on images of hidden
// containers.
func (h *Handler) imageList(x *exchange) (*outcome, error) {
	v, err := h.narrow(x)
	if err != nil {
		return nil, err
	}
	if err := h.learnNames(x, v.visible); err != nil {
		return nil, err
	}
	if err := h.resolveImages(x, v); err != nil {
		return nil, err
	}
	if x.ep.Query == nil {
		x.ep.Query = url.Values{}
	}
	q := &view.ImageQuery{
		All:        engineapi.True(x.ep.Query.Get("all")),
		Dangling:   v.dangling,
		References: v.filters["reference"],
	}
	if !x.ep.Speaks(v.engine, nameless43) {
		q.Nameless = view.NoneNames
	}
	x.ep.Query.Set("all", "1")
	return h.cut(x, "", func(body []byte) ([]byte, error) { return v.usage.ImageList(body, q) })
}

// resolveImages resolves the images of the filters before and since among those
// that the client may know of.
func (h *Handler) resolveImages(x *exchange, v *narrowed) error {
	if len(v.filters["before"])+len(v.filters["since"]) == 0 {
		return nil
	}
	for _, key := range []string{"before", "since"} {
		for i, ref := range v.filters[key] {
			found, err := h.resolveImage(x, v.visible, ref)
			if err != nil {
				return err
			}
			if found == "" {
				return engineError(v.engine, http.StatusNotFound, "No such image: "+engineapi.ImageName(ref))
			}
			v.filters[key][i] = found
		}
	}
	x.putFilters(v.filters)
	return nil
}

// imageInspect answers ImageInspect.
func (h *Handler) imageInspect(x *exchange) (*outcome, error) {
	image, err := h.image(x)
	if err != nil {
		return nil, err
	}
	return h.cut(x, image.ref, func(body []byte) ([]byte, error) { return image.usage.NamedImage(body) })
}

// imageHistory answers ImageHistory.
func (h *Handler) imageHistory(x *exchange) (*outcome, error) {
	image, err := h.image(x)
	if err != nil {
		return nil, err
	}
	return h.cut(x, image.ref, func(body []byte) ([]byte, error) { return image.usage.ImageHistory(body) })
}

// knownImage is an image that the client may know of.
type knownImage struct {
	ref   string
	usage *view.Usage
}

// image finds the image of an endpoint.
func (h *Handler) image(x *exchange) (*knownImage, error) {
	v, err := h.visible(x)
	if err != nil {
		return nil, err
	}
	if err := h.learnNames(x, v); err != nil {
		return nil, err
	}
	ref, err := h.resolveImage(x, v, x.ep.Ref)
	if err != nil {
		return nil, err
	}
	if ref == "" && h.opened["ContainerCreate"] {
		// Who may create containers may look at what they are made of.
		ref = x.ep.Ref
		v.usage.AddImage(ref)
	}
	if ref == "" {
		return nil, notFound(v.engine)
	}
	return &knownImage{ref: ref, usage: v.usage}, nil
}

// resolveImage returns the reference to forward, or nothing where the client may
// not know of the image.
func (h *Handler) resolveImage(x *exchange, v *visible, ref string) (string, error) {
	found, certain := v.usage.ResolveImage(ref)
	if certain {
		return found, nil
	}
	if !digestRef.MatchString(found) {
		return "", nil
	}
	// A digest does not say whose image it is, an inspect does.
	ans, err := h.upstream.Get(x.req, x.ep.Version+"/images/"+found+"/json", "")
	if err != nil || ans.Status != http.StatusOK {
		return "", err
	}
	if !ans.IsJSON() {
		return "", proxy.ErrNotJSON(ans)
	}
	id, err := v.usage.ImageID(ans.Body)
	if err != nil || id == "" {
		return "", err
	}
	return found, nil
}
