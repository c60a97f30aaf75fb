package clients

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/tools"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// The services of every swarm, each with an overlay network of its own.
const (
	front   = "shop-front"  // visible by the labels of the service, in two tasks
	back    = "shop-back"   // visible by the labels of its containers
	ledger  = "zq-ledger"   // hidden, in the stack of front and in its network, with a published port
	archive = "back-ledger" // hidden; clients ask for it
)

// stack is the namespace that docker stack looks for.
const stack = "com.docker.stack.namespace"

// ledgerPort is published by a hidden service.
const ledgerPort = 48991

// makeSwarm makes the engine a swarm with its services.
func (s *scene) makeSwarm() error {
	if _, err := s.call(http.MethodPost, "/swarm/init", map[string]any{"ListenAddr": "127.0.0.1:2377", "AdvertiseAddr": "127.0.0.1"}); err != nil {
		return err
	}
	for _, network := range []string{"shop-front-net", "shop-back-net", "zq-net", "zq-archive-net"} {
		if err := s.make(network, "/networks/create", map[string]any{"Name": network, "Driver": "overlay"}); err != nil {
			return err
		}
	}
	shop, secret := map[string]string{"team": "shop"}, map[string]string{"zq.label": "zq-label-value"}
	inShop := map[string]string{stack: "shop"}
	hidden := service(ledger, with(secret, inShop, routed("zq-ledger")), secret, "zq-net", "shop-front-net")
	hidden["EndpointSpec"] = map[string]any{"Ports": []any{map[string]any{"TargetPort": 80, "PublishedPort": ledgerPort}}}
	two := service(front, with(shop, inShop, routed("front")), nil, "shop-front-net")
	two["Mode"] = map[string]any{"Replicated": map[string]any{"Replicas": 2}}
	for _, spec := range []map[string]any{
		two, hidden,
		service(back, routed("back"), shop, "shop-back-net"),
		service(archive, with(secret, routed("zq-archive")), nil, "zq-archive-net"),
	} {
		if err := s.make(spec["Name"].(string), "/services/create", spec); err != nil {
			return err
		}
	}
	secretData := map[string]any{"Name": "zq-secret", "Data": []byte("zq-data")}
	err := errors.Join(s.make("zq-secret", "/secrets/create", secretData), s.make("zq-config", "/configs/create", secretData))
	return errors.Join(err, s.awaitServices())
}

// make creates an object and keeps its ID.
func (s *scene) make(name, target string, spec map[string]any) error {
	answer, err := s.call(http.MethodPost, target, spec)
	if err != nil {
		return err
	}
	var made struct{ ID string }
	err = json.Unmarshal(answer, &made)
	s.ids[name] = made.ID
	return err
}

// routed are the labels by which Traefik's Swarm provider makes a router.
func routed(router string) map[string]string {
	return map[string]string{
		"traefik.enable": "true",
		"traefik.http.routers." + router + ".rule":                      "Host(`" + router + ".test`)",
		"traefik.http.services." + router + ".loadbalancer.server.port": "8080",
	}
}

// service is the specification of a service of one task.
func service(name string, labels, containerLabels map[string]string, networks ...string) map[string]any {
	var attached []any
	for _, network := range networks {
		attached = append(attached, map[string]any{"Target": network})
	}
	return map[string]any{
		"Name": name, "Labels": labels,
		"TaskTemplate": map[string]any{
			"ContainerSpec": map[string]any{
				"Image": engine.Image, "Command": []string{"sh", "-c", loop},
				"Labels": containerLabels, "Env": []string{"HELLO=hello-" + name},
			},
			"Networks": attached,
		},
		"Mode": map[string]any{"Replicated": map[string]any{"Replicas": 1}},
	}
}

// swarmTask is a subset of moby's swarm.Task.
type swarmTask struct {
	ID     string
	Status struct {
		State           string
		ContainerStatus struct{ ContainerID string }
	}
	NetworksAttachments []struct {
		Network   struct{ Spec struct{ Name string } }
		Addresses []string
	}
}

// tasks are the running tasks of a service.
func (s *scene) tasks(service string) ([]swarmTask, error) {
	answer, err := s.call(http.MethodGet, "/tasks?filters="+url.QueryEscape(`{"service":["`+service+`"],"desired-state":["running"]}`), nil)
	if err != nil {
		return nil, err
	}
	var all, running []swarmTask
	err = json.Unmarshal(answer, &all)
	for _, task := range all {
		if task.Status.State == "running" {
			running = append(running, task)
		}
	}
	return running, err
}

