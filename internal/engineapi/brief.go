package engineapi

// brief are the operations whose answer is there at once and ends by itself.
var brief = set(
	"ContainerTop", "ContainerChanges", "ContainerArchiveInfo", "ContainerResize", "ContainerStop", "ContainerKill",
	"ContainerPause", "ContainerUnpause", "ContainerUpdate", "ContainerExec", "ContainerDelete", "ExecResize",
	"NetworkConnect", "NetworkDisconnect",
)

// Brief reports whether the answer ends by itself, and soon. Whatever is not
// known to do so may go on for ever.
func (ep *Endpoint) Brief() bool {
	switch ep.Op.ID {
	case "ContainerLogs":
		return !True(ep.Sent.Get("follow"))
	case "ContainerStats":
		return len(ep.Sent["stream"]) > 0 && !True(ep.Sent.Get("stream"))
	}
	return brief[ep.Op.ID]
}
