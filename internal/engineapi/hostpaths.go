package engineapi

import (
	"path"
	"strings"
)

// hostPathLabels are the labels in which tools write down paths of the host, as
// globs of keys: compose, Docker Desktop and dev containers do.
var hostPathLabels = []string{
	"com.docker.compose.project.config_files",
	"com.docker.compose.project.environment_file",
	"com.docker.compose.project.working_dir",
	"desktop.docker.io/binds/*/source",
	"devcontainer.config_file",
	"devcontainer.local_folder",
}

// HostPathLabel reports whether the label of a key holds paths of the host.
func HostPathLabel(key string) bool {
	key = strings.ToLower(key)
	for _, glob := range hostPathLabels {
		if ok, err := path.Match(glob, key); err == nil && ok {
			return true
		}
	}
	return false
}
