package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/testbed"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// request is one request about a container or an exec instance; {ref} stands
// for the reference to it.
type request struct {
	method, target string
	body           string // JSON, or empty
	headers        []string
}

// containerRequests is every operation on one container, in the forms that
// have shapes of their own.
var containerRequests = []request{
	{method: "GET", target: "/containers/{ref}/json"},
	{method: "GET", target: "/containers/{ref}/json?size=1"},
	{method: "GET", target: "/containers/{ref}/top"},
	{method: "GET", target: "/containers/{ref}/top?ps_args=aux"},
	{method: "GET", target: "/containers/{ref}/logs?stdout=1"},
	{method: "GET", target: "/containers/{ref}/logs?stdout=1&follow=1&tail=1"},
	{method: "GET", target: "/containers/{ref}/stats?stream=0"},
	{method: "GET", target: "/containers/{ref}/stats"},
	{method: "GET", target: "/containers/{ref}/changes"},
	{method: "GET", target: "/containers/{ref}/export"},
	{method: "GET", target: "/containers/{ref}/archive?path=/etc/passwd"},
	{method: "HEAD", target: "/containers/{ref}/archive?path=/etc/passwd"},
	{method: "PUT", target: "/containers/{ref}/archive?path=/tmp"},
	{method: "GET", target: "/containers/{ref}/attach/ws?stream=1"},
	{method: "GET", target: "/containers/{ref}/attach/ws?stream=1", headers: []string{
		"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Origin: http://docker",
	}},
	{method: "POST", target: "/containers/{ref}/attach?stream=1&stdout=1"},
	{method: "POST", target: "/containers/{ref}/attach?stream=1&stdout=1", headers: []string{"Connection: Upgrade", "Upgrade: tcp"}},
	{method: "POST", target: "/containers/{ref}/start"},
	{method: "POST", target: "/containers/{ref}/stop?t=0"},
	{method: "POST", target: "/containers/{ref}/restart?t=0"},
	{method: "POST", target: "/containers/{ref}/kill"},
	{method: "POST", target: "/containers/{ref}/kill?signal=TERM"},
	{method: "POST", target: "/containers/{ref}/pause"},
	{method: "POST", target: "/containers/{ref}/unpause"},
	{method: "POST", target: "/containers/{ref}/wait"},
	{method: "POST", target: "/containers/{ref}/wait?condition=removed"},
	{method: "POST", target: "/containers/{ref}/resize?h=10&w=10"},
	{method: "POST", target: "/containers/{ref}/update", body: `{"Memory":67108864,"MemorySwap":67108864}`},
	{method: "POST", target: "/containers/{ref}/exec", body: `{"Cmd":["touch","/done"]}`},
	{method: "DELETE", target: "/containers/{ref}"},
	{method: "DELETE", target: "/containers/{ref}?force=1&v=1"},
}

// execRequests is every operation on one exec instance.
var execRequests = []request{
	{method: "GET", target: "/exec/{ref}/json"},
	{method: "POST", target: "/exec/{ref}/start", body: `{"Detach":true}`},
	{method: "POST", target: "/exec/{ref}/start", body: `{"Detach":false,"Tty":false}`, headers: []string{"Connection: Upgrade", "Upgrade: tcp"}},
	{method: "POST", target: "/exec/{ref}/resize?h=10&w=10"},
}

