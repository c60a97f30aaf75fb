package clients

import (
	"context"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/gobuild"
	"github.com/docker-proxy-filter/dpf/e2e/internal/tools"
)

// The docker command of the distribution.
func TestDockerCLIOfDistribution(t *testing.T) {
	bin := distroDocker(t)
	story(t, "distro-cli", func(t *testing.T, s *session) { tellDocker(t, s, bin) })
}

// distroDocker is the docker command of Debian, or else of the machine.
func distroDocker(t *testing.T) string {
	t.Helper()
	bin, err := exec.LookPath("/usr/bin/docker")
	if err != nil {
		if bin, err = exec.LookPath("docker"); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}

// The docker command of today.
func TestDockerCLI(t *testing.T) {
	bin := binary(t, tools.DockerCLI)
	story(t, "cli", func(t *testing.T, s *session) { tellDocker(t, s, bin) })
}

// binary builds a program, or finds it in the cache.
func binary(t *testing.T, program gobuild.Program) string {
	t.Helper()
	bin, err := program.Build(context.Background(), func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

func tellDocker(t *testing.T, s *session, bin string) {
	docker := func(args ...string) string {
		t.Helper()
		return s.output(t, s.command(t, bin, args...))
	}
	var f facts
	f.Listed = strings.Fields(docker("ps", "-a", "--format", "{{.Names}}"))
	f.Running = strings.Fields(docker("ps", "--format", "{{.Names}}"))
	f.Inspected = strings.TrimSpace(docker("inspect", "-f", "{{.Id}}", web))
	f.Logs = docker("logs", web)
	f.Exec = docker("exec", web, "echo", "through-exec")
	f.Stats = strings.TrimSpace(docker("stats", "--no-stream", "--no-trunc", "--format", "{{.ID}}", web))
	if top := docker("top", web); !strings.Contains(top, "sleep 1") {
		t.Errorf("top: got %q", top)
	}
	if count := strings.TrimSpace(docker("info", "--format", "{{.Containers}}")); count != strconv.Itoa(len(visible)) {
		t.Errorf("info: got %s containers, want %d", count, len(visible))
	}
	if tar := docker("cp", web+":/etc/passwd", "-"); !strings.Contains(tar, "root:x:0:0:") {
		t.Errorf("cp: got %q", tar)
	}

	before := s.scene.startedAt(t, web)
	since := time.Now()
	docker("restart", "-t", "5", web)
	f.Events = strings.Fields(docker("events", "--since", unix(since), "--until", unix(time.Now()), "--filter", "type=container", "--format", `{{index .Actor.Attributes "name"}}`))

	for _, hidden := range [][]string{{"inspect", "--type", "container", asked}, {"logs", asked}, {"exec", asked, "true"}, {"top", asked}, {"restart", asked}, {"stats", "--no-stream", asked}, {"cp", asked + ":/etc/passwd", "-"}} {
		s.fails(t, s.command(t, bin, hidden...))
	}
	f.Hidden = map[string]string{"inspect": "404"}
	s.check(t, f, before)
}

// unix is a time as the option --since takes it.
func unix(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixMicro())/1e6, 'f', 6, 64)
}
