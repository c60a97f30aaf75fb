package dpf

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
)

// worldEngine answers the operations that are rewritten with one object of a
// visible container, one of a hidden one and one of none.
func worldEngine() *fakeEngine {
	engine := testEngine()
	engine.containers[0].summary = `,"Image":"web:1","ImageID":"sha256:` + id("11") + `","State":"running","HostConfig":{"NetworkMode":"front"},"Mounts":[{"Name":"vweb"}],"NetworkSettings":{"Networks":{"front":{"NetworkID":"` + id("n1") + `"}}}`
	engine.containers[1].summary = `,"Image":"canary:1","ImageID":"sha256:` + id("22") + `","State":"running","HostConfig":{"NetworkMode":"front"},"Mounts":[{"Name":"vcanary"}],"NetworkSettings":{"Networks":{"canarynet":{"NetworkID":"` + id("n2") + `"}}}`
	engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
		body, ok := worldAnswers[req.Method+" "+req.URL.Path]
		if !ok {
			return false
		}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(body))
		return true
	}
	return engine
}

var worldAnswers = map[string]string{
	"GET /info":                                   `{"ID":"x","Containers":4,"ContainersRunning":4,"ContainersPaused":0,"ContainersStopped":0,"Images":9,"NFd":50,"NGoroutines":60,"Name":"host"}`,
	"GET /networks":                               `[` + frontNetwork + `,` + canaryNetwork + `,{"Name":"host","Id":"` + id("n3") + `","Containers":{}}]`,
	"GET /networks/":                              `[` + canaryNetwork + `]`,
	"GET /networks/" + id("n1"):                   frontNetwork,
	"GET /volumes":                                `{"Volumes":[{"Name":"vweb","UsageData":{"RefCount":2}},{"Name":"vcanary"},{"Name":"unused-canary"}],"Warnings":null}`,
	"GET /volumes/vweb":                           `{"Name":"vweb","UsageData":{"RefCount":2}}`,
	"GET /volumes/vcanary":                        `{"Name":"vcanary"}`,
	"GET /images/json":                            `[` + webImage + `,{"Id":"sha256:` + id("22") + `","RepoTags":["canary:1"],"Containers":1}]`,
	"GET /images/web:1/json":                      webImage,
	"GET /images/web:1/history":                   `[]`,
	"GET /images/sha256:" + id("11") + "/json":    webImage,
	"GET /images/sha256:" + id("11") + "/history": `[{"Id":"x","Tags":["web:1","canary:1"]}]`,
	"GET /images/canary:1/json":                   `{"Id":"sha256:` + id("22") + `","RepoTags":["canary:1"]}`,
	"GET /services":                               `[` + webService + `,{"ID":"s2","Spec":{"Name":"canary","TaskTemplate":{"ContainerSpec":{"Env":["A=canary"]}}}}]`,
	"GET /tasks":                                  `[{"ID":"t1","Spec":{"ContainerSpec":{"Env":["A=1"]}},"Status":{"ContainerStatus":{"ContainerID":"` + id("aa1") + `"}}},{"ID":"t2","Spec":{"ContainerSpec":{"Env":["A=canary"]}},"Status":{"ContainerStatus":{"ContainerID":"` + id("ab2") + `"}}}]`,
	"GET /system/df": `{"LayersSize":99,"Images":[` + webImage + `],"Containers":[{"Id":"` + id("ab2") + `","Names":["/canary"]},{"Id":"` + id("aa1") + `","Names":["/web"],"Labels":{"homepage.group":"x"}}],"Volumes":[{"Name":"vcanary"},{"Name":"vweb","UsageData":{"RefCount":2,"Size":7}}],"BuildCache":[{"Description":"RUN canary"}],` +
		`"ContainerUsage":{"ActiveCount":4,"TotalCount":4,"TotalSize":7,"Items":[{"Id":"` + id("ab2") + `","Names":["/canary"]}]},"ImageUsage":{"TotalCount":9,"Reclaimable":8},"NewUsage":{"canary":1}}`,
}

