package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// option is one option of the plugin; list says whether its value is one.
type option struct {
	name   string
	list   bool
	values []string
}

func scalar(name, value string) option { return option{name: name, values: []string{value}} }

func list(name string, values ...string) option {
	return option{name: name, list: true, values: values}
}

// optionStory is a configuration and what its client sees of the scene.
type optionStory struct {
	name    string
	options []option
	check   func(t *testing.T, v optionView)
}

// optionStories are stories of every option. The scene is opt-web, with the
// labels opt.app=web and opt.secret, opt-db with opt.app=db, and opt-plain.
var optionStories = []optionStory{
	{"contains", []option{list("containerNames", "opt-w", "pt-pl")}, sees("opt-web", "opt-plain")},
	{"label", []option{list("containerLabels", "opt.app=web")}, sees("opt-web")},
	{"exact", []option{scalar("match", "exact"), list("containerNames", "opt-web", "opt-d")}, sees("opt-web")},
	{"glob", []option{scalar("match", "glob"), list("containerNames", "opt-?b"), list("containerLabels", "opt.*=w*")}, sees("opt-web", "opt-db")},
	{"regexp", []option{scalar("match", "regexp"), list("containerNames", "opt-(web|d.{1,2})")}, sees("opt-web", "opt-db")},
	{"require all", []option{scalar("require", "all"), list("containerNames", "opt-w", "opt-pl"), list("containerLabels", "opt.app")}, sees("opt-web")},
	{"excludeNames", []option{list("containerNames", "opt-"), list("excludeNames", "opt-db", "plain")}, sees("opt-web")},
	{"excludeLabels", []option{list("containerNames", "opt-"), list("excludeLabels", "opt.app=db")}, sees("opt-web", "opt-plain")},
	{"excludes alone", []option{list("excludeLabels", "opt.app")}, hides("opt-web", "opt-db")},
	{"userHeader", []option{scalar("match", "exact"), scalar("userHeader", "Remote-User"), list("containerLabels", "opt.app={user}")}, as("Remote-User", "db", sees("opt-db"))},
	{"groupsHeader", []option{scalar("match", "glob"), scalar("groupsHeader", "remote-groups"), list("containerNames", "opt-{group}"), list("excludeNames", "opt-d?")}, as("Remote-Groups", "web, plain|db", sees("opt-web", "opt-plain"))},
	{"scrubEnvs", []option{list("containerNames", "opt-web"), scalar("scrubEnvs", "true")}, env()},
	{"keepEnvs", []option{list("containerNames", "opt-web"), scalar("scrubEnvs", "true"), list("keepEnvs", "tz", "L*")}, env("TZ=UTC")},
	{"maskEnvs", []option{list("containerNames", "opt-web"), list("maskEnvs", "*password*", "*token*")}, env("OPT_PASSWORD=***", "TZ=UTC")},
	{"maskLabels", []option{list("containerLabels", "opt.secret=canary"), list("maskLabels", "*.secret")}, masked},
	{"scrubCommands", []option{list("containerNames", "opt-web"), scalar("scrubCommands", "true")}, lacks("canary-command", "/json", "/top")},
	{"scrubMounts", []option{list("containerNames", "opt-web"), scalar("scrubMounts", "true")}, lacks("/tmp", "/json")},
	{"operations", []option{list("containerNames", "opt-web"), list("operations", "read", "ContainerPause", "-ContainerLogs")}, may(map[string]int{
		"GET /containers/opt-web/json":             200,
		"GET /containers/opt-web/logs?stdout=1":    403,
		"GET /containers/opt-web/export":           403,
		"POST /containers/opt-web/kill?signal=URG": 403,
		"POST /containers/opt-web/unpause":         403,
		"POST /containers/opt-db/pause":            404,
	})},
	{"insecureAllowOperations", []option{list("containerNames", "opt-web"), list("insecureAllowOperations", "VolumeCreate", "ContainerRename")}, may(map[string]int{
		"POST /volumes/create":                   400, // the engine's own answer: there is no body
		"POST /containers/opt-db/rename?name=x":  404,
		"POST /containers/opt-web/rename?name=-": 400,
		"POST /networks/create":                  403,
	})},
	{"maxBodyBytes", []option{list("containerNames", "opt-web"), scalar("maxBodyBytes", "100")}, may(map[string]int{"GET /containers/json": 502, "GET /_ping": 200})},
	{"logLevel", []option{list("containerNames", "opt-web"), scalar("logLevel", "debug")}, sees("opt-web")},
}

// optionView is what a client sees through the router of a story.
type optionView struct {
	addr, host string
	header     http.Header // of a login
}

// reply is what a client got.
type reply struct {
	status int
	body   []byte
}

