package dpf

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// engineHeaders are the headers that dockerd puts on every answer of its API.
// An answer that is made here takes them from a side request, so that it
// looks like one of dockerd.
var engineHeaders = []string{"Api-Version", "Docker-Experimental", "Ostype", "Server"}

// writeError answers in the shape of moby's ErrorResponse:
// {"message":"..."} and a newline, without HTML escaping. engine is the header
// of an answer of dockerd, or nil.
func writeError(rw http.ResponseWriter, engine http.Header, status int, message string) {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	// A struct of one string always encodes.
	_ = enc.Encode(struct {
		Message string `json:"message"`
	}{message})

	header := rw.Header()
	copyEngineHeaders(header, engine)
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(body.Len()))
	rw.WriteHeader(status)
	rw.Write(body.Bytes())
}

func copyEngineHeaders(to, from http.Header) {
	for _, key := range engineHeaders {
		if values := from[key]; len(values) > 0 {
			to[key] = values
		}
	}
}

// notFound answers for a container that is hidden or does not exist: the same
// words for both, those of dockerd for the operation.
func (f *filter) notFound(rw http.ResponseWriter, ep *endpoint, engine http.Header) {
	f.log.infof("%s: not visible: %q", ep.op.id, ep.ref)
	f.writeEngineError(rw, ep, engine, http.StatusNotFound, absence(ep, engine))
}

// absence is what dockerd says of an object that does not exist.
func absence(ep *endpoint, engine http.Header) string {
	message := "No such container: " + ep.ref
	switch ep.op.action {
	case execInspect, execScoped:
		return "No such exec instance: " + ep.ref
	case network, connect:
		return "network " + ep.ref + " not found"
	case image:
		return "No such image: " + imageName(ep.ref)
	case volume:
		return "get " + ep.ref + ": no such volume"
	case fromList:
		if ep.op.id == "TaskInspect" {
			return "task " + ep.ref + " not found"
		}
		return "service " + ep.ref + " not found"
	}
	switch ep.op.id {
	case "PluginInspect":
		return `plugin "` + ep.ref + `" not found`
	case "SecretInspect":
		return "secret " + ep.ref + " not found"
	case "ConfigInspect":
		return "config " + ep.ref + " not found"
	}
	if ep.op.id == "ContainerKill" {
		// Engine 26 (API 1.45) made the messages begin in lower case.
		if apiAtLeast(engine, 45) {
			return "cannot kill container: " + ep.ref + ": " + message
		}
		return "Cannot kill container: " + ep.ref + ": " + message
	}
	return message
}

// ambiguous answers for an ID prefix that several visible containers share.
func (f *filter) ambiguous(rw http.ResponseWriter, ep *endpoint, engine http.Header) {
	if apiAtLeast(engine, 43) {
		f.writeEngineError(rw, ep, engine, http.StatusBadRequest, "multiple IDs found with provided prefix: "+ep.ref)
		return
	}
	f.writeEngineError(rw, ep, engine, http.StatusInternalServerError, "Multiple IDs found with provided prefix: "+ep.ref)
}

// writeEngineError answers with an error of dockerd in the shape that it has
// for the operation.
func (f *filter) writeEngineError(rw http.ResponseWriter, ep *endpoint, engine http.Header, status int, message string) {
	if ep.op.id != "ContainerAttach" {
		writeError(rw, engine, status, message)
		return
	}
	// Docker: attach takes the connection over before it looks for the
	// container and writes its error as text, without a length.
	rw.Header().Set("Content-Type", "application/vnd.docker.raw-stream")
	rw.WriteHeader(status)
	if flusher, ok := rw.(http.Flusher); ok {
		flusher.Flush()
	}
	io.WriteString(rw, message+"\r\n")
}

// apiAtLeast reports whether the engine that sent the header speaks API
// 1.minor. The header holds the newest version that it knows.
func apiAtLeast(engine http.Header, minor int) bool {
	_, digits, _ := strings.Cut(engine.Get("Api-Version"), ".")
	n, err := strconv.Atoi(digits)
	return err == nil && n >= minor
}

// relay sends an error answer of the upstream on. One that is not dockerd's,
// such as the page of a socket proxy, is put into dockerd's shape.
func (f *filter) relay(rw http.ResponseWriter, ep *endpoint, ans *answer) {
	if ans.status < 400 {
		f.fail(rw, ep, errUnexpected(ans))
		return
	}
	if ans.isJSON() {
		ans.send(rw, ans.body)
		return
	}
	f.replaceError(rw, ep, ans)
}

// replaceError sends the status of an error answer on, without its words.
func (f *filter) replaceError(rw http.ResponseWriter, ep *endpoint, ans *answer) {
	status := ans.status
	if status < 400 {
		status = http.StatusBadGateway
	}
	if ans.status >= 500 && !ans.isJSON() {
		// Not the engine's: the socket proxy is down, or does not reach it.
		f.log.errorf("%s: the upstream answered %d", ep.op.id, ans.status)
	} else {
		f.log.infof("%s: the upstream answered %d", ep.op.id, ans.status)
	}
	writeError(rw, ans.header, status, "dpf: "+ep.op.id+": the upstream answered "+strconv.Itoa(ans.status)+" "+http.StatusText(ans.status))
}