var (
	frontNetwork  = `{"Name":"front","Id":"` + id("n1") + `","Containers":{"` + id("aa1") + `":{"Name":"web"},"` + id("ab2") + `":{"Name":"canary"},"ep-1":{"Name":"canary"}},"Status":{"IPAM":{"Subnets":{"10.0.0.0/24":{"IPsInUse":9}}}},"Labels":{}}`
	canaryNetwork = `{"Name":"canarynet","Id":"` + id("n2") + `","Containers":{}}`
	webImage      = `{"Id":"sha256:` + id("11") + `","RepoTags":["web:1","canary:1"],"RepoDigests":["canary@sha256:1"],"Containers":3,"Container":"` + id("ab2") + `","Config":{"Hostname":"canary","Env":["A=1"]}}`
	webService    = `{"ID":"s1","Spec":{"Name":"web","Labels":{"homepage.group":"x"},"TaskTemplate":{"ContainerSpec":{"Env":["A=1"]}}}}`
)

// Nothing of a hidden container is in an answer that is rewritten.
func TestRewrittenAnswers(t *testing.T) {
	tests := []struct{ target, want string }{
		{"/info", `{"ID":"x","Containers":2,"ContainersRunning":1,"ContainersPaused":0,"ContainersStopped":1,"Images":2,"NFd":0,"NGoroutines":0,"Name":"host"}` + "\n"},
		{"/networks", `[{"Name":"front","Id":"` + id("n1") + `","Containers":{"` + id("aa1") + `":{"Name":"web"}},"Labels":{}},{"Name":"host","Id":"` + id("n3") + `","Containers":{}}]` + "\n"},
		{"/networks/", "[]\n"},
		{"/networks/front", `{"Name":"front","Id":"` + id("n1") + `","Containers":{"` + id("aa1") + `":{"Name":"web"}},"Status":{"IPAM":{}},"Labels":{}}` + "\n"},
		{"/volumes", `{"Volumes":[{"Name":"vweb","UsageData":null}],"Warnings":null}` + "\n"},
		{"/volumes/vweb", `{"Name":"vweb","UsageData":null}` + "\n"},
		{"/images/json", `[{"Id":"sha256:` + id("11") + `","RepoTags":["web:1"],"RepoDigests":null,"Containers":1}]` + "\n"},
		{"/images/web:1/json", `{"Id":"sha256:` + id("11") + `","RepoTags":["web:1"],"RepoDigests":[],"Container":"","Config":{"Hostname":"","Env":["A=1"]}}` + "\n"},
		{"/images/11/history", `[{"Id":"x","Tags":["web:1"]}]` + "\n"},
		{"/services", `[` + webService + "]\n"},
		{"/services/web", webService + "\n"},
		{"/tasks/t", `{"ID":"t1","Spec":{"ContainerSpec":{"Env":["A=1"]}},"Status":{"ContainerStatus":{"ContainerID":"` + id("aa1") + `"}}}` + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) {
			rec := do(newTestFilter(t, worldEngine(), testConfig()), "GET", tt.target, "")
			if got := rec.Body.String(); rec.Code != 200 || got != tt.want {
				t.Errorf("%s: got %d %s\nwant %s", tt.target, rec.Code, got, tt.want)
			}
		})
	}
	for target := range worldAnswers {
		t.Run(target, func(t *testing.T) {
			rec := do(newTestFilter(t, worldEngine(), testConfig()), "GET", strings.TrimPrefix(target, "GET "), "")
			if got := rec.Body.String(); strings.Contains(strings.ReplaceAll(got, strings.TrimPrefix(target, "GET "), ""), "canary\"") || strings.Contains(got, id("ab2")) || strings.Contains(got, id("22")) {
				t.Errorf("%s: got %d %s", target, rec.Code, got)
			}
		})
	}
}

func TestObjectsOfHiddenAreAbsent(t *testing.T) {
	tests := []struct{ target, want string }{
		{"/networks/canarynet", "network canarynet not found"},
		{"/networks/nope", "network nope not found"},
		{"/networks/" + id("n2"), "network " + id("n2") + " not found"},
		{"/volumes/vcanary", "get vcanary: no such volume"},
		{"/volumes/unused-canary", "get unused-canary: no such volume"},
		{"/images/canary:1/json", "No such image: canary:1"},
		{"/images/22/json", "No such image: 22:latest"},
		{"/images/nope/history", "No such image: nope:latest"},
		{"/services/canary", "service canary not found"},
		{"/services/s", ""},
		{"/tasks/t2", "task t2 not found"},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) {
			rec := do(newTestFilter(t, worldEngine(), testConfig()), "GET", tt.target, "")
			if tt.want == "" {
				if rec.Code != 200 {
					t.Errorf("%s: a prefix that only one visible object has: got %d", tt.target, rec.Code)
				}
				return
			}
			if got, want := rec.Body.String(), "{\"message\":\""+tt.want+"\"}\n"; rec.Code != 404 || got != want {
				t.Errorf("%s: got %d %s, want 404 %s", tt.target, rec.Code, got, want)
			}
		})
	}
}

