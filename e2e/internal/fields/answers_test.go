package fields

import (
	"reflect"

	"github.com/moby/moby/api/types/common"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/api/types/image"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/plugin"
	"github.com/moby/moby/api/types/registry"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/api/types/system"
	"github.com/moby/moby/api/types/volume"
)

// answers are moby's types of the answers, by operation.
var answers = map[string]reflect.Type{
	"SystemVersion":       reflect.TypeFor[system.VersionResponse](),
	"SystemAuth":          reflect.TypeFor[registry.AuthResponse](),
	"SystemInfo":          reflect.TypeFor[system.Info](),
	"SystemEvents":        reflect.TypeFor[events.Message](),
	"SystemDataUsage":     reflect.TypeFor[system.DiskUsage](),
	"ContainerList":       reflect.TypeFor[[]container.Summary](),
	"ContainerInspect":    reflect.TypeFor[container.InspectResponse](),
	"ContainerTop":        reflect.TypeFor[container.TopResponse](),
	"ContainerStats":      reflect.TypeFor[container.StatsResponse](),
	"ContainerChanges":    reflect.TypeFor[[]container.FilesystemChange](),
	"ContainerWait":       reflect.TypeFor[container.WaitResponse](),
	"ContainerUpdate":     reflect.TypeFor[container.UpdateResponse](),
	"ContainerExec":       reflect.TypeFor[container.ExecCreateResponse](),
	"ExecInspect":         reflect.TypeFor[container.ExecInspectResponse](),
	"ImageCommit":         reflect.TypeFor[common.IDResponse](),
	"ImageList":           reflect.TypeFor[[]image.Summary](),
	"ImageInspect":        reflect.TypeFor[image.InspectResponse](),
	"ImageHistory":        reflect.TypeFor[[]image.HistoryResponseItem](),
	"ImageAttestations":   reflect.TypeFor[[]image.AttestationStatement](),
	"ImageSearch":         reflect.TypeFor[[]registry.SearchResult](),
	"DistributionInspect": reflect.TypeFor[registry.DistributionInspect](),
	"NetworkList":         reflect.TypeFor[[]network.Summary](),
	"NetworkListSlash":    reflect.TypeFor[[]network.Summary](),
	"NetworkInspect":      reflect.TypeFor[network.Inspect](),
	"VolumeList":          reflect.TypeFor[volume.ListResponse](),
	"VolumeInspect":       reflect.TypeFor[volume.Volume](),
	"VolumeCreate":        reflect.TypeFor[volume.Volume](),
	"ServiceList":         reflect.TypeFor[[]swarm.Service](),
	"ServiceInspect":      reflect.TypeFor[swarm.Service](),
	"TaskList":            reflect.TypeFor[[]swarm.Task](),
	"TaskInspect":         reflect.TypeFor[swarm.Task](),
	"NodeList":            reflect.TypeFor[[]swarm.Node](),
	"NodeInspect":         reflect.TypeFor[swarm.Node](),
	"PluginList":          reflect.TypeFor[[]plugin.Plugin](),
	"PluginInspect":       reflect.TypeFor[plugin.Plugin](),
	"PluginInspectOld":    reflect.TypeFor[plugin.Plugin](),
	"GetPluginPrivileges": reflect.TypeFor[plugin.Privileges](),
	"SwarmInspect":        reflect.TypeFor[swarm.Swarm](),
	"SecretList":          reflect.TypeFor[[]swarm.Secret](),
	"SecretInspect":       reflect.TypeFor[swarm.Secret](),
	"ConfigList":          reflect.TypeFor[[]swarm.Config](),
	"ConfigInspect":       reflect.TypeFor[swarm.Config](),
}

// plain are the other operations with an answer that is described: it is no
// JSON, or says no more than what was done, and holds nothing to scrub. All
// that do more than read are refused while a selector is set.
const plain = `
SystemPing SystemPingHead
ContainerLogs ServiceLogs TaskLogs ImageGet ImageGetAll
BuildPrune ContainerPrune ImagePrune NetworkPrune VolumePrune ImageDelete PluginDelete
ConfigCreate ContainerCreate NetworkCreate SecretCreate ServiceCreate ServiceUpdate
SwarmInit SwarmUnlockkey
`
