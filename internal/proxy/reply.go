package proxy

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// engineHeaders are the headers that dockerd puts on every answer of its API.
// An answer that is made here takes them from a side request, so that it
// looks like one of dockerd.
var engineHeaders = []string{"Api-Version", "Docker-Experimental", "Ostype", "Server"}

// WriteError answers in the shape of moby's ErrorResponse:
// {"message":"..."} and a newline, without HTML escaping. engine is the header
// of an answer of dockerd, or nil.
func WriteError(rw http.ResponseWriter, engine http.Header, status int, message string) {
	JSONError(engine, status, message).Send(rw)
}

// JSONError is the answer that WriteError writes.
func JSONError(engine http.Header, status int, message string) *Answer {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	// A struct of one string always encodes.
	_ = enc.Encode(struct {
		Message string `json:"message"`
	}{message})
	header := http.Header{"Content-Type": {"application/json"}}
	copyEngineHeaders(header, engine)
	return &Answer{Status: status, Header: header, Body: body.Bytes()}
}

// TextError is an error as dockerd answers it to API versions before 1.24.
func TextError(engine http.Header, status int, message string) *Answer {
	header := http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "X-Content-Type-Options": {"nosniff"}}
	copyEngineHeaders(header, engine)
	return &Answer{Status: status, Header: header, Body: []byte(message + "\n")}
}

func copyEngineHeaders(to, from http.Header) {
	for _, key := range engineHeaders {
		if values := from[key]; len(values) > 0 {
			to[key] = values
		}
	}
}
