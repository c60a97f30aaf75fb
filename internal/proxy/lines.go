package proxy

import (
	"bytes"
	"net/http"
	"strings"
)

// LineWriter is an http.ResponseWriter that filters a stream of JSON lines
// and flushes each line that it keeps. Nothing but a stream is flushed: a
// middleware before this one may hold an error back to try again, and a flush
// would make it an answer of 200.
// Yaegi: callers in compiled code do not see a Flush method of ours, so that
// the writer flushes by itself, the header included.
type LineWriter struct {
	rw      http.ResponseWriter
	flusher http.Flusher
	line    func(raw []byte) ([]byte, error)
	needles [][]byte
	limit   int64
	rest    []byte
	status  int
	refused bool // the answer is not a stream of JSON lines
	err     error

	before http.Header // of the client's answer, when nobody had answered yet
	held   *captureWriter
}

// NewLineWriter returns a writer in front of rw. line gets one line of the
// stream, without its newline, and returns what the client gets of it: the line,
// another one, or nothing. A line may have limit bytes. Lines without one of the
// needles are dropped unseen; nil: none is.
func NewLineWriter(rw http.ResponseWriter, limit int64, needles [][]byte, line func(raw []byte) ([]byte, error)) *LineWriter {
	flusher, _ := rw.(http.Flusher)
	return &LineWriter{rw: rw, flusher: flusher, line: line, needles: needles, limit: limit, before: rw.Header().Clone()}
}

// Header is the header of the client's answer.
func (w *LineWriter) Header() http.Header { return w.rw.Header() }

// WriteHeader refuses an answer that is no stream of lines.
func (w *LineWriter) WriteHeader(status int) {
	if status < 200 || w.status != 0 {
		return
	}
	w.status = status
	if header := w.rw.Header(); status == http.StatusOK && isLines(header) {
		header.Del("Content-Length")
		w.rw.WriteHeader(status)
		w.flush()
		return
	}
	w.held = holdBack(w.rw, w.before, status, w.limit)
	if status < 400 {
		// Fail closed: what cannot be read line by line cannot be filtered. The
		// client is told now, since it may go on for ever.
		w.refused = true
		WriteError(w.rw, w.held.header, http.StatusBadGateway, "dpf: the upstream's answer is not a stream of JSON lines")
	}
}

// isLines reports whether the header announces JSON lines.
func isLines(header http.Header) bool {
	contentType, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	switch strings.TrimSpace(contentType) {
	case "application/json", "application/jsonl", "application/x-ndjson", "application/json-seq":
		return header.Get("Content-Encoding") == ""
	}
	return false
}

// Write passes what arrived of the stream on, line by line.
func (w *LineWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.refused {
		return len(p), nil
	}
	if w.held != nil {
		return w.held.Write(p)
	}
	end := bytes.LastIndexByte(p, '\n') + 1
	if end > 0 {
		w.lines(append(w.rest, p[:end]...))
		w.rest = nil
	}
	w.rest = append(w.rest, p[end:]...)
	if int64(len(w.rest)) > w.limit {
		w.err = ErrTooLarge
	}
	if w.err != nil {
		return 0, w.err
	}
	return len(p), nil
}

// Held is the error of the engine in the place of a stream, which is not sent, or
// nil. One that is not whole is an error of its own.
func (w *LineWriter) Held() (*Answer, error) {
	if w.refused || w.held == nil {
		return nil, nil
	}
	return w.held.answer()
}

// lines passes whole lines through the filter, of these only the ones that
// hold a needle.
// Yaegi: a call for each line costs a hundred times the search of them all.
func (w *LineWriter) lines(block []byte) {
	for len(block) > 0 && w.err == nil {
		start := 0
		if w.needles != nil {
			hit := firstOf(block, w.needles)
			if hit < 0 {
				return
			}
			start = bytes.LastIndexByte(block[:hit], '\n') + 1
		}
		end := start + bytes.IndexByte(block[start:], '\n')
		w.send(block[start:end], true)
		block = block[end+1:]
	}
}

// firstOf is the place of the needle that comes first, or -1. What it cuts off
// may hold the end of another needle, but of the same line.
func firstOf(block []byte, needles [][]byte) int {
	first := -1
	for _, needle := range needles {
		if hit := bytes.Index(block, needle); hit >= 0 {
			first = hit
			block = block[:hit]
		}
	}
	return first
}

// Finish sends what stands after the last newline, and returns why the stream
// ended before its end, if it did.
func (w *LineWriter) Finish() error {
	if len(w.rest) > 0 && w.err == nil {
		w.send(w.rest, false)
	}
	return w.err
}

// send passes one line through the filter.
func (w *LineWriter) send(line []byte, newline bool) {
	kept, err := w.line(line)
	if err != nil {
		w.err = err
		return
	}
	if len(kept) == 0 {
		return
	}
	if newline {
		kept = append(kept[:len(kept):len(kept)], '\n')
	}
	_, w.err = w.rw.Write(kept)
	w.flush()
}

func (w *LineWriter) flush() {
	if w.flusher != nil {
		w.flusher.Flush()
	}
}

// Status is the status that the upstream answered with; 0: there is none.
func (w *LineWriter) Status() int { return w.status }
