package proxy

import "net/http"

// ErrorWriter is an http.ResponseWriter that passes an answer on, but holds an
// error back.
// Yaegi: callers in compiled code do not see a Flush method of ours, so that
// the writer flushes by itself, the header included.
type ErrorWriter struct {
	rw      http.ResponseWriter
	flusher http.Flusher
	held    *captureWriter
	limit   int64
	status  int
	before  http.Header // of the client's answer, when nobody had answered yet
}

// NewErrorWriter returns a writer in front of rw. An error may have limit bytes.
func NewErrorWriter(rw http.ResponseWriter, limit int64) *ErrorWriter {
	flusher, _ := rw.(http.Flusher)
	return &ErrorWriter{rw: rw, flusher: flusher, limit: limit, before: rw.Header().Clone()}
}

// Status is the status of the answer; 0: there is none.
func (w *ErrorWriter) Status() int { return w.status }

// Header is the header of the client's answer.
func (w *ErrorWriter) Header() http.Header {
	if w.held != nil {
		return w.held.header
	}
	return w.rw.Header()
}

// WriteHeader passes the status on unless it is that of an error.
func (w *ErrorWriter) WriteHeader(status int) {
	if status < 200 || w.status != 0 {
		return
	}
	w.status = status
	if status < 400 {
		w.rw.WriteHeader(status)
		w.flush()
		return
	}
	w.held = holdBack(w.rw, w.before, status, w.limit)
}

// holdBack takes an answer that has begun off the client's and returns the writer
// that keeps the rest of it. Its header, such as Location, goes with it; before is
// what the client's header held when nobody had answered yet.
func holdBack(rw http.ResponseWriter, before http.Header, status int, limit int64) *captureWriter {
	held := &captureWriter{header: http.Header{}, limit: limit}
	header := rw.Header()
	for key, values := range header {
		held.header[key] = values
		delete(header, key)
	}
	for key, values := range before {
		header[key] = values
	}
	held.WriteHeader(status)
	return held
}

// Write passes what arrived on, or keeps it.
func (w *ErrorWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.held != nil {
		return w.held.Write(p)
	}
	n, err := w.rw.Write(p)
	w.flush()
	return n, err
}

func (w *ErrorWriter) flush() {
	if w.flusher != nil {
		w.flusher.Flush()
	}
}

// Held is the error that was held back; nil: the answer was none, and is sent.
func (w *ErrorWriter) Held() (*Answer, error) {
	if w.held == nil {
		return nil, nil
	}
	return w.held.answer()
}
