package view

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// Nameless is how an answer says that an image has no name. Engine 24 (API 1.43)
// ceased to write <none>.
type Nameless int

// The ways.
const (
	EmptyNames Nameless = iota // []
	NullNames                  // null
	NoneNames                  // null; <none> where there is neither a tag nor a digest
)

// imageHead is the part of an ImageSummary and an ImageInspect that decides.
type imageHead struct {
	Id          string //nolint:revive // The name of the field in the API.
	ParentId    string //nolint:revive // As above.
	RepoTags    []string
	RepoDigests []string
	Descriptor  struct {
		Digest string `json:"digest"`
	}
}

// inContainerd reports whether the image is in the store of containerd, where
// its ID is the digest of what it names.
func (i *imageHead) inContainerd() bool {
	if i.Descriptor.Digest == i.Id {
		return true
	}
	for _, digest := range i.RepoDigests {
		if strings.HasSuffix(digest, "@"+i.Id) {
			return true
		}
	}
	return false
}

// cutNames keeps the names of the image that the client may know of, and
// reports whether there were others.
func (i *imageHead) cutNames(u *Usage) (cut bool) {
	tags, tagsCut := shownNames(i.RepoTags, func(tag string) bool { return u.tags[engineapi.ImageName(tag)] })
	shows := func(digest string) bool { return u.showsTag(digest) }
	contained := i.inContainerd()
	if contained {
		// There, a digest is made of each tag, be it a hidden one.
		tagged := map[string]bool{}
		for _, tag := range tags {
			tagged[engineapi.Repository(tag)] = true
		}
		shows = func(digest string) bool { return tagged[engineapi.Repository(digest)] }
	}
	digests, digestsCut := shownNames(i.RepoDigests, shows)
	if contained && digestsCut && len(digests) == 0 && len(tags) > 0 {
		// The list has the digest of one tag only, here of one that is cut:
		// without it, that of the last.
		digests = []string{engineapi.Repository(tags[len(tags)-1]) + "@" + i.Id}
	}
	i.RepoTags = tags
	i.RepoDigests = digests
	return tagsCut || digestsCut
}

// shownNames are the names that the client may know of, without those that
// stand for no name.
func shownNames(names []string, shows func(name string) bool) (shown []string, cut bool) {
	for _, name := range names {
		switch {
		case strings.HasPrefix(name, "<none>"):
		case shows(name):
			shown = append(shown, name)
		default:
			cut = true
		}
	}
	return shown, cut
}

// edits are the changes for the names of an image of which some were cut.
func (i *imageHead) edits(nameless Nameless) (map[string]string, error) {
	tags, err := encodeNames(i.RepoTags, nameless)
	if err != nil {
		return nil, err
	}
	digests, err := encodeNames(i.RepoDigests, nameless)
	if err != nil {
		return nil, err
	}
	if nameless == NoneNames && len(i.RepoTags)+len(i.RepoDigests) == 0 {
		tags, digests = `["<none>:<none>"]`, `["<none>@<none>"]`
	}
	return map[string]string{"RepoTags": tags, "RepoDigests": digests}, nil
}

func encodeNames(names []string, nameless Nameless) (string, error) {
	if len(names) == 0 {
		if nameless == EmptyNames {
			return "[]", nil
		}
		return "null", nil
	}
	encoded, err := rawjson.Encode(names)
	return string(encoded), err
}

// Image removes from an ImageSummary or an ImageInspect what only hidden
// containers use, and the counts of containers. An image of no visible container
// is omitted.
func (u *Usage) Image(raw []byte, nameless Nameless) ([]byte, error) {
	var head imageHead
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, err
	}
	if u.images[head.Id] == 0 {
		return nil, rawjson.ErrOmit
	}
	return u.cutImage(raw, &head, nameless)
}

// NamedImage is Image for one that the client may know of by its name.
func (u *Usage) NamedImage(raw []byte) ([]byte, error) {
	var head imageHead
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, err
	}
	return u.cutImage(raw, &head, EmptyNames)
}

