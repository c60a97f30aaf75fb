package dpf

import (
	"net/http"
	"strings"
	"testing"
)

// What the engine makes of all containers can fail at a hidden one, and names it:
// the containerd store did for the size of one that was just removed.
func TestErrorsOfSharedAnswersNameNobody(t *testing.T) {
	for _, target := range []string{"/containers/json?size=1", "/system/df", "/info", "/images/json", "/networks", "/volumes", "/services", "/tasks", "/events", "/nodes"} {
		path, _, _ := strings.Cut(target, "?")
		for _, words := range []string{
			"layer snapshot not found for container " + id("ab2"),
			"no such container: " + id("ab2")[:12],
			"NO SUCH CONTAINER: " + strings.ToUpper(id("ab2")),
			"no such container: \\u0061b2" + strings.Repeat("0", 61),
		} {
			t.Run(target+" "+words, func(t *testing.T) {
				engine := testEngine()
				all := "all=1"
				engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
					if req.URL.Path != path || path == "/containers/json" && req.URL.RawQuery == all {
						return false
					}
					rw.Header().Set("Content-Type", "application/json")
					rw.WriteHeader(http.StatusInternalServerError)
					_, _ = rw.Write([]byte(`{"message":"` + words + `"}`))
					return true
				}
				rec := do(newTestFilter(t, engine, testConfig()), "GET", target, "")
				if got := strings.ToLower(rec.Body.String()); rec.Code != 500 || strings.Contains(got, "b2000") {
					t.Errorf("got %d %s", rec.Code, rec.Body)
				}
			})
		}
		t.Run(target+" other words", func(t *testing.T) {
			engine := testEngine()
			engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
				if req.URL.Path != path || path == "/containers/json" && req.URL.RawQuery == "all=1" {
					return false
				}
				rw.Header().Set("Content-Type", "application/json")
				rw.WriteHeader(http.StatusServiceUnavailable)
				_, _ = rw.Write([]byte(`{"message":"This node is not a swarm manager."}`))
				return true
			}
			rec := do(newTestFilter(t, engine, testConfig()), "GET", target, "")
			if !strings.Contains(rec.Body.String(), "not a swarm manager") {
				t.Errorf("got %d %s", rec.Code, rec.Body)
			}
		})
	}
}
