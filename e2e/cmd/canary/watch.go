package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
)

// stream is a response that stays open, and what has come of it.
type stream struct {
	name string
	conn io.Closer
	done chan struct{}

	mu  sync.Mutex
	raw bytes.Buffer
}

// follow reads conn until it ends or is closed.
func follow(name string, conn io.ReadCloser) *stream {
	s := &stream{name: name, conn: conn, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		_, _ = io.Copy(s, conn) // Closing it is how it ends.
	}()
	return s
}

// Write implements io.Writer.
func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.Write(p)
}

// ended reports whether the other side closed the stream.
func (s *stream) ended() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// soFar is what has come.
func (s *stream) soFar() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.raw.Bytes())
}

// stop closes the stream and returns all that came.
func (s *stream) stop() []byte {
	_ = s.conn.Close()
	<-s.done
	return s.raw.Bytes()
}

// followEvents opens the events at an entry point.
func followEvents(e entryPoint, target string, headers ...string) (*stream, error) {
	conn, err := net.DialTimeout("tcp", e.addr, again.Patient.Last())
	if err != nil {
		return nil, err
	}
	req := request{method: "GET", target: target, headers: headers}
	if _, err := conn.Write(req.bytes()); err != nil {
		return nil, err
	}
	return follow(fmt.Sprintf("GET %s %v (%s)", target, headers, e.name), conn), nil
}

// event is a subset of moby's events.Message.
type event struct {
	Type   string
	Action string
	Actor  struct {
		ID         string
		Attributes map[string]string
	}
}

// readEvents decodes the lines of an event stream.
func readEvents(data []byte) []event {
	var events []event
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		var e event
		if json.Unmarshal(bytes.TrimLeft(lines.Bytes(), "\x1e"), &e) == nil && e.Type != "" {
			events = append(events, e)
		}
	}
	return events
}

// watcher follows what the engine says during a run: itself, and through the
// plugin.
type watcher struct {
	scene   *scene
	report  *report
	direct  *stream
	plugin  []*stream
	state   snapshot
	visible []string
}

// startWatcher keeps the state of what is hidden and opens the streams.
func startWatcher(s *scene, r *report, entries []entryPoint) (*watcher, error) {
	w := &watcher{scene: s, report: r, visible: values(s.visible)}
	events, err := s.daemon.Events()
	if err != nil {
		return nil, err
	}
	w.direct = follow("the engine's events", events)
	if w.state, err = s.daemon.snapshot(s.watched); err != nil {
		return nil, err
	}
	for _, e := range entries {
		for _, open := range []struct {
			target  string
			headers []string
		}{{"/events", nil}, {"/v1.24/events", []string{"Accept: application/json-seq"}}} {
			st, err := followEvents(e, open.target, open.headers...)
			if err != nil {
				return nil, err
			}
			w.plugin = append(w.plugin, st)
		}
	}
	w.awaitHeads()
	return w, nil
}

// awaitHeads returns when every stream has begun: what happens before is in
// none of them.
func (w *watcher) awaitHeads() {
	begun := func(st *stream) bool { return st.ended() || bytes.Contains(st.soFar(), []byte("\r\n\r\n")) }
	for deadline := time.Now().Add(again.Patient.Last()); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if !slices.ContainsFunc(w.plugin, func(st *stream) bool { return !begun(st) }) {
			return
		}
	}
}

// stop closes the streams and reports what they and the state show.
func (w *watcher) stop() {
	w.awaitEvents()
	for _, st := range w.plugin {
		w.judgeStream(st)
	}
	for _, change := range w.scene.daemon.changes(w.state) {
		w.report.change(change)
	}
	for _, e := range readEvents(w.direct.stop()) {
		if hit := w.scene.hiddenObject(e); hit != "" {
			w.report.change(fmt.Sprintf("event %s %s on %s", e.Type, action(e), hit))
		}
	}
}

// judgeStream looks for secrets in a stream through the plugin, and whether it
// lasted. One that was refused says nothing.
func (w *watcher) judgeStream(st *stream) {
	ended := st.ended()
	raw := st.stop()
	resp := readResponse(bytes.NewReader(raw), "GET")
	for _, data := range [][]byte{raw, resp.body} {
		for _, l := range w.scene.secrets.find(data, nil) {
			w.report.leak(probe{op: "the open stream of events", entry: st.name}, request{method: "GET", target: st.name}, l)
		}
	}
	if resp.status != http.StatusOK {
		w.report.progress("%s: refused with %d", st.name, resp.status)
		return
	}
	if ended {
		w.report.invariant("a stream of events lasts as long as its client", st.name)
	}
	got := readEvents(resp.body)
	for _, key := range w.missing(got) {
		w.report.invariant("every event of a visible container arrives", st.name+": "+key)
	}
	w.report.progress("%s: %d events", st.name, len(got))
}

// awaitEvents returns when every open stream has the last events, or does not
// get them. What hidden containers do then would come late, too.
func (w *watcher) awaitEvents() {
	time.Sleep(time.Second)
	for deadline := time.Now().Add(again.Patient[1]); time.Now().Before(deadline); time.Sleep(time.Second) {
		if !slices.ContainsFunc(w.plugin, w.behind) {
			return
		}
	}
}

// behind reports whether a stream that is open lacks events.
func (w *watcher) behind(st *stream) bool {
	resp := readResponse(bytes.NewReader(st.soFar()), "GET")
	return !st.ended() && resp.status == http.StatusOK && len(w.missing(readEvents(resp.body))) > 0
}

// missing are the visible events that the engine told and got does not have.
func (w *watcher) missing(got []event) (keys []string) {
	count := map[string]int{}
	for _, e := range got {
		count[eventKey(e)]++
	}
	for _, e := range readEvents(w.direct.soFar()) {
		if e.Type != "container" || !slices.Contains(w.visible, e.Actor.ID) {
			continue
		}
		if count[eventKey(e)]--; count[eventKey(e)] < 0 {
			keys = append(keys, eventKey(e))
		}
	}
	return keys
}

func eventKey(e event) string { return e.Type + " " + e.Action + " " + e.Actor.ID }

// action is an event's action without the command line that may follow.
func action(e event) string {
	name, _, _ := strings.Cut(e.Action, ":")
	return name
}

// hiddenObject is the hidden object that an event is about, or empty. The
// containers that the scene itself starts and stops do not count.
func (s *scene) hiddenObject(e event) string {
	for role, id := range s.hidden {
		if e.Actor.ID == id || e.Actor.Attributes["container"] == id {
			return "the container " + role
		}
	}
	for what, id := range map[string]string{
		"the network": s.words["hidnetid"], "the volume": s.token("vol"), "the image": "sha256:" + s.words["hidimg"],
		"the service": s.words["hidsvc"], "the config": s.words["hidcfg"], "the secret": s.words["hidsec"],
	} {
		if e.Actor.ID == id {
			return what
		}
	}
	for _, name := range []string{s.ownImage(), s.altTag()} {
		if e.Type == "image" && e.Actor.Attributes["name"] == name {
			return "the image " + name
		}
	}
	return ""
}
