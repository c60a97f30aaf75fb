// Package proxy sends requests on and holds answers back: it knows HTTP and
// Traefik's handlers, and nothing of policies and of Docker.
package proxy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
)

// ErrTooLarge reports an answer over the option maxBodyBytes.
var ErrTooLarge = errors.New("the answer is larger than maxBodyBytes")

// Answer is a complete response, held back until it is judged.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// record calls next with w and returns the response. An answer that is larger
// than the limit, or cut short, is an error.
func (w *captureWriter) record(next http.Handler, req *http.Request) (ans *Answer, err error) {
	defer func() {
		// The reverse proxy aborts by a panic when the upstream breaks off;
		// what arrived until then must not look like an answer.
		if r := recover(); r != nil {
			ans = nil
			err = fmt.Errorf("the upstream broke off: %v", r)
			if w.tooLarge {
				err = ErrTooLarge
			}
		}
	}()
	next.ServeHTTP(w, req)
	return w.answer()
}

// captureWriter is an http.ResponseWriter with a header of its own and a
// bounded body.
type captureWriter struct {
	header   http.Header
	status   int
	body     bytes.Buffer
	length   int64 // of what was written
	limit    int64
	tooLarge bool

	// thin drops what nobody wants from the body while it arrives; nil: the body
	// is kept as it is. It is called when the body is longer than full, and
	// returns the length that is left and the next full.
	thin func(body []byte) (length, next int)
	full int
}

func (w *captureWriter) Header() http.Header { return w.header }

// WriteHeader keeps the first final status; informational ones say nothing
// about the answer.
func (w *captureWriter) WriteHeader(status int) {
	if status < 200 || w.status != 0 {
		return
	}
	w.status = status
	if n, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64); err == nil && n > 0 && n <= w.limit && w.thin == nil {
		w.body.Grow(int(n) + bytes.MinRead)
	}
}

func (w *captureWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.length += int64(len(p)); w.length > w.limit {
		w.tooLarge = true
		return 0, ErrTooLarge
	}
	w.body.Write(p)
	if w.thin != nil && w.body.Len() > w.full {
		length, next := w.thin(w.body.Bytes())
		w.body.Truncate(length)
		w.full = next
	}
	return len(p), nil
}

// answer returns what was written, if it is whole.
func (w *captureWriter) answer() (*Answer, error) {
	if w.tooLarge {
		return nil, ErrTooLarge
	}
	if w.status == 0 {
		return nil, errors.New("the upstream gave no answer")
	}
	length := w.header.Get("Content-Length")
	if length != "" && length != strconv.FormatInt(w.length, 10) {
		return nil, fmt.Errorf("the answer is cut short: %d of %s bytes", w.length, length)
	}
	return &Answer{Status: w.status, Header: w.header, Body: w.body.Bytes()}, nil
}

// jsonType is the media type of JSON, with or without parameters.
var jsonType = regexp.MustCompile(`^\s*application/json\s*(;|$)`)

// IsJSON reports whether the body is JSON as it stands.
func (a *Answer) IsJSON() bool {
	if len(a.Header["Content-Encoding"]) > 0 {
		return false
	}
	contentType := a.Header.Get("Content-Type")
	return contentType == "application/json" || jsonType.MatchString(contentType)
}

// ErrNotJSON is the error for an answer that is not plain JSON.
func ErrNotJSON(a *Answer) error {
	return fmt.Errorf("the answer is not plain JSON but %q, encoding %q", a.Header.Get("Content-Type"), a.Header.Get("Content-Encoding"))
}

// Decode fills v from the body of a 200 answer.
func (a *Answer) Decode(v interface{}) error {
	if !a.IsJSON() {
		return ErrNotJSON(a)
	}
	return json.Unmarshal(a.Body, v)
}

// replacedHeaders describe the body that is replaced, or its transport.
var replacedHeaders = headerSet("Etag", "Transfer-Encoding", "Trailer", "Connection")

// Send writes the answer.
func (a *Answer) Send(rw http.ResponseWriter) {
	header := rw.Header()
	for key, values := range a.Header {
		if !replacedHeaders[key] {
			header[key] = values
		}
	}
	header.Set("Content-Length", strconv.Itoa(len(a.Body)))
	rw.WriteHeader(a.Status)
	rw.Write(a.Body)
}

// unexpected is the error for an answer with a status that the operation
// lacks.
type unexpected struct {
	ans *Answer
}

func (e *unexpected) Error() string {
	return fmt.Sprintf("the upstream answered %d %s", e.ans.Status, http.StatusText(e.ans.Status))
}

// ErrUnexpected is the error for an answer with a status that the operation
// lacks.
func ErrUnexpected(ans *Answer) error {
	e := &unexpected{ans: ans}
	return e
}

// Unexpected returns the answer of an error of ErrUnexpected, and nil for any
// other error.
func Unexpected(err error) *Answer {
	e, ok := err.(*unexpected) //nolint:errorlint // Yaegi: errors.As panics on a type of ours.
	if !ok {
		return nil
	}
	return e.ans
}

// VersionError returns the answer of an engine that does not speak the API
// version of the request. It is about the version alone.
func VersionError(err error) *Answer {
	ans := Unexpected(err)
	if ans == nil || ans.Status != http.StatusBadRequest || !engineapi.VersionComplaint(ans.Body) || !ans.IsJSON() {
		return nil
	}
	return ans
}
