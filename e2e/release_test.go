package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// workflow is what the tests look at in a workflow file.
type workflow struct {
	On          struct{ Schedule []struct{ Cron string } }
	Permissions map[string]string
	Jobs        map[string]struct {
		Permissions map[string]string
		Uses        string
		Steps       []struct{ Uses, Run string }
	}
}

// readWorkflows reads .github/workflows, and checks on the way that every
// action is pinned by a full commit, with its version as a comment.
func readWorkflows(t *testing.T) map[string]workflow {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(shared.Plugin, ".github", "workflows", "*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d workflows, %v", len(files), err)
	}
	action := regexp.MustCompile(`uses: (.*)`)
	pinned := regexp.MustCompile(`^(\./\S+|[\w-]+(/[\w-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$`)
	workflows := map[string]workflow{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range action.FindAllStringSubmatch(string(raw), -1) {
			if !pinned.MatchString(m[1]) {
				t.Errorf("%s: %s is not pinned by commit", filepath.Base(file), m[1])
			}
		}
		var w workflow
		if err := yaml.Unmarshal(raw, &w); err != nil {
			t.Fatal(err)
		}
		workflows[filepath.Base(file)] = w
	}
	return workflows
}

// jobRights are the rights of jobs that have more than to read the repository:
// to make the release, to hand in what was found, and to prove which workflow
// has found it.
var jobRights = map[string]string{
	"release.yml release":     "map[contents:write]",
	"codeql.yml analyze":      "map[contents:read security-events:write]",
	"scorecard.yml scorecard": "map[contents:read id-token:write security-events:write]",
}

// CI runs the target that contributors run, every week without a commit too,
// and no job has a right that it does not need.
func TestWorkflows(t *testing.T) {
	workflows := readWorkflows(t)
	for name, w := range workflows {
		if got := fmt.Sprint(w.Permissions); got != "map[contents:read]" {
			t.Errorf("%s: got permissions %s", name, got)
		}
		for job, j := range w.Jobs {
			if got := fmt.Sprint(j.Permissions); j.Permissions != nil && got != jobRights[name+" "+job] {
				t.Errorf("%s: job %s: got permissions %s", name, job, got)
			}
		}
	}
	if len(workflows["test.yml"].On.Schedule) != 1 {
		t.Errorf("test.yml runs %v, want once a week", workflows["test.yml"].On.Schedule)
	}
	var runs []string
	for _, step := range workflows["test.yml"].Jobs["test"].Steps {
		runs = append(runs, step.Run)
	}
	if !strings.Contains(strings.Join(runs, "\n"), "make test") {
		t.Errorf("test.yml runs %q", runs)
	}
	if got := workflows["release.yml"].Jobs["test"].Uses; got != "./.github/workflows/test.yml" {
		t.Errorf("release.yml tests with %q", got)
	}
}

// Every folder that is to be kept up to date has what is read there.
func TestDependabot(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(shared.Plugin, ".github", "dependabot.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Updates []struct {
			Ecosystem string `yaml:"package-ecosystem"`
			Directory string
		}
	}
	if err := yaml.Unmarshal(raw, &config); err != nil {
		t.Fatal(err)
	}
	manifests := map[string]string{"github-actions": ".github/workflows", "gomod": "go.mod", "npm": "package-lock.json"}
	if len(config.Updates) != len(manifests) {
		t.Errorf("got %d ecosystems, want %d", len(config.Updates), len(manifests))
	}
	for _, u := range config.Updates {
		manifest := filepath.Join(shared.Plugin, u.Directory, manifests[u.Ecosystem])
		if _, err := os.Stat(manifest); manifests[u.Ecosystem] == "" || err != nil {
			t.Errorf("%s in %s: %v", u.Ecosystem, u.Directory, err)
		}
	}
}

// The notes of a release are the section of the changelog with its version.
func TestReleaseNotes(t *testing.T) {
	dir := t.TempDir()
	script, err := os.ReadFile(filepath.Join(shared.Plugin, "scripts", "notes.sh"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, content string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write("scripts/notes.sh", string(script))
	write("CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n- later\n\n## 0.2.0 - 2026-02-01\n\n### Fixed\n\n- a hole\n\n## [0.1.0]\n\n- first\n\n## 0.0.9\n")

	for tag, want := range map[string]string{
		"v0.2.0": "### Fixed\n\n- a hole", "v0.1.0": "- first",
		"v0.0.9": "", "v0.3.0": "", "v0.2": "", "v0.2.0.1": "", "0.2.0": "", "vUnreleased": "",
	} {
		out, err := exec.Command(filepath.Join(dir, "scripts", "notes.sh"), tag).Output()
		if got := strings.TrimSpace(string(out)); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: got %q, %v, want %q", tag, got, err, want)
		}
	}
}
