package engineapi

import (
	"net/http"
	"strconv"
	"strings"
)

// dockerd's words for errors that are answered here. engine is the header of an
// answer of the engine, which tells how old it is; it may be nil.

// Absence is what dockerd says of an object that does not exist, with 404.
func (ep *Endpoint) Absence(engine http.Header) string {
	words, ref := ep.Op.Absent, ep.Ref
	switch words {
	case noImage:
		ref = ImageName(ref)
	case noKill:
		// Engine 26 (API 1.45) made the messages begin in lower case.
		if AtLeast(engine, 45) {
			words = "c" + words[1:]
		}
	case "":
		words = noContainer
	}
	return strings.ReplaceAll(words, "{}", ref)
}

// Ambiguity is what dockerd says of an ID prefix that several containers share.
func Ambiguity(engine http.Header, ref string) (status int, message string) {
	if AtLeast(engine, 43) {
		return http.StatusBadRequest, "multiple IDs found with provided prefix: " + ref
	}
	return http.StatusInternalServerError, "Multiple IDs found with provided prefix: " + ref
}

// UnknownFilter is what dockerd says of the filters before and since of
// ContainerList with a container that does not exist.
func UnknownFilter(engine http.Header, ref string) (status int, message string) {
	if AtLeast(engine, 43) {
		return http.StatusNotFound, "No such container: " + ref
	}
	return http.StatusInternalServerError, "no such container " + ref
}

// AtLeast reports whether the engine that sent the header speaks API 1.minor.
// The header holds the newest version that it knows.
func AtLeast(engine http.Header, minor int) bool {
	_, digits, _ := strings.Cut(engine.Get("Api-Version"), ".")
	n, err := strconv.Atoi(digits)
	return err == nil && n >= minor
}

// StartBody is what dockerd says of a body of ContainerStart, with 400. It does
// not mind one of a few bytes.
const (
	StartBody    = "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24"
	MaxStartBody = 7
)
