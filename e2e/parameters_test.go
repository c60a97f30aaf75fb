package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/socketproxy"
	"github.com/docker-proxy-filter/dpf/e2e/internal/testbed"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// TestParameters asks with every parameter, filter key and body field that
// testdata/parameters.tsv has, in good, empty and malformed values, once through
// the plugin and once past it. There are no hidden containers: the plugin's
// answer is the engine's, but for byDesign.
func TestParameters(t *testing.T) {
	seen := map[string]bool{}
	for _, release := range []string{engine.Release20, engine.Release29} {
		t.Run(release, func(t *testing.T) {
			s := newParameterScene(t, release)
			start, requests := time.Now(), s.requests(t)
			for _, r := range requests {
				s.check(t, r, seen)
			}
			t.Logf("%d requests, twice, in %v", len(requests), time.Since(start))
		})
	}
	for _, d := range byDesign {
		if !seen[d.pattern] {
			t.Errorf("nothing differs by %s: %s", d.pattern, d.reason)
		}
	}
}

// byDesign is what differs from the engine though nothing is hidden.
var byDesign = []struct{ pattern, reason string }{
	{`^POST /containers/\S+/start\?checkpoint`, "a folder of the host"},
	{`^DELETE \S+\?link=(1|true|abc|-1)`, "it changes another container"},
	{`^GET /containers/\S+/top\?ps_args=`, "the ps of the host"},
	{`^POST /containers/\S+/exec .*"Privileged":`, "it is read here: it would be the host"},
	{`^POST /containers/\S+/update .*"(Devices|DeviceCgroupRules|DeviceRequests|CgroupParent|Ulimits)"`, "things of the host; engines ignore some of them silently"},
	{`^POST /\S+ .*"Unknown":"x"`, "a field that is not known to be harmless is refused by its name"},
	{`^POST /\S+ \{.* as text/plain$`, "words of the plugin's own for a body that is not JSON"},
	{`^POST /\S+ \{.* as application/x-www-form-urlencoded$`, "as above"},
	{`^POST /\S+ \[\]`, "as above"},
	{`^GET /networks\?filters=.*dangling`, "networks that are in use by nobody are not shown, but for the predefined ones"},
	{`^GET /volumes\?filters=.*dangling`, "volumes that are in use by nobody are not shown"},
	{`^GET /images/json\?filters=.*(dangling|before|since|label!)`, "images that are in use by nobody are not shown, and references to them are refused"},
	{`^GET /images/json\?filter=`, "the filter reference has taken its place"},
	{`^GET /images/json\?identity=`, "left out, with what it would belong to"},
}

// parameterRequest is one request, about an object in a known state.
type parameterRequest struct {
	method, target string
	body           string
	contentType    string
	state          string // of the container par-toy: running, exited, created or exec; empty: it does not matter
	same           string // how much of a good answer is the engine's: all, names or status
}

func (r parameterRequest) String() string {
	text := r.method + " " + r.target
	if r.body != "" {
		text += " " + r.body + " as " + r.contentType
	}
	decoded, err := url.QueryUnescape(text)
	if err != nil {
		return text
	}
	return decoded
}

// parameterScene is an engine with a few containers, all visible by a label.
type parameterScene struct {
	api engine.API
	tr  *traefik.Instance
}

const parameterLabel = "par=yes"

func newParameterScene(t *testing.T, release string) *parameterScene {
	t.Helper()
	config, err := engine.ForRelease(context.Background(), release, testbed.Progress)
	if err != nil {
		t.Fatal(err)
	}
	config.Network = true // for a swarm
	bed, err := testbed.Start(context.Background(), testbed.Config{Name: "parameters", Engine: &config, Proxy: &socketproxy.All})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := bed.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &parameterScene{api: bed.Engine.API(), tr: startTraefikOn(t, bed, "containerLabels: [par=yes], match: exact", bed.Proxy.URL())}
	s.must(t, s.api.Post("/swarm/init", map[string]any{"ListenAddr": "127.0.0.1:2377", "AdvertiseAddr": "127.0.0.1"}))
	s.must(t, s.api.Post("/services/create", map[string]any{
		"Name": "par-service", "Labels": map[string]string{"par": "yes"}, "Mode": map[string]any{"Replicated": map[string]any{"Replicas": 0}},
		"TaskTemplate": map[string]any{"ContainerSpec": map[string]any{"Image": engine.Image}},
	}))
	s.create(t, "par-web", "echo out; echo err >&2; exec sleep 1000")
	s.must(t, s.api.Post("/containers/par-web/start", nil))
	s.create(t, "par-old", "echo out; exit 3")
	s.must(t, s.api.Post("/containers/par-old/start", nil))
	s.must(t, s.api.Post("/containers/par-old/wait", nil))
	return s
}

