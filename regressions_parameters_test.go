package dpf

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// parameterRequest is one request about a parameter, and what became of it.
type parameterRequest struct {
	name, target, contentType, body string
	status                          int
	want                            string // the request that reaches the engine last, or a part of the refusal
}

const form = "application/x-www-form-urlencoded"

// Nothing that a client says is dropped silently: an operation that does another
// thing than it was asked for is worse than one that is refused.
func TestParametersAreNotDropped(t *testing.T) {
	web, exec := "/containers/"+id("aa1"), "/exec/"+visibleExec
	tests := []parameterRequest{
		{"a checkpoint to start from", "POST /containers/web/start?checkpoint=c", "", "", 400, "checkpoint"},
		{"a folder of checkpoints", "POST /containers/web/start?checkpoint-dir=/x", "", "", 400, "checkpoint-dir"},
		{"no checkpoint", "POST /containers/web/start?checkpoint=&checkpoint-dir=", "", "", 204, "POST " + web + "/start"},
		{"a checkpoint in a form", "POST /containers/web/start", form, "a=b", 204, "POST " + web + "/start"},
		{"keys that no engine reads", "POST /containers/web/start?detachKeys=a", "", "", 204, "POST " + web + "/start"},
		{"the signal in a form", "POST /containers/web/kill", form, "signal=URG", 204, "POST " + web + "/kill?signal=URG"},
		{"a form comes before the query", "POST /containers/web/kill?signal=KILL", form, "signal=URG", 204, "POST " + web + "/kill?signal=URG"},
		{"a form with a character set", "POST /containers/web/kill", form + "; charset=utf-8", "signal=URG", 204, "POST " + web + "/kill?signal=URG"},
		{"no form in a DELETE", "DELETE /containers/web", form, "force=1", 204, "DELETE " + web},
		{"a form of many parts", "POST /containers/web/kill", "multipart/form-data; boundary=x", "--x--", 400, "multipart/form-data"},
		{"a form that cannot be parsed", "POST /containers/web/kill", form, "signal=%zz", 400, "cannot be parsed"},
		{"a large form", "POST /containers/web/kill", form, "x=" + strings.Repeat("a", 1<<17), 413, "larger"},
		{"a form of what no engine knows", "POST /containers/web/kill?signal=URG", form, "evil=1", 204, "POST " + web + "/kill?signal=URG"},
		{"a form in the place of JSON", "POST /containers/web/exec", form, "Cmd=x", 400, form},
		{"JSON that is said to be text", "POST /containers/web/exec", "text/plain", `{"Cmd":["x"]}`, 400, "text/plain"},
		{"JSON with a character set", "POST /containers/web/exec", "application/json; charset=utf-8", `{"Cmd":["x"]}`, 204, "POST " + web + "/exec"},
		{"a form to an archive is no form", "PUT /containers/web/archive?path=/a", form, "path=/b", 204, "PUT " + web + "/archive?path=%2Fa"},
		{"a host configuration at start", "POST /containers/web/start", "application/json", `{"Binds":["/:/x"]}`, 400, "deprecated since API v1.22"},
		{"an empty object at start", "POST /containers/web/start", "application/json", `{}`, 204, "POST " + web + "/start"},
		{"a field of an exec that nobody knows", "POST /containers/web/exec", "application/json", `{"Cmd":["x"],"CapAdd":["ALL"]}`, 400, "CapAdd"},
		{"devices in an update", "POST /containers/web/update", "application/json", `{"Devices":[{"PathOnHost":"/dev/sda"}]}`, 400, "Devices"},
		{"an exec that repeats its options at start", "POST " + exec + "/start", "application/json", `{"Detach":true,"Cmd":["x"],"hijack":true}`, 204, "POST " + exec + "/start"},
		{"a parameter that no engine knows", "GET /containers/web/logs?stdout=1&evil=1", "", "", 204, "GET " + web + "/logs?stdout=1"},
		{"the format of logs", "GET /containers/web/logs?stdout=1&format=json", "", "", 204, "GET " + web + "/logs?format=json&stdout=1"},
		{"the platform of an image", "GET /images/web:1/json?platform=%7B%7D", "", "", 200, "GET /images/web:1/json?platform=%7B%7D"},
		{"annotations", "GET /containers/json?filters=" + url.QueryEscape(`{"annotation":["a=b"]}`), "", "", 200, "GET /containers/json?filters=" + url.QueryEscape(`{"annotation":{"a=b":true}}`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkParameter(t, tt) })
	}
}

