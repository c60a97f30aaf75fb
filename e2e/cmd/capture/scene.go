package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
)

// canary begins every token that only a hidden container may carry. A container
// is hidden if its name begins with it.
const canary = "canary-"

// escapes holds what JSON encoders disagree about: HTML characters, quotes,
// backslashes, line ends, and text outside ASCII.
const escapes = "<>&\"\\/ \t\n é 日本 \u2028 {\"Id\":\""

// state is what becomes of a container after its creation.
type state string

const (
	created state = "created"
	running state = "running"
	paused  state = "paused"
	exited  state = "exited"
	failed  state = "failed" // its start is refused
)

// member is a container of the scene.
type member struct {
	name  string
	state state
	body  createBody
}

// createBody is a subset of the body of ContainerCreate.
type createBody struct {
	Image            string            // engine.Image if empty
	Cmd              []string          `json:",omitempty"`
	Hostname         string            `json:",omitempty"`
	Env              []string          `json:",omitempty"`
	Labels           map[string]string `json:",omitempty"`
	Healthcheck      *healthcheck      `json:",omitempty"`
	ExposedPorts     map[string]any    `json:",omitempty"`
	HostConfig       hostConfig
	NetworkingConfig *networkingConfig `json:",omitempty"`
}

type healthcheck struct {
	Test     []string
	Interval time.Duration
	Retries  int
}

type hostConfig struct {
	NetworkMode string            `json:",omitempty"`
	PidMode     string            `json:",omitempty"`
	IpcMode     string            `json:",omitempty"`
	VolumesFrom []string          `json:",omitempty"`
	Links       []string          `json:",omitempty"`
	Binds       []string          `json:",omitempty"`
	Annotations map[string]string `json:",omitempty"` // API 1.43
}

type networkingConfig struct {
	EndpointsConfig map[string]endpoint
}

type endpoint struct {
	Aliases []string `json:",omitempty"`
	Links   []string `json:",omitempty"`
}

// scene is what the answers are about.
type scene struct {
	ids      map[string]string // container name to ID
	images   map[string]string // committed image to ID
	exec     string            // exec instance in a visible container
	hidden   string            // exec instance in a hidden container
	earliest int64             // Unix time before the first event
}