func (s *parameterScene) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *parameterScene) create(t *testing.T, name, script string) {
	t.Helper()
	_, err := s.api.Create("/containers/create?name="+name, map[string]any{
		"Image": engine.Image, "Cmd": []string{"sh", "-c", script}, "Labels": map[string]string{"par": "yes"},
		"HostConfig": map[string]any{"NetworkMode": "none", "Binds": []string{"par-data:/data"}},
	})
	s.must(t, err)
}

// requests is what is asked: for each operation each parameter with each value.
func (s *parameterScene) requests(t *testing.T) []parameterRequest {
	t.Helper()
	raw, err := os.ReadFile("../testdata/parameters.tsv")
	s.must(t, err)
	var all []parameterRequest
	for line := range strings.Lines(string(raw)) {
		columns := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		op, ok := parameterOperations[columns[0]+" "+columns[1]]
		if !ok {
			continue
		}
		for _, value := range op.values(columns[2], columns[3]) {
			if r := op.request(columns[0], columns[2], columns[3], value); !neverEnds.MatchString(r.String()) {
				all = append(all, r)
			}
		}
	}
	if len(all) < 500 {
		t.Fatalf("got %d requests", len(all))
	}
	return append(all, otherParameterRequests...)
}

// parameterOperation is how an operation is asked.
type parameterOperation struct {
	target string
	base   string // further parameters, without which it does not end or says nothing
	body   string // of an operation with a JSON body: what it cannot do without
	state  string
	same   string
}

// parameterOperations are the operations that are not refused by default. The
// terminal of a websocket is left out: it is no answer.
var parameterOperations = map[string]parameterOperation{
	"GET /containers/json":          {target: "/containers/json", same: "all"},
	"GET /containers/{id}/json":     {target: "/containers/par-old/json", same: "all"},
	"GET /containers/{id}/top":      {target: "/containers/par-web/top", same: "status"},
	"GET /containers/{id}/logs":     {target: "/containers/par-old/logs", base: "stdout=1", same: "all"},
	"GET /containers/{id}/stats":    {target: "/containers/par-old/stats", base: "stream=0", same: "status"},
	"GET /containers/{id}/archive":  {target: "/containers/par-old/archive", same: "status"},
	"HEAD /containers/{id}/archive": {target: "/containers/par-old/archive", same: "all"},
	"PUT /containers/{id}/archive":  {target: "/containers/par-old/archive", base: "path=/tmp", same: "all"},
	"POST /containers/{id}/attach":  {target: "/containers/par-old/attach", base: "logs=1", same: "all"},
	"POST /containers/{id}/resize":  {target: "/containers/par-web/resize", same: "all"},
	"POST /containers/{id}/wait":    {target: "/containers/par-old/wait", same: "all"},
	"POST /containers/{id}/start":   {target: "/containers/par-toy/start", state: "created", same: "all"},
	"POST /containers/{id}/stop":    {target: "/containers/par-toy/stop", base: "t=0", state: "running", same: "all"},
	"POST /containers/{id}/restart": {target: "/containers/par-toy/restart", base: "t=0", state: "running", same: "all"},
	"POST /containers/{id}/kill":    {target: "/containers/par-toy/kill", state: "running", same: "all"},
	"DELETE /containers/{id}":       {target: "/containers/par-toy", state: "exited", same: "all"},
	"POST /containers/{id}/update":  {target: "/containers/par-old/update", same: "all", body: `{}`},
	"POST /containers/{id}/exec":    {target: "/containers/par-web/exec", same: "all", body: `{"Cmd":["true"]}`},
	"POST /exec/{id}/start":         {target: "/exec/{exec}/start", state: "exec", same: "all", body: `{"Detach":true}`},
	"POST /exec/{id}/resize":        {target: "/exec/{exec}/resize", state: "exec", same: "all"},
	"GET /events":                   {target: "/events", base: "since=0&until=1", same: "all"},
	"GET /system/df":                {target: "/system/df", same: "status"},
	"GET /images/json":              {target: "/images/json", same: "names"},
	"GET /images/{name}/json":       {target: "/images/bb:1/json", same: "names"},
	"GET /images/{name}/history":    {target: "/images/bb:1/history", same: "all"},
	"GET /networks":                 {target: "/networks", same: "status"},
	"GET /networks/{id}":            {target: "/networks/none", same: "names"},
	"GET /volumes":                  {target: "/volumes", same: "names"},
	"GET /nodes":                    {target: "/nodes", same: "all"},
	"GET /services":                 {target: "/services", same: "names"},
	"GET /services/{id}":            {target: "/services/par-service", same: "names"},
	"GET /tasks":                    {target: "/tasks", same: "names"},
}

