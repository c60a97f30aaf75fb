package dpf

import (
	"encoding/json"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// imageName is the form in which two names of an image can be compared: the
// domain and the tag that Docker adds are left out and added, and a digest
// takes the place of a tag.
func imageName(name string) string {
	name = strings.TrimPrefix(name, "index.")
	name = strings.TrimPrefix(name, "docker.io/")
	name = strings.TrimPrefix(name, "library/")
	if strings.HasPrefix(name, "sha256:") {
		return name
	}
	if bare, digest, ok := strings.Cut(name, "@"); ok {
		return repository(bare) + "@" + digest
	}
	if strings.LastIndexByte(name, ':') > strings.LastIndexByte(name, '/') {
		return name
	}
	return name + ":latest"
}

// repository is an image name without tag and digest.
func repository(name string) string {
	name, _, _ = strings.Cut(name, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name = name[:i]
	}
	return name
}

// cutImage removes from an ImageSummary what only hidden containers use, and
// the counts of containers.
func (u *usage) cutImage(raw []byte) ([]byte, error) {
	var head struct {
		Id string //nolint:revive // The name of the field in the API.
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, err
	}
	count := u.images[head.Id]
	if count == 0 {
		return nil, errHidden
	}
	return editMembers(raw, func(key string, value []byte) ([]byte, error) {
		switch key {
		case "RepoTags", "RepoDigests", "Tags":
			return u.cutTags(value)
		case "SharedSize":
			return []byte("-1"), nil // It is shared with hidden images, too.
		case "Containers":
			if string(value) == "-1" {
				return nil, nil // It was not counted.
			}
			return []byte(strconv.Itoa(count)), nil
		case "Container", "Parent", "ParentId":
			return []byte(`""`), nil
		case "ContainerConfig", "Manifests":
			return []byte("null"), nil
		case "Config":
			return blank(value, "Hostname", "Domainname")
		}
		return nil, nil
	})
}

// references are the patterns of the filter reference of ImageList.
func (f *filter) references(ep *endpoint) []string {
	if ep.query.Get("filters") == "" {
		return nil
	}
	filters, err := f.filters(ep)
	if err != nil {
		return nil // They were encoded here, and decode.
	}
	return filters["reference"]
}

// cutListedImage is cutImage for ImageList. An image that the filter reference
// matched by a name that was cut has to match by one that is left.
func (u *usage) cutListedImage(raw []byte) ([]byte, error) {
	cut, err := u.cutImage(raw)
	if err != nil || len(u.references) == 0 {
		return cut, err
	}
	var names struct {
		RepoTags, RepoDigests []string
	}
	if err := json.Unmarshal(cut, &names); err != nil {
		return nil, err
	}
	for _, name := range append(names.RepoTags, names.RepoDigests...) {
		if matchesReference(u.references, name) {
			return cut, nil
		}
	}
	return nil, errHidden
}

// matchesReference is reference.FamiliarMatch of the distribution module: a
// pattern matches the name with its tag or digest, or without.
func matchesReference(patterns []string, name string) bool {
	bare := repository(name)
	for _, pattern := range patterns {
		if ok, err := path.Match(pattern, name); err == nil && ok {
			return true
		}
		if ok, err := path.Match(pattern, bare); err == nil && ok {
			return true
		}
	}
	return false
}

// cutTags keeps the names of an image that visible containers use.
func (u *usage) cutTags(raw []byte) ([]byte, error) {
	var tags []string
	if err := json.Unmarshal(raw, &tags); err != nil {
		return nil, err
	}
	kept := make([]string, 0, len(tags))
	for _, tag := range tags {
		if u.showsTag(tag) {
			kept = append(kept, tag)
		}
	}
	if len(kept) == len(tags) {
		return raw, nil
	}
	return json.Marshal(kept)
}

// showsTag reports whether a tag or digest is one that a visible container
// uses. A digest goes with its repository. Any other name of the image may be
// there for a hidden container.
func (u *usage) showsTag(tag string) bool {
	name := imageName(tag)
	if strings.Contains(name, "@") {
		return u.repositories[repository(name)]
	}
	return u.tags[name]
}

// imagePrefix is a reference that may be the beginning of an image ID.
var imagePrefix = regexp.MustCompile(`^(sha256:)?[0-9a-f]{1,64}$`)

// resolveImage returns the reference to forward: the ID of an image that a
// visible container uses, or a name. Empty: the client may not know of it.
func (u *usage) resolveImage(ref string) string {
	if !imagePrefix.MatchString(ref) {
		if !u.showsTag(ref) {
			return ""
		}
		return ref
	}
	found := ""
	for id := range u.images {
		if !strings.HasPrefix(strings.TrimPrefix(id, "sha256:"), strings.TrimPrefix(ref, "sha256:")) {
			continue
		}
		if found != "" {
			return ""
		}
		found = id
	}
	if found == "" && !strings.HasPrefix(ref, "sha256:") && len(ref) < 64 && u.tags[imageName(ref)] {
		return imageName(ref)
	}
	return found
}

// serveImage answers ImageInspect and ImageHistory.
func (f *filter) serveImage(rw http.ResponseWriter, req *http.Request, ep *endpoint) {
	inv, u, ok := f.usage(rw, req, ep)
	if !ok {
		return
	}
	ref := u.resolveImage(ep.ref)
	if ref == "" {
		f.notFound(rw, ep, inv.engine)
		return
	}
	if ep.op.id == "ImageInspect" {
		f.serveCut(rw, req, ep, ref, u.cutImage)
		return
	}
	// The history does not say what image it is of.
	ans, err := f.upstream.get(req, ep.version+"/images/"+ref+"/json", "")
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	id := ""
	if ans.status == http.StatusOK {
		id, err = u.inspectedImage(ans)
	}
	if err != nil {
		f.fail(rw, ep, err)
		return
	}
	if id == "" {
		f.notFound(rw, ep, inv.engine)
		return
	}
	f.serveCut(rw, req, ep, id, func(body []byte) ([]byte, error) {
		return eachElement(body, func(layer []byte) ([]byte, error) { return within(layer, "Tags", u.cutTags) })
	})
}

// inspectedImage returns the ID of an inspected image that a visible
// container uses.
func (u *usage) inspectedImage(ans *answer) (string, error) {
	var head struct {
		Id string //nolint:revive // The name of the field in the API.
	}
	if err := ans.decode(&head); err != nil {
		return "", err
	}
	if u.images[head.Id] == 0 {
		return "", nil
	}
	return head.Id, nil
}