// members lists the containers in the order of their creation. Hidden ones come
// between visible ones, and those that others refer to come first.
func members() []member {
	sleep := []string{"sleep", "10000"}
	media := map[string]string{"homepage.group": "media"}

	return []member{
		{canary + "db", running, createBody{
			Cmd:      []string{"sh", "-c", "sleep 10000", canary + "cmd"},
			Hostname: canary + "host",
			Env:      []string{"PASSWORD=" + canary + "env"},
			Labels:   map[string]string{canary + "label": canary + "value", "note": escapes},
			HostConfig: hostConfig{
				Binds:       []string{canary + "volume:/data", "/tmp:/" + canary + "bind:ro"},
				Annotations: map[string]string{"owner": canary + "annotation"},
			},
		}},
		{"db", running, createBody{Cmd: sleep, Labels: media, Env: []string{"POSTGRES_PASSWORD=hunter2"},
			HostConfig: hostConfig{NetworkMode: "front", Binds: []string{"data:/var/lib/data"}},
			NetworkingConfig: &networkingConfig{map[string]endpoint{
				"front": {Aliases: []string{"database"}},
			}},
		}},
		{canary + "net", running, createBody{Cmd: sleep,
			HostConfig: hostConfig{NetworkMode: "front", IpcMode: "shareable"},
			NetworkingConfig: &networkingConfig{map[string]endpoint{
				"front": {Aliases: []string{canary + "alias"}},
			}},
		}},
		{"web", running, createBody{Cmd: []string{"sh", "-c", "echo started; sleep 10000"},
			Env:          []string{"TOKEN=hunter2", "TZ=UTC"},
			Labels:       map[string]string{"homepage.group": "media", "homepage.name": "Web", "note": escapes},
			ExposedPorts: map[string]any{"80/tcp": struct{}{}, "443/tcp": struct{}{}},
			Healthcheck:  &healthcheck{Test: []string{"CMD-SHELL", "echo 'fine <&>'"}, Interval: 2 * time.Second, Retries: 1},
			HostConfig:   hostConfig{Links: []string{canary + "db:" + canary + "link"}, Binds: []string{"data:/srv:ro"}},
		}},
		{canary + "parent", running, createBody{Cmd: sleep, Labels: map[string]string{"homepage.group": canary + "group"},
			HostConfig: hostConfig{Links: []string{"web:kid", "db2:" + canary + "kid"}},
		}},
		{"joined", running, createBody{Cmd: sleep, Labels: media,
			HostConfig: hostConfig{NetworkMode: "container:" + canary + "net", PidMode: "container:" + canary + "net", IpcMode: "container:" + canary + "net"},
		}},
		{"joined-visible", running, createBody{Cmd: sleep, Labels: media, HostConfig: hostConfig{NetworkMode: "container:web"}}},
		{"borrower", created, createBody{Cmd: sleep, Labels: media, HostConfig: hostConfig{NetworkMode: "none", VolumesFrom: []string{canary + "db:ro", "web"}}}},
		{canary + "created", created, createBody{Cmd: sleep}},
		{"failed", failed, createBody{Cmd: sleep, Labels: media, HostConfig: hostConfig{NetworkMode: "container:" + canary + "created"}}},
		{canary + "paused", paused, createBody{Cmd: sleep}},
		{"paused", paused, createBody{Cmd: sleep, Labels: media, HostConfig: hostConfig{NetworkMode: "none"}}},
		{canary + "exited", exited, createBody{Cmd: []string{"false", canary + "argument"}}},
		{"exited", exited, createBody{Cmd: []string{"sh", "-c", "exit 3"}, Labels: media}},
		{"sick", running, createBody{Cmd: sleep, Labels: media,
			Healthcheck: &healthcheck{Test: []string{"CMD", "false"}, Interval: 2 * time.Second, Retries: 1}}},
		{"labels", running, createBody{Cmd: sleep, Labels: manyLabels(), HostConfig: hostConfig{NetworkMode: "front"},
			NetworkingConfig: &networkingConfig{map[string]endpoint{
				"front": {Links: []string{canary + "net:" + canary + "peer"}},
			}},
		}},
	}
}

// manyLabels returns the labels of a container as a reverse proxy and compose
// leave them, among them a key and a value that need escapes.
func manyLabels() map[string]string {
	labels := map[string]string{
		escapes:                            escapes,
		"com.docker.compose.depends_on":    "web:service_started:false",
		"traefik.http.routers.labels.rule": "Host(`labels.example`) && PathPrefix(`/a`)",
		"name":                             "not-the-name",
		"empty":                            "",
		"json":                             `[{"Id":"0000","Names":["/no"]},{"Id":"1111"}]`,
		"com.docker.compose.project.config_files": `C:\compose\compose.yml`,
	}
	for i := range 60 {
		labels[fmt.Sprintf("app.option-%02d", i)] = fmt.Sprintf("value %d & more", i)
	}
	return labels
}

// newScene creates all containers and what they use.
func newScene(ctx context.Context, client *client) (*scene, error) {
	s := &scene{ids: map[string]string{}, images: map[string]string{}, earliest: time.Now().Unix() - 1}

	if _, err := client.post(ctx, "/networks/create", map[string]any{"Name": "front", "Driver": "bridge", "CheckDuplicate": true}); err != nil {
		return nil, err
	}
	// The second child of canary-parent: a link is to a running container.
	if err := s.add(ctx, client, member{"db2", running, createBody{Cmd: []string{"sleep", "10002"}, Labels: map[string]string{"homepage.group": "media"}}}); err != nil {
		return nil, err
	}
	for _, m := range members() {
		if err := s.add(ctx, client, m); err != nil {
			return nil, fmt.Errorf("container %s: %w", m.name, err)
		}
	}

	if err := s.addExecs(ctx, client); err != nil {
		return nil, err
	}
	if err := s.commitHidden(ctx, client); err != nil {
		return nil, err
	}
	if err := s.stirEvents(ctx, client); err != nil {
		return nil, err
	}
	return s, s.awaitHealth(ctx, client)
}

