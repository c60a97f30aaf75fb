package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/example"
	"github.com/docker-proxy-filter/dpf/e2e/internal/proc"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// What an example promises is shown by a script in testdata/examples of the name of its
// folder. The script begins with the folder's files in $WORK, and has two
// commands more than the other scripts: start and calls.

// exampleTurn is held by the example that runs: all have containers of the
// same names, and "all containers" means those of one example.
var exampleTurn sync.Mutex

func TestExampleStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   filepath.Join("testdata", "examples"),
		Setup: setupExample,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"start":  cmdStart,
			"calls":  cmdCalls,
			"router": cmdRouter,
			"until":  cmdUntil,
		},
		RequireUniqueNames: true,
	})
}

func setupExample(env *testscript.Env) error {
	name := strings.TrimPrefix(filepath.Base(env.WorkDir), "script-")
	if err := os.CopyFS(env.WorkDir, os.DirFS(filepath.Join(shared.Plugin, "examples", name))); err != nil {
		return err
	}
	return setupScript(env)
}

// start [swarm]
//
// Runs the example in $WORK: a container for each service of the compose file,
// with its name, labels and environment but the suite's image, one more that is
// called stranger, a socket proxy with the example's rules, and Traefik with the
// example's configuration. With swarm there is a service of a swarm for each, in
// its networks, on an engine of their own. Sets DOCKER_HOST, HOST_x and URL_x for each entry
// point x, and HOST_api for Traefik's API.
func cmdStart(ts *testscript.TestScript, neg bool, args []string) {
	swarm := len(args) == 1 && args[0] == "swarm"
	if neg || len(args) != 0 && !swarm {
		ts.Fatalf("usage: start [swarm]")
	}
	exampleTurn.Lock()
	ts.Defer(exampleTurn.Unlock)
	ex, err := example.Load(ts.Getenv("WORK"))
	ts.Check(err)

	policy, err := ex.Policy()
	ts.Check(err)
	bed := shared
	if swarm {
		bed, err = newSwarm(engine.Release20)
		ts.Check(err)
		ts.Defer(func() { ts.Check(bed.Close()) })
	}
	proxy, err := bed.StartProxy(policy)
	ts.Check(err)
	ts.Defer(proxy.Stop)

	if swarm {
		ts.Check(exampleServices(ex, bed.Engine.API()))
	} else {
		ts.Check(exampleContainers(ts, ex, proxy.URL()))
	}
	install, err := ex.Install(proxy.URL())
	ts.Check(err)
	dynamic, err := ex.Dynamic(proxy.URL())
	ts.Check(err)
	if s, err := ex.Service(example.Login); err == nil {
		dynamic = strings.ReplaceAll(dynamic, example.LoginURL, startExampleLogin(ts, s))
	}
	tr, err := shared.StartTraefik(traefik.Config{
		Dir:         ts.MkAbs(ts.Getenv("WORK") + "/.bench"),
		EntryPoints: install.EntryPoints, Dynamic: dynamic, Flags: install.Flags,
	})
	ts.Check(err)
	ts.Defer(tr.Stop)

	storyOf(ts).traefik = tr
	ts.Setenv("TRAEFIK_LOG", tr.LogFile())
	ts.Setenv("HOST_api", "tcp://"+tr.API())
	for _, name := range install.EntryPoints {
		ts.Setenv("HOST_"+name, "tcp://"+tr.Addr(name))
		ts.Setenv("URL_"+name, "http://"+tr.Addr(name))
	}
	ts.Setenv("DOCKER_HOST", "tcp://"+tr.Addr("docker"))
}

