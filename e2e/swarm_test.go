package e2e

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/socketproxy"
	"github.com/docker-proxy-filter/dpf/e2e/internal/testbed"
)

// swarmRequests are about one object of a swarm, by its kind: as the engine
// answers of one that does not exist, or in words of dpf's own.
var swarmRequests = []struct {
	kind       string
	likeEngine bool
	method     string
	target     string
}{
	{"service", true, "GET", "/services/{ref}"},
	{"service", true, "GET", "/services/{ref}?insertDefaults=true"},
	{"service", true, "GET", "/services/{ref}/logs?stdout=1"},
	{"service", true, "GET", "/services/{ref}/logs?stderr=1&follow=1&details=1"},
	{"service", true, "GET", `/services?filters={"id":["{ref}"]}`},
	{"service", true, "GET", `/services?status=true&filters={"name":["{ref}"]}`},
	{"service", true, "GET", `/tasks?filters={"service":["{ref}"]}`},
	{"service", true, "GET", `/tasks?filters={"service":{"{ref}":true},"desired-state":{"running":true}}`},
	{"service", true, "GET", `/tasks?filters={"name":["{ref}"]}`},
	{"service", true, "GET", `/containers/json?all=1&filters={"label":["com.docker.swarm.service.name={ref}"]}`},
	{"service", true, "GET", `/containers/json?all=1&filters={"label":["com.docker.swarm.service.id={ref}"]}`},
	{"service", false, "GET", "/services/{ref}/logs"},
	{"service", false, "HEAD", "/services/{ref}"},
	{"service", false, "DELETE", "/services/{ref}"},
	{"service", false, "POST", "/services/{ref}/update?version=1"},
	{"task", true, "GET", "/tasks/{ref}"},
	{"task", true, "GET", "/tasks/{ref}/logs?stdout=1"},
	{"task", true, "GET", `/tasks?filters={"id":["{ref}"]}`},
	{"task", true, "GET", `/tasks?filters={"name":["{ref}"]}`},
	{"task", true, "GET", `/containers/json?all=1&filters={"label":["com.docker.swarm.task.id={ref}"]}`},
	{"task", true, "GET", "/containers/{ref}/json"},
	{"task", false, "GET", "/tasks/{ref}/logs"},
	{"network", true, "GET", "/networks/{ref}"},
	{"network", true, "GET", "/networks/{ref}?scope=swarm&verbose=true"},
	{"network", true, "GET", `/networks?filters={"id":["{ref}"]}`},
	{"network", true, "GET", `/networks?filters={"name":["{ref}"],"scope":["swarm"]}`},
	{"network", false, "DELETE", "/networks/{ref}"},
	{"config", false, "GET", "/configs/{ref}"},
	{"config", false, "GET", `/configs?filters={"name":["{ref}"]}`},
}

// TestHiddenInASwarmIsAbsent is TestHiddenIsAbsent for services, tasks and
// networks.
func TestHiddenInASwarmIsAbsent(t *testing.T) {
	for _, release := range []string{engine.Release20, engine.Release29} {
		t.Run(release, func(t *testing.T) {
			bed := startSwarm(t, release)
			tr := startTraefik(t, "containerNames: [absent-web]", bed.Proxy.URL())
			for _, ref := range swarmReferences(t, bed.Engine.API()) {
				for _, version := range []string{"", "/v1.41"} {
					for _, r := range swarmRequests {
						if kind, _, _ := strings.Cut(ref.kind, " "); kind != r.kind {
							continue
						}
						req := request{method: r.method, target: version + escapeFilters.Replace(r.target)}
						t.Run(ref.kind+" "+r.method+" "+version+r.target, func(t *testing.T) { checkAbsent(t, tr, req, ref, r.likeEngine) })
					}
				}
			}
		})
	}
}

var escapeFilters = strings.NewReplacer(`"`, "%22", "{ref}", "{ref}", "{", "%7B", "}", "%7D", "[", "%5B", "]", "%5D")