// cutImage is Image for one that the client may know of, and leaves in head the
// names that it may know of.
func (u *Usage) cutImage(raw []byte, head *imageHead, nameless Nameless) ([]byte, error) {
	count := u.images[head.Id]
	changes := map[string]func([]byte) ([]byte, error){
		// It is shared with hidden images, too.
		"SharedSize": constant("-1"),
		"Containers": func(value []byte) ([]byte, error) {
			if string(value) == "-1" {
				return nil, nil // It was not counted.
			}
			return []byte(strconv.Itoa(count)), nil
		},
		"Parent":          u.cutParent,
		"ParentId":        u.cutParent,
		"ContainerConfig": constant("null"),
		"Manifests":       u.cutManifests,
	}
	if head.cutNames(u) {
		names, err := head.edits(nameless)
		if err != nil {
			return nil, err
		}
		changes["RepoTags"] = constant(names["RepoTags"])
		changes["RepoDigests"] = constant(names["RepoDigests"])
	}
	return rawjson.Edit(raw, changes)
}

// manifest is the part of an image's manifest that decides.
type manifest struct {
	ID        string
	ImageData struct {
		Containers []string
	}
	AttestationData struct {
		For string
	}
}

// cutManifests keeps what is stored of the manifests that visible containers
// run. Another may have been fetched for a hidden one: it is shown as one that
// was not.
func (u *Usage) cutManifests(raw []byte) ([]byte, error) {
	var manifests []manifest
	if err := json.Unmarshal(raw, &manifests); err != nil {
		return nil, err
	}
	run := map[string]bool{}
	for i := range manifests {
		if len(u.visibleOf(manifests[i].ImageData.Containers)) > 0 {
			run[manifests[i].ID] = true
		}
	}
	return rawjson.EachElement(raw, func(element []byte) ([]byte, error) {
		var m manifest
		if err := json.Unmarshal(element, &m); err != nil {
			return nil, err
		}
		return u.cutManifest(element, &m, run[m.ID] || run[m.AttestationData.For])
	})
}

func (u *Usage) cutManifest(raw []byte, m *manifest, run bool) ([]byte, error) {
	containers, err := rawjson.Encode(u.visibleOf(m.ImageData.Containers))
	if err != nil {
		return nil, err
	}
	data := map[string]string{"Containers": string(containers)}
	if !run {
		data["Size"] = `{"Unpacked":0}`
		raw, err = rawjson.Set(raw, map[string]string{"Available": "false", "Size": `{"Content":0,"Total":0}`})
		if err != nil {
			return nil, err
		}
	}
	return rawjson.Within(raw, "ImageData", func(value []byte) ([]byte, error) { return rawjson.Set(value, data) })
}

// visibleOf are the visible ones of some containers, by ID.
func (u *Usage) visibleOf(ids []string) []string {
	visible := make([]string, 0, len(ids))
	for _, id := range ids {
		if u.containers[id] {
			visible = append(visible, id)
		}
	}
	return visible
}

// constant is a change to the same JSON, whatever the value is.
func constant(value string) func([]byte) ([]byte, error) {
	return func(_ []byte) ([]byte, error) { return []byte(value), nil }
}

// cutParent keeps the parent of an image that visible containers use, too.
func (u *Usage) cutParent(raw []byte) ([]byte, error) {
	var parent string
	if err := json.Unmarshal(raw, &parent); err != nil {
		return nil, err
	}
	if u.images[parent] > 0 {
		return raw, nil
	}
	return []byte(`""`), nil
}

// Choice is the value of a filter that is true or false, or was not set.
type Choice int

// The values.
const (
	Either Choice = iota
	Yes
	No
)

// ImageQuery is what a client asks of ImageList, as far as the engine would judge
// it by what hidden containers use, too.
type ImageQuery struct {
	All        bool     // images of which others are made, too
	Dangling   Choice   // images without a tag
	References []string // patterns, of which one has to match a name
	Nameless   Nameless
}

// ImageList keeps the images of visible containers, by the names that these
// use. body is the list of all images.
func (u *Usage) ImageList(body []byte, q *ImageQuery) ([]byte, error) {
	var heads []imageHead
	if err := json.Unmarshal(body, &heads); err != nil {
		return nil, err
	}
	inner := u.ancestors(heads)
	return rawjson.EachElement(body, func(image []byte) ([]byte, error) {
		var head imageHead
		if err := json.Unmarshal(image, &head); err != nil {
			return nil, err
		}
		if u.images[head.Id] == 0 {
			return nil, rawjson.ErrOmit
		}
		cut, err := u.cutImage(image, &head, q.Nameless)
		if err != nil || q.wants(&head, inner[head.Id]) {
			return cut, err
		}
		return nil, rawjson.ErrOmit
	})
}

