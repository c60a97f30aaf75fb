package dpf

import (
	"context"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// logged returns what use writes to the log beside Traefik's own.
func logged(t *testing.T, use func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = w
	use()
	os.Stdout = stdout
	w.Close()
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// logConfig is testConfig with a level.
func logConfig(level string) *Config {
	config := testConfig()
	config.LogLevel = level
	return config
}

// At the level debug every request has one line, whatever becomes of it.
func TestDebugHasOneLineForEachRequest(t *testing.T) {
	tests := []struct{ target, want string }{
		{"GET /_ping", `operation=SystemPing reference="" decision=forwarded status=204`},
		{"HEAD /v1.41/_ping", `operation=SystemPingHead reference="" decision=forwarded status=204`},
		{"GET /containers/json", `operation=ContainerList reference="" decision=filtered status=200`},
		{"GET /containers/web/json", `operation=ContainerInspect reference="web" decision=filtered status=200`},
		{"GET /containers/secret/json", `operation=ContainerInspect reference="secret" decision=hidden status=404`},
		{"POST /containers/web/stop", `operation=ContainerStop reference="web" decision=forwarded status=204`},
		{"POST /containers/secret/stop", `operation=ContainerStop reference="secret" decision=hidden status=404`},
		{"GET /events", `operation=SystemEvents reference="" decision=filtered status=`},
		{"GET /info", `operation=SystemInfo reference="" decision=filtered status=200`},
		{"GET /networks", `operation=NetworkList reference="" decision=filtered status=200`},
		{"GET /volumes", `operation=VolumeList reference="" decision=filtered status=200`},
		{"GET /images/json", `operation=ImageList reference="" decision=filtered status=200`},
		{"GET /containers/json?filters=x", `operation=ContainerList reference="" decision=refused status=400`},
		{"GET /containers/json?filters=%7B%22before%22%3A%5B%22secret%22%5D%7D", `operation=ContainerList reference="" decision=answered status=500`},
		{"GET /containers/json?limit=%zz", `operation=ContainerList reference="" decision=refused status=403`},
		{"POST /containers/create", `operation=ContainerCreate reference="" decision=refused status=403`},
		{"GET /secrets/x", `operation=SecretInspect reference="x" decision=hidden status=404`},
		{"GET /secrets", `operation=SecretList reference="" decision=refused status=200`},
		{"GET /no/such", `operation=- reference="" decision=refused status=403`},
		{"GET /v1.4/info", `operation=SystemInfo reference="" decision=relayed status=400`},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) { checkDebugLine(t, logConfig("debug"), tt.target, tt.want) })
	}
	guarded := logConfig("debug")
	guarded.ScrubMounts = true
	t.Run("where errors are held back", func(t *testing.T) {
		checkDebugLine(t, guarded, "POST /containers/web/stop", `operation=ContainerStop reference="web" decision=forwarded status=204`)
	})
}

// checkDebugLine sends a request and checks the one line that the log has of it.
func checkDebugLine(t *testing.T, config *Config, request, want string) {
	t.Helper()
	method, target, _ := strings.Cut(request, " ")
	h := newTestFilter(t, worldEngine(), config)
	out := logged(t, func() { do(h, method, target, "") })
	lines := strings.Split(strings.TrimSuffix(strings.Join(regexp.MustCompile(`(?m)^.* INF dpf: operations used so far: .*\n`).Split(out, -1), ""), "\n"), "\n")
	if len(lines) != 1 || !strings.Contains(lines[0], " DBG dpf: "+want) || !regexp.MustCompile(` ms=\d+ .*middlewareName=test$`).MatchString(lines[0]) {
		t.Errorf("got %q, want one line with %s", lines, want)
	}
}

func TestLevelsBelowDebug(t *testing.T) {
	requests := []string{"GET /_ping", "GET /containers/json", "GET /containers/secret/json", "POST /containers/create", "GET /no/such"}
	for level, want := range map[string][]string{
		"error": nil,
		"info":  {`ContainerInspect: not visible: "secret"`, `refused POST "/containers/create": ContainerCreate is refused`, `refused GET "/no/such": `},
	} {
		t.Run(level, func(t *testing.T) {
			h := newTestFilter(t, testEngine(), logConfig(level))
			out := logged(t, func() {
				for _, request := range requests {
					method, target, _ := strings.Cut(request, " ")
					do(h, method, target, "")
				}
			})
			lines := 0
			for _, line := range strings.Split(out, "\n") {
				if line != "" && !strings.Contains(line, "operations used so far") {
					lines++
				}
			}
			if lines != len(want) {
				t.Errorf("got %d lines, want %d: %s", lines, len(want), out)
			}
			for _, text := range want {
				if strings.Count(out, " INF dpf: "+text) != 1 {
					t.Errorf("got %s, want %s", out, text)
				}
			}
		})
	}
}

