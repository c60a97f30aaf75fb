package engineapi

import (
	"path"
	"strings"
)

// ImageName is the form in which two names of an image can be compared: the
// domain and the tag that Docker adds are left out and added, and a digest
// takes the place of a tag.
func ImageName(name string) string {
	name = strings.TrimPrefix(name, "index.")
	name = strings.TrimPrefix(name, "docker.io/")
	name = strings.TrimPrefix(name, "library/")
	if strings.HasPrefix(name, "sha256:") {
		return name
	}
	if bare, digest, ok := strings.Cut(name, "@"); ok {
		return Repository(bare) + "@" + digest
	}
	if strings.LastIndexByte(name, ':') > strings.LastIndexByte(name, '/') {
		return name
	}
	return name + ":latest"
}

// Repository is an image name without tag and digest.
func Repository(name string) string {
	name, _, _ = strings.Cut(name, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name = name[:i]
	}
	return name
}

// MatchesReference is reference.FamiliarMatch of the distribution module: a
// pattern matches the name with its tag or digest, or without.
func MatchesReference(patterns []string, name string) bool {
	bare := Repository(name)
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
