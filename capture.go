package dpf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
)

// errTooLarge reports an answer over the option maxBodyBytes.
var errTooLarge = errors.New("the answer is larger than maxBodyBytes")

// answer is a complete response, held back until it is judged.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// record calls next with w and returns the response. An answer that is larger
// than the limit, or cut short, is an error.
func (w *captureWriter) record(next http.Handler, req *http.Request) (ans *answer, err error) {
	defer func() {
		// The reverse proxy aborts by a panic when the upstream breaks off;
		// what arrived until then must not look like an answer.
		if r := recover(); r != nil {
			ans = nil
			err = fmt.Errorf("the upstream broke off: %v", r)
			if w.tooLarge {
				err = errTooLarge
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
	sieve    *sieve // nil: the body is kept as it is
}

func (w *captureWriter) Header() http.Header { return w.header }

// WriteHeader keeps the first final status; informational ones say nothing
// about the answer.
func (w *captureWriter) WriteHeader(status int) {
	if status < 200 || w.status != 0 {
		return
	}
	w.status = status
	if n, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64); err == nil && n > 0 && n <= w.limit && w.sieve == nil {
		w.body.Grow(int(n) + bytes.MinRead)
	}
}

func (w *captureWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.length += int64(len(p)); w.length > w.limit {
		w.tooLarge = true
		return 0, errTooLarge
	}
	w.body.Write(p)
	if w.sieve != nil && w.body.Len() > w.sieve.full {
		w.body.Truncate(w.sieve.thin(w.body.Bytes()))
	}
	return len(p), nil
}

// answer returns what was written, if it is whole.
func (w *captureWriter) answer() (*answer, error) {
	if w.tooLarge {
		return nil, errTooLarge
	}
	if w.status == 0 {
		return nil, errors.New("the upstream gave no answer")
	}
	length := w.header.Get("Content-Length")
	if length != "" && length != strconv.FormatInt(w.length, 10) {
		return nil, fmt.Errorf("the answer is cut short: %d of %s bytes", w.length, length)
	}
	return &answer{status: w.status, header: w.header, body: w.body.Bytes()}, nil
}

// jsonType is the media type of JSON, with or without parameters.
var jsonType = regexp.MustCompile(`^\s*application/json\s*(;|$)`)

// isJSON reports whether the body is JSON as it stands.
func (a *answer) isJSON() bool {
	if len(a.header["Content-Encoding"]) > 0 {
		return false
	}
	contentType := a.header.Get("Content-Type")
	return contentType == "application/json" || jsonType.MatchString(contentType)
}

func errNotJSON(a *answer) error {
	return fmt.Errorf("the answer is not plain JSON but %q, encoding %q", a.header.Get("Content-Type"), a.header.Get("Content-Encoding"))
}

// decode fills v from the body of a 200 answer.
func (a *answer) decode(v interface{}) error {
	if !a.isJSON() {
		return errNotJSON(a)
	}
	return json.Unmarshal(a.body, v)
}

// replacedHeaders describe the body that is replaced, or its transport.
var replacedHeaders = stringSet("Etag", "Transfer-Encoding", "Trailer", "Connection")

// send writes the answer with body in the place of its own.
func (a *answer) send(rw http.ResponseWriter, body []byte) {
	header := rw.Header()
	for key, values := range a.header {
		if !replacedHeaders[key] {
			header[key] = values
		}
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	rw.WriteHeader(a.status)
	rw.Write(body)
}
