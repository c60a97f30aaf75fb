package scrub

import (
	"regexp"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// knownWords are errors of dockerd that quote nothing but what the client asked
// for: an object that does not exist, or a name that is taken.
var knownWords = regexp.MustCompile(`^(?:No such [a-z ]+: [A-Za-z0-9][A-Za-z0-9_./:@-]*` +
	`|Conflict\. The container name "/?[A-Za-z0-9_.-]+" is already in use by container "?[0-9a-f]+"?\. [A-Za-z() ,.]+)$`)

// plainWords quote nothing, and have no path in them.
var plainWords = regexp.MustCompile(`^[A-Za-z0-9 _.,:;()\[\]=+-]*$`)

// runtimeWords stand in errors of the runtime, which tell commands and paths
// in any form.
var runtimeWords = regexp.MustCompile(`(?i)runtime|exec|mount|shim|command|path`)

// Tells reports whether the body of an error may tell what scrubCommands or
// scrubMounts remove. ref is what the client called the object. Fail closed: words
// that are not known to be harmless may tell.
func (s *Scrubber) Tells(body []byte, ref string) bool {
	if !s.GuardsErrors {
		return false
	}
	var parts map[string]interface{}
	if err := rawjson.Decode(body, &parts); err != nil {
		return true
	}
	for _, part := range parts {
		switch value := part.(type) {
		case string:
			if tells(value, ref) {
				return true
			}
		case float64, bool, nil:
		default:
			return true
		}
	}
	return false
}

func tells(words, ref string) bool {
	words = strings.TrimSpace(words)
	if knownWords.MatchString(words) {
		return false
	}
	if len(ref) > 0 {
		words = strings.ReplaceAll(words, ref, "")
	}
	return !plainWords.MatchString(words) || runtimeWords.MatchString(words)
}