func (v optionView) ask(t *testing.T, method, target string) reply {
	t.Helper()
	req, err := http.NewRequest(method, "http://"+v.addr+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = v.host
	for name, values := range v.header {
		req.Header[name] = values
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, body}
}

// names are the names of the scene's containers that the client sees.
func (v optionView) names(t *testing.T) []string {
	t.Helper()
	var containers []struct{ Names []string }
	if err := json.Unmarshal(v.ask(t, http.MethodGet, "/containers/json?all=1").body, &containers); err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, c := range containers {
		if strings.HasPrefix(c.Names[0], "/opt-") {
			names = append(names, c.Names[0][1:])
		}
	}
	sort.Strings(names)
	return names
}

// sees checks that of the scene just these are listed, and inspect alike.
func sees(want ...string) func(*testing.T, optionView) {
	return func(t *testing.T, v optionView) {
		sort.Strings(want)
		if got := v.names(t); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("got %v, want %v", got, want)
		}
		for _, name := range []string{"opt-web", "opt-db", "opt-plain"} {
			wantStatus := http.StatusNotFound
			if strings.Contains(" "+strings.Join(want, " ")+" ", " "+name+" ") {
				wantStatus = http.StatusOK
			}
			if got := v.ask(t, http.MethodGet, "/containers/"+name+"/json").status; got != wantStatus {
				t.Errorf("inspect of %s: got status %d, want %d", name, got, wantStatus)
			}
		}
	}
}

// as checks what the client sees with the header of a login, without which it is
// refused.
func as(header, value string, check func(*testing.T, optionView)) func(*testing.T, optionView) {
	return func(t *testing.T, v optionView) {
		may(map[string]int{"GET /_ping": 403, "GET /containers/opt-web/json": 403})(t, v)
		v.header = http.Header{header: {value}}
		check(t, v)
	}
}

// hides checks that these are not listed, and something is.
func hides(names ...string) func(*testing.T, optionView) {
	return func(t *testing.T, v optionView) {
		got := strings.Join(v.names(t), " ")
		for _, name := range names {
			if strings.Contains(got, name) {
				t.Errorf("got %s", got)
			}
		}
		if !strings.Contains(got, "opt-plain") {
			t.Errorf("got %s, want opt-plain", got)
		}
	}
}

