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

// SwarmAmbiguity is what dockerd says of an ID prefix that several objects of the
// swarm share.
func SwarmAmbiguity(engine http.Header, kind, ref string, matches int) (status int, message string) {
	message = kind + " " + ref + " is ambiguous (" + strconv.Itoa(matches) + " matches found)"
	if AtLeast(engine, 43) {
		return http.StatusBadRequest, message
	}
	return http.StatusInternalServerError, message
}

// UnknownFilter is what dockerd says of the filters before and since of
// ContainerList with a container that does not exist.
func UnknownFilter(engine http.Header, ref string) (status int, message string) {
	if AtLeast(engine, 43) {
		return http.StatusNotFound, "No such container: " + ref
	}
	return http.StatusInternalServerError, "no such container " + ref
}

// Dangling reads the values of the filter dangling, as dockerd does, or returns
// what it says of values that are none.
func (op *Operation) Dangling(engine http.Header, values []string) (yes bool, refused string) {
	if strings.HasPrefix(op.Path, "/networks") {
		return danglingNetworks(engine, values)
	}
	given := set(values...)
	isTrue := given["true"] || given["1"]
	isFalse := given["false"] || given["0"]
	if AtLeast(engine, 42) {
		switch {
		case len(values) == 0:
			refused = "invalid filter 'dangling'"
		case isTrue == isFalse:
			refused = "invalid filter 'dangling=[" + strings.Join(values, " ") + "]'"
		}
		return isTrue, refused
	}
	// Engine 20 takes the first word that it knows, no value for true, and knows
	// fewer words of images.
	if strings.HasPrefix(op.Path, "/images") {
		isTrue = given["true"]
		isFalse = given["false"]
	}
	isTrue = isTrue || len(values) == 0
	if !isTrue && !isFalse {
		refused = "Invalid filter 'dangling=[" + strings.Join(values, " ") + "]'"
	}
	return isTrue, refused
}

func danglingNetworks(engine http.Header, values []string) (yes bool, refused string) {
	if len(values) > 1 {
		return false, `got more than one value for filter key "dangling"`
	}
	switch strings.Join(values, "") {
	case "1", "true":
		yes = true
	case "0", "false":
	default:
		mark := ","
		if AtLeast(engine, 52) {
			mark = ":"
		}
		refused = "invalid value for filter 'dangling'" + mark + ` must be "true" (or "1"), or "false" (or "0")`
	}
	return yes, refused
}

// AtLeast reports whether the engine that sent the header speaks API 1.minor.
// The header holds the newest version that it knows.
func AtLeast(engine http.Header, minor int) bool {
	_, digits, _ := strings.Cut(engine.Get("Api-Version"), ".")
	n, err := strconv.Atoi(digits)
	return err == nil && n >= minor
}

// Speaks reports whether the request is answered in API 1.minor or newer. One
// without a version is answered in the newest of the engine.
func (ep *Endpoint) Speaks(engine http.Header, minor int) bool {
	_, digits, ok := strings.Cut(ep.Version, ".")
	if !ok {
		return AtLeast(engine, minor)
	}
	n, err := strconv.Atoi(digits)
	return err == nil && n >= minor
}

// StartBody is what dockerd says of a body of ContainerStart, with 400. It does
// not mind one of a few bytes.
const (
	StartBody    = "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24"
	MaxStartBody = 7
)
