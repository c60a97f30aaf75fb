package scrub

// The places of environments, labels, commands and host paths in the answers
// of the API, by operation, as paths of a rawjson.Tree.

var envPlaces = map[string][]string{
	"ContainerInspect": {"Config/Env"},
	"ImageInspect":     {"Config/Env", "ContainerConfig/Env"},
	"ServiceList": {
		"*/Spec/TaskTemplate/ContainerSpec/Env", "*/PreviousSpec/TaskTemplate/ContainerSpec/Env",
		"*/Spec/TaskTemplate/PluginSpec/Env", "*/PreviousSpec/TaskTemplate/PluginSpec/Env",
	},
	"ServiceInspect": {
		"Spec/TaskTemplate/ContainerSpec/Env", "PreviousSpec/TaskTemplate/ContainerSpec/Env",
		"Spec/TaskTemplate/PluginSpec/Env", "PreviousSpec/TaskTemplate/PluginSpec/Env",
	},
	"TaskList":      {"*/Spec/ContainerSpec/Env", "*/Spec/PluginSpec/Env"},
	"TaskInspect":   {"Spec/ContainerSpec/Env", "Spec/PluginSpec/Env"},
	"PluginList":    {"*/Settings/Env"},
	"PluginInspect": {"Settings/Env"},
}

// builtPlaces hold what a build file set: variables and labels among the
// commands.
var builtPlaces = map[string][]string{
	"ImageHistory": {"*/CreatedBy"},
}

var labelPlaces = map[string][]string{
	"ContainerList":    {"*/Labels"},
	"ContainerInspect": {"Config/Labels"},
	"SystemDataUsage": {
		"Containers/*/Labels", "ContainerUsage/Items/*/Labels", "Images/*/Labels", "ImageUsage/Items/*/Labels",
		"Volumes/*/Labels", "VolumeUsage/Items/*/Labels",
	},
	"ImageList":        {"*/Labels"},
	"ImageInspect":     {"Config/Labels", "ContainerConfig/Labels"},
	"NetworkList":      {"*/Labels"},
	"NetworkListSlash": {"*/Labels"},
	"NetworkInspect":   {"Labels"},
	"VolumeList":       {"Volumes/*/Labels"},
	"VolumeInspect":    {"Labels"},
	"ServiceList": {
		"*/Spec/Labels", "*/Spec/TaskTemplate/ContainerSpec/Labels",
		"*/PreviousSpec/Labels", "*/PreviousSpec/TaskTemplate/ContainerSpec/Labels",
	},
	"ServiceInspect": {
		"Spec/Labels", "Spec/TaskTemplate/ContainerSpec/Labels",
		"PreviousSpec/Labels", "PreviousSpec/TaskTemplate/ContainerSpec/Labels",
	},
	"TaskList":    {"*/Labels", "*/Spec/ContainerSpec/Labels"},
	"TaskInspect": {"Labels", "Spec/ContainerSpec/Labels"},
}

var commandPlaces = map[string][]string{
	"ContainerList": {"*/Command"},
	"ContainerInspect": {
		"Path", "Args", "Config/Cmd", "Config/Entrypoint", "Config/Shell", "Config/OnBuild",
		"Config/Healthcheck/Test", "State/Health/Log/*/Output",
	},
	"ExecInspect": {"ProcessConfig/entrypoint", "ProcessConfig/arguments"},
	"SystemDataUsage": {
		"Containers/*/Command", "ContainerUsage/Items/*/Command", "BuildCache/*/Description", "BuildCacheUsage/Items/*/Description",
	},
	"ImageInspect": {
		"Config/Cmd", "Config/Entrypoint", "Config/Shell", "Config/OnBuild", "Config/Healthcheck/Test",
		"ContainerConfig/Cmd", "ContainerConfig/Entrypoint", "ContainerConfig/Shell", "ContainerConfig/OnBuild", "ContainerConfig/Healthcheck/Test",
	},
	"ImageHistory": {"*/CreatedBy", "*/Comment"},
	"ServiceList": {
		"*/Spec/TaskTemplate/ContainerSpec/Command", "*/Spec/TaskTemplate/ContainerSpec/Args", "*/Spec/TaskTemplate/ContainerSpec/Healthcheck/Test",
		"*/PreviousSpec/TaskTemplate/ContainerSpec/Command", "*/PreviousSpec/TaskTemplate/ContainerSpec/Args", "*/PreviousSpec/TaskTemplate/ContainerSpec/Healthcheck/Test",
	},
	"ServiceInspect": {
		"Spec/TaskTemplate/ContainerSpec/Command", "Spec/TaskTemplate/ContainerSpec/Args", "Spec/TaskTemplate/ContainerSpec/Healthcheck/Test",
		"PreviousSpec/TaskTemplate/ContainerSpec/Command", "PreviousSpec/TaskTemplate/ContainerSpec/Args", "PreviousSpec/TaskTemplate/ContainerSpec/Healthcheck/Test",
	},
	"TaskList":    {"*/Spec/ContainerSpec/Command", "*/Spec/ContainerSpec/Args", "*/Spec/ContainerSpec/Healthcheck/Test"},
	"TaskInspect": {"Spec/ContainerSpec/Command", "Spec/ContainerSpec/Args", "Spec/ContainerSpec/Healthcheck/Test"},
}

var mountPlaces = map[string][]string{
	"ContainerList": {"*/Mounts/*/Source"},
	"ContainerInspect": {
		"Mounts/*/Source", "HostConfig/Binds", "HostConfig/Mounts/*/Source", "HostConfig/Mounts/*/VolumeOptions/DriverConfig/Options", "HostConfig/Devices/*/PathOnHost",
		"GraphDriver/Data", "NetworkSettings/SandboxKey", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath",
	},
	"SystemDataUsage": {
		"Containers/*/Mounts/*/Source", "ContainerUsage/Items/*/Mounts/*/Source",
		"Volumes/*/Mountpoint", "Volumes/*/Options", "VolumeUsage/Items/*/Mountpoint", "VolumeUsage/Items/*/Options",
	},
	"SystemInfo":     {"DockerRootDir"},
	"ImageInspect":   {"GraphDriver/Data"},
	"VolumeList":     {"Volumes/*/Mountpoint", "Volumes/*/Options"},
	"VolumeInspect":  {"Mountpoint", "Options"},
	"ServiceList":    {"*/Spec/TaskTemplate/ContainerSpec/Mounts/*/Source", "*/PreviousSpec/TaskTemplate/ContainerSpec/Mounts/*/Source"},
	"ServiceInspect": {"Spec/TaskTemplate/ContainerSpec/Mounts/*/Source", "PreviousSpec/TaskTemplate/ContainerSpec/Mounts/*/Source"},
	"TaskList":       {"*/Spec/ContainerSpec/Mounts/*/Source"},
	"TaskInspect":    {"Spec/ContainerSpec/Mounts/*/Source"},
}
