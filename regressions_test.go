package dpf

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// Each hole is a request by which a filter that looks at container routes only
// tells of, or acts on, a hidden container. forwarded is what may reach the
// engine beside the plugin's own GETs; empty: nothing.
func TestHoles(t *testing.T) {
	web := id("aa1")
	tests := []struct {
		name, target string
		contentType  string
		body         string
		status       int
		forwarded    string
		sent         string // body that reaches the engine
	}{
		{name: "top runs the ps of the host with the client's arguments", target: "GET /containers/web/top?ps_args=feww+-p+1+-oargs:2000%3DA", status: 204, forwarded: "GET /containers/" + web + "/top"},
		{name: "checkpoints list folders of the host", target: "GET /containers/web/checkpoints?dir=/var/lib/docker/containers", status: 403},
		{name: "checkpoints remove folders of the host", target: "DELETE /containers/web/checkpoints/x?dir=/var", status: 403},
		{name: "a form body comes before the query", target: "POST /containers/web/stop?t=1", contentType: "application/x-www-form-urlencoded", body: "t=99&signal=KILL", status: 204, forwarded: "POST /containers/" + web + "/stop?signal=KILL&t=99"},
		{name: "a form body names the container to commit", target: "POST /commit?container=web", contentType: "application/x-www-form-urlencoded", body: "container=secret", status: 403},
		{name: "prune takes its filters from a form body", target: "POST /containers/prune?filters=%7B%7D", contentType: "application/x-www-form-urlencoded", body: "filters=%7B%7D", status: 403},
		{name: "an old start takes a host configuration", target: "POST /v1.23/containers/web/start", contentType: "application/json", body: `{"VolumesFrom":["secret"]}`, status: 400},
		{name: "a start body of a newer version", target: "POST /v1.41/containers/web/start", contentType: "application/json", body: `{"VolumesFrom":["secret"]}`, status: 400},
		{name: "JSON keys fold", target: "POST /containers/web/exec", contentType: "application/json", body: `{"Cmd":["x"],"\u017fomething":1,"privileged":true}`, status: 403},
		{name: "JSON keys fold in a connect", target: "POST /networks/host/connect", contentType: "application/json", body: `{"Container":"web","CONTAINER":"secret"}`, status: 403},
		{name: "rename trims blanks", target: "POST /containers/%20secret%20/rename?name=x", status: 403},
		{name: "a link is deleted in its parent", target: "DELETE /containers/secret/alias?link=1", status: 403},
		{name: "a link must not become its container", target: "DELETE /containers/web?link=1", status: 403},
		{name: "an alias in a hidden parent", target: "GET /containers/secret/alias/json", status: 403},
		{name: "disconnect by force takes an endpoint's name", target: "POST /networks/host/disconnect", contentType: "application/json", body: `{"Container":"secret","Force":true}`, status: 404},
		{name: "build joins a network", target: "POST /build?networkmode=container:secret", status: 403},
		{name: "session is a tunnel", target: "POST /session", status: 403},
		{name: "gRPC is a tunnel", target: "POST /grpc", contentType: "application/grpc", status: 403},
		{name: "gRPC by path", target: "POST /moby.buildkit.v1.Control/Solve", contentType: "application/grpc", status: 403},
		{name: "gRPC by content type", target: "POST /containers/web/stop", contentType: "application/grpc", body: "x", status: 204, forwarded: "POST /containers/" + web + "/stop"},
		{name: "a name takes slashes", target: "GET /containers/web/../secret/json", status: 403},
		{name: "dangling tells what is used", target: "GET /volumes?filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D", status: 200, forwarded: ""},
		{name: "the archive of the first engines", target: "POST /containers/secret/copy", body: `{"Resource":"/"}`, status: 403},
	}
	for _, tt := range tests {
		t.Run(tt.contentType, func(t *testing.T) {
			engine := worldEngine()
			method, target, _ := strings.Cut(tt.target, " ")
			req := httptest.NewRequest(method, target, strings.NewReader(tt.body))
			if tt.contentType != "" {
				req.Header.Set("Content-Type", tt.contentType)
			}
			rec := httptest.NewRecorder()
			newTestFilter(t, engine, testConfig()).ServeHTTP(rec, req)
			if rec.Code != tt.status {
				t.Errorf("%s: got %d %s, want %d", tt.name, rec.Code, rec.Body.String(), tt.status)
			}
			if method == "GET" && tt.forwarded == "" {
				if last := engine.last(); strings.Contains(last, "dangling") {
					t.Errorf("%s: got upstream request %s", tt.name, last)
				}
				return
			}
			forwarded := ""
			if last := engine.last(); !strings.HasPrefix(last, "GET ") || method == "GET" {
				forwarded = last
			}
			if forwarded != tt.forwarded {
				t.Errorf("%s: got upstream request %q, want %q", tt.name, forwarded, tt.forwarded)
			}
			if forwarded != "" && engine.bodies[len(engine.bodies)-1] != tt.sent {
				t.Errorf("%s: got upstream body %q, want %q", tt.name, engine.bodies[len(engine.bodies)-1], tt.sent)
			}
		})
	}
}
