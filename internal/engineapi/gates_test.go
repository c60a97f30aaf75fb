package engineapi

import "testing"

// effect is why an operation is forwarded, filtered or refused while a
// selector is set.
type effect string

const (
	harmless   effect = "says nothing of containers and changes nothing"
	filtered   effect = "what the answer says of hidden containers is cut"
	own        effect = "reads or changes one container or exec instance, which must be visible"
	dangerous  effect = "changes the engine or objects that hidden containers may use"
	creating   effect = "makes containers by rules of its own"
	connecting effect = "makes the engine connect to an address that the client names"
	takingOver effect = "gives a name that hidden containers rely on to something else"
	unread     effect = "its answer or stream may hold anything of hidden containers"
	telling    effect = "its error names hidden containers"
)

// effects has every operation of the API. A new one fails the test until
// somebody has decided; a line is the decision, and gates is what it demands of
// the table.
var effects = map[string]effect{
	"SystemPing": harmless, "SystemPingHead": harmless, "SystemVersion": harmless,
	"NodeList": filtered, "NodeInspect": filtered,

	"SystemInfo": filtered, "SystemEvents": filtered, "SystemDataUsage": filtered,
	"ContainerList": filtered, "NetworkList": filtered, "NetworkListSlash": filtered, "NetworkInspect": filtered,
	"VolumeList": filtered, "VolumeInspect": filtered,
	"ImageList": filtered, "ImageInspect": filtered, "ImageHistory": filtered,
	"ServiceList": filtered, "ServiceInspect": filtered, "TaskList": filtered, "TaskInspect": filtered,
	"ServiceLogs": own, "TaskLogs": own, // Of visible services.

	"ContainerInspect": own, "ContainerTop": own, "ContainerLogs": own, "ContainerStats": own,
	"ContainerChanges": own, "ContainerExport": own, "ContainerArchive": own, "ContainerArchiveInfo": own,
	"PutContainerArchive": own, "ContainerAttach": own, "ContainerAttachWebsocket": own, "ContainerResize": own,
	"ContainerStart": own, "ContainerStop": own, "ContainerRestart": own, "ContainerKill": own,
	"ContainerPause": own, "ContainerUnpause": own, "ContainerWait": own, "ContainerUpdate": own,
	"ContainerExec": own, "ContainerDelete": own, "ExecInspect": own, "ExecStart": own, "ExecResize": own,
	"NetworkDisconnect": own, // A visible container leaves a network; nobody takes its names.

	"ContainerCreate": creating, "VolumeCreate": creating, "ImageBuild": creating,
	"ServiceCreate": creating, "ServiceUpdate": creating,

	"SystemAuth": connecting, "ImageSearch": connecting, "DistributionInspect": connecting,
	"ImageCreate": connecting, "ImagePush": connecting, "SwarmJoin": connecting,
	"GetPluginPrivileges": connecting, "PluginPull": connecting, "PluginPush": connecting, "PluginUpgrade": connecting,

	"ImageCommit": takingOver, "ImageTag": takingOver, "ImageLoad": takingOver,
	"NetworkConnect": takingOver, "ContainerRename": takingOver,

	"ImageDelete": telling, "NetworkDelete": telling, "VolumeDelete": telling,

	"ImageGet": unread, "ImageGetAll": unread, "ImageAttestations": unread,
	"Session": unread, "Grpc": unread, "CheckpointList": unread, "SwarmInspect": unread, "SwarmUnlockkey": unread,
	"SecretList": unread, "SecretInspect": unread, "ConfigList": unread, "ConfigInspect": unread,
	"PluginList": unread, "PluginInspect": unread, "PluginInspectOld": unread,
	"DebugVars": unread, "DebugPprof": unread, "DebugCmdline": unread, "DebugProfile": unread,
	"DebugSymbol": unread, "DebugTrace": unread, "DebugProfiles": unread, "Options": unread,

	"ContainerPrune": dangerous, "NetworkPrune": dangerous, "VolumePrune": dangerous, "ImagePrune": dangerous,
	"BuildPrune": dangerous, "BuildCancel": dangerous, "ContainerCopy": dangerous,
	"CheckpointCreate": dangerous, "CheckpointDelete": dangerous, "NetworkCreate": dangerous, "VolumeUpdate": dangerous,
	"ServiceDelete": dangerous, "NodeUpdate": dangerous, "NodeDelete": dangerous,
	"SwarmInit": dangerous, "SwarmLeave": dangerous, "SwarmUnlock": dangerous, "SwarmUpdate": dangerous,
	"SecretCreate": dangerous, "SecretUpdate": dangerous, "SecretDelete": dangerous,
	"ConfigCreate": dangerous, "ConfigUpdate": dangerous, "ConfigDelete": dangerous,
	"PluginCreate": dangerous, "PluginDelete": dangerous, "PluginDisable": dangerous, "PluginEnable": dangerous, "PluginSet": dangerous,
}

// gates are the reasons with which an operation with an effect may be refused.
// None: it is not refused.
var gates = map[effect][]string{
	creating:   {creates},
	connecting: {connects},
	takingOver: {takes, answers, renames},
	telling:    {usedBy},
	unread:     {content, tunnels, secrets, hostWide, "it reads folders of the host"},
	dangerous:  {prunes, hostWide, secrets, "it was replaced by ContainerArchive", "it writes to folders of the host", "it removes folders of the host"},
}

func TestEveryOperationIsDecided(t *testing.T) {
	known := map[string]bool{}
	for i := range operations {
		op := &operations[i]
		known[op.ID] = true
		t.Run(op.ID, func(t *testing.T) {
			checkEffect(t, op, effects[op.ID])
		})
	}
	for id := range effects {
		t.Run(id, func(t *testing.T) {
			if !known[id] {
				t.Errorf("%s has a verdict and is no operation", id)
			}
		})
	}
}

func checkEffect(t *testing.T, op *Operation, v effect) {
	t.Helper()
	allowed := gates[v]
	switch {
	case v == "":
		t.Error("nobody has decided what becomes of it")
	case allowed == nil && op.Gate != "":
		t.Errorf("it %s, and is refused: %s", v, op.Gate)
	case allowed != nil && !contains(allowed, op.Gate):
		t.Errorf("it %s, and is refused for %q, want one of %q", v, op.Gate, allowed)
	case v == harmless && (op.Action != Forward || op.Body != NoBody || op.Method == "POST"):
		t.Errorf("it is called harmless with action %d", op.Action)
	case (v == filtered || v == own) && (op.Action == Forward || op.Action == Refuse):
		t.Errorf("it %s, and has action %d", v, op.Action)
	}
}

func contains(list []string, s string) bool {
	for _, element := range list {
		if element == s {
			return true
		}
	}
	return false
}
