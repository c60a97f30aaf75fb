package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/docker-proxy-filter/dpf/e2e/internal/example"
	"github.com/docker-proxy-filter/dpf/e2e/internal/plugin"
)

// exampleFolders are the folders of examples/ by name.
func exampleFolders(t *testing.T) map[string]*example.Example {
	t.Helper()
	root := filepath.Join(shared.Plugin, "examples")
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	folders := map[string]*example.Example{}
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		ex, err := example.Load(filepath.Join(root, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		folders[entry.Name()] = ex
	}
	return folders
}

// Every folder has a script that proves it, and every script a folder.
func TestExamplesAreProved(t *testing.T) {
	folders := exampleFolders(t)
	for name := range folders {
		if _, err := os.Stat(filepath.Join("testdata", "examples", name+".txtar")); err != nil {
			t.Errorf("examples/%s: %v", name, err)
		}
	}
	scripts, err := filepath.Glob(filepath.Join("testdata", "examples", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range scripts {
		if name := strings.TrimSuffix(filepath.Base(script), ".txtar"); folders[name] == nil {
			t.Errorf("%s: no such folder in examples", script)
		}
	}
}

// A reader copies an example with all that is around it.
func TestExamplesAreHardened(t *testing.T) {
	for name, ex := range exampleFolders(t) {
		t.Run(name, func(t *testing.T) {
			if ex.Project.Name != name {
				t.Errorf("got project name %s", ex.Project.Name)
			}
			for _, s := range ex.Project.Services {
				checkService(t, s)
			}
			checkInstall(t, ex)
			checkSocket(t, ex)
			readme, err := os.ReadFile(filepath.Join(ex.Dir, "README.md"))
			if err != nil {
				t.Fatal(err)
			}
			if lines := strings.Count(string(readme), "\n"); lines > 40 {
				t.Errorf("README.md: got %d lines, want 40 at most", lines)
			}
			for _, word := range []string{"docker (compose up|stack deploy)", "see"} {
				if !regexp.MustCompile(word).Match(readme) {
					t.Errorf("README.md does not say %q", word)
				}
			}
		})
	}
}

// pinned is an image with a version in its tag.
var pinned = regexp.MustCompile(`^[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9.-]+)?$`)

func checkService(t *testing.T, s types.ServiceConfig) {
	t.Helper()
	if !pinned.MatchString(s.Image) {
		t.Errorf("%s: image %q has no version", s.Name, s.Image)
	}
	if !s.ReadOnly {
		t.Errorf("%s: not read_only", s.Name)
	}
	if strings.Join(s.CapDrop, " ") != "ALL" || len(s.CapAdd) > 0 || s.Privileged {
		t.Errorf("%s: capabilities are not dropped", s.Name)
	}
	if strings.Join(s.SecurityOpt, " ") != "no-new-privileges:true" {
		t.Errorf("%s: got security_opt %v", s.Name, s.SecurityOpt)
	}
}

func checkInstall(t *testing.T, ex *example.Example) {
	t.Helper()
	install, err := ex.Install("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	if !install.AbortOnPluginFailure {
		t.Error("Traefik starts without the plugin")
	}
	if install.PluginModule != plugin.Module || !regexp.MustCompile(`^v\d+\.\d+\.\d+$`).MatchString(install.PluginVersion) {
		t.Errorf("got plugin %s %s", install.PluginModule, install.PluginVersion)
	}
}

// checkSocket checks that the engine's socket is in the socket proxy alone,
// that Traefik alone reaches that, and that its rules mean what they say.
func checkSocket(t *testing.T, ex *example.Example) {
	t.Helper()
	proxy, err := ex.Service(example.SocketProxy)
	if err != nil {
		t.Fatal(err)
	}
	if len(proxy.Ports) > 0 || !strings.Contains(strings.Join(proxy.Command, " "), "-allowfrom="+example.Traefik) {
		t.Error("the socket proxy is open to others than Traefik")
	}
	for _, s := range ex.Project.Services {
		for _, v := range s.Volumes {
			if strings.HasSuffix(v.Source, "docker.sock") && (s.Name != example.SocketProxy || !v.ReadOnly) {
				t.Errorf("%s: has the socket of the engine", s.Name)
			}
		}
		for network := range s.Networks {
			_, shares := proxy.Networks[network]
			if shares && (!ex.Project.Networks[network].Internal || s.Name != example.Traefik && s.Name != example.SocketProxy) {
				t.Errorf("%s: is in the network %s of the socket proxy, or that is not internal", s.Name, network)
			}
		}
	}
	allowed, err := ex.Allowed()
	if err != nil {
		t.Fatal(err)
	}
	for method, path := range allowed {
		if path == articleRule {
			continue // As it stands: the operations of the example are narrower.
		}
		checkRule(t, method, path)
	}
}

// articleRule is the rule of the article that article-homepage moves.
const articleRule = `/(v1\..{1,2}/)?(containers).*`

// never are paths that no example's socket proxy has a reason to allow. Some
// slip through where alternatives are not in parentheses.
var never = []string{
	"/_pingpong/anything", "/v1.47/images/quay.io/containers/buildah/get", "/v1.47/secrets", "/swarm", "/plugins",
	"/containers/create", "/v1.47/containers/create", "/build", "/v1.47/containers/x/exec", "/containers/x/archive", "/x/containers/json",
}

func checkRule(t *testing.T, method, path string) {
	t.Helper()
	if alternatives(path) {
		t.Errorf("-allow%s=%s: alternatives are not in parentheses", method, path)
	}
	re, err := regexp.Compile("^" + path + "$")
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range never {
		if re.MatchString(target) {
			t.Errorf("-allow%s=%s: allows %s", method, path, target)
		}
	}
}

// alternatives reports whether the expression has a | that no parenthesis
// encloses.
func alternatives(re string) bool {
	depth := 0
	for i := 0; i < len(re); i++ {
		switch re[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 {
				return true
			}
		}
	}
	return false
}
