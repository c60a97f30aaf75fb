package proxy

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// engineHeaders are the headers that dockerd puts on every answer of its API.
// An answer that is made here takes them from a side request, so that it
// looks like one of dockerd.
var engineHeaders = []string{"Api-Version", "Docker-Experimental", "Ostype", "Server"}

// WriteError answers in the shape of moby's ErrorResponse:
// {"message":"..."} and a newline, without HTML escaping. engine is the header
// of an answer of dockerd, or nil.
func WriteError(rw http.ResponseWriter, engine http.Header, status int, message string) {
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