// startSwarm starts a swarm with a visible service and a hidden one that also is
// in the network of the former.
func startSwarm(t *testing.T, release string) *testbed.Bed {
	t.Helper()
	bed, err := newSwarm(release)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := bed.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, made := range []struct {
		target string
		spec   map[string]any
	}{
		{"/networks/create", map[string]any{"Name": "absent-web-net", "Driver": "overlay"}},
		{"/networks/create", map[string]any{"Name": "absent-secret-net", "Driver": "overlay"}},
		{"/configs/create", map[string]any{"Name": "absent-secret-config", "Data": []byte("secret")}},
		{"/services/create", swarmService("absent-web", "absent-web-net")},
		{"/services/create", swarmService("absent-secret", "absent-secret-net", "absent-web-net")},
	} {
		if err := bed.Engine.API().Post(made.target, made.spec); err != nil {
			t.Fatal(err)
		}
	}
	return bed
}

// newSwarm starts an engine that is a swarm of one node, with a socket proxy.
func newSwarm(release string) (*testbed.Bed, error) {
	config, err := engine.ForRelease(context.Background(), release, testbed.Progress)
	if err != nil {
		return nil, err
	}
	config.Network = true
	bed, err := testbed.Start(context.Background(), testbed.Config{Name: "swarm", Engine: &config, Proxy: &socketproxy.All})
	if err != nil {
		return nil, err
	}
	init := map[string]any{"ListenAddr": "127.0.0.1:2377", "AdvertiseAddr": "127.0.0.1"}
	if err := bed.Engine.API().Post("/swarm/init", init); err != nil {
		return nil, errors.Join(err, bed.Close())
	}
	return bed, nil
}

// swarmService is a service of one task that writes a line, then sleeps.
func swarmService(name string, networks ...string) map[string]any {
	var attached []any
	for _, network := range networks {
		attached = append(attached, map[string]any{"Target": network})
	}
	return map[string]any{"Name": name, "TaskTemplate": map[string]any{
		"ContainerSpec": map[string]any{"Image": engine.Image, "Command": []string{"sh", "-c", "echo secret; sleep 1000"}},
		"Networks":      attached,
	}}
}

// swarmReferences are ways to name what is hidden, once it runs.
func swarmReferences(t *testing.T, api engine.API) []reference {
	t.Helper()
	var service, network, config struct{ ID string }
	task := runningTask(t, api, "absent-secret")
	for target, object := range map[string]any{
		"/services/absent-secret": &service, "/networks/absent-secret-net": &network, "/configs/absent-secret-config": &config,
	} {
		if err := api.Get(target, object); err != nil {
			t.Fatal(err)
		}
	}
	references := []reference{
		{"service name", "absent-secret", "absent-nobody"},
		{"network name", "absent-secret-net", "absent-nobody-net"},
		{"config name", "absent-secret-config", "absent-nobody-config"},
		{"task name", "absent-secret.1." + task, "absent-nobody.1." + flipSwarm(task)},
	}
	for kind, id := range map[string]string{"service": service.ID, "task": task, "network": network.ID, "config": config.ID} {
		references = append(references,
			reference{kind + " ID", id, flipSwarm(id)},
			reference{kind + " short ID", id[:12], flipSwarm(id)[:12]},
			reference{kind + " ID prefix", id[:5], flipSwarm(id)[:5]})
	}
	return references
}

// runningTask waits until a service runs and returns the ID of its task.
func runningTask(t *testing.T, api engine.API, service string) string {
	t.Helper()
	for deadline := time.Now().Add(again.Patient.Last()); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		var tasks []struct {
			ID     string
			Status struct{ State string }
		}
		if err := api.Get(fmt.Sprintf("/tasks?filters=%%7B%%22service%%22:%%5B%%22%s%%22%%5D%%7D", service), &tasks); err != nil {
			t.Fatal(err)
		}
		for _, task := range tasks {
			if task.Status.State == "running" {
				return task.ID
			}
		}
	}
	t.Fatalf("no task of %s runs", service)
	return ""
}

// flipSwarm returns an ID of the same length that nothing has. Those of a swarm
// are of digits and letters.
func flipSwarm(id string) string {
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	return strings.Map(func(r rune) rune { return rune(digits[(strings.IndexRune(digits, r)+18)%36]) }, id)
}
