package clients

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
)

// The containers of every scene. Visible are those with the label team=shop.
// Clients ask for one of the hidden ones; the names of the others are nowhere.
const (
	web    = "shop-web"
	worker = "shop-worker"
	job    = "shop-job" // has exited
	vault  = "zq-name-vault"
	gone   = "zq-name-gone" // has exited
	asked  = "back-office"
)

// secretImage is an image that only hidden containers have.
const secretImage = "zq-image:zq-tag"

// secretVolume is a volume that only hidden containers have.
const secretVolume = "zq-volume"

// loop is the command of a container that says hello, then works until it is
// told to stop.
const loop = `trap 'exit 0' TERM; echo "$HELLO"; while :; do sleep 1 & wait $!; done`

// scene is what the containers of one engine are known by.
type scene struct {
	engine   *engine.Engine
	ids      map[string]string
	canaries []string // what no client may see
}

// newScene runs the containers.
func newScene(e *engine.Engine) (*scene, error) {
	s := &scene{engine: e, ids: map[string]string{}}
	if _, err := s.call(http.MethodPost, "/images/"+url.PathEscape(engine.Image)+"/tag?repo=zq-image&tag=zq-tag", nil); err != nil {
		return nil, err
	}
	shop := map[string]string{"team": "shop"}
	secret := map[string]string{"team": "zq-team", "zq.label": "zq-label-value"}
	for _, c := range []struct {
		name, image, command string
		labels               map[string]string
		env                  []string
		binds                []string
	}{
		{web, engine.Image, loop, with(shop, traefikLabels("web")), []string{"HELLO=hello-web"}, nil},
		{worker, engine.Image, loop, with(shop, traefikLabels("worker")), []string{"HELLO=hello-worker"}, nil},
		{job, engine.Image, "true", shop, nil, nil},
		{vault, secretImage, loop, with(secret, traefikLabels("zq-router")), []string{"HELLO=zq-log", "TOKEN=zq-env-value"}, []string{secretVolume + ":/zq-mount"}},
		{asked, secretImage, loop, secret, []string{"HELLO=zq-log", "TOKEN=zq-env-value"}, nil},
		{gone, secretImage, ": zq-command", secret, nil, nil},
	} {
		if err := s.run(c.name, map[string]any{
			"Image": c.image, "Cmd": []string{"sh", "-c", c.command}, "Labels": c.labels, "Env": c.env,
			"HostConfig": map[string]any{"NetworkMode": "none", "Binds": c.binds},
		}); err != nil {
			return nil, err
		}
	}
	s.canaries = []string{"zq-", "zq.label"}
	for _, name := range []string{vault, gone, asked} {
		s.canaries = append(s.canaries, s.ids[name][:12])
	}
	return s, nil
}

// traefikLabels give a container a router in Traefik's Docker provider.
func traefikLabels(router string) map[string]string {
	return map[string]string{
		"traefik.enable": "true",
		"traefik.http.routers." + router + ".rule":                     "Host(`" + router + ".test`)",
		"traefik.http.services." + router + ".loadbalancer.server.url": "http://127.0.0.1:9",
	}
}

func with(labels ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, l := range labels {
		for k, v := range l {
			all[k] = v
		}
	}
	return all
}

// run creates and starts a container and keeps its ID.
func (s *scene) run(name string, body map[string]any) error {
	answer, err := s.call(http.MethodPost, "/containers/create?name="+name, body)
	if err != nil {
		return err
	}
	var created struct{ ID string }
	if err := json.Unmarshal(answer, &created); err != nil {
		return err
	}
	s.ids[name] = created.ID
	_, err = s.call(http.MethodPost, "/containers/"+created.ID+"/start", nil)
	return err
}

// call sends a request to the engine itself, which must succeed.
func (s *scene) call(method, target string, body any) ([]byte, error) {
	var in io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		in = bytes.NewReader(encoded)
	}
	req, err := http.NewRequest(method, "http://engine"+target, in)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.engine.Client().Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return nil, fmt.Errorf("%s %s: %s: %s", method, target, resp.Status, answer)
	}
	return answer, nil
}

// must is call for a test.
func (s *scene) must(t *testing.T, method, target string) []byte {
	t.Helper()
	answer, err := s.call(method, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// startedAt tells the runs of a container apart.
func (s *scene) startedAt(t *testing.T, name string) string {
	t.Helper()
	var c struct{ State struct{ StartedAt string } }
	if err := json.Unmarshal(s.must(t, http.MethodGet, "/containers/"+name+"/json"), &c); err != nil {
		t.Fatal(err)
	}
	return c.State.StartedAt
}

// canary returns the first thing in the text that no client may see, or
// nothing.
func (s *scene) canary(text string) string {
	for _, canary := range s.canaries {
		if i := strings.Index(text, canary); i >= 0 {
			return text[max(0, i-100):min(len(text), i+100)]
		}
	}
	return ""
}