// The last line of the log is a value of the option operations, also after a
// reload and with many clients at once.
func TestOperationsUsedSoFar(t *testing.T) {
	use := func(config *Config, targets ...string) string {
		engine := testEngine()
		f, err := newHandler(context.Background(), engine, config, "ledger")
		if err != nil {
			t.Fatal(err)
		}
		return logged(t, func() {
			var wg sync.WaitGroup
			for i := 0; i < 4; i++ {
				wg.Add(1)
				go useAll(&wg, f, targets)
			}
			wg.Wait()
		})
	}
	out := use(logConfig("info"), "GET /_ping", "GET /containers/json", "GET /containers/web/json", "POST /images/create")
	if n := strings.Count(out, "operations used so far"); n != 3 {
		t.Errorf("got %d lines, want 3: %s", n, out)
	}
	out = use(logConfig("info"), "GET /containers/json", "GET /events")
	if want := " INF dpf: operations used so far: [ContainerInspect, ContainerList, SystemEvents]; refused: [ImageCreate] middlewareName=ledger\n"; !strings.HasSuffix(out, want) || strings.Count(out, "used so far") != 1 {
		t.Errorf("got %q, want one line %q", out, want)
	}
	config := logConfig("info")
	config.InsecureAllowOperations = []string{"ImageCreate"}
	if out, want := use(config, "POST /images/create"), "[ContainerInspect, ContainerList, ImageCreate, SystemEvents]; refused: []"; !strings.Contains(out, want) {
		t.Errorf("got %q, want %q", out, want)
	}
}

// useAll sends requests through h.
func useAll(wg *sync.WaitGroup, h http.Handler, targets []string) {
	defer wg.Done()
	for _, target := range targets {
		method, path, _ := strings.Cut(target, " ")
		do(h, method, path, "")
	}
}

// Where nothing is hidden the log says so when the middleware is made.
func TestAllVisibleIsSaid(t *testing.T) {
	for _, raw := range []string{`{"scrubEnvs":"true"}`, `{"maskLabels":["a"]}`, `{"operations":["read"]}`, `{"scrubEnvs":"true","containerNames":["a"]}`} {
		t.Run(raw, func(t *testing.T) {
			engine := testEngine()
			out := logged(t, func() {
				if _, err := newHandler(context.Background(), engine, typedConfig(t, raw), "test"); err != nil {
					t.Error(err)
				}
			})
			want := 1
			if strings.Contains(raw, "containerNames") {
				want = 0
			}
			if got := strings.Count(out, " WRN dpf: no selector is set: all containers are visible middlewareName=test\n"); got != want {
				t.Errorf("got %d lines, want %d: %s", got, want, out)
			}
		})
	}
}

// A refused configuration logs its requests at the level that it names.
func TestRefusedConfigLogsItsRequests(t *testing.T) {
	for level, want := range map[string]string{
		"":      "",
		"error": "",
		"info":  ` INF dpf: refused GET "/containers/json": containerNames: set but empty middlewareName=test` + "\n",
		"debug": ` DBG dpf: operation=ContainerList reference="" decision=refused status=503 ms=0 request="GET /containers/json" reason="containerNames: set but empty" middlewareName=test` + "\n",
	} {
		t.Run("level "+level, func(t *testing.T) {
			engine := testEngine()
			h, err := New(context.Background(), engine, typedConfig(t, `{"containerNames":"","logLevel":"`+level+`"}`), "test")
			if err != nil {
				t.Fatal(err)
			}
			out := logged(t, func() { do(h, "GET", "/containers/json", "") })
			if !strings.HasSuffix(out, want) || (want == "") != (out == "") {
				t.Errorf("got %q, want %q", out, want)
			}
		})
	}
}