// neverEnds are requests whose answer does not end, or is a terminal.
var neverEnds = regexp.MustCompile(`^GET /events\?.*until=(&|0|-1|$)|stats\?stream=(1|true|abc|-1|$)|/attach\?stream=(1|true|abc|-1)|condition=(next-exit|removed)$|/start \{"Detach":(null|false)\}`)

// values are what a parameter is tried with: values of every type, none, and its
// own; fewer where each needs a container of its own. Those of a body are JSON.
func (o parameterOperation) values(place, name string) []string {
	switch {
	case place == "body":
		return append([]string{`null`, `""`, `0`, `true`, `"abc"`, `["a"]`, `{}`}, bodyValues[name]...)
	case o.state != "":
		return append([]string{"", "1", "abc"}, queryValues[name]...)
	}
	return append([]string{"", "0", "1", "true", "abc", "-1"}, queryValues[name]...)
}

var queryValues = map[string][]string{
	"annotation":    {"a=b", "par"},
	"ancestor":      {engine.Image, "none:1"},
	"before":        {"par-web", "par-old"},
	"since":         {"par-web", "par-old", "2020-01-01T00:00:00Z", "5m", "1.5"},
	"until":         {"2020-01-01T00:00:00Z", "1.5"},
	"condition":     {"not-running"},
	"dangling":      {"false"},
	"desired-state": {"running"},
	"details":       {" "},
	"exited":        {"3"},
	"expose":        {"80/tcp", "1-2"},
	"health":        {"none", "healthy"},
	"id":            {"par-web"},
	"is-task":       {"false"},
	"label":         {parameterLabel, "par", "par=no"},
	"limit":         {"2", " 1", "1.5"},
	"membership":    {"accepted"},
	"mode":          {"global", "replicated"},
	"name":          {"par-web", "^/par", "par-service", "["},
	"network":       {"none"},
	"path":          {"/etc/passwd", "/none", "etc"},
	"platform":      {`{"os":"linux","architecture":"amd64"}`, `{"os":"plan9"}`, "linux/amd64"},
	"ps_args":       {"-ef", "aux"},
	"publish":       {"80"},
	"reference":     {engine.Image, "b*", "none"},
	"role":          {"manager"},
	"scope":         {"local", "swarm"},
	"service":       {"par-service"},
	"signal":        {"URG", "SIGURG", "SIGNONE", "0x1"},
	"size":          {"no", "FALSE"},
	"status":        {"exited", "running"},
	"t":             {"1.5"},
	"tail":          {"all"},
	"type":          {"container", "volume", "local", "custom"},
	"volume":        {"par-data"},
	"driver":        {"null", "local"},
	"format":        {"json"},
}

var bodyValues = map[string][]string{
	"Cmd":                             {`["echo","x"]`},
	"Memory":                          {`67108864`},
	"NanoCpus":                        {`100000000`},
	"RestartPolicy":                   {`{"Name":"no"}`, `{"Name":"abc"}`, `{"Name":"no","MaximumRetryCount":2}`},
	"RestartPolicy/Name":              {`"always"`},
	"User":                            {`"root"`},
	"Env":                             {`["A=b"]`},
	"WorkingDir":                      {`"/tmp"`},
	"ConsoleSize":                     {`[10,20]`},
	"BlkioWeight":                     {`500`},
	"CpuShares":                       {`512`},
	"Detach":                          {`false`},
	"RestartPolicy/MaximumRetryCount": {`1`},
}

// request is the request with one parameter.
func (o parameterOperation) request(method, place, name, value string) parameterRequest {
	r := parameterRequest{method: method, target: o.target, state: o.state, same: o.same}
	query := o.base
	switch place {
	case "query":
		query = name + "=" + url.QueryEscape(value)
		if base := without(o.base, name); base != "" {
			query += "&" + base
		}
	case "filter":
		filters, _ := json.Marshal(map[string][]string{name: {value}})
		query = "filters=" + url.QueryEscape(string(filters))
		if o.base != "" {
			query += "&" + o.base
		}
	case "body":
		r.contentType = "application/json"
		r.body = withField(o.body, strings.Split(name, "/"), value)
	}
	if query != "" {
		r.target += "?" + query
	}
	return r
}

// without is a query without a parameter.
func without(query, name string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(query, "&"), func(p string) bool {
		return strings.HasPrefix(p, name+"=")
	}), "&")
}

