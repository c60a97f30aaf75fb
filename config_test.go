package dpf

import (
	"context"
	"net/http"
	"strings"
	"testing"
)

func TestConfigRefused(t *testing.T) {
	tests := []struct {
		name   string
		change func(c *Config)
		want   string
	}{
		{"nothing set", func(c *Config) { c.ContainerLabels = nil }, "nothing is configured: set containerNames or containerLabels"},
		{"trailing comma in names", func(c *Config) { c.ContainerNames = []string{"foo", ""} }, "containerNames[1]: blank value"},
		{"blank label", func(c *Config) { c.ContainerLabels = []string{" "} }, "containerLabels[0]: blank value"},
		{"label without key", func(c *Config) { c.ContainerLabels = []string{"=x"} }, `containerLabels[0]: "=x": empty key`},
		{"label without value", func(c *Config) { c.ContainerLabels = []string{"x="} }, `containerLabels[0]: "x=": empty value; write "x" to match every value`},
		{"typing error", func(c *Config) { c.Rest = map[string]interface{}{"containerNmaes": "x"} }, "containerNmaes: unknown option, did you mean containerNames?"},
		{"singular", func(c *Config) { c.Rest = map[string]interface{}{"containerName": "x"} }, "containerName: unknown option, did you mean containerNames?"},
		{"no such option", func(c *Config) { c.Rest = map[string]interface{}{"zzz": "x"} }, "zzz: unknown option; the options are containerNames,"},
		{"two unknown options", func(c *Config) { c.Rest = map[string]interface{}{"scrubEnv": "x", "logLevels": "x"} }, "logLevels: unknown option, did you mean logLevel?"},
		{"relative URL", func(c *Config) { c.UpstreamURL = "socket-proxy:2375" }, `upstreamURL: "socket-proxy:2375": must be an absolute http:// or https:// URL`},
		{"unix URL", func(c *Config) { c.UpstreamURL = "unix:///var/run/docker.sock" }, "must be an absolute http:// or https:// URL"},
		{"URL with query", func(c *Config) { c.UpstreamURL = "http://h/?x" }, "must not have a user, a query or a fragment"},
		{"log level", func(c *Config) { c.LogLevel = "verbose" }, `logLevel: "verbose": must be error, info or debug`},
		{"no room", func(c *Config) { c.MaxBodyBytes = 0 }, `maxBodyBytes: "0": must be greater than 0`},
	}
	for _, tt := range tests {
		checkRefused(t, tt.name, tt.change, tt.want)
	}
}

// checkRefused checks that the configuration of the tests, changed, is refused
// with an error that holds want.
func checkRefused(t *testing.T, name string, change func(c *Config), want string) {
	t.Helper()
	engine := testEngine()
	config := testConfig()
	change(config)
	_, err := newHandler(context.Background(), engine, config, "test")
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: got error %v, want %q", name, err, want)
	}
}

func TestConfigAccepted(t *testing.T) {
	engine := testEngine()
	config := CreateConfig()
	config.ContainerNames = []string{" web ", "db"}
	config.UpstreamURL = "https://proxy:2376/docker/"
	config.LogLevel = "DEBUG"
	if _, err := newHandler(context.Background(), engine, config, "test"); err != nil {
		t.Fatal(err)
	}
	if config.ContainerNames[0] != "web" {
		t.Errorf("got name %q, want it trimmed", config.ContainerNames[0])
	}

	config = CreateConfig()
	config.ScrubEnvs = true
	if _, err := newHandler(context.Background(), engine, config, "test"); err != nil {
		t.Errorf("scrubEnvs alone: %v", err)
	}
}

// A configuration that is refused must not remove the router: another one
// that matches would serve the client unfiltered.
func TestNewAnswersForRefusedConfig(t *testing.T) {
	engine := testEngine()
	config := testConfig()
	config.Rest = map[string]interface{}{"containerNmaes": "x"}
	h, err := New(context.Background(), engine, config, "test")
	if err != nil {
		t.Fatal(err)
	}
	rec := do(h, "GET", "/_ping", "")
	if rec.Code != http.StatusServiceUnavailable {
		t.Errorf("got status %d, want 503", rec.Code)
	}
	if got, want := rec.Body.String(), "{\"message\":\"dpf: containerNmaes: unknown option, did you mean containerNames?\"}\n"; got != want {
		t.Errorf("got body %q, want %q", got, want)
	}
	if len(engine.requests) != 0 {
		t.Errorf("got requests %v, want none", engine.requests)
	}
}

func TestNewSurvivesPanic(t *testing.T) {
	engine := testEngine()
	h, err := New(context.Background(), engine, nil, "test")
	if err != nil || h == nil {
		t.Fatalf("got handler %v, error %v", h, err)
	}
	if rec := do(h, "GET", "/_ping", ""); rec.Code != http.StatusServiceUnavailable {
		t.Errorf("got status %d, want 503", rec.Code)
	}
}