// env checks the environment of opt-web, but for what the image brings.
func env(want ...string) func(*testing.T, optionView) {
	return func(t *testing.T, v optionView) {
		var inspect struct{ Config struct{ Env []string } }
		if err := json.Unmarshal(v.ask(t, http.MethodGet, "/containers/opt-web/json").body, &inspect); err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, variable := range inspect.Config.Env {
			if !strings.HasPrefix(variable, "PATH=") {
				got = append(got, variable)
			}
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

// masked checks that the label selects, is masked everywhere, and cannot be
// asked for.
func masked(t *testing.T, v optionView) {
	sees("opt-web")(t, v)
	for _, target := range []string{"/containers/json", "/containers/opt-web/json", "/system/df"} {
		if body := string(v.ask(t, http.MethodGet, target).body); strings.Contains(body, "canary") && !strings.Contains(body, "canary-command") || !strings.Contains(body, `"opt.secret":"***"`) {
			t.Errorf("%s: got %s", target, body)
		}
	}
	if got := v.ask(t, http.MethodGet, "/containers/json?filters=%7B%22label%22%3A%5B%22opt.secret%3Dcanary%22%5D%7D").status; got != http.StatusBadRequest {
		t.Errorf("filter on a masked label: got status %d, want 400", got)
	}
}

// lacks checks that a word is not in the answers about opt-web.
func lacks(word string, verbs ...string) func(*testing.T, optionView) {
	return func(t *testing.T, v optionView) {
		targets := []string{"/containers/json"}
		for _, verb := range verbs {
			targets = append(targets, "/containers/opt-web"+verb)
		}
		for _, target := range targets {
			a := v.ask(t, http.MethodGet, target)
			body := strings.ReplaceAll(string(a.body), `"Destination":"/tmp`, "")
			if a.status != http.StatusOK || strings.Contains(body, word) {
				t.Errorf("%s: got %d %s", target, a.status, body)
			}
		}
	}
}

// may checks the status of requests.
func may(want map[string]int) func(*testing.T, optionView) {
	return func(t *testing.T, v optionView) {
		for request, status := range want {
			method, target, _ := strings.Cut(request, " ")
			if a := v.ask(t, method, target); a.status != status {
				t.Errorf("%s: got %d %s, want %d", request, a.status, a.body, status)
			}
		}
	}
}

// optionScene starts the containers of the stories.
func optionScene(t *testing.T) {
	t.Helper()
	scene := map[string]map[string]any{
		"opt-web": {
			"Labels":     map[string]string{"opt.app": "web", "opt.secret": "canary"},
			"Env":        []string{"OPT_PASSWORD=hunter2", "TZ=UTC"},
			"Cmd":        []string{"sh", "-c", ": canary-command; sleep 1000"},
			"HostConfig": map[string]any{"NetworkMode": "none", "Binds": []string{"/tmp:/host:ro"}},
		},
		"opt-db":    {"Labels": map[string]string{"opt.app": "db"}},
		"opt-plain": {},
	}
	for name, body := range scene {
		startLabeled(t, name, body)
	}
}

// startLabeled runs a container of the image for the time of the test. body
// is of ContainerCreate.
func startLabeled(t *testing.T, name string, body map[string]any) {
	t.Helper()
	body["Image"] = engine.Image
	if body["Cmd"] == nil {
		body["Cmd"] = []string{"sleep", "1000"}
	}
	if body["HostConfig"] == nil {
		body["HostConfig"] = map[string]any{"NetworkMode": "none"}
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	id := createdID(t, "/containers/create?name="+name, string(encoded))
	t.Cleanup(func() { directly(t, http.MethodDelete, "/containers/"+id+"?force=1", "") })
	directly(t, http.MethodPost, "/containers/"+id+"/start", "")
}

// The stories of the options in a file.
func TestOptionsInFile(t *testing.T) {
	optionScene(t)
	var routers, middlewares strings.Builder
	for i, story := range optionStories {
		fmt.Fprintf(&routers, "    s%d: {entryPoints: [docker], rule: Host(`s%d.test`), middlewares: [s%d], service: proxy}\n", i, i, i)
		fmt.Fprintf(&middlewares, "    s%d:\n      plugin:\n        dpf:\n", i)
		for _, o := range story.options {
			value := o.values[0]
			if o.list {
				encoded, err := json.Marshal(o.values)
				if err != nil {
					t.Fatal(err)
				}
				value = string(encoded)
			}
			fmt.Fprintf(&middlewares, "          %s: %s\n", o.name, value)
		}
	}
	tr := startOptions(t, fmt.Sprintf("http:\n  routers:\n%s  middlewares:\n%s  services:\n    proxy: {loadBalancer: {servers: [{url: %q}]}}\n",
		routers.String(), middlewares.String(), shared.Proxy.URL()))
	checkOptions(t, tr)

	log, err := os.ReadFile(tr.LogFile())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(log), "configuration refused") {
		t.Error("a configuration was refused; see the log of Traefik")
	}
}

// The same as labels of a container, lists once with commas and once with
// indexes, which a value with a comma needs.
func TestOptionsInLabels(t *testing.T) {
	optionScene(t)
	labels := map[string]string{
		"traefik.enable": "true", "e2e": "options",
		"traefik.http.services.proxy.loadbalancer.server.url": shared.Proxy.URL(),
	}
	for i, story := range optionStories {
		router := fmt.Sprintf("traefik.http.routers.s%d.", i)
		labels[router+"entrypoints"] = "docker"
		labels[router+"rule"] = fmt.Sprintf("Host(`s%d.test`)", i)
		labels[router+"middlewares"] = fmt.Sprintf("s%d", i)
		labels[router+"service"] = "proxy"
		for _, o := range story.options {
			key := fmt.Sprintf("traefik.http.middlewares.s%d.plugin.dpf.%s", i, o.name)
			value := strings.Join(o.values, ",")
			if !o.list || strings.Count(value, ",") == len(o.values)-1 && i%2 == 0 {
				labels[key] = value
				continue
			}
			for j, v := range o.values {
				labels[fmt.Sprintf("%s[%d]", key, j)] = v
			}
		}
	}
	startLabeled(t, "config-of-options", map[string]any{"Labels": labels})
	tr := startOptions(t, "http:\n  middlewares:\n    unused: {stripPrefix: {prefixes: [/unused]}}\n",
		"--providers.docker.endpoint="+shared.Engine.Host(), "--providers.docker.exposedByDefault=false",
		"--providers.docker.constraints=Label(`e2e`,`options`)")
	if err := tr.WaitRouter("s0@docker"); err != nil {
		t.Fatal(err)
	}
	checkOptions(t, tr)
}

func startOptions(t *testing.T, dynamic string, flags ...string) *traefik.Instance {
	t.Helper()
	tr, err := shared.StartTraefik(traefik.Config{EntryPoints: []string{"docker"}, Dynamic: dynamic, Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Stop)
	return tr
}

func checkOptions(t *testing.T, tr *traefik.Instance) {
	t.Helper()
	for i, story := range optionStories {
		t.Run(story.name, func(t *testing.T) {
			story.check(t, optionView{addr: tr.Addr("docker"), host: fmt.Sprintf("s%d.test", i)})
		})
	}
}

// Configurations that are refused answer every request with the option and the
// reason, and Traefik's log has it once, with the value.
func TestOptionsRefused(t *testing.T) {
	refused := []struct{ options, body, log string }{
		{`{containerNames: [a], match: prefix}`, `match: must be contains, exact, glob or regexp`, `match: "prefix": must be contains, exact, glob or regexp`},
		{`{containerNames: [a], require: some}`, `require: must be any or all`, `require: "some": must be any or all`},
		{`{containerNames: ["("], match: regexp}`, `containerNames[0]: error parsing regexp`, `containerNames[0]: "(": error parsing regexp: missing closing )`},
		{`{excludeLabels: ["a[b]"], match: glob}`, `excludeLabels[0]: a glob has * and ? only; use match: regexp for more`, `excludeLabels[0]: "a[b]": a glob has * and ? only`},
		{`{containerNames: [a], operations: [read, ContainerStrt]}`, `operations[1]: no such operation or group`, `operations[1]: "ContainerStrt": no such operation or group, did you mean ContainerStart?`},
		{`{containerNames: [a], operations: [-read]}`, `operations[0]: no such operation or group`, `operations[0]: "-read": no such operation or group`},
		{`{containerNames: [a], keepEnvs: [TZ]}`, `keepEnvs: has no effect without scrubEnvs: true`, `keepEnvs: has no effect without scrubEnvs: true`},
		{`{containerNames: [a], insecureAllowOperations: [ContainerList]}`, `insecureAllowOperations[0]: not an operation that needs it`, `insecureAllowOperations[0]: "ContainerList": not an operation that needs it`},
		{`{containerNames: [a], operations: [manage, -ImageBuild], insecureAllowOperations: [ImageBuild]}`, `insecureAllowOperations[0]: operations takes it away`, `insecureAllowOperations[0]: "ImageBuild": operations takes it away`},
		{`{containerNames: "a,"}`, `containerNames[1]: blank value`, `containerNames[1]: blank value`},
		{`{scrubEnv: true}`, `scrubEnv: unknown option, did you mean scrubEnvs?`, `scrubEnv: unknown option, did you mean scrubEnvs?`},
		{`{maxBodyBytes: 0, containerNames: [a]}`, `maxBodyBytes: must be greater than 0`, `maxBodyBytes: "0": must be greater than 0`},
		{`{containerNames: [a], upstreamURL: "http://u:hunter2@h"}`, `upstreamURL: must not have a user, a query or a fragment`, `upstreamURL: "http://u:hunter2@h": must not have a user`},
		{`{excludeNames: ["${HIDE}"]}`, `excludeNames[0]: a placeholder that nothing filled in`, `excludeNames[0]: "${HIDE}": a placeholder that nothing filled in`},
		{`{excludeNames: ["/vault"]}`, `excludeNames[0]: names have no leading slash here`, `excludeNames[0]: "/vault": names have no leading slash here; write vault`},
	}
	var routers, middlewares strings.Builder
	for i, r := range refused {
		fmt.Fprintf(&routers, "    s%d: {entryPoints: [docker], rule: Host(`s%d.test`), middlewares: [s%d], service: proxy}\n", i, i, i)
		fmt.Fprintf(&middlewares, "    s%d: {plugin: {dpf: %s}}\n", i, r.options)
	}
	tr := startOptions(t, fmt.Sprintf("http:\n  routers:\n    rest: {entryPoints: [docker], rule: PathPrefix(`/`), priority: 1, service: proxy}\n%s  middlewares:\n%s  services:\n    proxy: {loadBalancer: {servers: [{url: %q}]}}\n",
		routers.String(), middlewares.String(), shared.Proxy.URL()))
	log, err := os.ReadFile(tr.LogFile())
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range refused {
		a := optionView{addr: tr.Addr("docker"), host: fmt.Sprintf("s%d.test", i)}.ask(t, http.MethodGet, "/containers/json")
		var body struct{ Message string }
		if err := json.Unmarshal(a.body, &body); err != nil || a.status != http.StatusServiceUnavailable || body.Message != "dpf: "+r.body {
			t.Errorf("%s: got %d %s, want 503 %s", r.options, a.status, a.body, r.body)
		}
		lines := 0
		for line := range strings.SplitSeq(string(log), "\n") {
			if strings.Contains(line, " ERR ") && strings.Contains(line, fmt.Sprintf("s%d@file", i)) && strings.Contains(strings.ReplaceAll(line, `\"`, `"`), r.log) {
				lines++
			}
		}
		if lines != 1 {
			t.Errorf("%s: got %d ERROR lines, want 1", r.options, lines)
		}
	}
}
