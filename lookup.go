package dpf

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
)

// fullID is a container ID or exec ID in full. hexRef is a reference that may
// be the beginning of one.
var (
	fullID = regexp.MustCompile(`^[0-9a-f]{64}$`)
	hexRef = regexp.MustCompile(`^[0-9a-fA-F]+$`)
)

// decisive is a reference about which one inspect decides: a full ID, or what a
// container can be called and no ID begins with. Any other reference means what
// it means among the visible containers: asked for it, dockerd would prefer a
// hidden container of that name, or report a prefix that a hidden container
// shares as ambiguous.
var decisive = regexp.MustCompile(`^[0-9a-f]{64}$|^[0-9A-Fa-f]*[G-Zg-z][A-Za-z0-9_.-]*$|^[0-9A-Fa-f]+[_.-][A-Za-z0-9_.-]*$`)

// unknownID stands for a container that the client may not know of. No
// container has this ID.
const unknownID = "0000000000000000000000000000000000000000000000000000000000000000"

// resolution is what a reference means to the client.
type resolution struct {
	id        string      // full ID of the visible container, or empty
	mode      string      // its network mode
	ambiguous bool        // the prefix of several visible containers
	engine    http.Header // of the answer that decided
}

// resolve finds the visible container that ref means.
func (f *filter) resolve(req *http.Request, version, ref string) (*resolution, error) {
	if decisive.MatchString(ref) {
		ans, err := f.upstream.get(req, version+"/containers/"+ref+"/json", "")
		if err != nil && !errors.Is(err, errTooLarge) {
			return nil, err
		}
		if err == nil && (ans.status == http.StatusOK || ans.status == http.StatusNotFound) {
			c, err := f.judgeInspect(ans, ref)
			if c == nil {
				return &resolution{engine: ans.header}, err
			}
			res := &resolution{id: c.ID, mode: c.networkMode, engine: ans.header}
			if !f.policy.readsNames {
				f.verdicts.add(res)
			}
			return res, nil
		}
		// An inspect that fails for one container only, or is too large, would
		// tell it from an absent one: the list decides.
	}
	inv, err := f.inventory(req, version)
	if err != nil {
		return nil, err
	}
	return inv.resolve(ref), nil
}

// judgeInspect returns the container if the answer of an inspect is about the
// visible container that ref means, and nil otherwise.
func (f *filter) judgeInspect(ans *answer, ref string) (*container, error) {
	if ans.status != http.StatusOK {
		return nil, nil
	}
	c, err := inspected(ans)
	if err != nil {
		return nil, err
	}
	if c.ID != ref && c.Name != ref {
		// Closed: dockerd found the container by something else than what was
		// asked for.
		return nil, nil
	}
	if !f.policy.visible(c) {
		return nil, nil
	}
	return c, nil
}

// inspected reads the container of a ContainerInspectResponse.
func inspected(ans *answer) (*container, error) {
	var body struct {
		Id     string //nolint:revive // The name of the field in the API.
		Name   string
		Config struct {
			Labels map[string]string
		}
		HostConfig struct {
			NetworkMode string
		}
	}
	if err := ans.decode(&body); err != nil {
		return nil, err
	}
	if !fullID.MatchString(body.Id) {
		return nil, errors.New("the inspect has no container ID")
	}
	return &container{
		ID:          body.Id,
		Name:        strings.TrimPrefix(body.Name, "/"),
		Labels:      body.Config.Labels,
		networkMode: body.HostConfig.NetworkMode,
	}, nil
}
