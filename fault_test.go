package dpf

import (
	"net/http"
	"strings"
	"testing"
)

// An answer that cannot be understood in full is never sent on.
func TestUpstreamFaults(t *testing.T) {
	list := "[" + testEngine().containers[1].element() + "]"
	tests := []struct {
		name   string
		answer func(rw http.ResponseWriter)
		want   int
	}{
		{"HTML", func(rw http.ResponseWriter) { write(rw, "text/html", list) }, 502},
		{"no content type", func(rw http.ResponseWriter) { write(rw, "", list) }, 502},
		{"gzip", func(rw http.ResponseWriter) {
			rw.Header().Set("Content-Encoding", "gzip")
			write(rw, "application/json", list)
		}, 502},
		{"truncated JSON", func(rw http.ResponseWriter) { write(rw, "application/json", list[:len(list)-2]) }, 502},
		{"cut short", func(rw http.ResponseWriter) {
			rw.Header().Set("Content-Length", "9999")
			write(rw, "application/json", list)
		}, 502},
		{"an object", func(rw http.ResponseWriter) { write(rw, "application/json", "{}") }, 502},
		{"null", func(rw http.ResponseWriter) { write(rw, "application/json", "null") }, 502},
		{"null element", func(rw http.ResponseWriter) { write(rw, "application/json", "[null]") }, 502},
		{"element without ID", func(rw http.ResponseWriter) { write(rw, "application/json", `[{"Names":["/web"]}]`) }, 502},
		{"labels of another type", func(rw http.ResponseWriter) {
			write(rw, "application/json", `[{"Id":"`+id("a")+`","Names":["/homepage.group"],"Labels":[]}]`)
		}, 502},
		{"two values", func(rw http.ResponseWriter) { write(rw, "application/json", list+list) }, 502},
		{"too large", func(rw http.ResponseWriter) {
			write(rw, "application/json", "["+strings.Repeat(" ", 5000)+"]")
		}, 502},
		{"abort", func(rw http.ResponseWriter) {
			write(rw, "application/json", "[")
			panic(http.ErrAbortHandler)
		}, 502},
		{"no answer", func(_ http.ResponseWriter) {}, 502},
		{"redirect", func(rw http.ResponseWriter) { rw.WriteHeader(301) }, 502},
		{"page of a proxy", func(rw http.ResponseWriter) {
			rw.Header().Set("Content-Type", "text/html")
			rw.WriteHeader(403)
			_, _ = rw.Write([]byte(list))
		}, 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, target := range []string{"GET /containers/json", "GET /containers/secret/json", "GET /containers/ab2/json", "POST /containers/secret/stop", "GET /exec/" + hiddenExec + "/json"} {
				answer := tt.answer
				engine := testEngine()
				engine.override = func(rw http.ResponseWriter, _ *http.Request) bool {
					answer(rw)
					return true
				}
				config := testConfig()
				config.MaxBodyBytes = 4000
				method, path, _ := strings.Cut(target, " ")
				rec := do(newTestFilter(t, engine, config), method, path, "")
				want := tt.want
				if want == 403 && !strings.HasPrefix(target, "GET /containers/") {
					want = 502
				}
				if rec.Code != want {
					t.Errorf("%s, %s: got status %d, want %d", tt.name, target, rec.Code, want)
				}
				if strings.Contains(rec.Body.String(), "canary") {
					t.Errorf("%s, %s: got %s", tt.name, target, rec.Body.String())
				}
				if !strings.HasPrefix(rec.Body.String(), `{"message":"dpf: `) {
					t.Errorf("%s, %s: got %s, want an error of the plugin", tt.name, target, rec.Body.String())
				}
			}
		})
	}
}

func write(rw http.ResponseWriter, contentType, body string) {
	rw.Header().Set("Content-Type", contentType)
	rw.WriteHeader(200)
	_, _ = rw.Write([]byte(body))
}

