package clients

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/tools"
)

// fleet is a project with one visible and one hidden service.
const fleet = `
name: fleet
services:
  front:
    image: ` + engine.Image + `
    network_mode: none
    command: ["sh", "-c", "trap 'exit 0' TERM; echo hello-front; while :; do sleep 1 & wait $$!; done"]
    labels: {team: shop}
  zq-service:
    image: ` + secretImage + `
    network_mode: none
    command: ["sh", "-c", "echo zq-log; sleep 1000"]
    labels: {team: zq-team}
    environment: {TOKEN: zq-env-value}
`

// stallImage is an image that no container uses.
const stallImage = "stall-image:1"

// stall is a project that a client creates through the plugin.
const stall = `
name: stall
services:
  front:
    image: ` + stallImage + `
    network_mode: none
    command: ["sh", "-c", "trap 'exit 0' TERM; echo hello-stall; while :; do sleep 1 & wait $$!; done"]
    labels: {team: shop}
`

// The parts of a project that are visible, for a client that manages them.
func TestCompose(t *testing.T) {
	story(t, "compose", func(t *testing.T, s *session) {
		composeDirectly(t, s, "up", "-d")
		t.Cleanup(func() { composeDirectly(t, s, "down", "-t", "0") })
		hidden := s.scene.startedAt(t, "fleet-zq-service-1")

		compose := func(args ...string) string {
			t.Helper()
			return s.output(t, composeCommand(t, s, "", append([]string{"-p", "fleet"}, args...)...))
		}
		equal(t, "ps", strings.Fields(compose("ps", "-a", "--format", "{{.Name}}")), []string{"fleet-front-1"})
		var projects []struct{ Name, Status string }
		if err := json.Unmarshal([]byte(compose("ls", "-a", "--format", "json")), &projects); err != nil {
			t.Fatal(err)
		}
		if len(projects) != 1 || projects[0].Name != "fleet" || projects[0].Status != "running(1)" {
			t.Errorf("ls: got %v, want fleet with one container", projects)
		}
		if logs := compose("logs"); !strings.Contains(logs, "hello-front") {
			t.Errorf("logs: got %q", logs)
		}
		if out := compose("exec", "-T", "front", "echo", "through-exec"); strings.TrimSpace(out) != "through-exec" {
			t.Errorf("exec: got %q", out)
		}
		if top := compose("top"); !strings.Contains(top, "sleep 1") {
			t.Errorf("top: got %q", top)
		}
		if stats := compose("stats", "--no-stream", "--format", "{{.Name}}"); strings.TrimSpace(stats) != "fleet-front-1" {
			t.Errorf("stats: got %q", stats)
		}
		before := s.scene.startedAt(t, "fleet-front-1")
		compose("restart")
		if s.scene.startedAt(t, "fleet-front-1") == before {
			t.Error("front was not restarted")
		}
		compose("stop")
		equal(t, "ps after stop", strings.Fields(compose("ps", "--format", "{{.Name}}")), nil)
		compose("start")
		equal(t, "ps after start", strings.Fields(compose("ps", "--format", "{{.Name}}")), []string{"fleet-front-1"})
		if s.scene.startedAt(t, "fleet-zq-service-1") != hidden {
			t.Error("the hidden service was restarted, too")
		}
	})
}

// A client that is trusted to create containers.
func TestComposeUp(t *testing.T) {
	story(t, "compose-up", func(t *testing.T, s *session) {
		if _, err := s.scene.call(http.MethodPost, "/commit?container="+job+"&repo=stall-image&tag=1", nil); err != nil {
			t.Fatal(err)
		}
		compose := func(args ...string) string {
			t.Helper()
			return s.output(t, composeCommand(t, s, stall, args...))
		}
		compose("up", "-d")
		equal(t, "ps", strings.Fields(compose("ps", "-a", "--format", "{{.Name}}")), []string{"stall-front-1"})
		compose("down", "-t", "5")
		equal(t, "ps after down", strings.Fields(compose("ps", "-a", "--format", "{{.Name}}")), nil)
	})
}

// composeDirectly runs a command on the project fleet, past the plugin.
func composeDirectly(t *testing.T, s *session, args ...string) {
	t.Helper()
	cmd := composeCommand(t, s, fleet, args...)
	cmd.Env = append(cmd.Env, "DOCKER_HOST="+s.Engine.Host())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("compose %s: %v\n%s", args, err, out)
	}
}

// composeCommand prepares `docker compose` with the project file, if there is
// one.
func composeCommand(t *testing.T, s *session, project string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := s.command(t, binary(t, tools.DockerCLI), append([]string{"compose", "--ansi", "never"}, args...)...)
	plugins := filepath.Join(cmd.Dir, ".docker", "cli-plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(binary(t, tools.Compose), filepath.Join(plugins, "docker-compose")); err != nil {
		t.Fatal(err)
	}
	if project != "" {
		if err := os.WriteFile(filepath.Join(cmd.Dir, "compose.yaml"), []byte(project), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return cmd
}
