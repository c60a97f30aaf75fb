package engineapi

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestRoute(t *testing.T) {
	tests := []struct {
		method, path string
		wantOp       string // empty: refused
		wantRef      string
	}{
		{"GET", "/_ping", "SystemPing", ""},
		{"HEAD", "/v1.41/_ping", "SystemPingHead", ""},
		{"GET", "/version", "SystemVersion", ""},
		{"GET", "/containers/json", "ContainerList", ""},
		{"GET", "/v1.24/containers/json", "ContainerList", ""},
		{"GET", "/v1.99/containers/json", "ContainerList", ""},
		{"GET", "/containers/web/json", "ContainerInspect", "web"},
		{"GET", "/containers/json/json", "ContainerInspect", "json"},
		{"GET", "/containers/json-server/json", "ContainerInspect", "json-server"},
		{"GET", "/containers/a/attach/ws", "ContainerAttachWebsocket", "a"},
		{"HEAD", "/containers/a/archive", "ContainerArchiveInfo", "a"},
		{"PUT", "/containers/a/archive", "PutContainerArchive", "a"},
		{"DELETE", "/v1.41/containers/web", "ContainerDelete", "web"},
		{"POST", "/exec/abc/start", "ExecStart", "abc"},
		{"POST", "/containers/create", "ContainerCreate", ""},
		{"POST", "/containers/create/start", "ContainerStart", "create"},

		// Another form of a path.
		{"GET", "//containers/json", "", ""},
		{"GET", "/containers//json", "", ""},
		{"GET", "/./containers/json", "", ""},
		{"GET", "/x/../containers/json", "", ""},
		{"GET", "/containers/json/", "", ""},
		{"GET", "/containers/", "", ""},
		{"GET", "/containers", "", ""},
		{"GET", "", "", ""},
		{"GET", "/", "", ""},
		{"GET", "*", "", ""},
		{"GET", "/networks/", "NetworkListSlash", ""},
		{"GET", "/volumes/", "", ""},
		{"GET", "/images/a/b/c:1/json", "ImageInspect", "a/b/c:1"},
		{"GET", "/images/quay.io/containers/buildah/json", "ImageInspect", "quay.io/containers/buildah"},
		{"GET", "/images/json/json", "ImageInspect", "json"},
		{"DELETE", "/images/a/json", "ImageDelete", "a/json"},
		{"GET", "/images/a/../json", "", ""},
		{"GET", "/networks/a/b", "", ""},
		{"GET", "/distribution/a/b/json", "DistributionInspect", "a/b"},
		{"DELETE", "/containers/web/", "", ""},
		{"GET", "/containers/x/y/json", "", ""},
		{"GET", "/containers/parent/alias/json", "", ""},
		{"DELETE", "/containers/parent/alias", "", ""},
		{"GET", "/CONTAINERS/json", "", ""},
		{"GET", "/containers/JSON", "", ""},
		{"GET", "/containers/json;x=1", "", ""},
		{"GET", "/containers/web\n/json", "", ""},
		{"GET", "/containers/web\x00/json", "", ""},
		{"GET", "/containers/web /json", "", ""},
		{"GET", "/containers/%2e/json", "", ""},
		{"GET", "/containers/é/json", "", ""},

		// Another method.
		{"HEAD", "/containers/json", "", ""},
		{"HEAD", "/containers/web/json", "", ""},
		{"get", "/containers/json", "", ""},
		{"POST", "/containers/json", "", ""},
		{"OPTIONS", "/containers/json", "", ""},
		{"OPTIONS", "/info", "", ""},
		{"PATCH", "/containers/web", "", ""},

		// Another version.
		{"GET", "/v1.23/containers/json", "", ""},
		{"POST", "/v1.12/containers/web/start", "", ""},
		{"GET", "/v1.241/containers/json", "", ""},
		{"GET", "/v1.041/containers/json", "", ""},
		{"GET", "/v1.41./containers/json", "", ""},
		{"GET", "/v01.41/containers/json", "", ""},
		{"GET", "/v2.41/containers/json", "", ""},
		{"GET", "/v1/containers/json", "", ""},
		{"GET", "/V1.41/containers/json", "", ""},
		{"GET", "/v1.41/v1.41/containers/json", "", ""},
		{"GET", "/v4.0.0/libpod/containers/json", "", ""},

		// Another API.
		{"GET", "/libpod/containers/json", "", ""},
		{"GET", "/containers/ps", "", ""},
		{"POST", "/containers/web/copy/x", "", ""},
		{"GET", "/debug/pprof", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.wantOp, func(t *testing.T) {
			ep, err := Route(&http.Request{Method: tt.method, URL: &url.URL{Path: tt.path}})
			if err != nil {
				if tt.wantOp != "" {
					t.Errorf("%s %q: got %v, want %s", tt.method, tt.path, err, tt.wantOp)
				}
				return
			}
			if ep.Op.ID != tt.wantOp || ep.Ref != tt.wantRef {
				t.Errorf("%s %q: got %s of %q, want %s of %q", tt.method, tt.path, ep.Op.ID, ep.Ref, tt.wantOp, tt.wantRef)
			}
		})
	}
}

func TestEndpointPath(t *testing.T) {
	ep, err := Route(&http.Request{Method: "GET", URL: &url.URL{Path: "/v1.41/containers/web/logs", RawQuery: "tail=5&x=1&stdout=1&tail=9"}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := ep.Path("abc")+"?"+ep.Query.Encode(), "/v1.41/containers/abc/logs?stdout=1&tail=5"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// An inspect is asked about an ID, a short ID, and a name that is no beginning
// of an ID.
func TestDecisive(t *testing.T) {
	for ref, want := range map[string]bool{
		id("aa1"): true, id("aa1")[1:]: true, id("aa1")[:12]: true, id("aa1")[:11]: false, id("aa1") + "0": false, strings.ToUpper(id("aa1")): false, "aa1": false, "AA1": false,
		"web": true, "a_b": true, "0.1": true, "beef-": true, "beefg": true, "Gaa": true, "1": false,
		"_web": false, ".a": false, "-": false, "": false, "web\n": false, "a/b": false, "wéb": false, "w b": false,
	} {
		if got := Decisive.MatchString(ref); got != want {
			t.Errorf("%q: got %t, want %t", ref, got, want)
		}
	}
}

// id makes a full ID that begins with prefix.
func id(prefix string) string {
	return prefix + strings.Repeat("0", 64-len(prefix))
}
