package engineapi

import (
	"fmt"
	"strings"
	"testing"
)

// placesBefore are the places of the first releases, which stay.
var placesBefore = map[FieldKind]map[string][]string{
	Environment: {
		"ContainerInspect": {
			"Config/Env",
		},
		"ImageInspect": {
			"Config/Env",
			"ContainerConfig/Env",
		},
		"ServiceList": {
			"*/Spec/TaskTemplate/ContainerSpec/Env",
			"*/PreviousSpec/TaskTemplate/ContainerSpec/Env",
			"*/Spec/TaskTemplate/PluginSpec/Env",
			"*/PreviousSpec/TaskTemplate/PluginSpec/Env",
		},
		"ServiceInspect": {
			"Spec/TaskTemplate/ContainerSpec/Env",
			"PreviousSpec/TaskTemplate/ContainerSpec/Env",
			"Spec/TaskTemplate/PluginSpec/Env",
			"PreviousSpec/TaskTemplate/PluginSpec/Env",
		},
		"TaskList": {
			"*/Spec/ContainerSpec/Env",
			"*/Spec/PluginSpec/Env",
		},
		"TaskInspect": {
			"Spec/ContainerSpec/Env",
			"Spec/PluginSpec/Env",
		},
		"PluginList": {
			"*/Settings/Env",
		},
		"PluginInspect": {
			"Settings/Env",
		},
	},
	EnvironmentText: {
		"ImageHistory": {
			"*/CreatedBy",
		},
	},
	Labels: {
		"ContainerList": {
			"*/Labels",
		},
		"ContainerInspect": {
			"Config/Labels",
		},
		"SystemDataUsage": {
			"Containers/*/Labels",
			"ContainerUsage/Items/*/Labels",
			"Images/*/Labels",
			"ImageUsage/Items/*/Labels",
			"Volumes/*/Labels",
			"VolumeUsage/Items/*/Labels",
		},
		"ImageList": {
			"*/Labels",
		},
		"ImageInspect": {
			"Config/Labels",
			"ContainerConfig/Labels",
		},
		"NetworkList": {
			"*/Labels",
		},
		"NetworkListSlash": {
			"*/Labels",
		},
		"NetworkInspect": {
			"Labels",
		},
		"VolumeList": {
			"Volumes/*/Labels",
		},
		"VolumeInspect": {
			"Labels",
		},
		"ServiceList": {
			"*/Spec/Labels",
			"*/Spec/TaskTemplate/ContainerSpec/Labels",
			"*/PreviousSpec/Labels",
			"*/PreviousSpec/TaskTemplate/ContainerSpec/Labels",
		},
		"ServiceInspect": {
			"Spec/Labels",
			"Spec/TaskTemplate/ContainerSpec/Labels",
			"PreviousSpec/Labels",
			"PreviousSpec/TaskTemplate/ContainerSpec/Labels",
		},
		"TaskList": {
			"*/Labels",
			"*/Spec/ContainerSpec/Labels",
		},
		"TaskInspect": {
			"Labels",
			"Spec/ContainerSpec/Labels",
		},
	},
	Command: {
		"ContainerList": {
			"*/Command",
		},
		"ContainerInspect": {
			"Path",
			"Args",
			"Config/Cmd",
			"Config/Entrypoint",
			"Config/Shell",
			"Config/OnBuild",
			"Config/Healthcheck/Test",
			"State/Health/Log/*/Output",
		},
		"ExecInspect": {
			"ProcessConfig/entrypoint",
			"ProcessConfig/arguments",
		},
		"SystemDataUsage": {
			"Containers/*/Command",
			"ContainerUsage/Items/*/Command",
			"BuildCache/*/Description",
			"BuildCacheUsage/Items/*/Description",
		},
		"ImageInspect": {
			"Config/Cmd",
			"Config/Entrypoint",
			"Config/Shell",
			"Config/OnBuild",
			"Config/Healthcheck/Test",
			"ContainerConfig/Cmd",
			"ContainerConfig/Entrypoint",
			"ContainerConfig/Shell",
			"ContainerConfig/OnBuild",
			"ContainerConfig/Healthcheck/Test",
		},
		"ImageHistory": {
			"*/CreatedBy",
			"*/Comment",
		},
		"ServiceList": {
			"*/Spec/TaskTemplate/ContainerSpec/Command",
			"*/Spec/TaskTemplate/ContainerSpec/Args",
			"*/Spec/TaskTemplate/ContainerSpec/Healthcheck/Test",
			"*/PreviousSpec/TaskTemplate/ContainerSpec/Command",
			"*/PreviousSpec/TaskTemplate/ContainerSpec/Args",
			"*/PreviousSpec/TaskTemplate/ContainerSpec/Healthcheck/Test",
		},
		"ServiceInspect": {
			"Spec/TaskTemplate/ContainerSpec/Command",
			"Spec/TaskTemplate/ContainerSpec/Args",
			"Spec/TaskTemplate/ContainerSpec/Healthcheck/Test",
			"PreviousSpec/TaskTemplate/ContainerSpec/Command",
			"PreviousSpec/TaskTemplate/ContainerSpec/Args",
			"PreviousSpec/TaskTemplate/ContainerSpec/Healthcheck/Test",
		},
		"TaskList": {
			"*/Spec/ContainerSpec/Command",
			"*/Spec/ContainerSpec/Args",
			"*/Spec/ContainerSpec/Healthcheck/Test",
		},
		"TaskInspect": {
			"Spec/ContainerSpec/Command",
			"Spec/ContainerSpec/Args",
			"Spec/ContainerSpec/Healthcheck/Test",
		},
	},
	HostPath: {
		"ContainerList": {
			"*/Mounts/*/Source",
		},
		"ContainerInspect": {
			"Mounts/*/Source",
			"HostConfig/Binds",
			"HostConfig/Mounts/*/Source",
			"HostConfig/Mounts/*/VolumeOptions/DriverConfig/Options",
			"HostConfig/Devices/*/PathOnHost",
			"GraphDriver/Data",
			"NetworkSettings/SandboxKey",
			"ResolvConfPath",
			"HostnamePath",
			"HostsPath",
			"LogPath",
		},
		"SystemDataUsage": {
			"Containers/*/Mounts/*/Source",
			"ContainerUsage/Items/*/Mounts/*/Source",
			"Volumes/*/Mountpoint",
			"Volumes/*/Options",
			"VolumeUsage/Items/*/Mountpoint",
			"VolumeUsage/Items/*/Options",
		},
		"SystemInfo": {
			"DockerRootDir",
		},
		"ImageInspect": {
			"GraphDriver/Data",
		},
		"VolumeList": {
			"Volumes/*/Mountpoint",
			"Volumes/*/Options",
		},
		"VolumeInspect": {
			"Mountpoint",
			"Options",
		},
		"ServiceList": {
			"*/Spec/TaskTemplate/ContainerSpec/Mounts/*/Source",
			"*/PreviousSpec/TaskTemplate/ContainerSpec/Mounts/*/Source",
		},
		"ServiceInspect": {
			"Spec/TaskTemplate/ContainerSpec/Mounts/*/Source",
			"PreviousSpec/TaskTemplate/ContainerSpec/Mounts/*/Source",
		},
		"TaskList": {
			"*/Spec/ContainerSpec/Mounts/*/Source",
		},
		"TaskInspect": {
			"Spec/ContainerSpec/Mounts/*/Source",
		},
	},
}

