package clients

import (
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
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