func TestSystemDataUsage(t *testing.T) {
	rec := do(newTestFilter(t, worldEngine(), testConfig()), "GET", "/system/df", "")
	want := `{"LayersSize":0,"Images":[{"Id":"sha256:` + id("11") + `","RepoTags":["web:1"],"RepoDigests":null,"Containers":1}]` +
		`,"Containers":[{"Id":"` + id("aa1") + `","Names":["/web"],"Labels":{"homepage.group":"x"}}]` +
		`,"Volumes":[{"Name":"vweb","UsageData":{"RefCount":1,"Size":7}}],"BuildCache":[],` +
		`"ContainerUsage":{},"ImageUsage":{"ActiveCount":2,"TotalCount":2}}` + "\n"
	if got := rec.Body.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The environment of services, tasks and images is scrubbed, too.
func TestScrubEnvsEverywhere(t *testing.T) {
	for _, selector := range [][]string{{"homepage.group"}, nil} {
		t.Run(fmt.Sprint(selector), func(t *testing.T) {
			for _, target := range []string{"/services", "/services/web", "/tasks", "/tasks/t1", "/images/web:1/json", "/containers/web/json"} {
				if selector == nil && (target == "/services/web" || target == "/tasks/t1") {
					continue // The engine of this test has the lists alone.
				}
				config := CreateConfig()
				config.ContainerLabels, config.ScrubEnvs = selector, true
				rec := do(newTestFilter(t, worldEngine(), config), "GET", target, "")
				if got := rec.Body.String(); rec.Code != 200 || strings.Contains(got, `"A=`) || !strings.Contains(got, `"Env":[]`) {
					t.Errorf("%s, selector %v: got %d %s", target, selector, rec.Code, got)
				}
			}
		})
	}
}

func TestNetworkConnect(t *testing.T) {
	full := id("aa1")
	tests := []struct {
		name, network, body string
		want                int
		wantBody            string
	}{
		{"visible", "front", `{"Container":"web"}`, 204, `{"Container":"` + full + `"}`},
		{"leading slash", "front", `{"Container":"/web","Force":true}`, 204, `{"Container":"` + full + `","Force":true}`},
		{"folded key", "front", `{"container":"secret","Container":"web"}`, 204, `{"Container":"` + full + `"}`},
		{"folded key last", "front", `{"Container":"web","\u0063ontainer":"secret"}`, 404, ``},
		{"hidden", "front", `{"Container":"secret"}`, 404, ``},
		{"hidden, force", "front", `{"Container":"secret","Force":true}`, 404, ``},
		{"absent", "front", `{"Container":"sesame","Force":true}`, 404, ``},
		{"none", "front", `{}`, 404, ``},
		{"hidden network", "canarynet", `{"Container":"web"}`, 404, ``},
		{"link to hidden", "front", `{"Container":"web","EndpointConfig":{"Links":["secret:x"]}}`, 404, ``},
		{"link to visible", "front", `{"Container":"web","EndpointConfig":{"Links":["db:x"],"Aliases":["a"]}}`, 204, `{"Container":"` + full + `","EndpointConfig":{"Links":["db:x"],"Aliases":["a"]}}`},
		{"no JSON", "front", `Container=web`, 400, ``},
	}
	for _, op := range []string{"connect", "disconnect"} {
		t.Run(op, func(t *testing.T) {
			for _, tt := range tests {
				engine := worldEngine()
				config := testConfig()
				config.InsecureAllowOperations = []string{"NetworkConnect"}
				rec := do(newTestFilter(t, engine, config), "POST", "/networks/"+tt.network+"/"+op, tt.body)
				if rec.Code != tt.want {
					t.Errorf("%s, %s: got %d %s, want %d", op, tt.name, rec.Code, rec.Body.String(), tt.want)
				}
				forwarded := strings.HasPrefix(engine.last(), "POST")
				if forwarded != (tt.want == 204) {
					t.Errorf("%s, %s: got upstream requests %v", op, tt.name, engine.requests)
				}
				if forwarded && (engine.bodies[len(engine.bodies)-1] != tt.wantBody || engine.last() != "POST /networks/"+id("n1")+"/"+op) {
					t.Errorf("%s, %s: got %s with %s, want %s", op, tt.name, engine.last(), engine.bodies[len(engine.bodies)-1], tt.wantBody)
				}
			}
		})
	}
}

func TestImageCommit(t *testing.T) {
	tests := []struct {
		query, body string
		want        int
		forwarded   string
	}{
		{"container=web&repo=x&evil=1", `{"Cmd":["x"]}`, 204, "POST /commit?container=" + id("aa1") + "&repo=x"},
		{"container=%2Fweb", ``, 204, "POST /commit?container=" + id("aa1")},
		{"container=aa1", ``, 204, "POST /commit?container=" + id("aa1")},
		{"container=web&container=secret", ``, 204, "POST /commit?container=" + id("aa1")},
		{"container=secret&container=web", ``, 404, ""},
		{"container=secret", ``, 404, ""},
		{"container=a/../b", ``, 404, ""},
		{"container=", ``, 400, ""},
		{"", ``, 400, ""},
	}
	for _, tt := range tests {
		t.Run(tt.forwarded, func(t *testing.T) {
			engine := worldEngine()
			config := testConfig()
			config.InsecureAllowOperations = []string{"ImageCommit"}
			rec := do(newTestFilter(t, engine, config), "POST", "/commit?"+tt.query, tt.body)
			if rec.Code != tt.want {
				t.Errorf("%s: got %d %s, want %d", tt.query, rec.Code, rec.Body.String(), tt.want)
			}
			if tt.forwarded != "" && engine.last() != tt.forwarded {
				t.Errorf("%s: got upstream request %s, want %s", tt.query, engine.last(), tt.forwarded)
			}
			if tt.forwarded == "" && strings.HasPrefix(engine.last(), "POST") {
				t.Errorf("%s: got upstream requests %v", tt.query, engine.requests)
			}
		})
	}
}

// The error of a start names the container whose namespace it joins.
func TestStartErrorNamesHidden(t *testing.T) {
	for _, tt := range []struct {
		mode string
		want string
	}{
		{"container:" + id("ab2"), `{"message":"dpf: ContainerStart: the upstream answered 409 Conflict"}` + "\n"},
		{"bridge", `{"message":"cannot join canary"}`},
	} {
		engine := testEngine()
		mode := tt.mode
		engine.containers[0].inspect = `,"HostConfig":{"NetworkMode":"` + mode + `"}`
		engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
			if req.Method != http.MethodPost {
				return false
			}
			rw.Header().Set("Content-Type", "application/json")
			rw.WriteHeader(409)
			_, _ = rw.Write([]byte(`{"message":"cannot join canary"}`))
			return true
		}
		rec := do(newTestFilter(t, engine, testConfig()), "POST", "/containers/web/start", "")
		if rec.Code != 409 || rec.Body.String() != tt.want {
			t.Errorf("%s: got %d %s, want %s", mode, rec.Code, rec.Body.String(), tt.want)
		}
	}
}

