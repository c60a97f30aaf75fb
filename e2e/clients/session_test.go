package clients

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
	"github.com/docker-proxy-filter/dpf/e2e/internal/tap"
)

// session is one client in front of one bench.
type session struct {
	*bench
	client entry
	tap    *tap.Tap
}

// patience is how long a client may take for what it should do at once.
var patience = again.Patient.Last()

// story runs the test of a client on each engine that the catalogue names.
// Whatever the client does: hidden containers are nowhere in what it was told,
// no request was refused, and it used just the operations of the catalogue.
func story(t *testing.T, key string, tell func(t *testing.T, s *session)) {
	c := find(t, key)
	var used operationSet
	// The engines at the same time, and all done when the group is.
	t.Run("engine", func(t *testing.T) {
		for _, b := range benches {
			if !slices.Contains(c.engines, b.release) || c.swarm != b.swarm {
				continue
			}
			t.Run(b.release, func(t *testing.T) {
				t.Parallel()
				tellOn(t, b, c, tell, &used)
			})
		}
	})
	if t.Failed() {
		return
	}
	want := and(c.operations, c.none...)
	slices.Sort(want)
	if got := used.sorted(); !slices.Equal(got, want) {
		t.Errorf("operations that the client uses, and those of the catalogue\ngot  %s\nwant %s", strings.Join(got, " "), strings.Join(want, " "))
	}
}

// tellOn runs the test of a client on one engine.
func tellOn(t *testing.T, b *bench, c entry, tell func(t *testing.T, s *session), used *operationSet) {
	if err := b.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := &session{bench: b, client: c}
	var err error
	if s.tap, err = tap.Start(b.traefik.Addr(c.key)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.tap.Stop)
	quiet := s.makeNoise()
	tell(t, s)
	if n := quiet(); n == 0 {
		t.Error("nothing happened to the hidden containers meanwhile")
	}
	s.checkTold(t)
	for _, id := range s.operations(t) {
		used.add(id)
	}
}

// operationSet is filled by several sessions at the same time.
type operationSet struct {
	mu  sync.Mutex
	ids []string
}

func (o *operationSet) add(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	// Every client may use these.
	if !slices.Contains(append(o.ids, "SystemPing", "SystemPingHead", "SystemVersion"), id) {
		o.ids = append(o.ids, id)
	}
}

func (o *operationSet) sorted() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	slices.Sort(o.ids)
	return o.ids
}

// host is the address of the Docker API in the form of DOCKER_HOST.
func (s *session) host() string { return "tcp://" + s.tap.Addr() }

// command prepares a program of the client, in an environment that has
// nothing of the machine's.
func (s *session) command(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + cmd.Dir, "DOCKER_HOST=" + s.host(), "ASKED=" + asked, "WEB=" + web}
	cmd.WaitDelay = time.Second
	return cmd
}

// output runs a program, which must succeed and print nothing about hidden
// containers, and returns what it printed.
func (s *session) output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	s.clean(t, stdout.String()+stderr.String())
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(cmd.Args, " "), err, stdout.String(), stderr.String())
	}
	return stdout.String()
}

// fails runs a program, which must say that there is no such thing, and
// nothing else about hidden containers.
func (s *session) fails(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	s.clean(t, string(out))
	if err == nil || !noSuch.Match(out) {
		t.Errorf("%s: got %v, %q", strings.Join(cmd.Args, " "), err, out)
	}
}

// noSuch is what clients say of what does not exist.
var noSuch = regexp.MustCompile(`(?i)no such (container|object|service|task)|not found|nothing found|404`)

// clean checks that hidden containers are nowhere in the text.
func (s *session) clean(t *testing.T, text string) {
	t.Helper()
	if found := s.scene.canary(text); found != "" {
		t.Errorf("the client knows of a hidden container: %q", found)
	}
}

// checkTold checks all bytes that the client was told.
func (s *session) checkTold(t *testing.T) {
	t.Helper()
	for _, told := range s.tap.Told() {
		s.clean(t, string(told))
		if i := bytes.Index(told, []byte(`"dpf: `)); i >= 0 {
			t.Errorf("a request was refused: %s", told[i:min(len(told), i+200)])
		}
	}
}

// requestLine is one of HTTP, also behind the body of another request.
var requestLine = regexp.MustCompile(`([A-Z]+) (/\S*) HTTP/1\.1\r\n`)

