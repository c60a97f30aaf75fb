package dpf

import (
	"strings"
	"testing"
)

// A client that sees one container must not reach the others, or the network
// of the engine, through what all of them share.
func TestSharedNamesAndAddressesAreRefused(t *testing.T) {
	tests := []struct {
		name, target, body string
		operation          string
		opened             int // status when insecureAllowOperations has it, with a visible container
	}{
		{"a commit takes over the tag that a hidden container is made from", "POST /commit?container=web&repo=hidapp&tag=latest", "", "ImageCommit", 204},
		{"a commit of a hidden container", "POST /commit?container=secret&repo=x", "", "ImageCommit", 404},
		{"an alias takes over the name of a hidden container in the network", "POST /networks/front/connect", `{"Container":"web","EndpointConfig":{"Aliases":["secret"]}}`, "NetworkConnect", 204},
		{"a hidden container is connected", "POST /networks/front/connect", `{"Container":"secret"}`, "NetworkConnect", 404},
		{"a rename takes over a name", "POST /containers/web/rename?name=secret", "", "ContainerRename", 204},
		{"a rename of a hidden container", "POST /containers/secret/rename?name=x", "", "ContainerRename", 404},
		{"the engine scans its network", "GET /distribution/10.0.0.7:22/x/json", "", "DistributionInspect", 204},
		{"the engine searches in a registry of the client", "GET /images/search?term=10.0.0.7:22/x", "", "ImageSearch", 204},
		{"the engine logs in where the client says", "POST /auth", `{"serveraddress":"10.0.0.7:22"}`, "SystemAuth", 204},
		{"the engine pulls from where the client says", "POST /images/create?fromImage=10.0.0.7:22/x", "", "ImageCreate", 204},
		{"the engine fetches a URL", "POST /images/create?fromSrc=http://10.0.0.7:22/x", "", "ImageCreate", 204},
		{"the engine pushes to where the client says", "POST /images/10.0.0.7:22/x/push", "", "ImagePush", 204},
		{"the engine asks a registry for a plugin", "GET /plugins/privileges?remote=10.0.0.7:22/x", "", "GetPluginPrivileges", 204},
		{"the engine pulls a plugin", "POST /plugins/pull?remote=10.0.0.7:22/x", "", "PluginPull", 204},
		{"the engine joins a swarm", "POST /swarm/join", `{"RemoteAddrs":["10.0.0.7:22"]}`, "SwarmJoin", 204},
		{"the engine builds from a URL", "POST /build?remote=http://10.0.0.7:22/x", "", "ImageBuild", 204},
		{"a tag is moved", "POST /images/x/tag?repo=hidapp", "", "ImageTag", 204},
		{"a tag is loaded", "POST /images/load", "", "ImageLoad", 204},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			method, target, _ := strings.Cut(tt.target, " ")
			engine := worldEngine()
			rec := do(newTestFilter(t, engine, testConfig()), method, target, tt.body)
			if rec.Code != 403 || !strings.Contains(rec.Body.String(), tt.operation+" is refused: ") || !strings.Contains(rec.Body.String(), "(option insecureAllowOperations)") {
				t.Errorf("got %d %s", rec.Code, rec.Body.String())
			}
			if len(engine.requests) > 0 {
				t.Errorf("got upstream requests %v", engine.requests)
			}

			config := testConfig()
			config.InsecureAllowOperations = []string{tt.operation}
			if rec := do(newTestFilter(t, worldEngine(), config), method, target, tt.body); rec.Code != tt.opened {
				t.Errorf("opened: got %d %s, want %d", rec.Code, rec.Body.String(), tt.opened)
			}
		})
	}
}