// placesAdded are the places that came later: the ends of their paths, or all of
// the path behind a slash.
var placesAdded = []struct {
	reason string
	kind   FieldKind
	ends   string
}{
	{"labels of a volume that a mount creates", Labels, "VolumeOptions/Labels"},
	{"labels of the objects of the swarm", Labels, "Engine/Labels Spec/Labels"},
	{"labels of the engine", Labels, "/Labels"},
	{"labels of the container or the object, among the attributes of its event", EventAttributes, "Actor/Attributes"},

	{"build steps of an image: ENV, LABEL and the build arguments of RUN", EnvironmentText, "ContainerConfig/Cmd Config/OnBuild ContainerConfig/OnBuild"},
	{"comments of images, which builders other than dockerd write", EnvironmentText, "Comment"},
	{"comments of images, which docker commit takes", Command, "Comment"},
	{"build steps in the build cache", EnvironmentText, "BuildCache/*/Description BuildCacheUsage/Items/*/Description"},
	{"build arguments and environment in the provenance of an image", EnvironmentText, "*/Statement"},
	{"defaults of the variables of a plugin, which are objects", EnvironmentText, "Config/Env/*/Value"},

	{"errors of a start, which quote the program", Command, "State/Error Error/Message Status/Err"},
	{"command lines of the processes", Processes, "Processes"},
	{"command lines of exec instances, in the action of their events", EventAction, "Action status"},
	{"build steps in the provenance of an image", Command, "*/Statement"},
	{"command lines of plugins", Command, "Config/Args/Value Config/Entrypoint Settings/Args"},

	{"warnings of volume drivers, which are errors", HostPath, "Warnings"},
	{"errors, which quote paths", HostPath, "State/Error Error/Message Status/Err Swarm/Error"},
	{"the file that docker run --cidfile wrote", HostPath, "HostConfig/ContainerIDFile"},
	{"block devices of the host", HostPath, "HostConfig/BlkioWeightDevice/*/Path HostConfig/BlkioDeviceReadBps/*/Path HostConfig/BlkioDeviceReadIOps/*/Path HostConfig/BlkioDeviceWriteBps/*/Path HostConfig/BlkioDeviceWriteIOps/*/Path"},
	{"options of log drivers, which name sockets and certificates of the host", HostPath, "LogConfig/Config LogDriver/Options"},
	{"options of volume drivers, where they stand in a service", HostPath, "VolumeOptions/DriverConfig/Options"},
	{"options of network, secret and template drivers, which have the type of those of log drivers", HostPath, "Spec/Driver/Options Templating/Options DriverState/Options DriverConfiguration/Options IPAMOptions/Driver/Options"},
	{"what a volume driver says of a volume", HostPath, "Volumes/*/Status VolumeUsage/Items/*/Status Status"},
	{"mounts and devices that plugins ask for", HostPath, "*/Value Linux/Devices/*/Path Config/Mounts/*/Source Settings/Devices/*/Path Settings/Mounts/*/Source privileges/*/value"},
	{"files, folders and sockets of the engine", HostPath, "CDISpecDirs Containerd/Address InitBinary InitPath NRI/Info SecurityOptions DriverStatus Runtimes/*/path Runtimes/*/runtimeArgs Runtimes/*/options"},
	{"paths in the provenance of an image", HostPath, "*/Statement"},
}