// An inspect that fails for one container must not tell it from an absent one.
func TestInspectErrorOfHiddenIsAbsent(t *testing.T) {
	for _, target := range []string{"GET /containers/secret/json", "POST /containers/secret/stop", "GET /containers/web/json"} {
		t.Run(target, func(t *testing.T) {
			engine := testEngine()
			engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
				if strings.HasSuffix(req.URL.Path, "/containers/json") || req.Method != http.MethodGet {
					return false
				}
				rw.Header().Set("Content-Type", "application/json")
				rw.WriteHeader(500)
				_, _ = rw.Write([]byte(`{"message":"canary"}`))
				return true
			}
			method, path, _ := strings.Cut(target, " ")
			rec := do(newTestFilter(t, engine, testConfig()), method, path, "")
			want := 404
			if strings.Contains(target, "web") {
				want = 500
			}
			if rec.Code != want || strings.Contains(rec.Body.String(), "canary") {
				t.Errorf("%s: got %d %s, want %d", target, rec.Code, rec.Body.String(), want)
			}
		})
	}
}

// An inspect larger than maxBodyBytes must not tell a hidden container from an
// absent one.
func TestLargeInspectOfHiddenIsAbsent(t *testing.T) {
	for _, target := range []string{"GET /containers/secret/json", "POST /containers/secret/stop", "GET /containers/none/json", "GET /containers/web/json"} {
		t.Run(target, func(t *testing.T) {
			engine := testEngine()
			for i := range engine.containers {
				engine.containers[i].inspect = `,"Path":"` + strings.Repeat("x", 4000) + `"`
			}
			config := testConfig()
			config.MaxBodyBytes = 4000
			method, path, _ := strings.Cut(target, " ")
			rec := do(newTestFilter(t, engine, config), method, path, "")
			want := 404
			if strings.Contains(target, "web") {
				want = 502
			}
			if rec.Code != want {
				t.Errorf("%s: got %d %s, want %d", target, rec.Code, rec.Body.String(), want)
			}
		})
	}
}

// docker inspect tries each kind of object and goes on after a 404 only.
func TestRefusedKindsAreAbsent(t *testing.T) {
	for path, want := range map[string]string{
		"/plugins/web/json": `plugin \"web\" not found`,
		"/secrets/web":      "secret web not found",
		"/configs/web":      "config web not found",
	} {
		engine := testEngine()
		rec := do(newTestFilter(t, engine, testConfig()), "GET", path, "")
		if rec.Code != 404 || !strings.Contains(rec.Body.String(), want) || len(engine.requests) > 0 {
			t.Errorf("%s: got %d %s, upstream %v", path, rec.Code, rec.Body.String(), engine.requests)
		}
	}
}

// A status of information is not the answer.
func TestCaptureIgnoresInformational(t *testing.T) {
	engine := testEngine()
	engine.override = func(rw http.ResponseWriter, _ *http.Request) bool {
		rw.WriteHeader(103)
		return false
	}
	if rec := do(newTestFilter(t, engine, testConfig()), "GET", "/containers/json", ""); rec.Code != 200 {
		t.Errorf("got status %d, want 200", rec.Code)
	}
}

// A client that speaks a newer API than the engine learns why it fails.
func TestVersionErrorIsRelayed(t *testing.T) {
	for _, target := range []string{"GET /v1.44/containers/json", "GET /v1.44/containers/web/json", "POST /v1.44/containers/web/stop", "GET /v1.44/info", "GET /v1.44/events"} {
		t.Run(target, func(t *testing.T) {
			engine := testEngine()
			message := "{\"message\":\"client version 1.44 is too new. Maximum supported API version is 1.41\"}\n"
			engine.override = func(rw http.ResponseWriter, _ *http.Request) bool {
				rw.Header().Set("Content-Type", "application/json")
				rw.WriteHeader(http.StatusBadRequest)
				_, _ = rw.Write([]byte(message))
				return true
			}
			method, path, _ := strings.Cut(target, " ")
			rec := do(newTestFilter(t, engine, testConfig()), method, path, "")
			if rec.Code != http.StatusBadRequest || rec.Body.String() != message {
				t.Errorf("%s: got %d %s, want %s", target, rec.Code, rec.Body.String(), message)
			}
		})
	}
}
