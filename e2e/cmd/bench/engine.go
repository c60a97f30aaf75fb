package main

import (
	"bufio"
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Request headers that say what the canned engine shall answer. The plugin
// forwards a header that it does not know.
const (
	headerList    = "Bench-List"    // length of the list
	headerRate    = "Bench-Rate"    // events per second; 0: as many as are taken
	headerSeconds = "Bench-Seconds" // how long events are sent
	headerVisible = "Bench-Visible" // one event of so many is visible
)

// streamSize is the length of an export.
const streamSize = 1 << 30

// serveEngine runs the canned engine until it is killed.
func serveEngine(addr, dir string) error {
	s, err := newScene(dir)
	if err != nil {
		return err
	}
	server := &http.Server{Addr: addr, Handler: s, ReadHeaderTimeout: 10 * time.Second}
	return server.ListenAndServe()
}

// ServeHTTP answers like dockerd: without a length, but for short answers.
func (s *scene) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	header := rw.Header()
	header.Set("Api-Version", "1.41")
	header.Set("Docker-Experimental", "false")
	header.Set("Ostype", "linux")
	header.Set("Server", "Docker/20.10.24+dfsg1 (linux)")
	header.Set("Content-Type", "application/json")
	path := strings.TrimPrefix(req.URL.Path, "/v1.41")
	switch path {
	case "/_ping":
		header.Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = rw.Write([]byte("OK"))
	case "/version":
		_, _ = rw.Write(s.version)
	case "/events":
		s.serveEvents(rw, req)
	case "/containers/json":
		lists := s.lists
		if strings.Contains(req.URL.Query().Get("filters"), `"`+visibleLabel+`"`) {
			lists = s.shown
		}
		list, ok := lists[number(req, headerList)]
		if !ok {
			list = lists[50]
		}
		_, _ = rw.Write(list)
	default:
		s.serveContainer(rw, path)
	}
}

// serveContainer answers for any full ID with the recorded container.
func (s *scene) serveContainer(rw http.ResponseWriter, path string) {
	id, verb, _ := strings.Cut(strings.TrimPrefix(path, "/containers/"), "/")
	switch {
	case len(id) != 64:
		rw.WriteHeader(http.StatusNotFound)
		_, _ = rw.Write([]byte(`{"message":"No such container: ` + id + `"}` + "\n"))
	case verb == "json":
		recorded := s.inspect[len(`{"Id":"`):][:64]
		_, _ = rw.Write(bytes.ReplaceAll(s.inspect, recorded, []byte(id)))
	case verb == "top":
		_, _ = rw.Write(s.top)
	case verb == "logs":
		rw.Header().Set("Content-Type", "application/vnd.docker.raw-stream")
		_, _ = rw.Write(s.logs)
	case verb == "export":
		rw.Header().Set("Content-Type", "application/x-tar")
		for sent := 0; sent < streamSize; sent += len(s.chunk) {
			if _, err := rw.Write(s.chunk); err != nil {
				return
			}
		}
	default:
		rw.WriteHeader(http.StatusNotFound)
	}
}

// serveEvents sends events at the rate that the request asks for. Each holds
// the time at which it was sent.
func (s *scene) serveEvents(rw http.ResponseWriter, req *http.Request) {
	rate, every := number(req, headerRate), max(number(req, headerVisible), 1)
	length := time.Duration(number(req, headerSeconds)) * time.Second
	controller := http.NewResponseController(rw)
	_ = controller.Flush()
	out := bufio.NewWriterSize(rw, 64<<10)
	line := make([]byte, 0, 4096)
	start := time.Now()
	for sent := 0; ; {
		elapsed := time.Since(start)
		due := sent + 200
		if rate > 0 {
			due = int(min(elapsed, length).Seconds() * float64(rate))
		}
		for ; sent < due && time.Since(start) < length+time.Second/10; sent++ {
			line = append(line[:0], s.event(sent, every)...)
			line = strconv.AppendInt(line, time.Now().UnixNano(), 10)
			line = append(line, "}\n"...)
			if _, err := out.Write(line); err != nil {
				return
			}
		}
		if out.Flush() != nil || controller.Flush() != nil || elapsed >= length {
			return
		}
		if rate > 0 {
			time.Sleep(time.Millisecond)
		}
	}
}

// event is the i-th event, of which one in every is visible.
func (s *scene) event(i, every int) []byte {
	if i%every == 0 {
		return s.visible[i/every%len(s.visible)]
	}
	return s.hidden[i%len(s.hidden)]
}

// number is the value of a header of the bench.
func number(req *http.Request, header string) int {
	n, _ := strconv.Atoi(req.Header.Get(header))
	return n
}
