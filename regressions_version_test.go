package dpf

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// versionEngine speaks the API versions from oldest to newest, and says so as
// dockerd does.
func versionEngine(oldest, newest string) *fakeEngine {
	engine := testEngine()
	engine.apiVersion = newest
	engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
		version := strings.TrimPrefix(strings.SplitN(req.URL.Path+"/", "/", 3)[1], "v")
		message := ""
		switch version {
		case "1.4", "1.11", "1.18":
			if oldest != "1.12" || version != "1.18" {
				message = "client version " + version + " is too old. Minimum supported API version is " + oldest + ", please upgrade your client to a newer version"
			}
		case "1.99", "4.0.0", "1.241":
			message = "client version " + version + " is too new. Maximum supported API version is " + newest
		}
		if message == "" {
			return false
		}
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(rw, "{\"message\":\"%s\"}\n", message)
		return true
	}
	return engine
}

// A client that speaks another version gets dockerd's words, by which it chooses
// one that the engine speaks.
func TestVersionsOutOfRange(t *testing.T) {
	const (
		old24 = "client version %s is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version"
		new41 = "client version %s is too new. Maximum supported API version is 1.41"
	)
	tests := []struct{ oldest, version, want string }{
		{"1.24", "1.4", old24},
		{"1.24", "1.18", old24},
		{"1.12", "1.4", "client version %s is too old. Minimum supported API version is 1.12, please upgrade your client to a newer version"},
		{"1.12", "1.18", old24}, // The engine takes it, the plugin does not.
		{"1.24", "1.23", old24},
		{"1.24", "1", old24},
		{"1.24", "0.0", old24},
		{"1.24", "1.99", new41},
		{"1.24", "1.241", new41},
		{"1.24", "4.0.0", new41},
		{"1.24", "2.0", new41}, // The engine says nothing of it.
	}
	for _, tt := range tests {
		for _, target := range []string{"GET /_ping", "HEAD /_ping", "GET /version", "GET /info", "GET /events", "GET /containers/json", "GET /containers/web/json", "GET /containers/secret/json", "POST /containers/secret/stop", "GET /exec/" + hiddenExec + "/json", "GET /networks", "GET /images/json"} {
			t.Run(tt.oldest+" "+tt.version+" "+target, func(t *testing.T) {
				method, path, _ := strings.Cut(target, " ")
				rec := do(newTestFilter(t, versionEngine(tt.oldest, "1.41"), testConfig()), method, "/v"+tt.version+path, "")
				if want := fmt.Sprintf(tt.want, tt.version); rec.Code != 400 || !strings.Contains(rec.Body.String(), want) {
					t.Errorf("got %d %s, want 400 %s", rec.Code, rec.Body.String(), want)
				}
			})
		}
	}
}

// Nothing but a complaint about the version is relayed, and no other spelling of
// a version is served.
func TestVersionsThatNobodyComplainsAbout(t *testing.T) {
	for _, version := range []string{"1.041", "01.41", "1.41.", "1..41", "1.41.0"} {
		t.Run(version, func(t *testing.T) {
			engine := testEngine()
			rec := do(newTestFilter(t, engine, testConfig()), "GET", "/v"+version+"/containers/json", "")
			if rec.Code != 403 && rec.Code != 400 || strings.Contains(strings.Join(engine.requests, " "), "containers") {
				t.Errorf("got %d %s, upstream %v", rec.Code, rec.Body.String(), engine.requests)
			}
		})
	}
	for name, body := range map[string]string{
		"more than the words": `{"message":"client version 1.4 is too old. Minimum supported API version is 1.12, please upgrade your client to a newer version","canary":1}`,
		"other words":         `{"message":"canary"}`,
		"no words":            ``,
	} {
		t.Run(name, func(t *testing.T) {
			engine := testEngine()
			engine.override = func(rw http.ResponseWriter, _ *http.Request) bool {
				rw.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(rw, body)
				return true
			}
			rec := do(newTestFilter(t, engine, testConfig()), "GET", "/v1.4/containers/json", "")
			if got := rec.Body.String(); rec.Code != 400 || got != "client version 1.4 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version\n" || rec.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
				t.Errorf("got %d %v %s", rec.Code, rec.Header(), got)
			}
		})
	}
}