// awaitServices waits until all services run, and notes what no client may see.
func (s *scene) awaitServices() error {
	err := poll(func() error {
		for service, want := range map[string]int{front: 2, back: 1, ledger: 1, archive: 1} {
			if tasks, err := s.tasks(service); err != nil || len(tasks) != want {
				return fmt.Errorf("%s: %d tasks run, %v", service, len(tasks), err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.canaries = append(s.canaries, fmt.Sprint(`"PublishedPort":`, ledgerPort), fmt.Sprint("*:", ledgerPort))
	for _, name := range []string{ledger, archive, "zq-net", "zq-archive-net", "zq-secret", "zq-config"} {
		s.canaries = append(s.canaries, s.ids[name][:12])
	}
	for _, service := range []string{ledger, archive} {
		tasks, err := s.tasks(service)
		if err != nil {
			return err
		}
		for _, task := range tasks {
			s.canaries = append(s.canaries, task.ID[:12], task.Status.ContainerStatus.ContainerID[:12])
			for _, attachment := range task.NetworksAttachments {
				for _, address := range attachment.Addresses {
					s.canaries = append(s.canaries, `"`+address)
				}
			}
		}
	}
	return nil
}

// change changes the specification of a service.
func (s *scene) change(t *testing.T, service string, change func(spec map[string]any)) {
	t.Helper()
	var now struct {
		Version struct{ Index uint64 }
		Spec    map[string]any
	}
	if err := json.Unmarshal(s.must(t, http.MethodGet, "/services/"+service), &now); err != nil {
		t.Fatal(err)
	}
	change(now.Spec)
	if _, err := s.call(http.MethodPost, "/services/"+service+"/update?version="+strconv.FormatUint(now.Version.Index, 10), now.Spec); err != nil {
		t.Fatal(err)
	}
}

// scale sets the number of tasks of a service.
func (s *scene) scale(t *testing.T, service string, replicas int) {
	t.Helper()
	s.change(t, service, func(spec map[string]any) {
		spec["Mode"] = map[string]any{"Replicated": map[string]any{"Replicas": replicas}}
	})
}

// servers are the URLs of the running tasks of a service in its network.
func (s *scene) servers(service string) ([]string, error) {
	tasks, err := s.tasks(service)
	var urls []string
	for _, task := range tasks {
		for _, attachment := range task.NetworksAttachments {
			if attachment.Network.Spec.Name == service+"-net" {
				address, _, _ := strings.Cut(attachment.Addresses[0], "/")
				urls = append(urls, "http://"+address+":8080")
			}
		}
	}
	slices.Sort(urls)
	return urls, err
}

// Traefik as a client of a swarm: a second one, whose Swarm provider finds the
// visible services with the addresses of their tasks, and follows them.
func TestTraefikSwarmProvider(t *testing.T) {
	story(t, "swarm-provider", func(t *testing.T, s *session) {
		second, err := s.StartPlainTraefik(traefik.Config{
			EntryPoints: []string{"web"},
			Dynamic:     "http:\n  middlewares:\n    unused: {stripPrefix: {prefixes: [/unused]}}\n",
			Flags:       []string{"--providers.swarm.endpoint=" + s.host(), "--providers.swarm.exposedByDefault=false", "--providers.swarm.refreshSeconds=1"},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(second.Stop)
		wait := func(what string, want map[string]int) {
			t.Helper()
			until(t, what, func() error { return s.servesSwarm(second, want) })
		}
		wait("at first", map[string]int{front: 2, back: 1})

		before, err := s.scene.servers(back)
		if err != nil {
			t.Fatal(err)
		}
		s.scene.change(t, back, func(spec map[string]any) { spec["TaskTemplate"].(map[string]any)["ForceUpdate"] = 1 })
		until(t, "update", func() error {
			if now, err := s.scene.servers(back); err != nil || len(now) != 1 || slices.Equal(now, before) {
				return fmt.Errorf("the servers are %q, were %q: %v", now, before, err)
			}
			return nil
		})
		wait("after an update", map[string]int{front: 2, back: 1})

		s.scene.scale(t, front, 0)
		wait("scaled to 0", map[string]int{back: 1})
		s.scene.scale(t, front, 2)
		wait("scaled back", map[string]int{front: 2, back: 1})

		const late = "shop-late"
		for _, made := range []struct {
			target string
			spec   map[string]any
		}{
			{"/networks/create", map[string]any{"Name": late + "-net", "Driver": "overlay"}},
			{"/services/create", service(late, with(map[string]string{"team": "shop"}, routed("late")), nil, late+"-net")},
		} {
			if _, err := s.scene.call(http.MethodPost, made.target, made.spec); err != nil {
				t.Fatal(err)
			}
		}
		wait("created", map[string]int{front: 2, back: 1, late: 1})
		s.scene.must(t, http.MethodDelete, "/services/"+late)
		wait("removed", map[string]int{front: 2, back: 1})

		log, err := os.ReadFile(second.LogFile())
		if err != nil {
			t.Fatal(err)
		}
		s.clean(t, string(log))
		for _, failure := range []string{"Provider error", "Failed to list services", "Network not found"} {
			if i := strings.Index(string(log), failure); i >= 0 {
				t.Errorf("the provider has failed: %s", log[i:min(len(log), i+300)])
			}
		}
	})
}

// servesSwarm compares the services that a Traefik has from its Swarm provider
// with the running tasks on the engine.
func (s *session) servesSwarm(instance *traefik.Instance, want map[string]int) error {
	resp, err := http.Get("http://" + instance.API() + "/api/http/services")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var services []struct {
		Name         string
		LoadBalancer struct{ Servers []struct{ URL string } }
	}
	if err := json.NewDecoder(resp.Body).Decode(&services); err != nil {
		return err
	}
	got := map[string][]string{}
	for _, found := range services {
		if name, ok := strings.CutSuffix(found.Name, "@swarm"); ok {
			for _, server := range found.LoadBalancer.Servers {
				got["shop-"+name] = append(got["shop-"+name], server.URL)
			}
			slices.Sort(got["shop-"+name])
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("got %q, want %v", got, want)
	}
	for name, count := range want {
		servers, err := s.scene.servers(name)
		if err != nil || len(servers) != count || !slices.Equal(got[name], servers) {
			return fmt.Errorf("%s: got %q, want %q, %d of them: %v", name, got[name], servers, count, err)
		}
	}
	return nil
}

// The docker command of the distribution looks at a swarm.
func TestDockerCLIOfDistributionOnASwarm(t *testing.T) {
	story(t, "distro-cli-swarm", func(t *testing.T, s *session) { tellSwarm(t, s, distroDocker(t)) })
}

// The docker command of today looks at a swarm.
func TestDockerCLIOnASwarm(t *testing.T) {
	bin := binary(t, tools.DockerCLI)
	story(t, "cli-swarm", func(t *testing.T, s *session) { tellSwarm(t, s, bin) })
}

func tellSwarm(t *testing.T, s *session, bin string) {
	docker := func(args ...string) string {
		t.Helper()
		return s.output(t, s.command(t, bin, args...))
	}
	lines := func(want []string, args ...string) {
		t.Helper()
		equal(t, strings.Join(args, " "), strings.Fields(docker(args...)), want)
	}
	lines([]string{front, "2/2", back, "1/1"}, "service", "ls", "--format", "{{.Name}} {{.Replicas}}")
	lines([]string{front}, "service", "ls", "--filter", "label=team=shop", "--format", "{{.Name}}")
	lines([]string{front, back}, "service", "ls", "--filter", "mode=replicated", "--format", "{{.Name}}")
	lines([]string{front + ".1", front + ".2"}, "service", "ps", "--filter", "desired-state=running", "--format", "{{.Name}}", front)
	lines([]string{s.scene.ids[front]}, "service", "inspect", "--format", "{{.ID}}", front)
	if full := docker("service", "inspect", front); !strings.Contains(full, `"StopGracePeriod": 10000000000`) {
		t.Errorf("service inspect: the defaults are not in %s", full)
	}
	docker("service", "inspect", "--pretty", back)
	if logs := docker("service", "logs", front); strings.Count(logs, "hello-"+front) < 2 {
		t.Errorf("service logs: got %q", logs)
	}
	lines([]string{"shop", "1"}, "stack", "ls", "--format", "{{.Name}} {{.Services}}")
	lines([]string{front}, "stack", "services", "--format", "{{.Name}}", "shop")
	lines([]string{front + ".1", front + ".2"}, "stack", "ps", "--filter", "desired-state=running", "--format", "{{.Name}}", "shop")
	lines([]string{"true"}, "node", "ls", "--format", "{{.Self}}")
	lines([]string{front + ".1", front + ".2", back + ".1"}, "node", "ps", "--filter", "desired-state=running", "--format", "{{.Name}}", "self")
	lines([]string{"shop-front-net", "shop-back-net"}, "network", "ls", "--filter", "driver=overlay", "--format", "{{.Name}}")
	docker("network", "inspect", "--verbose", "shop-front-net")
	lines(nil, "config", "ls", "-q")
	lines(nil, "secret", "ls", "-q")

	tasks, err := s.scene.tasks(front)
	if err != nil {
		t.Fatal(err)
	}
	if logs := docker("service", "logs", tasks[0].ID); strings.Count(logs, "hello-"+front) != 1 {
		t.Errorf("logs of a task: got %q", logs)
	}
	for _, hidden := range [][]string{
		{"service", "inspect", archive}, {"service", "ps", archive}, {"service", "logs", archive}, {"stack", "ps", "zq"},
	} {
		s.fails(t, s.command(t, bin, hidden...))
	}
}

// Homepage shows the visible services of a swarm; a hidden one is as one that
// does not exist.
func TestHomepageOnASwarm(t *testing.T) {
	story(t, "homepage-swarm", func(t *testing.T, s *session) {
		cmd := nodeCommand(t, s, "homepageswarm.js")
		cmd.Args = append(cmd.Args, back, archive)
		var got struct {
			Discovered []string
			Status     map[string]string
			Stats      string
		}
		if err := json.Unmarshal([]byte(s.output(t, cmd)), &got); err != nil {
			t.Fatal(err)
		}
		equal(t, "discovered", got.Discovered, []string{front, back})
		if got.Status[back] != "running 1/1" || got.Status[archive] != "not found" {
			t.Errorf("status: got %v", got.Status)
		}
		tasks, err := s.scene.tasks(back)
		if err != nil {
			t.Fatal(err)
		}
		if got.Stats != tasks[0].Status.ContainerStatus.ContainerID {
			t.Errorf("stats: got %q, want those of the container of %v", got.Stats, tasks)
		}
	})
}
