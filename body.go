package dpf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// maxRequestBody bounds a JSON request body, in bytes.
const maxRequestBody = 1 << 20

// rewriteBody replaces a JSON body by the encoding of what was understood of
// it. Keys fold and repeat in JSON: what is judged and what is sent must be
// the same.
func rewriteBody(req *http.Request, op *operation) (status int, err error) {
	raw, status, err := readBody(req, op)
	if err != nil {
		return status, err
	}
	if len(raw) == 0 {
		dropBody(req)
		return 0, nil
	}
	body, err := reencode(op.id, raw)
	if errors.Is(err, errPrivileged) {
		return http.StatusForbidden, fmt.Errorf("%s is refused: %w", op.id, err)
	}
	if err != nil {
		return http.StatusBadRequest, fmt.Errorf("%s: the request body is not valid: %w", op.id, err)
	}
	setJSON(req, body)
	return 0, nil
}

// readBody reads a JSON request body, of maxRequestBody bytes at most.
func readBody(req *http.Request, op *operation) (raw []byte, status int, err error) {
	raw, err = io.ReadAll(io.LimitReader(req.Body, maxRequestBody+1))
	if err != nil {
		return nil, http.StatusBadRequest, fmt.Errorf("%s: the request body cannot be read", op.id)
	}
	if len(raw) > maxRequestBody {
		return nil, http.StatusRequestEntityTooLarge, fmt.Errorf("%s: the request body is larger than %d bytes", op.id, maxRequestBody)
	}
	return bytes.TrimSpace(raw), 0, nil
}

// setJSON replaces the body by one of JSON.
func setJSON(req *http.Request, body []byte) {
	bare(req, bodyHeaders)
	req.ContentLength = int64(len(body))
	req.Header.Set("Content-Length", strconv.Itoa(len(body)))
	req.Header.Set("Content-Type", "application/json")
	req.Body = io.NopCloser(bytes.NewReader(body))
}

// errPrivileged refuses an exec with all capabilities: it is the host.
var errPrivileged = errors.New("Privileged gives the process the host")

// reencode decodes the body of an operation strictly and encodes it anew.
func reencode(id string, raw []byte) ([]byte, error) {
	switch id {
	case "ContainerExec":
		var body execOptions
		if err := decodeStrict(raw, &body); err != nil {
			return nil, err
		}
		if body.Privileged {
			return nil, errPrivileged
		}
		return json.Marshal(body)
	case "ExecStart":
		var body execStartOptions
		if err := decodeStrict(raw, &body); err != nil {
			return nil, err
		}
		return json.Marshal(body)
	case "ContainerUpdate":
		var body updateConfig
		if err := decodeStrict(raw, &body); err != nil {
			return nil, err
		}
		return json.Marshal(body)
	case "ImageCommit":
		// A container.Config names no container.
		var body map[string]json.RawMessage
		if err := decodeStrict(raw, &body); err != nil {
			return nil, err
		}
		return json.Marshal(body)
	}
	return nil, errors.New("no body is known for the operation")
}

// decodeStrict decodes one JSON value and nothing after it.
func decodeStrict(raw []byte, v interface{}) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("data after the JSON value")
	}
	return nil
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