// The network counters of a container that joins another are that one's.
func TestStatsOfJoinedNetwork(t *testing.T) {
	for _, tt := range []struct{ mode, want string }{
		{"container:" + id("ab2"), `{"read":"x","networks":{}}`},
		{"container:" + id("bb3"), `{"read":"x","networks":{"eth0":{"rx_bytes":7}}}`},
	} {
		engine := testEngine()
		mode := tt.mode
		engine.containers[0].inspect = `,"HostConfig":{"NetworkMode":"` + mode + `"}`
		engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
			if !strings.HasSuffix(req.URL.Path, "/stats") {
				return false
			}
			write(rw, "application/json", `{"read":"x","networks":{"eth0":{"rx_bytes":7}}}`)
			return true
		}
		rec := do(newTestFilter(t, engine, testConfig()), "GET", "/containers/web/stats", "")
		if rec.Body.String() != tt.want {
			t.Errorf("%s: got %s, want %s", mode, rec.Body.String(), tt.want)
		}
	}
}

func TestGates(t *testing.T) {
	engine := testEngine()
	rec := do(newTestFilter(t, engine, testConfig()), "POST", "/containers/create?name=x", `{"Image":"x"}`)
	if want := "ContainerCreate is refused: it creates or changes containers by its own rules, with any mount and any privilege (option insecureAllowOperations)"; rec.Code != 403 || !strings.Contains(rec.Body.String(), want) {
		t.Errorf("got %d %s, want %s", rec.Code, rec.Body.String(), want)
	}

	config := testConfig()
	config.InsecureAllowOperations = []string{"ContainerCreate", "ContainerRename"}
	h := newTestFilter(t, engine, config)
	if rec := do(h, "POST", "/containers/create?name=x&platform=y", `{"Image":"x"}`); rec.Code != 204 || engine.last() != "POST /containers/create?name=x&platform=y" || engine.bodies[len(engine.bodies)-1] != `{"Image":"x"}` {
		t.Errorf("allowed: got %d, upstream %v %v", rec.Code, engine.requests, engine.bodies)
	}
	if rec := do(h, "POST", "/containers/secret/rename?name=x", ""); rec.Code != 404 {
		t.Errorf("rename of a hidden container: got %d", rec.Code)
	}
	if do(h, "POST", "/containers/web/rename?name=x", ""); engine.last() != "POST /containers/"+id("aa1")+"/rename?name=x" {
		t.Errorf("rename: got %s", engine.last())
	}
	if rec := do(h, "POST", "/build", ""); rec.Code != 403 {
		t.Errorf("another operation: got %d", rec.Code)
	}

	// Without a selector nothing is hidden.
	config = CreateConfig()
	config.ScrubEnvs = true
	if rec := do(newTestFilter(t, engine, config), "POST", "/build?t=x", "tar"); rec.Code != 204 || engine.last() != "POST /build?t=x" {
		t.Errorf("without a selector: got %d, upstream %s", rec.Code, engine.last())
	}
}

