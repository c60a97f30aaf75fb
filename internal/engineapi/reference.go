package engineapi

import "regexp"

var (
	// FullID is the ID of a container or of an exec instance in full.
	FullID = regexp.MustCompile(`^[0-9a-f]{64}$`)

	// HexRef is a reference that may be the beginning of an ID.
	HexRef = regexp.MustCompile(`^[0-9a-fA-F]+$`)

	// Decisive is a reference of which an inspect may find the container: an ID or
	// a short ID, or what a container can be called and no ID begins with. What
	// any other reference means among the visible containers, the list says:
	// asked for it, dockerd would most often report a prefix that a hidden
	// container shares.
	Decisive = regexp.MustCompile(`^[0-9a-f]{12,64}$|^[0-9A-Fa-f]*[G-Zg-z][A-Za-z0-9_.-]*$|^[0-9A-Fa-f]+[_.-][A-Za-z0-9_.-]*$`)
)

// UnknownID stands for an object that the client may not know of. No object
// has this ID.
const UnknownID = "0000000000000000000000000000000000000000000000000000000000000000"