// otherRequests are refused, or differ from the engine's answer for other
// reasons. They, too, must not tell hidden from absent.
var otherRequests = []request{
	{method: "HEAD", target: "/containers/{ref}/json"},
	{method: "GET", target: "/containers/{ref}"},
	{method: "GET", target: "/containers/{ref}/json/"},
	{method: "GET", target: "/containers/{ref}/logs"},
	{method: "GET", target: "/containers/{ref}/nothing"},
	{method: "GET", target: "/containers/{ref}/checkpoints?dir=/"},
	{method: "PATCH", target: "/containers/{ref}/json"},
	{method: "POST", target: "/containers/{ref}/rename?name=absent-renamed"},
	{method: "POST", target: "/containers/{ref}/copy", body: `{"Resource":"/etc/passwd"}`},
	{method: "POST", target: "/containers/{ref}/exec", body: `{"Cmd":["true"],"Privileged":true}`},
	{method: "POST", target: "/containers/{ref}/exec", body: `{`},
	{method: "POST", target: "/containers/{ref}/update", body: `[]`},
	{method: "POST", target: "/containers/{ref}/kill?signal=NONE"},
	{method: "POST", target: "/containers/{ref}/wait?condition=never"},
	{method: "POST", target: "/containers/{ref}/resize"},
	{method: "POST", target: "/commit?container={ref}"},
	{method: "GET", target: "/containers/json?filters=%7B%22name%22%3A%5B%22{ref}%22%5D%7D"},
	{method: "GET", target: "/containers/json?all=1&filters=%7B%22id%22%3A%5B%22{ref}%22%5D%7D"},
	{method: "GET", target: "/containers/json?all=1&filters=%7B%22before%22%3A%5B%22{ref}%22%5D%7D"},
	{method: "GET", target: "/containers/json?all=1&filters=%7B%22since%22%3A%5B%22{ref}%22%5D%7D"},
}

// reference is a way to name a hidden container, and its like that names none.
type reference struct {
	kind            string
	hidden, unknown string
}

// TestHiddenIsAbsent sends every request for a hidden reference and for an
// unknown one of the same form. The answers are the same but for the
// reference, and the same as those of the engine about an unknown one.
func TestHiddenIsAbsent(t *testing.T) {
	id := runContainer(t, "absent-secret")
	runContainer(t, "absent-web")
	tr := startTraefik(t, "containerNames: [absent-web]", shared.Proxy.URL())
	before := inspectState(t, id)

	references := []reference{
		{"name", "absent-secret", "absent-nobody"},
		{"ID", id, flip(id)},
		{"short ID", id[:12], flip(id)[:12]},
		{"ID prefix", id[:5], flip(id)[:5]},
	}
	for _, ref := range references {
		for _, version := range []string{"", "/v1.41", "/v1.24"} {
			for _, req := range containerRequests {
				req.target = version + req.target
				t.Run(ref.kind+" "+req.String(), func(t *testing.T) { checkAbsent(t, tr, req, ref, true) })
			}
		}
		for _, req := range otherRequests {
			t.Run(ref.kind+" "+req.String(), func(t *testing.T) { checkAbsent(t, tr, req, ref, false) })
		}
	}

	instance := createExec(t, id)
	ref := reference{"exec instance", instance, flip(instance)}
	for _, req := range execRequests {
		t.Run(ref.kind+" "+req.String(), func(t *testing.T) { checkAbsent(t, tr, req, ref, true) })
	}

	if after := inspectState(t, id); after != before {
		t.Errorf("the hidden container has changed\ngot  %s\nwant %s", after, before)
	}
}

func (r request) String() string {
	if len(r.headers) > 0 {
		return r.method + " " + r.target + " with Upgrade"
	}
	return r.method + " " + r.target
}

// checkAbsent compares the answers for the two references, and with likeEngine
// also the one of the engine through a router without the plugin.
func checkAbsent(t *testing.T, tr *traefik.Instance, req request, ref reference, likeEngine bool) {
	t.Helper()
	unknown := ask(t, tr.Addr("docker"), req, ref.unknown)
	hidden := ask(t, tr.Addr("docker"), req, ref.hidden)
	if got, want := anonymous(hidden, ref.hidden), anonymous(unknown, ref.unknown); got != want {
		t.Errorf("the answer tells a hidden container from an absent one\nhidden:\n%s\nabsent:\n%s", got, want)
	}
	if !likeEngine {
		return
	}
	engine := ask(t, tr.Addr("plain"), req, ref.unknown)
	if got, want := anonymous(unknown, ref.unknown), anonymous(engine, ref.unknown); got != want {
		t.Errorf("the answer is not the engine's\ngot:\n%s\nwant:\n%s", got, want)
	}
}