// chunkedEngine sends a stream in the chunks that it is given.
func chunkedEngine(contentType string, chunks []string) *fakeEngine {
	engine := testEngine()
	engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
		if !strings.HasSuffix(req.URL.Path, "/events") {
			return false
		}
		rw.Header().Set("Content-Type", contentType)
		rw.Header().Set("Content-Length", "5")
		rw.WriteHeader(200)
		for _, chunk := range chunks {
			_, _ = rw.Write([]byte(chunk))
		}
		return true
	}
	return engine
}

// containerEvent is an event of a container of testEngine, with its labels, as
// dockerd has them.
func containerEvent(action, cid, name string) string {
	attributes := map[string]string{"name": name}
	for _, c := range testEngine().containers {
		if c.id != cid {
			continue
		}
		for key, value := range c.labels {
			attributes[key] = value
		}
	}
	encoded, _ := json.Marshal(attributes)
	return `{"status":"` + action + `","id":"` + cid + `","Type":"container","Action":"` + action + `","Actor":{"ID":"` + cid + `","Attributes":` + string(encoded) + `}}`
}

func TestSystemEvents(t *testing.T) {
	gone := id("dd")
	lines := []struct {
		line string
		want bool
	}{
		{containerEvent("start", id("aa1"), "web"), true},
		{containerEvent("start", id("ab2"), "secret"), false},
		{containerEvent("exec_create: sh -c canary", id("ab2"), "secret"), false},
		{containerEvent("exec_create: ls", id("bb3"), "db"), true},
		{`{"Type":"network","Action":"connect","Actor":{"ID":"n","Attributes":{"container":"` + id("aa1") + `"}}}`, true},
		{`{"Type":"network","Action":"connect","Actor":{"ID":"n","Attributes":{"container":"` + id("ab2") + `"}}}`, false},
		{`{"Type":"volume","Action":"mount","Actor":{"ID":"v","Attributes":{"container":"` + id("bb3") + `"}}}`, true},
		{`{"Type":"volume","Action":"create","Actor":{"ID":"canary","Attributes":{}}}`, false},
		{`{"Type":"image","Action":"tag","Actor":{"ID":"canary","Attributes":{"name":"canary"}}}`, false},
		{`{"Type":"daemon","Action":"reload","Actor":{"ID":"x","Attributes":{}}}`, false},
		{`{"Type":"container","Action":"prune","Actor":{"ID":"","Attributes":{"reclaimed":"9"}}}`, false},
		{containerEvent("start", gone, "web"), false},
		{`{"status":"start","id":"` + id("aa1") + `"}`, false},
		{`garbage`, false},
		{``, false},
		{containerEvent("destroy", id("aa1"), "web"), true},
	}
	var stream, want strings.Builder
	for _, l := range lines {
		stream.WriteString(l.line + "\n")
		if l.want {
			want.WriteString(l.line + "\n")
		}
	}
	whole := stream.String()
	rec := do(newTestFilter(t, chunkedEngine("application/json", []string{whole}), testConfig()), "GET", "/events", "")
	if got := rec.Body.String(); got != want.String() {
		t.Errorf("got %s\nwant %s", got, want.String())
	}
	if rec.Header().Get("Content-Length") != "" {
		t.Error("the stream has a length")
	}
}

