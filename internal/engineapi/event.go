package engineapi

import "strings"

// Attributes of the events of containers that the engine sets itself, among the
// labels of the container. One that has the key of a label stands in its place,
// or the label stands in the place of it: what such an attribute says of the
// labels nobody knows. Podman has some of its own.
var (
	eventAttributes       = set("name", "image", "containerExitCode", "podId", "error", "network", "health_status")
	eventActionAttributes = map[string]map[string]bool{
		"die":         set("exitCode", "execDuration"),
		"kill":        set("signal"),
		"resize":      set("height", "width"),
		"rename":      set("oldName"),
		"commit":      set("comment", "imageID", "imageRef"),
		"exec_create": set("execID"),
		"exec_start":  set("execID"),
		"exec_detach": set("execID"),
		"exec_die":    set("execID", "exitCode"),
	}
	plainEventActions = set("create", "start", "restart", "stop", "pause", "unpause", "oom", "attach", "detach", "update", "checkpoint",
		"top", "copy", "archive-path", "extract-to-dir", "export", "destroy", "health_status")
	allEventAttributes = union(eventActionAttributes)
)

func union(sets map[string]map[string]bool) map[string]bool {
	all := map[string]bool{}
	for _, keys := range sets {
		for key := range keys {
			all[key] = true
		}
	}
	return all
}

// EventVerb is the action of an event without what comes after the colon: the
// command line of an exec instance, the state of a health check.
func EventVerb(action string) string {
	verb, _, _ := strings.Cut(action, ":")
	return verb
}

// EngineAttribute reports whether the engine itself sets an attribute of that key
// in the events of containers with the action. In those of an action that is not
// known it may be any that it sets elsewhere.
func EngineAttribute(action, key string) bool {
	verb := EventVerb(action)
	switch {
	case eventAttributes[key]:
		return true
	case plainEventActions[verb]:
		return false
	case eventActionAttributes[verb] != nil:
		return eventActionAttributes[verb][key]
	}
	return allEventAttributes[key]
}