// ask sends the request for one reference.
func ask(t *testing.T, addr string, req request, ref string) answer {
	t.Helper()
	headers := req.headers
	if req.body != "" {
		headers = append(headers[:len(headers):len(headers)], "Content-Type: application/json")
	}
	a, err := send("tcp://"+addr, req.method, strings.ReplaceAll(req.target, "{ref}", ref), headers, []byte(req.body))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// anonymous is the answer with its reference taken out.
func anonymous(a answer, ref string) string {
	return strings.ReplaceAll(a.head()+"\n"+string(a.body), ref, "{ref}")
}

// flip returns a hexadecimal ID of the same length that nothing has.
func flip(id string) string {
	const digits, other = "0123456789abcdef", "fedcba9876543210"
	return strings.Map(func(r rune) rune { return rune(other[strings.IndexRune(digits, r)]) }, id)
}

// startTraefik runs a Traefik with the plugin, with these options in YAML, on
// the entry points "docker" and "raw", where "raw" does not clean paths, and
// without the plugin on "plain".
func startTraefik(t *testing.T, options, upstream string) *traefik.Instance {
	t.Helper()
	return startTraefikOn(t, shared, options, upstream)
}

// startTraefikOn is startTraefik on a bed of the test's own.
func startTraefikOn(t *testing.T, bed *testbed.Bed, options, upstream string) *traefik.Instance {
	t.Helper()
	tr, err := bed.StartTraefik(traefik.Config{
		EntryPoints: []string{"docker", "raw", "plain"},
		Flags:       []string{"--entryPoints.raw.http.sanitizePath=false"},
		Dynamic: fmt.Sprintf(`
http:
  routers:
    docker: {entryPoints: [docker, raw], rule: "PathPrefix(`+"`/`"+`)", middlewares: [dpf], service: socket-proxy}
    plain: {entryPoints: [plain], rule: "PathPrefix(`+"`/`"+`)", service: socket-proxy}
  middlewares:
    dpf: {plugin: {dpf: {%s}}}
  services:
    socket-proxy: {loadBalancer: {servers: [{url: "%s"}]}}
`, options, upstream),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Stop)
	return tr
}

// runContainer starts a container on the engine, for the time of the test,
// and returns its ID.
func runContainer(t *testing.T, name string, env ...string) string {
	t.Helper()
	spec, err := json.Marshal(map[string]any{
		"Image":      engine.Image,
		"Cmd":        []string{"sleep", "1000"},
		"Env":        env,
		"HostConfig": map[string]any{"NetworkMode": "none"},
	})
	if err != nil {
		t.Fatal(err)
	}
	id := createdID(t, "/containers/create?name="+name, string(spec))
	t.Cleanup(func() { directly(t, http.MethodDelete, "/containers/"+id+"?force=1", "") })
	directly(t, http.MethodPost, "/containers/"+id+"/start", "")
	return id
}

// createExec creates an exec instance on the engine and returns its ID.
func createExec(t *testing.T, container string) string {
	t.Helper()
	return createdID(t, "/containers/"+container+"/exec", `{"Cmd":["touch","/done"]}`)
}

func createdID(t *testing.T, target, body string) string {
	t.Helper()
	var created struct{ ID string }
	if err := json.Unmarshal(directly(t, http.MethodPost, target, body), &created); err != nil {
		t.Fatal(err)
	}
	return created.ID
}

// inspectState is what any operation on a container changes.
func inspectState(t *testing.T, id string) string {
	t.Helper()
	var c struct {
		Name         string
		State        json.RawMessage
		RestartCount int
		HostConfig   struct{ Memory int64 }
	}
	if err := json.Unmarshal(directly(t, http.MethodGet, "/containers/"+id+"/json", ""), &c); err != nil {
		t.Fatal(err)
	}
	changes := directly(t, http.MethodGet, "/containers/"+id+"/changes", "")
	return fmt.Sprint(c.Name, string(c.State), c.RestartCount, c.HostConfig.Memory, string(changes))
}

// directly sends a request to the engine itself, which must succeed.
func directly(t *testing.T, method, target, body string) []byte {
	t.Helper()
	a, err := send(shared.Engine.Host(), method, target, []string{"Content-Type: application/json"}, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(a.status, "HTTP/1.1 2") {
		t.Fatalf("%s %s: %s\n%s", method, target, a.status, a.body)
	}
	return a.body
}
