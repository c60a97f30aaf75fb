package view

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// Image removes from an ImageSummary or an ImageInspect what only
// hidden containers use, and the counts of containers.
func (u *Usage) Image(raw []byte) ([]byte, error) {
	var head struct {
		Id string //nolint:revive // The name of the field in the API.
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, err
	}
	count := u.images[head.Id]
	if count == 0 {
		return nil, rawjson.ErrOmit
	}
	return rawjson.Edit(raw, map[string]func([]byte) ([]byte, error){
		"RepoTags":    u.cutTags,
		"RepoDigests": u.cutTags,
		"Tags":        u.cutTags,
		// It is shared with hidden images, too.
		"SharedSize": func(_ []byte) ([]byte, error) { return []byte("-1"), nil },
		"Containers": func(value []byte) ([]byte, error) {
			if string(value) == "-1" {
				return nil, nil // It was not counted.
			}
			return []byte(strconv.Itoa(count)), nil
		},
		"Container":       rawjson.Empty,
		"Parent":          rawjson.Empty,
		"ParentId":        rawjson.Empty,
		"ContainerConfig": null,
		"Manifests":       null,
		"Config":          cutHostname,
	})
}

func null(_ []byte) ([]byte, error) { return []byte("null"), nil }

// ImageList keeps the images of visible containers, by the names that these
// use. references is the filter reference of the request: an image that it
// matched by a name that was cut has to match by one that is left.
func (u *Usage) ImageList(body []byte, references []string) ([]byte, error) {
	return rawjson.EachElement(body, func(image []byte) ([]byte, error) {
		cut, err := u.Image(image)
		if err != nil || len(references) == 0 {
			return cut, err
		}
		return keepMatching(cut, references)
	})
}

// keepMatching omits an image of which no name matches.
func keepMatching(image []byte, references []string) ([]byte, error) {
	var names struct {
		RepoTags, RepoDigests []string
	}
	if err := json.Unmarshal(image, &names); err != nil {
		return nil, err
	}
	for _, name := range append(names.RepoTags, names.RepoDigests...) {
		if engineapi.MatchesReference(references, name) {
			return image, nil
		}
	}
	return nil, rawjson.ErrOmit
}

// ImageHistory cuts the names of an image in its history.
func (u *Usage) ImageHistory(body []byte) ([]byte, error) {
	return rawjson.EachElement(body, func(layer []byte) ([]byte, error) {
		return rawjson.Within(layer, "Tags", u.cutTags)
	})
}

// cutTags keeps the names of an image that visible containers use.
func (u *Usage) cutTags(raw []byte) ([]byte, error) {
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
func (u *Usage) ResolveImage(ref string) string {
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
	if found == "" && !strings.HasPrefix(ref, "sha256:") && len(ref) < 64 && u.tags[engineapi.ImageName(ref)] {
		return engineapi.ImageName(ref)
	}
	return found
}

// ImageID returns the ID of an inspected image that a visible container uses, or
// nothing.
func (u *Usage) ImageID(body []byte) (string, error) {
	var head struct {
		Id string //nolint:revive // The name of the field in the API.
	}
	if err := json.Unmarshal(body, &head); err != nil {
		return "", err
	}
	if u.images[head.Id] == 0 {
		return "", nil
	}
	return head.Id, nil
}