// startExampleLogin starts the login server of the example, with what the script
// has in the variables that the README sets, and returns its URL.
func startExampleLogin(ts *testscript.TestScript, s types.ServiceConfig) string {
	ports, err := proc.FreePorts(1)
	ts.Check(err)
	addr := fmt.Sprintf("127.0.0.1:%d", ports[0])
	dir := ts.MkAbs(ts.Getenv("WORK") + "/.bench")
	config := filepath.Join(dir, example.LoginConfig)
	ts.Check(os.WriteFile(config, []byte(strings.Replace(ts.ReadFile(example.LoginConfig), "bind :8080", "bind "+addr, 1)), 0o600))
	cmd := exec.Command("haproxy", "-db", "-f", config)
	cmd.Env = os.Environ()
	for name := range s.Environment {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	daemon, err := proc.Start("the login server", filepath.Join(dir, "login.log"), cmd)
	ts.Check(err)
	ts.Defer(daemon.Stop)
	ts.Check(daemon.WaitReady(again.Patient.Last(), func() error {
		_, err := send("tcp://"+addr, http.MethodGet, "/", nil, nil)
		return err
	}))
	return "http://" + addr
}

// exampleContainers runs the containers of the example until its script ends.
func exampleContainers(ts *testscript.TestScript, ex *example.Example, proxy string) error {
	run := func(name string, labels map[string]string, env []string) error {
		body, err := json.Marshal(map[string]any{
			"Image": engine.Image, "Cmd": []string{"sleep", "1000"}, "StopSignal": "SIGKILL",
			"Labels": labels, "Env": env, "HostConfig": map[string]any{"NetworkMode": "none"},
		})
		if err != nil {
			return err
		}
		if err := change(http.MethodPost, "/containers/create?name="+name, body); err != nil {
			return err
		}
		ts.Defer(func() { _ = change(http.MethodDelete, "/containers/"+name+"?force=1", nil) })
		return change(http.MethodPost, "/containers/"+name+"/start", nil)
	}
	for _, s := range ex.Project.Services {
		env := []string{"CANARY=hunter2"}
		for key, value := range s.Environment {
			if value != nil {
				env = append(env, key+"="+*value)
			}
		}
		if err := run(ex.ContainerName(s), ex.Labels(s, proxy), env); err != nil {
			return err
		}
	}
	return run("stranger", map[string]string{"com.docker.compose.project": "other"}, []string{"CANARY=hunter2"})
}

// exampleServices creates the networks and the services of the example, with the
// names that docker stack deploy gives them.
func exampleServices(ex *example.Example, api engine.API) error {
	const prefix = "swarm_" // A file for docker stack has no name: the command has it.
	for name := range ex.Project.Networks {
		if err := api.Post("/networks/create", map[string]any{"Name": prefix + name, "Driver": "overlay"}); err != nil {
			return err
		}
	}
	for _, s := range ex.Project.Services {
		var networks []string
		for name := range s.Networks {
			networks = append(networks, prefix+name)
		}
		env := []string{"CANARY=hunter2"}
		for key, value := range s.Environment {
			if value != nil {
				env = append(env, key+"="+*value)
			}
		}
		spec := swarmService(prefix+s.Name, networks...)
		spec["Labels"] = s.Deploy.Labels
		spec["TaskTemplate"].(map[string]any)["ContainerSpec"].(map[string]any)["Env"] = env
		if err := api.Post("/services/create", spec); err != nil {
			return err
		}
	}
	return nil
}

// change sends a request to the engine itself.
func change(method, target string, body []byte) error {
	a, err := send(shared.Engine.Host(), method, target, []string{"Content-Type: application/json"}, body)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(a.status, "HTTP/1.1 2") {
		return fmt.Errorf("%s %s: %s\n%s", method, target, a.status, a.body)
	}
	return nil
}

// calls file
//
// Makes the calls of a client, one "METHOD target" per line, which must all
// succeed. The socket proxy of the example must allow them, and no method that
// is not among them. Bodies, which may be without end, are not read.
func cmdCalls(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: calls file")
	}
	ex, err := example.Load(ts.Getenv("WORK"))
	ts.Check(err)
	allowed, err := ex.Allowed()
	ts.Check(err)
	used := map[string]bool{}
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		method, target, _ := strings.Cut(strings.TrimSpace(line), " ")
		path, _, _ := strings.Cut(target, "?")
		if !regexp.MustCompile("^" + allowed[method] + "$").MatchString(path) {
			ts.Fatalf("the socket proxy does not allow %s %s", method, path)
		}
		used[method] = true
		ts.Check(call(ts.Getenv("DOCKER_HOST"), method, target))
	}
	for method := range allowed {
		if !used[method] {
			ts.Fatalf("no call has the method %s, which the socket proxy allows", method)
		}
	}
}

// call makes one call and reads the head of the answer.
func call(host, method, target string) error {
	req, err := http.NewRequest(method, "http://"+strings.TrimPrefix(host, "tcp://")+target, nil)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, ResponseHeaderTimeout: again.Patient.Last()}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s", method, target, resp.Status)
	}
	return nil
}