// The same stream gives the same output wherever it is cut.
func TestSystemEventsCutAnywhere(t *testing.T) {
	whole := containerEvent("start", id("ab2"), "secret") + "\n" + containerEvent("start", id("aa1"), "web") + "\n" + containerEvent("stop", id("ab2"), "secret") + "\n"
	want := containerEvent("start", id("aa1"), "web") + "\n"
	for i := 0; i <= len(whole); i += 7 {
		rec := do(newTestFilter(t, chunkedEngine("application/jsonl", []string{whole[:i], whole[i:]}), testConfig()), "GET", "/events", "")
		if got := rec.Body.String(); got != want {
			t.Errorf("cut at %d: got %s", i, got)
		}
	}
}

func TestSystemEventsFraming(t *testing.T) {
	line := "\x1e" + containerEvent("start", id("aa1"), "web") + "\n"
	rec := do(newTestFilter(t, chunkedEngine("application/json-seq", []string{line}), testConfig()), "GET", "/events", "")
	if got := rec.Body.String(); got != line {
		t.Errorf("json-seq: got %q, want %q", got, line)
	}
	last := containerEvent("start", id("aa1"), "web")
	rec = do(newTestFilter(t, chunkedEngine("application/json", []string{last}), testConfig()), "GET", "/events", "")
	if got := rec.Body.String(); got != last {
		t.Errorf("no newline at the end: got %q, want %q", got, last)
	}
	rec = do(newTestFilter(t, chunkedEngine("text/html", []string{"<canary>"}), testConfig()), "GET", "/events", "")
	if got := rec.Body.String(); rec.Code != 502 || strings.Contains(got, "canary") {
		t.Errorf("HTML: got %d %s", rec.Code, got)
	}
}

