package dpf

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// shownEvents is what a client of config gets of a stream of these lines.
func shownEvents(t *testing.T, config *Config, lines ...string) []string {
	t.Helper()
	stream := strings.Join(lines, "\n") + "\n"
	rec := do(newTestFilter(t, chunkedEngine("application/json", []string{stream}), config), "GET", "/events", "")
	if rec.Code != http.StatusOK {
		t.Fatalf("got %d %s", rec.Code, rec.Body.String())
	}
	shown := strings.Split(rec.Body.String(), "\n")
	return shown[:len(shown)-1]
}

// goneEvent is an event of a container that the engine has no more.
func goneEvent(action, attributes string) string {
	return `{"Type":"container","Action":"` + action + `","Actor":{"ID":"` + id("dd") + `","Attributes":{` + attributes + `}}}`
}

func TestEventOfAContainerThatIsGone(t *testing.T) {
	labelled := func(labels ...string) *Config {
		config := CreateConfig()
		config.Match, config.ContainerLabels = "exact", labels
		return config
	}
	named := CreateConfig()
	named.ContainerNames = []string{"web"}
	excluding := testConfig()
	excluding.ExcludeLabels = []string{"secret"}
	excludingSignal := testConfig()
	excludingSignal.ExcludeLabels = []string{"signal=x"}
	tests := []struct {
		name   string
		config *Config
		event  string
		shown  bool
	}{
		{"label", testConfig(), goneEvent("die", `"homepage.group":"x","name":"run","image":"i","exitCode":"0"`), true},
		{"other labels", testConfig(), goneEvent("die", `"group":"x","name":"run","exitCode":"0"`), false},
		{"name", named, goneEvent("die", `"name":"web","exitCode":"0"`), true},
		{"other name", named, goneEvent("die", `"name":"run","web":"web","exitCode":"0"`), false},
		{"no name", named, goneEvent("die", `"exitCode":"0"`), false},
		{"rename from hidden", named, goneEvent("rename", `"name":"web","oldName":"/run"`), false},
		{"rename to hidden", named, goneEvent("rename", `"name":"run","oldName":"/web"`), false},
		{"rename among visible", named, goneEvent("rename", `"name":"web1","oldName":"/web2"`), true},
		{"exclude", excluding, goneEvent("die", `"homepage.group":"x","secret":"1","name":"run"`), false},
		{"an exclude that does not match", excluding, goneEvent("die", `"homepage.group":"x","name":"run"`), true},
		{"exit code", labelled("exitCode=1"), goneEvent("die", `"name":"run","exitCode":"1"`), false},
		{"duration", labelled("execDuration"), goneEvent("die", `"name":"run","execDuration":"1"`), false},
		{"signal", labelled("signal"), goneEvent("kill", `"name":"run","signal":"9"`), false},
		{"exec ID", labelled("execID"), goneEvent("exec_start: sh -c x", `"name":"run","execID":"9"`), false},
		{"image and name", labelled("image=i", "name"), goneEvent("start", `"name":"run","image":"i"`), false},
		{"old name", labelled("oldName"), goneEvent("rename", `"name":"run","oldName":"/x"`), false},
		{"size", labelled("width", "height"), goneEvent("resize", `"name":"run","width":"1","height":"1"`), false},
		{"comment", labelled("comment", "imageID", "imageRef"), goneEvent("commit", `"name":"run","comment":"1","imageID":"1","imageRef":"1"`), false},
		{"a label that another action sets", labelled("comment"), goneEvent("start", `"name":"run","comment":"mine"`), true},
		{"an action that nobody knows", labelled("comment"), goneEvent("fly", `"name":"run","comment":"1"`), false},
		{"a signal may hide a label that excludes", excludingSignal, goneEvent("kill", `"homepage.group":"x","name":"run","signal":"9"`), false},
		{"its network", testConfig(), `{"Type":"network","Action":"disconnect","Actor":{"ID":"n","Attributes":{"container":"` + id("dd") + `","name":"homepage.group"}}}`, false},
		{"its volume", testConfig(), `{"Type":"volume","Action":"unmount","Actor":{"ID":"homepage.group","Attributes":{"container":"` + id("dd") + `"}}}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := len(shownEvents(t, tt.config, tt.event)) == 1; got != tt.shown {
				t.Errorf("%s is shown: %t, want %t", tt.event, got, tt.shown)
			}
		})
	}
}

// The events of networks and volumes say of a container its ID only: what an
// event of its own said before counts.
func TestEventsAfterAContainerIsGone(t *testing.T) {
	disconnect := `{"Type":"network","Action":"disconnect","Actor":{"ID":"n","Attributes":{"container":"` + id("dd") + `"}}}`
	die := goneEvent("die", `"homepage.group":"x","name":"run","exitCode":"3"`)
	hidden := goneEvent("die", `"name":"run","exitCode":"3"`)
	if got := shownEvents(t, testConfig(), die, disconnect); len(got) != 2 {
		t.Errorf("visible: got %q", got)
	}
	if got := shownEvents(t, testConfig(), hidden, disconnect); len(got) != 0 {
		t.Errorf("hidden: got %q", got)
	}
}

// A container that is there is judged by what it is, whatever its event says.
func TestEventThatSaysOtherwiseThanTheContainer(t *testing.T) {
	event := `{"Type":"container","Action":"fly","Actor":{"ID":"` + id("ab2") + `","Attributes":{"name":"web","homepage.group":"x"}}}`
	if got := shownEvents(t, testConfig(), event); len(got) != 0 {
		t.Errorf("got %q", got)
	}
	// A container that is named with the ID of one that is gone is another one.
	engine := chunkedEngine("application/json", []string{containerEvent("start", id("dd"), "run") + "\n"})
	engine.containers[0].name = id("dd")
	if got := do(newTestFilter(t, engine, testConfig()), "GET", "/events", "").Body.String(); got != "" {
		t.Errorf("named with the ID: got %q", got)
	}
}

// What happens while the answer is on its way is neither lost nor misjudged: the
// plugin looks after it has begun to listen.
func TestEventBetweenTheRequestAndTheStream(t *testing.T) {
	engine := testEngine()
	born := fakeContainer{id: id("ee4"), name: "born", labels: map[string]string{"homepage.group": "x"}}
	engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
		if !strings.HasSuffix(req.URL.Path, "/events") {
			return false
		}
		engine.containers = append(engine.containers, born)
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(`{"Type":"network","Action":"connect","Actor":{"ID":"n","Attributes":{"container":"` + born.id + `"}}}` + "\n"))
		return true
	}
	if got := do(newTestFilter(t, engine, testConfig()), "GET", "/events", "").Body.String(); !strings.Contains(got, born.id) {
		t.Errorf("got %q", got)
	}
	if engine.requests[0] != "GET /events" {
		t.Errorf("got %v, want the stream first", engine.requests)
	}
}

// Streams share what is known: the number of look-ups does not grow with them.
func TestManyStreamsOfEvents(t *testing.T) {
	const streams, containers = 40, 50
	engine := testEngine()
	engine.containers = nil
	var stream strings.Builder
	for i := 0; i < containers; i++ {
		c := fakeContainer{id: id(fmt.Sprintf("aa%04x", i)), name: fmt.Sprint("web", i), labels: map[string]string{"homepage.group": "x"}}
		engine.containers = append(engine.containers, c)
		fmt.Fprintf(&stream, `{"Type":"container","Action":"start","Actor":{"ID":"%s","Attributes":{"homepage.group":"x","name":"%s"}}}`+"\n", c.id, c.name)
	}
	events := chunkedEngine("application/json", []string{stream.String()})
	engine.override = events.override
	h := newTestFilter(t, engine, testConfig())
	client := &eventClient{h: h, want: stream.String()}
	client.done.Add(streams)
	for i := 0; i < streams; i++ {
		go client.run()
	}
	client.done.Wait()
	if client.wrong > 0 {
		t.Errorf("%d of %d streams are wrong", client.wrong, streams)
	}
	if got, want := len(engine.requests), streams+containers; got != want {
		t.Errorf("got %d requests upstream, want %d: one for each stream and each container", got, want)
	}
}

// eventClient follows events several times at once.
type eventClient struct {
	h     http.Handler
	want  string
	done  sync.WaitGroup
	mu    sync.Mutex
	wrong int
}

func (c *eventClient) run() {
	got := do(c.h, "GET", "/events", "").Body.String()
	c.mu.Lock()
	if got != c.want {
		c.wrong++
	}
	c.mu.Unlock()
	c.done.Done()
}

func TestFiltersOfEvents(t *testing.T) {
	scrubbed := testConfig()
	scrubbed.ScrubCommands = true
	scrubbedOnly := CreateConfig()
	scrubbedOnly.ScrubCommands = true
	tests := []struct {
		name, filters string
		config        *Config
		status        int
		sent          string // upstream, as filters
	}{
		{"a key that nobody knows", `{"status":["start"]}`, testConfig(), 200, ``},
		{"beside one that is known", `{"status":{"start":true},"event":{"die":true},"dangling":{"true":true}}`, testConfig(), 200, `{"event":{"die":true}}`},
		{"a hidden container", `{"container":["secret"]}`, testConfig(), 200, `{"container":{"secret":true}}`},
		{"a command", `{"event":["exec_create: sh -c secret"]}`, testConfig(), 200, `{"event":{"exec_create: sh -c secret":true}}`},
		{"a command that is masked", `{"event":["exec_create","exec_create: sh"]}`, scrubbed, 400, ``},
		{"a command that is masked, of all", `{"event":{"exec_start: s":true}}`, scrubbedOnly, 400, ``},
		{"an action", `{"event":["exec_create","health_status: healthy"]}`, scrubbed, 200, `{"event":{"exec_create":true,"health_status: healthy":true}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			engine := chunkedEngine("application/json", nil)
			rec := do(newTestFilter(t, engine, tt.config), "GET", "/events?filters="+url.QueryEscape(tt.filters), "")
			if rec.Code != tt.status {
				t.Fatalf("got %d %s, want %d", rec.Code, rec.Body.String(), tt.status)
			}
			if tt.status != 200 {
				if len(engine.requests) > 0 {
					t.Errorf("got %v upstream", engine.requests)
				}
				return
			}
			sent, err := url.Parse(strings.TrimPrefix(engine.last(), "GET "))
			if err != nil || sent.Query().Get("filters") != tt.sent {
				t.Errorf("got %s upstream, want the filters %s", engine.last(), tt.sent)
			}
		})
	}
}

// A middleware that holds an error back to try again has nothing to flush: a
// flush makes the answer one of 200.
func TestErrorsAreNotFlushed(t *testing.T) {
	engine := testEngine()
	status := 503
	engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
		if !strings.HasSuffix(req.URL.Path, "/events") {
			return false
		}
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte("{\"message\":\"no\"}\n"))
		return true
	}
	h := newTestFilter(t, engine, testConfig())
	for _, tt := range []struct {
		method, target string
		upstream, want int
		flushed        bool
	}{
		{"GET", "/events", 503, 503, false},
		{"GET", "/events", 404, 404, false},
		{"GET", "/events", 204, 502, false},
		{"GET", "/events", 200, 200, true},
		{"POST", "/containers/none/attach?stream=1", 200, 404, false},
	} {
		status = tt.upstream
		rec := do(h, tt.method, tt.target, "")
		if rec.Code != tt.want || rec.Flushed != tt.flushed {
			t.Errorf("%s %s: %d upstream: got %d, flushed: %t, want %d", tt.method, tt.target, tt.upstream, rec.Code, rec.Flushed, tt.want)
		}
	}
}