// sameAnswer are operations that came later and answer as another one.
var sameAnswer = map[string]string{"PluginInspectOld": "PluginInspect", "VolumeCreate": "VolumeInspect"}

// added finds the addition that a place is of.
func added(kind FieldKind, place string) int {
	for i, addition := range placesAdded {
		if addition.kind != kind {
			continue
		}
		for _, end := range strings.Fields(addition.ends) {
			if "/"+place == end || place == end || strings.HasSuffix(place, "/"+end) && end[0] != '/' {
				return i
			}
		}
	}
	return -1
}

func TestPlaces(t *testing.T) {
	used := map[int]bool{}
	for _, kind := range fieldKinds {
		t.Run(fmt.Sprint(kind), func(t *testing.T) {
			for operation := range Fields.Answers {
				before := placesBefore[kind][operation]
				if same := sameAnswer[operation]; same != "" {
					before = placesBefore[kind][same]
				}
				left := map[string]bool{}
				for _, place := range before {
					left[strings.ToLower(place)] = true
				}
				for _, place := range Places(operation, kind) {
					if left[strings.ToLower(place)] {
						delete(left, strings.ToLower(place))
						continue
					}
					i := added(kind, place)
					if i < 0 {
						t.Errorf("%s: %s is of kind %d for no reason", operation, place, kind)
					}
					used[i] = true
				}
				for _, place := range sorted(left) {
					t.Errorf("%s: %s is of kind %d no more", operation, place, kind)
				}
			}
			for operation := range placesBefore[kind] {
				if Fields.Answers[operation] == "" {
					t.Errorf("%s has no answer", operation)
				}
			}
		})
	}
	for i, addition := range placesAdded {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			if !used[i] {
				t.Errorf("%s: no place", addition.reason)
			}
		})
	}
}
