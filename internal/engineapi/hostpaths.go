package engineapi

import "regexp"

// hostPathLabels are the labels in which tools write down paths of the host:
// compose, Docker Desktop and dev containers do.
// Yaegi: one expression, since answers have many labels.
var hostPathLabels = regexp.MustCompile(`(?i)^(?:` +
	`com\.docker\.compose\.project\.(?:config_files|environment_file|working_dir)` +
	`|desktop\.docker\.io/(?:binds|mounts)/[^/]*/source` +
	`|devcontainer\.(?:config_file|local_folder)` +
	`)$`)

// HostPathLabel reports whether the label of a key holds paths of the host.
func HostPathLabel(key string) bool { return hostPathLabels.MatchString(key) }