func checkParameter(t *testing.T, tt parameterRequest) {
	t.Helper()
	engine := worldEngine()
	method, target, _ := strings.Cut(tt.target, " ")
	req := httptest.NewRequest(method, target, strings.NewReader(tt.body))
	if tt.contentType != "" {
		req.Header.Set("Content-Type", tt.contentType)
	}
	rec := httptest.NewRecorder()
	newTestFilter(t, engine, testConfig()).ServeHTTP(rec, req)
	got := engine.last()
	if tt.status >= 400 {
		got = rec.Body.String()
	}
	if rec.Code != tt.status || tt.status < 400 && got != tt.want || !strings.Contains(got, tt.want) {
		t.Errorf("got %d %s %q, want %d %q", rec.Code, rec.Body.String(), got, tt.status, tt.want)
	}
}

// What the engine refuses by its own words is refused by them; where it does not,
// the plugin has words of its own.
func TestTheEngineHasTheWords(t *testing.T) {
	tests := []struct{ name, target, asks string }{
		{"a limit that is no number", "/containers/json?limit=abc", "/containers/json?limit=abc"},
		{"filters that are no JSON", "/containers/json?filters=abc", "/containers/json?filters=abc"},
		{"filters of events", "/events?filters=abc", "/containers/json?filters=abc"},
		{"a key that no engine knows", "/volumes?filters=%7B%22x%22:%5B%22y%22%5D%7D", "/volumes?filters=" + url.QueryEscape(`{"x":{}}`)},
		{"a key next to a hidden reference", "/containers/json?filters=" + url.QueryEscape(`{"x":["y"],"before":["secret"]}`), "/containers/json?filters=" + url.QueryEscape(`{"x":{}}`)},
	}
	for _, tt := range tests {
		for _, refuses := range []bool{true, false} {
			t.Run(tt.name, func(t *testing.T) {
				engine := worldEngine()
				asked := ""
				answer := engine.override
				engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
					if asked = req.RequestURI; !refuses {
						return answer(rw, req)
					}
					rw.Header().Set("Content-Type", "application/json")
					rw.WriteHeader(400)
					_, _ = rw.Write([]byte(`{"message":"the words"}` + "\n"))
					return true
				}
				rec := do(newTestFilter(t, engine, testConfig()), "GET", tt.target, "")
				got, want := rec.Body.String(), `{"message":"the words"}`
				if !refuses {
					want = `{"message":"dpf: `
				}
				if rec.Code != 400 || asked != tt.asks || !strings.HasPrefix(got, want) {
					t.Errorf("got %d %s after asking %s, want %s after %s", rec.Code, got, asked, want, tt.asks)
				}
			})
		}
	}
}

// A service with its defaults is the service that was judged.
func TestServiceWithDefaults(t *testing.T) {
	engine := worldEngine()
	answer := engine.override
	engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
		if req.RequestURI != "/services/s1?insertDefaults=true" {
			return answer(rw, req)
		}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(strings.Replace(webService, `"Spec":{`, `"Spec":{"EndpointSpec":{"Mode":"Defaults"},`, 1)))
		return true
	}
	if rec := do(newTestFilter(t, engine, testConfig()), "GET", "/services/s1?insertDefaults=true", ""); rec.Code != 200 || !strings.Contains(rec.Body.String(), "Defaults") {
		t.Errorf("got %d %s", rec.Code, rec.Body.String())
	}
	if rec := do(newTestFilter(t, engine, testConfig()), "GET", "/services/s2?insertDefaults=true", ""); rec.Code != 404 {
		t.Errorf("hidden: got %d %s", rec.Code, rec.Body.String())
	}
}
