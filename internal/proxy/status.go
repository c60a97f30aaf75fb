package proxy

import "net/http"

// StatusWriter passes an answer on and keeps its status. It flushes what Go's
// reverse proxy flushes, a stream that succeeds: compiled callers do not see a
// Flush method of ours. It must not stand in the way of an upgraded connection.
type StatusWriter struct {
	rw      http.ResponseWriter
	flusher http.Flusher
	status  int
	streams bool
}

// NewStatusWriter returns a writer in front of rw.
func NewStatusWriter(rw http.ResponseWriter) *StatusWriter {
	flusher, _ := rw.(http.Flusher)
	return &StatusWriter{rw: rw, flusher: flusher}
}

// Status is the status of the answer; 0: there is none.
func (w *StatusWriter) Status() int { return w.status }

// Header is the header of the client's answer.
func (w *StatusWriter) Header() http.Header { return w.rw.Header() }

// WriteHeader keeps the first final status.
func (w *StatusWriter) WriteHeader(status int) {
	if status >= 200 && w.status == 0 {
		w.status = status
		w.streams = status == http.StatusOK && w.rw.Header().Get("Content-Length") == "" && w.flusher != nil
	}
	w.rw.WriteHeader(status)
	if w.streams {
		w.flusher.Flush()
	}
}

// Write passes a piece on.
func (w *StatusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	n, err := w.rw.Write(p)
	if w.streams {
		w.flusher.Flush()
	}
	return n, err
}
