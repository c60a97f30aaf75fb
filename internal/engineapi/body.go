package engineapi

import (
	"encoding/json"
	"errors"

	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// MaxBody bounds a JSON request body, in bytes.
const MaxBody = 1 << 20

// ErrPrivileged refuses an exec with all capabilities: it is the host.
var ErrPrivileged = errors.New("Privileged gives the process the host")

// Reencode decodes a request body of a kind strictly and encodes what was
// understood anew. ErrPrivileged refuses what a client may never ask for; any
// other error says that the body is not valid.
func Reencode(kind BodyKind, raw []byte) ([]byte, error) {
	switch kind {
	case ExecBody:
		var body execOptions
		if err := rawjson.Decode(raw, &body); err != nil {
			return nil, err
		}
		if body.Privileged {
			return nil, ErrPrivileged
		}
		return json.Marshal(body)
	case ExecStartBody:
		var body execStartOptions
		if err := rawjson.Decode(raw, &body); err != nil {
			return nil, err
		}
		return json.Marshal(body)
	case UpdateBody:
		var body updateConfig
		if err := rawjson.Decode(raw, &body); err != nil {
			return nil, err
		}
		return json.Marshal(body)
	case CommitBody:
		// A container.Config names no container.
		var body map[string]json.RawMessage
		if err := rawjson.Decode(raw, &body); err != nil {
			return nil, err
		}
		return json.Marshal(body)
	case NoBody, StreamBody, ConnectBody:
		// Not encoded here.
	}
	// Fail closed: a body that nobody reads is not forwarded.
	return nil, errors.New("no body is known for the operation")
}

// execOptions is moby's container.ExecCreateRequest.
type execOptions struct {
	User         json.RawMessage `json:"User,omitempty"`
	Privileged   bool            `json:"Privileged,omitempty"`
	Tty          json.RawMessage `json:"Tty,omitempty"`
	ConsoleSize  json.RawMessage `json:"ConsoleSize,omitempty"`
	AttachStdin  json.RawMessage `json:"AttachStdin,omitempty"`
	AttachStdout json.RawMessage `json:"AttachStdout,omitempty"`
	AttachStderr json.RawMessage `json:"AttachStderr,omitempty"`
	Detach       json.RawMessage `json:"Detach,omitempty"`
	DetachKeys   json.RawMessage `json:"DetachKeys,omitempty"`
	Env          json.RawMessage `json:"Env,omitempty"`
	WorkingDir   json.RawMessage `json:"WorkingDir,omitempty"`
	Cmd          json.RawMessage `json:"Cmd,omitempty"`
}

// execStartOptions is moby's container.ExecStartRequest.
type execStartOptions struct {
	Detach      json.RawMessage `json:"Detach,omitempty"`
	Tty         json.RawMessage `json:"Tty,omitempty"`
	ConsoleSize json.RawMessage `json:"ConsoleSize,omitempty"`
}

// updateConfig is moby's container.UpdateConfig: resources and restart
// policy, none of which refers to a container.
type updateConfig struct {
	CPUShares            json.RawMessage `json:"CpuShares,omitempty"`
	Memory               json.RawMessage `json:"Memory,omitempty"`
	NanoCPUs             json.RawMessage `json:"NanoCpus,omitempty"`
	BlkioWeight          json.RawMessage `json:"BlkioWeight,omitempty"`
	BlkioWeightDevice    json.RawMessage `json:"BlkioWeightDevice,omitempty"`
	BlkioDeviceReadBps   json.RawMessage `json:"BlkioDeviceReadBps,omitempty"`
	BlkioDeviceWriteBps  json.RawMessage `json:"BlkioDeviceWriteBps,omitempty"`
	BlkioDeviceReadIOps  json.RawMessage `json:"BlkioDeviceReadIOps,omitempty"`
	BlkioDeviceWriteIOps json.RawMessage `json:"BlkioDeviceWriteIOps,omitempty"`
	CPUPeriod            json.RawMessage `json:"CpuPeriod,omitempty"`
	CPUQuota             json.RawMessage `json:"CpuQuota,omitempty"`
	CPURealtimePeriod    json.RawMessage `json:"CpuRealtimePeriod,omitempty"`
	CPURealtimeRuntime   json.RawMessage `json:"CpuRealtimeRuntime,omitempty"`
	CpusetCpus           json.RawMessage `json:"CpusetCpus,omitempty"`
	CpusetMems           json.RawMessage `json:"CpusetMems,omitempty"`
	KernelMemory         json.RawMessage `json:"KernelMemory,omitempty"`
	KernelMemoryTCP      json.RawMessage `json:"KernelMemoryTCP,omitempty"`
	MemoryReservation    json.RawMessage `json:"MemoryReservation,omitempty"`
	MemorySwap           json.RawMessage `json:"MemorySwap,omitempty"`
	MemorySwappiness     json.RawMessage `json:"MemorySwappiness,omitempty"`
	OomKillDisable       json.RawMessage `json:"OomKillDisable,omitempty"`
	PidsLimit            json.RawMessage `json:"PidsLimit,omitempty"`
	CPUCount             json.RawMessage `json:"CpuCount,omitempty"`
	CPUPercent           json.RawMessage `json:"CpuPercent,omitempty"`
	IOMaximumIOps        json.RawMessage `json:"IOMaximumIOps,omitempty"`
	IOMaximumBandwidth   json.RawMessage `json:"IOMaximumBandwidth,omitempty"`
	RestartPolicy        json.RawMessage `json:"RestartPolicy,omitempty"`
}

// ConnectOptions is the body of NetworkConnect and NetworkDisconnect.
type ConnectOptions struct {
	Container      string           `json:"Container"`
	EndpointConfig *EndpointOptions `json:"EndpointConfig,omitempty"`
	Force          bool             `json:"Force,omitempty"`
}

// EndpointOptions is moby's network.EndpointSettings.
type EndpointOptions struct {
	IPAMConfig          json.RawMessage `json:"IPAMConfig,omitempty"`
	Links               []string        `json:"Links,omitempty"`
	Aliases             json.RawMessage `json:"Aliases,omitempty"`
	MacAddress          json.RawMessage `json:"MacAddress,omitempty"`
	DriverOpts          json.RawMessage `json:"DriverOpts,omitempty"`
	GwPriority          json.RawMessage `json:"GwPriority,omitempty"`
	NetworkID           json.RawMessage `json:"NetworkID,omitempty"`
	EndpointID          json.RawMessage `json:"EndpointID,omitempty"`
	Gateway             json.RawMessage `json:"Gateway,omitempty"`
	IPAddress           json.RawMessage `json:"IPAddress,omitempty"`
	IPPrefixLen         json.RawMessage `json:"IPPrefixLen,omitempty"`
	IPv6Gateway         json.RawMessage `json:"IPv6Gateway,omitempty"`
	GlobalIPv6Address   json.RawMessage `json:"GlobalIPv6Address,omitempty"`
	GlobalIPv6PrefixLen json.RawMessage `json:"GlobalIPv6PrefixLen,omitempty"`
}
