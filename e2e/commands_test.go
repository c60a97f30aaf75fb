package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/recorder"
	"github.com/docker-proxy-filter/dpf/e2e/internal/socketproxy"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// The scripts share one engine and run at the same time, so each has a prefix
// for the names of its containers. It is the script's name, in $P.
//
// Further variables:
//
//	PROXY_URL     the socket proxy in front of the engine, for a Traefik service
//	RECORDER_URL  the first one behind a recorder; see the command upstream
//	DIRECT        the engine itself, in the form of DOCKER_HOST
//	DOCKER_HOST   the entry point "docker" of Traefik; HOST_x the one of another, x
//	URL_x         the same entry point as a URL
//	TRAEFIK_LOG   Traefik's log file
//	x, x_id, x_short  name, full ID and short ID of the container x
//
// All but the containers' exist from the start or after the command traefik.

// story is the state of one script.
type story struct {
	recorder *recorder.Recorder
	traefik  *traefik.Instance
}

// storyKey is the key of the *story among the values of an environment.
type storyKey struct{}

func storyOf(ts *testscript.TestScript) *story { return ts.Value(storyKey{}).(*story) }

func setupScript(env *testscript.Env) error {
	dir := filepath.Join(env.WorkDir, ".bench")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	s := &story{}
	env.Values[storyKey{}] = s

	var err error
	if s.recorder, err = recorder.Start(shared.Proxy.URL()); err != nil {
		return err
	}
	env.Defer(s.recorder.Stop)

	// The directory of a script is named script-<name>.
	prefix := scriptPrefix(strings.TrimPrefix(filepath.Base(env.WorkDir), "script-"))
	env.Defer(func() { removeContainers(prefix) })

	env.Setenv("P", prefix)
	env.Setenv("IMAGE", engine.Image)
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("DOCKER_CLI_HINTS", "false")
	env.Setenv("PROXY_URL", shared.Proxy.URL())
	env.Setenv("RECORDER_URL", s.recorder.URL())
	env.Setenv("DIRECT", shared.Engine.Host())
	return nil
}

// removeContainers removes what the script with this prefix left behind.
func removeContainers(prefix string) {
	resp, err := shared.Engine.Client().Get("http://engine/containers/json?all=1")
	if err != nil {
		return
	}
	defer resp.Body.Close()
	var list []struct {
		ID    string
		Names []string
	}
	if json.NewDecoder(resp.Body).Decode(&list) != nil {
		return
	}
	for _, c := range list {
		if !slices.ContainsFunc(c.Names, func(name string) bool { return owner(name[1:]) == prefix }) {
			continue
		}
		req, err := http.NewRequest(http.MethodDelete, "http://engine/containers/"+c.ID+"?force=1&v=1", nil)
		if err != nil {
			continue
		}
		if resp, err := shared.Engine.Client().Do(req); err == nil {
			_ = resp.Body.Close()
		}
	}
}

// owner is the prefix of the script that a container belongs to: the longest
// one, since "exec-instance-web" begins like a container of the script exec.
func owner(name string) string {
	longest := ""
	scripts, _ := filepath.Glob(filepath.Join("testdata", "script", "*.txtar"))
	for _, script := range scripts {
		prefix := scriptPrefix(strings.TrimSuffix(filepath.Base(script), ".txtar"))
		if strings.HasPrefix(name, prefix+"-") && len(prefix) > len(longest) {
			longest = prefix
		}
	}
	return longest
}

// scriptPrefix is $P of a script.
func scriptPrefix(script string) string { return strings.ReplaceAll(script, "_", "-") }

// container x [docker run flags] [-- command]
//
// Runs a container with the name $P-x on the engine, not through Traefik, and
// sets $x, $x_id, $x_short. Without a command it sleeps.
func cmdContainer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: container name [docker run flags] [-- command]")
	}
	name, flags, command := args[0], args[1:], []string{"sleep", "1000"}
	for i, arg := range flags {
		if arg == "--" {
			flags, command = flags[:i], flags[i+1:]
			break
		}
	}
	full := ts.Getenv("P") + "-" + name
	run := append([]string{"run", "-d", "--network", "none", "--name", full}, flags...)
	ts.Check(ts.Exec("direct", append(append(run, engine.Image), command...)...))
	id := strings.TrimSpace(ts.ReadFile("stdout"))
	ts.Setenv(name, full)
	ts.Setenv(name+"_id", id)
	ts.Setenv(name+"_short", id[:12])
}

