package dpf

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
)

// fullID is a container ID or exec ID in full. hexRef is a reference that may
// be the beginning of one. nameRef is what a container can be called.
var (
	fullID  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	hexRef  = regexp.MustCompile(`^[0-9a-fA-F]+$`)
	nameRef = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)
)

// unknownID stands for a container that the client may not know of. No
// container has this ID.
const unknownID = "0000000000000000000000000000000000000000000000000000000000000000"

// resolution is what a reference means to the client.
type resolution struct {
	id        string      // full ID of the visible container, or empty
	ambiguous bool        // the prefix of several visible containers
	engine    http.Header // of the answer that decided
}

// inspectDecides reports whether one inspect decides the reference: a full ID
// or a name that cannot be the beginning of an ID. Any other reference means
// what it means among the visible containers: asked for it, dockerd would
// prefer a hidden container of that name, or report a prefix that a hidden
// container shares as ambiguous.
func inspectDecides(ref string) bool {
	return fullID.MatchString(ref) || (nameRef.MatchString(ref) && !hexRef.MatchString(ref))
}

// resolve finds the visible container that ref means.
func (f *filter) resolve(req *http.Request, version, ref string) (*resolution, error) {
	if inspectDecides(ref) {
		ans, err := f.upstream.get(req, version+"/containers/"+ref+"/json", "")
		if err != nil {
			return nil, err
		}
		if ans.status == http.StatusOK || ans.status == http.StatusNotFound {
			id, err := f.judgeInspect(ans, ref)
			return &resolution{id: id, engine: ans.header}, err
		}
		// An inspect that fails for one container only would tell it from an
		// absent one: the list decides.
	}
	inv, err := f.inventory(req, version)
	if err != nil {
		return nil, err
	}
	return inv.resolve(ref), nil
}

// judgeInspect returns the full ID if the answer of an inspect is about the
// visible container that ref means, and nothing otherwise.
func (f *filter) judgeInspect(ans *answer, ref string) (id string, err error) {
	if ans.status != http.StatusOK {
		return "", nil
	}
	c, err := inspected(ans)
	if err != nil {
		return "", err
	}
	if c.ID != ref && c.Name != ref {
		// Closed: dockerd found the container by something else than what was
		// asked for.
		return "", nil
	}
	if !f.policy.visible(c) {
		return "", nil
	}
	return c.ID, nil
}

// inspected reads the container of a ContainerInspectResponse.
func inspected(ans *answer) (*container, error) {
	var body struct {
		Id     string //nolint:revive // The name of the field in the API.
		Name   string
		Config struct {
			Labels map[string]string
		}
	}
	if err := ans.decode(&body); err != nil {
		return nil, err
	}
	if !fullID.MatchString(body.Id) {
		return nil, errors.New("the inspect has no container ID")
	}
	return &container{ID: body.Id, Name: strings.TrimPrefix(body.Name, "/"), Labels: body.Config.Labels}, nil
}

// inventory is the list of all containers, split by the policy.
type inventory struct {
	visible []container
	hidden  []container
	engine  http.Header
}

// inventory asks for the list of all containers.
func (f *filter) inventory(req *http.Request, version string) (*inventory, error) {
	ans, err := f.upstream.get(req, version+"/containers/json", "all=1")
	if err != nil {
		return nil, err
	}
	if ans.status != http.StatusOK {
		return nil, errUnexpected(ans)
	}
	elements, err := splitList(ans)
	if err != nil {
		return nil, err
	}
	inv := &inventory{engine: ans.header}
	for _, element := range elements {
		c, _, err := summarized(element)
		if err != nil {
			return nil, err
		}
		if f.policy.visible(c) {
			inv.visible = append(inv.visible, *c)
		} else {
			inv.hidden = append(inv.hidden, *c)
		}
	}
	return inv, nil
}

// resolve finds what a reference means among the visible containers, in the
// order of dockerd: full ID, name, ID prefix.
func (inv *inventory) resolve(ref string) *resolution {
	res := &resolution{engine: inv.engine}
	if c := inv.exact(ref); c != nil {
		res.id = c.ID
		return res
	}
	if !hexRef.MatchString(ref) {
		return res
	}
	for i := range inv.visible {
		if !strings.HasPrefix(inv.visible[i].ID, ref) {
			continue
		}
		if res.id != "" {
			res.id, res.ambiguous = "", true
			return res
		}
		res.id = inv.visible[i].ID
	}
	return res
}

// exact finds a visible container by full ID or by name; a leading slash of
// the name is optional.
func (inv *inventory) exact(ref string) *container {
	name := strings.TrimPrefix(ref, "/")
	if name == "" {
		return nil
	}
	for i := range inv.visible {
		if inv.visible[i].ID == ref {
			return &inv.visible[i]
		}
	}
	for i := range inv.visible {
		if inv.visible[i].Name == name {
			return &inv.visible[i]
		}
	}
	return nil
}

// knows reports whether ref, as other containers hold it (an ID, a prefix or
// a name), means a visible container.
func (inv *inventory) knows(ref string) bool {
	return inv.exact(ref) != nil || inv.resolve(ref).id != ""
}
