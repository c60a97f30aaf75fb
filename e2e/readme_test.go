package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/docker-proxy-filter/dpf/e2e/internal/plugin"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// yamlBlock is a configuration in a document.
var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// The configurations in the README are such that the real Traefik takes them
// and the plugin does not refuse them.
func TestReadmeConfigurations(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(shared.Plugin, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for i, m := range yamlBlock.FindAllStringSubmatch(string(raw), -1) {
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			var block struct {
				Experimental map[string]any
				EntryPoints  map[string]any `yaml:"entryPoints"`
				HTTP         map[string]any
				Labels       []string
			}
			if err := yaml.Unmarshal([]byte(m[1]), &block); err != nil {
				t.Fatal(err)
			}
			switch {
			case block.Experimental != nil:
				kinds["install"]++
				readmeInstall(t, m[1])
			case block.HTTP != nil:
				kinds["routing"]++
				readmeRouting(t, m[1])
			case block.Labels != nil:
				kinds["labels"]++
				readmeLabels(t, block.Labels)
			default:
				t.Errorf("what is this?\n%s", m[1])
			}
		})
	}
	if kinds["install"] < 2 || kinds["routing"] < 1 || kinds["labels"] < 1 {
		t.Errorf("got %v, want the catalog, the local plugin, the file provider and labels", kinds)
	}
}

// readmeInstall checks an install configuration: Traefik has no dry run, and
// a catalog to load from is not at hand, so all but the plugin is loaded.
func readmeInstall(t *testing.T, block string) {
	t.Helper()
	var config any
	if err := yaml.Unmarshal([]byte(block), &config); err != nil {
		t.Fatal(err)
	}
	var flags []string
	for _, flag := range flatten("-", config) {
		name, value, _ := strings.Cut(flag, "=")
		switch {
		case strings.HasSuffix(name, ".moduleName"):
			if value != plugin.Module {
				t.Errorf("got module %s", value)
			}
		case strings.HasSuffix(name, ".version"), name == "--experimental.abortOnPluginFailure", name == "--providers.file.filename":
			// The bench sets its own.
		case strings.HasSuffix(name, ".address"):
			flags = append(flags, name+"=127.0.0.1:0")
		default:
			flags = append(flags, flag)
		}
	}
	startReadme(t, "", flags...)
}

// flatten returns the leaves of a configuration as flags.
func flatten(prefix string, node any) []string {
	values, ok := node.(map[string]any)
	if !ok {
		return []string{fmt.Sprintf("-%s=%v", prefix, node)}
	}
	var flags []string
	for key, value := range values {
		name := prefix + "." + key
		if prefix == "-" {
			name = "-" + key
		}
		flags = append(flags, flatten(name, value)...)
	}
	return flags
}

func readmeRouting(t *testing.T, block string) {
	t.Helper()
	tr := startReadme(t, strings.ReplaceAll(block, "http://socket-proxy:2375", shared.Proxy.URL()))
	readmeServes(t, tr)
}

func readmeLabels(t *testing.T, labels []string) {
	t.Helper()
	set := map[string]string{"e2e": "readme"}
	for _, label := range labels {
		key, value, _ := strings.Cut(label, "=")
		if m, ok := strings.CutSuffix(key, ".loadbalancer.server.port"); ok {
			key, value = m+".loadbalancer.server.url", shared.Proxy.URL()
		}
		set[key] = value
	}
	startLabeled(t, "readme-labels", map[string]any{"Labels": set})
	tr := startReadme(t, "", "--providers.docker.endpoint="+shared.Engine.Host(),
		"--providers.docker.exposedByDefault=false", "--providers.docker.constraints=Label(`e2e`,`readme`)")
	if err := tr.WaitRouter("homepage@docker"); err != nil {
		t.Fatal(err)
	}
	readmeServes(t, tr)
}

// readmeServes checks that the view of the README is one: what has a label of
// Homepage is listed, without its environment, and the rest is not.
func readmeServes(t *testing.T, tr *traefik.Instance) {
	t.Helper()
	env := []string{"PASSWORD=hunter2"}
	startLabeled(t, "readme-shown", map[string]any{"Labels": map[string]string{"homepage.group": "x"}, "Env": env})
	startLabeled(t, "readme-hidden", map[string]any{"Env": env})
	v := optionView{addr: tr.Addr("docker"), host: "localhost"}
	list := string(v.ask(t, http.MethodGet, "/containers/json").body)
	if !strings.Contains(list, "readme-shown") || strings.Contains(list, "readme-hidden") {
		t.Errorf("got %s", list)
	}
	if got := v.ask(t, http.MethodGet, "/containers/readme-shown/json"); got.status != http.StatusOK || strings.Contains(string(got.body), "hunter2") {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func startReadme(t *testing.T, dynamic string, flags ...string) *traefik.Instance {
	t.Helper()
	var others []string
	for _, flag := range flags {
		// Of the entry point docker the bench has the address.
		if !strings.HasPrefix(strings.ToLower(flag), "--entrypoints.docker.address=") {
			others = append(others, flag)
		}
	}
	return startOptions(t, dynamic, others...)
}

// recipe is a row of the README's recipes: client, operations, example.
var recipe = regexp.MustCompile(`(?m)^\| [^|]+ \| ((?:` + "`[^`|]+`" + `)) \| ([^|]+) \|$`)

// The operations of every recipe are ones that the plugin knows.
func TestReadmeRecipes(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(shared.Plugin, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(raw), "## Recipes")
	section, _, _ = strings.Cut(section, "\n## ")
	rows := recipe.FindAllStringSubmatch(section, -1)
	if want := strings.Count(section, "\n| "); len(rows) != want || want < 5 {
		t.Fatalf("got %d rows of %d", len(rows), want)
	}
	rows = rows[1:] // the head of the table
	var routers, middlewares strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&routers, "    r%d: {entryPoints: [docker], rule: Host(`r%d.test`), middlewares: [r%d], service: proxy}\n", i, i, i)
		fmt.Fprintf(&middlewares, "    r%d: {plugin: {dpf: {containerNames: [x], operations: [%s]}}}\n", i, strings.Trim(row[1], "`"))
	}
	tr := startOptions(t, fmt.Sprintf("http:\n  routers:\n%s  middlewares:\n%s  services:\n    proxy: {loadBalancer: {servers: [{url: %q}]}}\n",
		routers.String(), middlewares.String(), shared.Proxy.URL()))
	for i, row := range rows {
		v := optionView{addr: tr.Addr("docker"), host: fmt.Sprintf("r%d.test", i)}
		if got := v.ask(t, http.MethodGet, "/_ping"); got.status != http.StatusOK {
			t.Errorf("%s: got %d %s", row[0], got.status, got.body)
		}
	}
}

// link is a link to a file of the repository.
var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

// Links between the documents lead to something, and the README stays short.
func TestDocuments(t *testing.T) {
	var files []string
	for _, pattern := range []string{"*.md", "docs/*.md", "examples/*.md", "examples/*/*.md"} {
		matches, err := filepath.Glob(filepath.Join(shared.Plugin, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, matches...)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(raw), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), m[1])); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
		if lines := strings.Count(string(raw), "\n"); filepath.Base(file) == "README.md" && lines > 250 {
			t.Errorf("%s: got %d lines, want 250 at most", file, lines)
		}
	}
}