// ancestors are the images of which images of visible containers are made.
func (u *Usage) ancestors(heads []imageHead) map[string]bool {
	parents := make(map[string]string, len(heads))
	for i := range heads {
		parents[heads[i].Id] = heads[i].ParentId
	}
	inner := map[string]bool{}
	for id := range u.images {
		for parent := parents[id]; parent != "" && !inner[parent]; parent = parents[parent] {
			inner[parent] = true
		}
	}
	return inner
}

// wants reports whether an image whose names were cut is one that the client
// asks for (moby, daemon/images, Images).
func (q *ImageQuery) wants(head *imageHead, inner bool) bool {
	named := len(head.RepoTags)+len(head.RepoDigests) > 0
	if !named && inner && (!q.All || q.Dangling == Yes && !head.inContainerd()) {
		return false
	}
	switch q.Dangling {
	case Yes:
		if len(head.RepoTags) > 0 || named && head.inContainerd() {
			return false
		}
	case No:
		if !named {
			return false
		}
	case Either:
	}
	return len(q.References) == 0 || matchesAny(q.References, head.RepoTags) || matchesAny(q.References, head.RepoDigests)
}

func matchesAny(references, names []string) bool {
	for _, name := range names {
		if engineapi.MatchesReference(references, name) {
			return true
		}
	}
	return false
}

// ImageHistory cuts the names of an image in its history.
func (u *Usage) ImageHistory(body []byte) ([]byte, error) {
	return rawjson.EachElement(body, func(layer []byte) ([]byte, error) {
		return rawjson.Within(layer, "Tags", u.cutTags)
	})
}

// cutTags keeps the names of a layer that visible containers use. The engine
// writes null where there is none.
func (u *Usage) cutTags(raw []byte) ([]byte, error) {
	var tags []string
	if err := json.Unmarshal(raw, &tags); err != nil {
		return nil, err
	}
	shown, cut := shownNames(tags, func(tag string) bool { return u.tags[engineapi.ImageName(tag)] })
	if !cut {
		return raw, nil
	}
	encoded, err := encodeNames(shown, NullNames)
	return []byte(encoded), err
}

// showsTag reports whether a tag or digest is one that a visible container
// uses. A digest goes with its repository. Any other name of the image may be
// there for a hidden container.
func (u *Usage) showsTag(tag string) bool {
	name := engineapi.ImageName(tag)
	if strings.Contains(name, "@") {
		return u.repositories[engineapi.Repository(name)]
	}
	return u.tags[name]
}

// imagePrefix is a reference that may be the beginning of an image ID.
var imagePrefix = regexp.MustCompile(`^(sha256:)?[0-9a-f]{1,64}$`)

// ResolveImage returns the reference to forward: the ID of an image that a
// visible container uses, or a name. Empty: the client may not know of it.
// certain: it means an image that the client may know of, whatever its ID.
func (u *Usage) ResolveImage(ref string) (found string, certain bool) {
	name := engineapi.ImageName(ref)
	if u.tags[name] && !strings.HasPrefix(ref, "sha256:") && len(ref) < 64 {
		return ref, true // A name comes before an ID that begins like it.
	}
	if !imagePrefix.MatchString(ref) {
		if !u.showsTag(ref) {
			return "", false
		}
		certain = !strings.Contains(name, "@")
		return ref, certain
	}
	for id := range u.images {
		if !strings.HasPrefix(strings.TrimPrefix(id, "sha256:"), strings.TrimPrefix(ref, "sha256:")) {
			continue
		}
		if found != "" {
			return "", false
		}
		found = id
	}
	certain = found != ""
	return found, certain
}

// ImageID returns the ID of an inspected image that a visible container uses, or
// nothing.
func (u *Usage) ImageID(body []byte) (string, error) {
	var head imageHead
	if err := json.Unmarshal(body, &head); err != nil {
		return "", err
	}
	if u.images[head.Id] == 0 {
		return "", nil
	}
	return head.Id, nil
}
