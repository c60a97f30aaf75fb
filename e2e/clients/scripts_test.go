package clients

import (
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/docker-proxy-filter/dpf/e2e/internal/tools"
)

// The library for Node.js.
func TestDockerode(t *testing.T) {
	story(t, "dockerode", func(t *testing.T, s *session) {
		tellScript(t, s, nodeCommand(t, s, "dockerode.js"))
	})
}

// The library for Python, as Debian has it for its own Python.
func TestDockerPy(t *testing.T) {
	story(t, "docker-py", func(t *testing.T, s *session) {
		script, err := filepath.Abs(filepath.Join("python", "dockerpy.py"))
		if err != nil {
			t.Fatal(err)
		}
		tellScript(t, s, s.command(t, "/usr/bin/python3", script))
	})
}

// tellScript checks the facts that a program prints.
func tellScript(t *testing.T, s *session, cmd *exec.Cmd) {
	t.Helper()
	before := s.scene.startedAt(t, web)
	var f facts
	if err := json.Unmarshal([]byte(s.output(t, cmd)), &f); err != nil {
		t.Fatal(err)
	}
	s.check(t, f, before)
}

// nodeCommand prepares a script of the folder node.
func nodeCommand(t *testing.T, s *session, script string) *exec.Cmd {
	t.Helper()
	modules, err := tools.NodeModules(context.Background(), "node", func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs(filepath.Join("node", script))
	if err != nil {
		t.Fatal(err)
	}
	cmd := s.command(t, "node", path)
	cmd.Env = append(cmd.Env, "NODE_PATH="+modules)
	return cmd
}

// Homepage shows the visible containers; a service with a hidden one is as one
// with a container that does not exist.
func TestHomepage(t *testing.T) {
	story(t, "homepage", func(t *testing.T, s *session) {
		var got struct {
			Discovered []string
			Status     map[string]string
			Stats      string
		}
		if err := json.Unmarshal([]byte(s.output(t, nodeCommand(t, s, "homepage.js"))), &got); err != nil {
			t.Fatal(err)
		}
		equal(t, "discovered", got.Discovered, visible)
		if got.Status[web] != "running" || got.Status[asked] != "not found" {
			t.Errorf("status: got %v", got.Status)
		}
		if got.Stats != s.scene.ids[web] {
			t.Errorf("stats: got %q, want %q", got.Stats, s.scene.ids[web])
		}
	})
}

// Uptime Kuma monitors visible containers by name and by ID; a hidden one is
// down, as one that does not exist.
func TestUptimeKuma(t *testing.T) {
	story(t, "uptime-kuma", func(t *testing.T, s *session) {
		cmd := nodeCommand(t, s, "uptimekuma.js")
		cmd.Args = append(cmd.Args, web, s.scene.ids[web], job, asked, "nobody")
		var got struct {
			Tested int
			Beats  []string
		}
		if err := json.Unmarshal([]byte(s.output(t, cmd)), &got); err != nil {
			t.Fatal(err)
		}
		if got.Tested != len(visible) {
			t.Errorf("test of the host: got %d containers, want %d", got.Tested, len(visible))
		}
		const absent = "down: Request failed with status code 404"
		if want := []string{"up", "up", "down: not running", absent, absent}; !slices.Equal(got.Beats, want) {
			t.Errorf("beats: got %q, want %q", got.Beats, want)
		}
	})
}