// With a name selector a rename shows two names, and the name of the moment
// decides.
func TestSystemEventsRename(t *testing.T) {
	rename := func(from, to string) string {
		return `{"Type":"container","Action":"rename","Actor":{"ID":"` + id("aa1") + `","Attributes":{"name":"` + to + `","oldName":"/` + from + `"}}}`
	}
	lines := []string{
		containerEvent("start", id("aa1"), "web"),
		rename("web", "web2"),
		containerEvent("stop", id("aa1"), "web2"),
		rename("web2", "secret2"),
		containerEvent("start", id("aa1"), "secret2"),
		rename("secret2", "web3"),
		containerEvent("stop", id("aa1"), "web3"),
	}
	config := CreateConfig()
	config.ContainerNames = []string{"web"}
	rec := do(newTestFilter(t, chunkedEngine("application/json", []string{strings.Join(lines, "\n") + "\n"}), config), "GET", "/events", "")
	want := strings.Join([]string{lines[0], lines[1], lines[2], lines[6]}, "\n") + "\n"
	if got := rec.Body.String(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestSystemEventsFilters(t *testing.T) {
	engine := chunkedEngine("application/json", nil)
	req := httptest.NewRequest("GET", `/events?since=1&x=2&filters=%7B%22type%22%3A%5B%22container%22%5D%7D`, nil)
	req.Header.Set("Accept", "application/json-seq")
	newTestFilter(t, engine, testConfig()).ServeHTTP(httptest.NewRecorder(), req)
	if got, want := engine.last(), "GET /events?filters=%7B%22type%22%3A%7B%22container%22%3Atrue%7D%7D&since=1"; got != want {
		t.Errorf("got upstream request %s, want %s", got, want)
	}
	if got := engine.headers[len(engine.headers)-1].Get("Accept"); got != "" {
		t.Errorf("got Accept %q upstream, want none", got)
	}
}

// An image that visible and hidden containers use answers to the names of the
// visible ones only.
func TestFiltersByHiddenTag(t *testing.T) {
	tests := []struct {
		pattern string
		want    int
	}{
		{"canary:1", 0},
		{"canary", 0},
		{"can*", 0},
		{"web:1", 1},
		{"web", 1},
		{"w*", 1},
	}
	for _, tt := range tests {
		t.Run(tt.pattern, func(t *testing.T) {
			rec := do(newTestFilter(t, worldEngine(), testConfig()), "GET", "/images/json?filters="+url.QueryEscape(`{"reference":["`+tt.pattern+`"]}`), "")
			if got := strings.Count(rec.Body.String(), `"RepoTags"`); rec.Code != 200 || got != tt.want {
				t.Errorf("reference %s: got %d, %d images, want %d", tt.pattern, rec.Code, got, tt.want)
			}
		})
	}
	for name, want := range map[string]string{"canary:1": engineapi.UnknownID, "web:1": "web:1", "nope": engineapi.UnknownID, "11": "sha256:" + id("11"), "index.docker.io/library/canary:1": engineapi.UnknownID} {
		t.Run(name, func(t *testing.T) {
			engine := worldEngine()
			do(newTestFilter(t, engine, testConfig()), "GET", "/containers/json?filters="+url.QueryEscape(`{"ancestor":["`+name+`"]}`), "")
			if got := "GET /containers/json?filters=" + url.QueryEscape(`{"ancestor":{"`+want+`":true}}`); engine.last() != got {
				t.Errorf("ancestor %s: got upstream request %s, want %s", name, engine.last(), got)
			}
		})
	}
}

// The engine adds labels to the container of a task that the task lacks: a
// container that is hidden by one of them hides its task.
func TestTaskOfHiddenContainer(t *testing.T) {
	for _, config := range []*Config{
		{ExcludeLabels: []string{"x=canary"}},
		{Match: "regexp", ContainerNames: []string{"[^s]*"}},
		{Match: "glob", ContainerNames: []string{"*eb"}},
	} {
		config.MaxBodyBytes = defaultMaxBodyBytes
		h := newTestFilter(t, worldEngine(), config)
		if got := do(h, "GET", "/tasks", "").Body.String(); strings.Contains(got, "t2") || !strings.Contains(got, "t1") {
			t.Errorf("%v: got %s", config, got)
		}
		if rec := do(h, "GET", "/tasks/t2", ""); rec.Code != 404 {
			t.Errorf("%v: got %d %s", config, rec.Code, rec.Body.String())
		}
	}
	hidden := &Config{ExcludeLabels: []string{"com.docker.swarm.service.name=canary"}, MaxBodyBytes: defaultMaxBodyBytes}
	if got := do(newTestFilter(t, worldEngine(), hidden), "GET", "/services", "").Body.String(); strings.Contains(got, "canary") || !strings.Contains(got, "s1") {
		t.Errorf("services: got %s", got)
	}
}

// What a parameter list means is the same through the plugin.
func TestRepeatedParameters(t *testing.T) {
	engine := worldEngine()
	config := testConfig()
	config.InsecureAllowOperations = []string{"ImageCommit"}
	do(newTestFilter(t, engine, config), "POST", "/commit?container=web&changes=A&changes=B", "")
	if got, want := engine.last(), "POST /commit?changes=A&changes=B&container="+id("aa1"); got != want {
		t.Errorf("got upstream request %s, want %s", got, want)
	}
	config = CreateConfig()
	config.ScrubEnvs = true
	for _, target := range []string{"POST /commit?container=web&repo=r", "DELETE /containers/web?link=1", "POST /containers/web/start?checkpoint=c"} {
		t.Run(target, func(t *testing.T) {
			method, path, _ := strings.Cut(target, " ")
			if do(newTestFilter(t, engine, config), method, path, ""); engine.last() != target {
				t.Errorf("without a selector: got upstream request %s, want %s", engine.last(), target)
			}
		})
	}
}
