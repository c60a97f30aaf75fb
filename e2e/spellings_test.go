package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/e2e/internal/recorder"
)

// TestSpellings asks for hidden things in every spelling that some part of the
// chain might understand in another way than the plugin (D4, D5), through an
// entry point as Traefik sets it up and through one that hands paths on as
// they come. Whatever the answer is, it holds nothing hidden, and nothing is
// forwarded in a spelling other than the plain one.
func TestSpellings(t *testing.T) {
	const secret = "t0psecret"
	hidden := runContainer(t, "spelling-hidden", "TOKEN="+secret)
	web := runContainer(t, "spelling-web", "TOKEN="+secret)
	rec, err := recorder.Start(shared.Proxy.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rec.Stop)
	tr := startTraefik(t, "containerNames: [spelling-web], scrubEnvs: true", rec.URL())
	before := inspectState(t, hidden)

	// Only these forms of a path may go upstream, with a query or without one: the
	// ping that asks the engine about a version, and the inspect that asks it about
	// a short ID, too.
	forwarded := regexp.MustCompile(`^(/v[0-9.]+)?/_ping$|^(/v1\.\d+)?/(containers/json|containers/([0-9a-f]{64}|spelling-(web|hidden))/[a-z]+|containers/[0-9a-f]{12}/json|containers/[0-9a-f]{64})(\?|$)`)

	for _, entryPoint := range []string{"docker", "raw"} {
		for _, target := range spellings(hidden, web) {
			method, path, _ := strings.Cut(target, " ")
			t.Run(entryPoint+" "+target, func(t *testing.T) {
				a, err := send("tcp://"+tr.Addr(entryPoint), method, path, nil, nil)
				if err != nil {
					t.Fatal(err)
				}
				said := a.head() + "\n" + string(a.body)
				if strings.Contains(said, secret) {
					t.Errorf("an environment is in the answer:\n%s", said)
				}
				// What the client has sent may come back to it.
				if id := hidden[:12]; strings.Contains(said, id) && !strings.Contains(path, id) {
					t.Errorf("the ID of the hidden container is in the answer:\n%s", said)
				}
				for _, r := range rec.Take() {
					if !forwarded.MatchString(r.Target) {
						t.Errorf("forwarded: %s %s", r.Method, r.Target)
					}
				}
			})
		}
	}
	if after := inspectState(t, hidden); after != before {
		t.Errorf("the hidden container has changed\ngot  %s\nwant %s", after, before)
	}
}

// TestSpellingsServed pins that the plain spelling, with a version or without,
// is served through both entry points: a filter that refuses everything would
// pass the test above.
func TestSpellingsServed(t *testing.T) {
	id := runContainer(t, "served-web")
	tr := startTraefik(t, "containerNames: [served-web]", shared.Proxy.URL())
	for _, entryPoint := range []string{"docker", "raw"} {
		for _, path := range []string{"/containers/json", "/v1.41/containers/json", "/containers/served-web/json", "/v1.24/containers/" + id + "/json"} {
			a, err := send("tcp://"+tr.Addr(entryPoint), "GET", path, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(a.status, "200 OK") || !strings.Contains(string(a.body), id) {
				t.Errorf("%s: GET %s: got\n%s\n%s", entryPoint, path, a.head(), a.body)
			}
		}
	}
}

// spellings are requests, "METHOD target".
func spellings(hidden, web string) []string {
	var all []string
	add := func(method string, formats ...string) {
		for _, f := range formats {
			all = append(all, method+" "+f)
		}
	}

	// The list.
	add("GET", "/containers/%6Ason", "/%63ontainers/json", "/containers%2Fjson", "/containers%2fjson",
		"//containers/json", "/containers//json", "/./containers/json", "/x/../containers/json",
		"/containers/%2e/json", "/containers/x/%2e%2e/json", "/containers/json/", "/containers/json//",
		"/containers/json%2F", "/containers/json;x=1", "/containers/json%3Fall=1", "/containers/json%00",
		"/containers/json%0a", "/containers/json%20", "/%2Fcontainers/json", "/v1.41%2Fcontainers/json",
		"/v1%2e41/containers/%6Ason", "/v1.41//containers/json", "/v1.41/../containers/json",
		"/v1.41/v1.41/containers/json", "/V1.41/containers/json", "/v01.41/containers/json",
		"/v1.41.0/containers/json", "/v1./containers/json", "/v9.9/containers/json", "/CONTAINERS/json",
		"/containers/JSON", "http://other/containers/json", "/containers/json?all=1;limit=9", "/containers/json?%61ll=1",
		"/containers/json?filters=%7B%22status%22:%5B%22running%22%5D%7D&filters=%7B%7D", `/containers\json`,
		"/containers/%C0%AFjson", "/containers/%E2%80%AEjson", "/containers/json#x")
	add("HEAD", "/containers/json")
	add("POST", "/containers/json", "/containers/%6Ason")

	// A hidden container, and the environment of a visible one.
	for _, ref := range []string{"spelling-hidden", hidden, hidden[:12], hidden[:4], "spelling-web", web, web[:12]} {
		for _, f := range []string{
			"/containers/%s/%%6Ason", "/%%63ontainers/%s/json", "/containers%%2F%s%%2Fjson", "/containers/%s%%2Fjson",
			"//containers/%s/json", "/containers//%s/json", "/containers/./%s/json", "/containers/x/../%s/json",
			"/containers/%%2F%s/json", "/containers/%%252F%s/json", "/containers/%s/json/", "/containers/%s/./json",
			"/containers/%s/x/../json", "/containers/%s;/json", "/containers/%s%%00/json", "/containers/%s%%20/json",
			"/containers/%%20%s/json", "/containers/%s%%0a/json", "/containers/x/%s/json", "/containers/%s/logs/json",
			"/v1.41/%%63ontainers/%s/json", "/v1%%2e41/containers/%s/json", "http://other/containers/%s/%%6Ason",
			"/containers/sha256:%s/json", "/containers/%s/%%61rchive?path=/etc", "/containers/%s/top?ps_args=auxe",
			"/containers/%s/top?ps_args=-e%%20-o%%20args", "/containers/%s/checkpoints?dir=/proc/1",
		} {
			add("GET", fmt.Sprintf(f, ref))
		}
		if strings.HasPrefix(ref, "spelling-web") || strings.HasPrefix(web, ref) {
			continue // what follows would be done to it
		}
		for _, f := range []string{
			"/containers/%s/%%73top", "/containers%%2F%s%%2Fstop", "/containers//%s/stop", "/containers/%s/x/../stop",
			"/containers/%s/kill/", "/containers/%%20%s/kill", "/containers/%s/%%72ename?name=spelling-taken",
			"/containers/%%20%s%%20/rename?name=spelling-taken", "/%%63ontainers/%s/pause", "/v1.23/containers/%s/stop",
			"/containers/%s%%2Fexec", "/containers/spelling-web/../%s/stop", "/containers/spelling-web/%%2e%%2e/%s/stop",
		} {
			add("POST", fmt.Sprintf(f, ref))
		}
		for _, f := range []string{
			"/%%63ontainers/%s?force=1", "/containers/%%2F%s?force=1", "/containers//%s?force=1", "/containers/%s/?force=1",
			"/containers/spelling-web/../%s?force=1", "/containers%%2F%s?force=1", "/containers/%s?link=1&force=1",
		} {
			add("DELETE", fmt.Sprintf(f, ref))
		}
	}
	return all
}
