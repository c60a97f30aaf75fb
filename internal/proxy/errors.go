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
	begun   bool
}

// NewErrorWriter returns a writer in front of rw. An error may have limit bytes.
func NewErrorWriter(rw http.ResponseWriter, limit int64) *ErrorWriter {
	flusher, _ := rw.(http.Flusher)
	return &ErrorWriter{rw: rw, flusher: flusher, limit: limit}
}

// Header is the header of the client's answer.
func (w *ErrorWriter) Header() http.Header {
	if w.held != nil {
		return w.held.header
	}
	return w.rw.Header()
}

// WriteHeader passes the status on unless it is that of an error.
func (w *ErrorWriter) WriteHeader(status int) {
	if status < 200 || w.begun {
		return
	}
	w.begun = true
	if status < 400 {
		w.rw.WriteHeader(status)
		w.flush()
		return
	}
	w.held = &captureWriter{header: http.Header{}, limit: w.limit}
	header := w.rw.Header()
	for key, values := range header {
		w.held.header[key] = values
		delete(header, key)
	}
	w.held.WriteHeader(status)
}

// Write passes what arrived on, or keeps it.
func (w *ErrorWriter) Write(p []byte) (int, error) {
	if !w.begun {
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
