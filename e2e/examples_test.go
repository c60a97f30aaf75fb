package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// hostRule is the host name that a router asks for.
var hostRule = regexp.MustCompile("Host\\(`([^`]+)`\\)")

// Every configuration in examples/ is one that the real Traefik and the plugin
// accept, and serves a list through each of its routers.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared.plugin, "examples", "*", "dynamic.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d examples, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			instance, err := traefik.Start(traefik.Config{
				Bin: shared.traefik, Dir: t.TempDir(), Plugin: shared.plugin, EntryPoints: []string{"docker"},
				Dynamic: strings.ReplaceAll(string(raw), "http://socket-proxy:2375", shared.proxy.URL()),
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(instance.Stop)
			hosts := []string{"localhost"}
			for i, rule := range hostRule.FindAllStringSubmatch(string(raw), -1) {
				hosts = append(hosts[:i], rule[1])
			}
			for _, host := range hosts {
				r := optionView{addr: instance.Addr("docker"), host: host}.ask(t, http.MethodGet, "/containers/json")
				if r.status != http.StatusOK || !strings.HasPrefix(string(r.body), "[") {
					t.Errorf("%s: got %d %s", host, r.status, r.body)
				}
			}
		})
	}
}