// withField puts a field into a JSON object.
func withField(body string, path []string, value string) string {
	object := map[string]json.RawMessage{}
	_ = json.Unmarshal([]byte(body), &object)
	if len(path) > 1 {
		value = withField("{}", path[1:], value)
	}
	object[path[0]] = json.RawMessage(value)
	encoded, _ := json.Marshal(object)
	return string(encoded)
}

// filtersQuery is a target with the parameter filters.
func filtersQuery(target, filters string) string {
	return target + "filters=" + url.QueryEscape(filters)
}

// otherParameterRequests are forms that no table lists.
var otherParameterRequests = func() []parameterRequest {
	const form, jsonType = "application/x-www-form-urlencoded", "application/json"
	all := []parameterRequest{
		{"GET", "/containers/json?unknown=1", "", "", "", "all"},
		{"GET", "/containers/json?limit=1&limit=abc", "", "", "", "all"},
		{"GET", "/containers/json?all=1&limit=1&size=1", "", "", "", "names"},
		{"GET", filtersQuery("/containers/json?all=1&", `{"status":{"exited":false}}`), "", "", "", "all"},
		{"GET", filtersQuery("/containers/json?all=1&", `{"status":{"exited":false,"running":true}}`), "", "", "", "all"},
		{"GET", filtersQuery("/containers/json?all=1&", `{"label":{"par=yes":false}}`), "", "", "", "all"},
		{"GET", filtersQuery("/containers/json?all=1&", `{"name":{"par-web":false}}`), "", "", "", "all"},
		{"GET", filtersQuery("/containers/json?all=1&", `{"network":{"none":false}}`), "", "", "", "all"},
		{"GET", filtersQuery("/containers/json?all=1&", `{"volume":{"par-data":false}}`), "", "", "", "all"},
		{"GET", filtersQuery("/containers/json?all=1&", `{"before":{"par-old":false}}`), "", "", "", "all"},
		{"POST", "/containers/par-toy/kill", "signal=URG", form, "running", "all"},
		{"POST", "/containers/par-toy/kill?signal=URG", "signal=SIGNONE", form, "running", "all"},
		{"POST", "/containers/par-toy/kill?signal=SIGNONE", "signal=URG", form, "running", "all"},
		{"POST", "/containers/par-toy/kill?signal=URG", "signal=SIGNONE", "text/plain", "running", "all"},
		{"POST", "/containers/par-toy/stop", "t=abc", form, "running", "all"},
		{"POST", "/containers/par-toy/start", "t=1", form, "created", "all"},
		{"POST", "/containers/par-toy/start", `{"Binds":["/:/x"]}`, jsonType, "created", "all"},
		{"POST", "/containers/par-toy/start", `{}`, jsonType, "created", "all"},
		{"POST", "/containers/par-web/resize", "h=10&w=10", form, "", "all"},
		{"DELETE", "/containers/par-toy", "force=1", form, "running", "all"},
		{"POST", "/exec/{exec}/resize", "h=1&w=abc", form, "exec", "all"},
	}
	for _, list := range []string{"/containers/json?", "/images/json?", "/networks?", "/volumes?", "/nodes?", "/services?", "/tasks?", "/events?since=0&until=1&"} {
		for _, filters := range []string{"", "abc", "null", "{}", "[]", `"x"`, "1", `{"label":1}`, `{"label":"x"}`, `{"label":[1]}`, `{"label":{"a":1}}`, `{"label":null}`, `{"label":[]}`, `{} {}`, `{`, `{"label":["par=yes"],"name":{"par":true}}`, `{"unknown":["x"]}`, `{"unknown":{"x":true},"label":{"par":true}}`, `{"Label":["par"]}`} {
			if list != "/events?since=0&until=1&" || !strings.Contains(filters, "nknown") && !strings.Contains(filters, "Label") {
				all = append(all, parameterRequest{"GET", filtersQuery(list, filters), "", "", "", map[bool]string{true: "status", false: "names"}[list == "/networks?"]})
			}
		}
	}
	for target, field := range map[string]string{
		"/containers/par-old/update": `"RestartPolicy":{"Name":"no"}`, "/containers/par-web/exec": `"Cmd":["true"]`, "/exec/{exec}/start": `"Detach":true`,
	} {
		state := map[string]string{"/exec/{exec}/start": "exec"}[target]
		for _, body := range []string{`{"Unknown":"x",` + field + `}`, `{"Unknown":null,` + field + `}`, `[]`} {
			all = append(all, parameterRequest{"POST", target, body, jsonType, state, "all"})
		}
		for _, kind := range []string{"text/plain", form, jsonType + "; charset=utf-8"} {
			all = append(all, parameterRequest{"POST", target, `{` + field + `}`, kind, state, "all"})
		}
	}
	return all
}()

