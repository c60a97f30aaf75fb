package engineapi

import (
	"path"
	"strings"
)

// ImageName is the form in which two names of an image can be compared: the
// domain and the tag that Docker adds are left out and added, and a digest
// takes the place of a tag.
func ImageName(name string) string {
	name = strings.TrimPrefix(name, "index.docker.io/")
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

// canonical is a name with the domain that Docker leaves out.
func canonical(name string) string {
	first, _, ok := strings.Cut(name, "/")
	if !ok {
		return "docker.io/library/" + name
	}
	if strings.ContainsAny(first, ".:") || first == "localhost" {
		return name
	}
	return "docker.io/" + name
}

// MatchesReference reports whether a pattern of the filter reference matches a
// name with its tag or digest, or without: as Docker writes it, and, since
// Engine 29, in full.
func MatchesReference(patterns []string, name string) bool {
	bare := Repository(name)
	for _, pattern := range patterns {
		for _, form := range []string{name, bare, canonical(name), canonical(bare)} {
			if ok, err := path.Match(pattern, form); err == nil && ok {
				return true
			}
		}
	}
	return false
}
