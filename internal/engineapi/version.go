package engineapi

import (
	"regexp"
	"strconv"
	"strings"
)

// OldestVersion is the oldest API version that the plugin speaks. Older ones
// serve other semantics.
const OldestVersion = "1.24"

// What dockerd says of a version that it does not speak (moby,
// api/server/middleware, VersionMiddleware), as JSON and, to versions before
// 1.24, as text.
var (
	versionPath      = regexp.MustCompile(`^/v((?:0|[1-9][0-9]{0,3})(?:\.(?:0|[1-9][0-9]{0,3})){0,2})(/.*)$`)
	versionForm      = regexp.MustCompile(`^[0-9]{1,4}\.[0-9]{1,4}$`)
	versionComplaint = regexp.MustCompile(`^(\{"message":")?client version [0-9.]+ is too (old|new)\. M(in|ax)imum supported API version is [0-9.]+(, please upgrade your client to a newer version)?("\})?\n?$`)
)

// SplitVersion takes a version in its plain form off a path; empty: there is none.
// dockerd takes any digits and dots for one.
func SplitVersion(path string) (version, rest string) {
	m := versionPath.FindStringSubmatch(path)
	if m == nil {
		return "", path
	}
	return m[1], m[2]
}

// IsVersion reports whether text is a version as the engine writes it.
func IsVersion(text string) bool { return versionForm.MatchString(text) }

// VersionComplaint reports whether the body of an answer is about the API version
// of the request, and about nothing else.
func VersionComplaint(body []byte) bool { return versionComplaint.Match(body) }

// TooOld is what dockerd says of a version that is older than OldestVersion.
func TooOld(version string) string {
	return "client version " + version + " is too old. Minimum supported API version is " + OldestVersion + ", please upgrade your client to a newer version"
}

// TooNew is what dockerd says of a version that is newer than its newest.
func TooNew(version, newest string) string {
	return "client version " + version + " is too new. Maximum supported API version is " + newest
}

// CompareVersions compares part by part, as dockerd does: what is no number is 0.
func CompareVersions(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := 0; i < len(as) || i < len(bs); i++ {
		x, y := versionPart(as, i), versionPart(bs, i)
		if x != y {
			if x < y {
				return -1
			}
			return 1
		}
	}
	return 0
}

func versionPart(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, _ := strconv.Atoi(parts[i])
	return n
}
