package serve

import (
	"errors"
	"net/http"
	"sync"

	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/view"
)

// maxLearned bounds the inspects that one request of a client costs for the
// names of images. What is not learned is not shown.
const maxLearned = 100

// learnNames asks for the image names of the visible containers of which the
// list does not tell them.
func (h *Handler) learnNames(x *exchange, v *visible) error {
	asked := 0
	for _, id := range v.usage.Nameless() {
		c := h.configured.get(id)
		if c == nil && asked < maxLearned {
			asked++
			var err error
			if c, err = h.configuredImage(x, id); err != nil {
				return err
			}
		}
		if c != nil {
			v.usage.AddConfigured(c)
		}
	}
	return nil
}

// configuredImage asks for the image that a container was created from. nil: the
// container is gone, or the upstream does not say.
func (h *Handler) configuredImage(x *exchange, id string) (*view.Configured, error) {
	ans, err := h.upstream.Get(x.req, x.ep.Version+"/containers/"+id+"/json", "")
	if errors.Is(err, proxy.ErrTooLarge) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if ans.Status != http.StatusOK || !ans.IsJSON() {
		return nil, nil
	}
	c, err := view.ConfiguredImage(ans.Body, id)
	if err != nil || c == nil {
		return nil, err
	}
	h.configured.add(id, c)
	return c, nil
}

// maxConfigured bounds what is remembered of the images of containers.
const maxConfigured = 1024

// configured remembers the image names that containers were created from, by
// full ID. It belongs to one filter and is safe for concurrent use. What it
// holds cannot be stale: the name never changes for an ID.
type configured struct {
	mu   sync.Mutex
	byID map[string]*view.Configured // read-only once they are here
}

func (c *configured) get(id string) *view.Configured {
	c.mu.Lock()
	found := c.byID[id]
	c.mu.Unlock()
	return found
}

// add remembers a name, and forgets all where there are too many.
func (c *configured) add(id string, image *view.Configured) {
	c.mu.Lock()
	if c.byID == nil || len(c.byID) >= maxConfigured {
		c.byID = make(map[string]*view.Configured)
	}
	c.byID[id] = image
	c.mu.Unlock()
}