// check compares the answer through the plugin with the engine's.
func (s *parameterScene) check(t *testing.T, r parameterRequest, seen map[string]bool) {
	t.Helper()
	want := s.ask(t, r, "plain")
	got := s.ask(t, r, "docker")
	if got == want {
		return
	}
	for _, d := range byDesign {
		if regexp.MustCompile(d.pattern).MatchString(r.String()) {
			seen[d.pattern] = true
			return
		}
	}
	t.Errorf("%s\ngot  %s\nwant %s", r, got, want)
}

// ask sends a request through an entry point, and returns what has to be the same.
func (s *parameterScene) ask(t *testing.T, r parameterRequest, entryPoint string) string {
	t.Helper()
	target := strings.ReplaceAll(r.target, "{exec}", s.prepare(t, r.state))
	var headers []string
	if r.contentType != "" {
		headers = append(headers, "Content-Type: "+r.contentType)
	}
	a, err := send("tcp://"+s.tr.Addr(entryPoint), r.method, target, headers, []byte(r.body))
	if err != nil {
		t.Fatalf("%s: %v", r, err)
	}
	status, body := a.status, string(a.body)
	switch {
	case !strings.HasPrefix(status, "HTTP/1.1 2"):
		// A request goes to the engine with the full ID, which its errors name.
		return status + " " + a.header.Get("Content-Type") + " " + volatile.ReplaceAllString(toy.ReplaceAllString(body, "~"), "~")
	case r.same == "all":
		return status + " " + a.header.Get("Content-Type") + " " + volatile.ReplaceAllString(body, "~")
	case r.same == "names":
		return status + " " + a.header.Get("Content-Type") + " " + strings.Join(namesIn(a.body), " ")
	}
	return status + " " + a.header.Get("Content-Type")
}

// volatile are IDs, times and what follows from them.
var volatile = regexp.MustCompile(`[0-9a-f]{64}|[0-9a-f]{12}|\d{4}-\d\d-\d\dT[0-9:.]+Z|"Created":\d+|(Up|Exited \(\d+\)) [^"]*|"Pid":\d+|"UpdatedAt":"[^"]*"|"Index":\d+`)

var toy = regexp.MustCompile(`\bpar-(web|old|toy)\b`)

// namesIn are the names of the objects of an answer.
func namesIn(body []byte) []string {
	names := regexp.MustCompile(`"(?:Id|ID|Name|RepoTags|Names)":("[^"]*"|\[[^\]]*\])`)
	var all []string
	for _, m := range names.FindAllSubmatch(body, -1) {
		if !bytes.Contains(m[1], []byte("ingress")) && !bytes.Contains(m[1], []byte("docker_gwbridge")) {
			all = append(all, volatile.ReplaceAllString(string(m[1]), "~"))
		}
	}
	slices.Sort(all)
	return all
}

// prepare brings par-toy into a state, and returns the ID of an exec instance in
// it, if the state has one.
func (s *parameterScene) prepare(t *testing.T, state string) string {
	t.Helper()
	if state == "" {
		return ""
	}
	if got := s.toyState(); got == state || got == "running" && state == "exec" {
		return s.exec(t, state)
	}
	_ = s.api.Do(http.MethodDelete, "/containers/par-toy?force=1", nil, nil)
	script := `trap "exit 0" TERM; sleep 1000 & wait`
	if state == "exited" {
		script = "exit 0"
	}
	s.create(t, "par-toy", script)
	if state != "created" {
		s.must(t, s.api.Post("/containers/par-toy/start", nil))
	}
	if state == "exited" {
		s.must(t, s.api.Post("/containers/par-toy/wait", nil))
	}
	for want := map[string]string{"exec": "running"}[state]; want != "" && s.toyState() != want; {
		time.Sleep(10 * time.Millisecond)
	}
	return s.exec(t, state)
}

func (s *parameterScene) exec(t *testing.T, state string) string {
	t.Helper()
	if state != "exec" {
		return ""
	}
	id, err := s.api.Create("/containers/par-toy/exec", map[string]any{"Cmd": []string{"true"}})
	s.must(t, err)
	return id
}

func (s *parameterScene) toyState() string {
	var c struct{ State struct{ Status string } }
	if s.api.Get("/containers/par-toy/json", &c) != nil {
		return ""
	}
	return c.State.Status
}