// operations are those that the client asked for, one for each request.
func (s *session) operations(t *testing.T) []string {
	t.Helper()
	var ids []string
	for _, asked := range s.tap.Asked() {
		for _, line := range requestLine.FindAllSubmatch(asked, -1) {
			ids = append(ids, operationOf(t, string(line[1]), string(line[2])))
		}
	}
	return ids
}

// operationOf is the operationId of a request, from the list that the root
// module has of all.
func operationOf(t *testing.T, method, target string) string {
	t.Helper()
	for _, op := range readOperations(t) {
		if op.method == method && op.path.MatchString(target) {
			return op.id
		}
	}
	t.Fatalf("%s %s is no operation of the Docker API", method, target)
	return ""
}

// operation is a line of testdata/operations.tsv.
type operation struct {
	method string
	path   *regexp.Regexp
	id     string
}

var readOperationsOnce = sync.OnceValues(func() ([]operation, error) {
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "operations.tsv"))
	if err != nil {
		return nil, err
	}
	var all []operation
	for line := range strings.Lines(string(data)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) < 3 || strings.HasPrefix(line, "#") {
			continue
		}
		path := regexp.MustCompile(`\\\{[^/]*\\\}`).ReplaceAllString(regexp.QuoteMeta(fields[1]), `[^/?]+`)
		all = append(all, operation{fields[0], regexp.MustCompile(`^(/v[0-9.]+)?` + path + `(\?|$)`), fields[2]})
	}
	return all, nil
})

func readOperations(t *testing.T) []operation {
	t.Helper()
	all, err := readOperationsOnce()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// makeNoise lets things happen to hidden containers until the returned
// function is called, which says how many.
func (s *session) makeNoise() (quiet func() int) {
	stop, stopped, events := make(chan struct{}), make(chan struct{}), 0
	go func() {
		defer close(stopped)
		for {
			for _, name := range []string{vault, asked} {
				if _, err := s.scene.call(http.MethodPost, "/containers/"+name+"/kill?signal=URG", nil); err == nil {
					events++
				}
			}
			select {
			case <-stop:
				return
			case <-time.After(300 * time.Millisecond):
			}
		}
	}()
	return func() int {
		close(stop)
		<-stopped
		return events
	}
}

// until waits for a condition that a client reaches by itself.
func until(t *testing.T, what string, done func() error) {
	t.Helper()
	if err := poll(done); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// poll repeats what fails, for as long as a client may take.
func poll(done func() error) error {
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		if err := done(); err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

// facts are what a client found out: the same for every client that does it
// all.
type facts struct {
	Listed    []string          // names, of running and other containers
	Running   []string          // names
	Inspected string            // ID of web
	Logs      string            // of web
	Exec      string            // output of "echo through-exec" in web
	Stats     string            // ID in the statistics of web
	Events    []string          // names in the events while web was restarted
	Hidden    map[string]string // what it was told of the hidden container, by operation
}

// check checks the facts of a client that has also restarted web; before is
// from before that.
func (s *session) check(t *testing.T, f facts, before string) {
	t.Helper()
	s.clean(t, fmt.Sprintf("%+v", f))
	equal(t, "listed", f.Listed, visible)
	equal(t, "running", f.Running, running)
	id := s.scene.ids[web]
	if f.Inspected != id {
		t.Errorf("inspected: got %q, want %q", f.Inspected, id)
	}
	if f.Stats != id {
		t.Errorf("statistics: got %q, want %q", f.Stats, id)
	}
	if !strings.Contains(f.Logs, "hello-web") {
		t.Errorf("logs: got %q", f.Logs)
	}
	if strings.TrimSpace(f.Exec) != "through-exec" {
		t.Errorf("exec: got %q", f.Exec)
	}
	if len(f.Events) == 0 || slices.ContainsFunc(f.Events, func(name string) bool { return name != web }) {
		t.Errorf("events: got those of %q, want those of %s", f.Events, web)
	}
	if len(f.Hidden) == 0 {
		t.Error("the client did not ask for the hidden container")
	}
	for operation, told := range f.Hidden {
		if !noSuch.MatchString(told) {
			t.Errorf("%s of the hidden container: got %q", operation, told)
		}
	}
	if s.scene.startedAt(t, web) == before {
		t.Errorf("%s was not restarted", web)
	}
}

var (
	visible = []string{web, worker, job}
	running = []string{web, worker}
)

// equal compares two sets of names.
func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	got, want = slices.Clone(got), slices.Clone(want)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}