// add creates a container and brings it into its state.
func (s *scene) add(ctx context.Context, client *client, m member) error {
	if m.body.Image == "" {
		m.body.Image = engine.Image
	}
	id, err := client.post(ctx, "/containers/create?name="+m.name, m.body)
	if err != nil {
		return err
	}
	s.ids[m.name] = id

	if m.state == created {
		return nil
	}
	_, err = client.post(ctx, "/containers/"+id+"/start", nil)
	if m.state == failed {
		if err == nil {
			return fmt.Errorf("started, but should have been refused")
		}
		return nil
	}
	if err != nil {
		return err
	}

	switch m.state {
	case paused:
		_, err = client.post(ctx, "/containers/"+id+"/pause", nil)
	case exited:
		_, err = client.post(ctx, "/containers/"+id+"/wait", nil)
	}
	return err
}

// addExecs runs a command in a visible and in a hidden container.
func (s *scene) addExecs(ctx context.Context, client *client) error {
	run := func(container, argument string) (string, error) {
		id, err := client.post(ctx, "/containers/"+container+"/exec", map[string]any{
			"Cmd": []string{"echo", argument}, "Env": []string{"PW=" + argument}, "AttachStdout": true,
		})
		if err != nil {
			return "", err
		}
		_, err = client.post(ctx, "/exec/"+id+"/start", map[string]any{"Detach": true})
		return id, err
	}

	var err error
	if s.exec, err = run("web", "visible <&> \"quoted\""); err != nil {
		return err
	}
	s.hidden, err = run(canary+"db", canary+"exec")
	return err
}

// commitHidden makes images of a hidden container, whose labels and, in older
// APIs, ID and environment they then carry, and hidden containers of them.
func (s *scene) commitHidden(ctx context.Context, client *client) error {
	for _, image := range []struct {
		name  string
		state state
	}{{"committed", running}, {"stopped", created}} {
		// The comment makes the two images differ.
		id, err := client.post(ctx, "/commit?container="+canary+"db&repo="+image.name+"&tag=1&comment="+image.name, map[string]any{})
		if err != nil {
			return err
		}
		s.images[image.name+":1"] = id

		m := member{canary + image.name, image.state, createBody{Image: image.name + ":1"}}
		if err := s.add(ctx, client, m); err != nil {
			return err
		}
	}
	return nil
}

// stirEvents does what leaves kinds of events that the scene has none of yet.
func (s *scene) stirEvents(ctx context.Context, client *client) error {
	get, post := http.MethodGet, http.MethodPost
	for _, container := range []string{"db", canary + "net"} {
		path := "/containers/" + container
		for _, step := range []request{
			{method: post, target: path + "/rename?name=" + container + "-tmp"},
			{method: post, target: path + "-tmp/rename?name=" + container},
			{method: post, target: path + "/update", body: `{"CpuShares":512}`},
			{method: post, target: path + "/resize?h=20&w=80"},
			{method: get, target: path + "/top"},
			{method: get, target: path + "/archive?path=/etc/passwd"},
			{method: post, target: "/networks/bridge/connect", body: fmt.Sprintf(`{"Container":%q}`, container)},
			{method: post, target: "/networks/bridge/disconnect", body: fmt.Sprintf(`{"Container":%q}`, container)},
		} {
			if _, err := client.do(ctx, step); err != nil {
				return err
			}
		}
	}

	// A whole life, because its last events come when it can no longer be
	// inspected.
	for _, name := range []string{"short", canary + "short"} {
		if err := s.add(ctx, client, member{name, running, createBody{Cmd: []string{"sleep", "10000"}, HostConfig: hostConfig{Binds: []string{name + ":/data"}}}}); err != nil {
			return err
		}
		if _, err := client.do(ctx, request{method: http.MethodDelete, target: "/containers/" + name + "?force=1&v=1"}); err != nil {
			return err
		}
	}
	return nil
}

// awaitHealth waits until both health checks have had a result.
func (s *scene) awaitHealth(ctx context.Context, client *client) error {
	for name, want := range map[string]string{"web": "healthy", "sick": "unhealthy"} {
		deadline := time.Now().Add(answerTimeout)
		for {
			var got struct {
				State struct{ Health struct{ Status string } }
			}
			if err := client.get(ctx, "/containers/"+name+"/json", &got); err != nil {
				return err
			}
			if got.State.Health.Status == want {
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("container %s is %q, not %s", name, got.State.Health.Status, want)
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
	return nil
}
