package dpf

import (
	"bytes"
	"net/http"
	"strings"
)

// lineFilter looks at one line of a stream, without its newline, and returns
// what the client gets of it: the line, another one, or nothing.
type lineFilter interface {
	line(raw []byte) ([]byte, error)
}

// changeLine is a lineFilter that changes every line by itself.
type changeLine struct {
	change func([]byte) ([]byte, error)
}

func (c *changeLine) line(raw []byte) ([]byte, error) { return c.change(raw) }

// lineWriter is an http.ResponseWriter that filters a stream of JSON lines
// and flushes each line that it keeps.
// Yaegi: callers in compiled code do not see a Flush method of ours, so that
// the writer flushes by itself, the header included.
type lineWriter struct {
	rw      http.ResponseWriter
	flusher http.Flusher
	filter  lineFilter
	needles [][]byte // a line without one is dropped unseen; nil: none is
	limit   int64
	rest    []byte
	status  int
	refused bool // the answer is not a stream of JSON lines
	plain   bool // an error of the engine, which names only what was asked for
	err     error
}

// newLineWriter returns a writer in front of rw. A line may have limit bytes.
func newLineWriter(rw http.ResponseWriter, limit int64, filter lineFilter) *lineWriter {
	flusher, _ := rw.(http.Flusher)
	return &lineWriter{rw: rw, flusher: flusher, filter: filter, limit: limit}
}

func (w *lineWriter) Header() http.Header { return w.rw.Header() }

func (w *lineWriter) WriteHeader(status int) {
	if status < 200 || w.status != 0 {
		return
	}
	w.status = status
	header := w.rw.Header()
	header.Del("Content-Length")
	switch {
	case status == http.StatusOK && isLines(header):
	case status >= 400:
		w.plain = true
	default:
		// Closed: what cannot be read line by line cannot be filtered.
		w.refused = true
		header.Del("Content-Encoding")
		writeError(w.rw, nil, http.StatusBadGateway, "dpf: the upstream's answer is not a stream of JSON lines")
		return
	}
	w.rw.WriteHeader(status)
	w.flush()
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

func (w *lineWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.refused {
		return len(p), nil
	}
	if w.plain {
		return w.rw.Write(p)
	}
	end := bytes.LastIndexByte(p, '\n') + 1
	if end > 0 {
		w.lines(append(w.rest, p[:end]...))
		w.rest = nil
	}
	w.rest = append(w.rest, p[end:]...)
	if int64(len(w.rest)) > w.limit {
		w.err = errTooLarge
	}
	if w.err != nil {
		return 0, w.err
	}
	return len(p), nil
}

// lines passes whole lines through the filter, of these only the ones that
// hold a needle.
// Yaegi: a call for each line costs a hundred times the search of them all.
func (w *lineWriter) lines(block []byte) {
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

// finish sends what stands after the last newline.
func (w *lineWriter) finish() {
	if len(w.rest) > 0 && w.err == nil {
		w.send(w.rest, false)
	}
}

// send passes one line through the filter.
func (w *lineWriter) send(line []byte, newline bool) {
	kept, err := w.filter.line(line)
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

func (w *lineWriter) flush() {
	if w.flusher != nil {
		w.flusher.Flush()
	}
}

// stream forwards a request whose answer goes through lines. A broken
// upstream ends the connection as it does without the plugin.
func (f *filter) stream(req *http.Request, lines *lineWriter) {
	f.next.ServeHTTP(lines, req)
	lines.finish()
	if lines.err != nil {
		f.log.debugf("%s: the stream ended: %v", req.URL.Path, lines.err)
	}
}