// traefik file [-entrypoints a,b] [flags of Traefik]
//
// Starts Traefik with the plugin and the routing configuration in file, in
// which variables are expanded. There is an entry point "docker", plus those
// named; DOCKER_HOST is the first, HOST_a, HOST_b the others.
func cmdTraefik(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: traefik file [-entrypoints a,b] [flags of Traefik]")
	}
	file, flags := args[0], args[1:]
	entryPoints := []string{"docker"}
	if len(flags) >= 2 && flags[0] == "-entrypoints" {
		entryPoints = append(entryPoints, strings.Split(flags[1], ",")...)
		flags = flags[2:]
	}
	s := storyOf(ts)
	if s.traefik != nil {
		ts.Fatalf("traefik runs already: use reload")
	}
	t, err := shared.StartTraefik(traefik.Config{
		Dir:         ts.MkAbs(ts.Getenv("WORK") + "/.bench"),
		EntryPoints: entryPoints,
		Dynamic:     expand(ts, file),
		Flags:       flags,
	})
	ts.Check(err)
	ts.Defer(t.Stop)
	s.traefik = t
	ts.Setenv("TRAEFIK_LOG", t.LogFile())
	ts.Setenv("DOCKER_HOST", "tcp://"+t.Addr("docker"))
	for _, name := range entryPoints[1:] {
		ts.Setenv("HOST_"+name, "tcp://"+t.Addr(name))
		ts.Setenv("URL_"+name, "http://"+t.Addr(name))
	}
}

// id x file
//
// Sets $x to the "Id" of the JSON object in the file.
func cmdID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: id name file")
	}
	var object struct{ ID string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &object))
	if object.ID == "" {
		ts.Fatalf("%s has no Id", args[1])
	}
	ts.Setenv(args[0], object.ID)
}

// reload file
//
// Replaces the routing configuration of the running Traefik.
func cmdReload(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: reload file")
	}
	ts.Check(storyOf(ts).traefik.Reload(expand(ts, args[0])))
}

// router name
//
// Waits until Traefik has the router, for example web@docker.
func cmdRouter(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: router name")
	}
	ts.Check(storyOf(ts).traefik.WaitRouter(args[0]))
}

// socketproxy x 'METHODS path-regexp'...
//
// Starts another socket proxy, which allows nothing but that, and sets
// $x_URL. The last word of a rule is the path.
func cmdSocketProxy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: socketproxy name 'METHODS path-regexp'...")
	}
	var policy socketproxy.Policy
	for _, rule := range args[1:] {
		i := strings.LastIndexByte(rule, ' ')
		if i < 0 {
			ts.Fatalf("rule %q has no method", rule)
		}
		policy.Rules = append(policy.Rules, socketproxy.Rule{Methods: rule[:i], Path: rule[i+1:]})
	}
	p, err := shared.StartProxy(policy)
	ts.Check(err)
	ts.Defer(p.Stop)
	ts.Setenv(args[0]+"_URL", p.URL())
}

// until regexp command [arguments]
//
// Runs the command again and again until its output matches, for three minutes.
func cmdUntil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until regexp command [arguments]")
	}
	want, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	for deadline := time.Now().Add(again.Patient.Last()); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		// The exit status does not matter, only what is printed.
		_ = ts.Exec(args[1], args[2:]...)
		if want.MatchString(ts.ReadFile("stdout") + ts.ReadFile("stderr")) {
			return
		}
	}
	ts.Fatalf("no output matched %q", args[0])
}

// upstream [-headers]
//
// Prints the requests that passed the recorder since the last call, one
// "METHOD target" per line, with -headers each followed by its headers.
func cmdUpstream(ts *testscript.TestScript, neg bool, args []string) {
	headers := len(args) == 1 && args[0] == "-headers"
	if neg || len(args) > 0 && !headers {
		ts.Fatalf("usage: upstream [-headers]")
	}
	var out bytes.Buffer
	for _, r := range storyOf(ts).recorder.Take() {
		fmt.Fprintf(&out, "%s %s\n", r.Method, r.Target)
		if headers {
			ts.Check(r.Header.Write(&out))
		}
	}
	_, err := ts.Stdout().Write(out.Bytes())
	ts.Check(err)
}

// expand returns the file with the script's variables put in.
func expand(ts *testscript.TestScript, file string) string {
	return os.Expand(ts.ReadFile(file), func(name string) string {
		value := ts.Getenv(name)
		if value == "" {
			ts.Fatalf("%s: no variable %s", file, name)
		}
		return value
	})
}
