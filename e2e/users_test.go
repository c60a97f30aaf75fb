package e2e

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
	"github.com/docker-proxy-filter/dpf/e2e/internal/proc"
	"github.com/docker-proxy-filter/dpf/e2e/internal/recorder"
	"github.com/docker-proxy-filter/dpf/e2e/internal/tools"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// The people of these tests, who have a container each, and the password of all.
var people = []string{"alice", "bob"}

const usersPassword = "wonderland"

// usersContainers are the containers of the scene and their labels.
var usersContainers = map[string]map[string]string{
	"users-alice":  {"owner": "alice"},
	"users-bob":    {"owner": "bob"},
	"users-red":    {"team": "red"},
	"users-nobody": nil,
}

// login is a way to log in: an entry point with one router, the middleware of
// Traefik that says who it is, and dpf behind it.
type login struct {
	name          string
	middleware    string
	user, groups  string            // the headers; no groups: empty
	alsoSee       map[string]string // a container beside one's own, by user
	ownMiddleware string            // of the view; empty: viewOf
}

// usersScene starts the containers, the authentication servers, and Traefik with
// an entry point for each login.
func usersScene(t *testing.T) (*traefik.Instance, []login) {
	t.Helper()
	for name, labels := range usersContainers {
		startContainer(t, name, map[string]any{
			"Cmd":        []string{"sh", "-c", "while :; do echo said by " + name + "; sleep 0.3; done"},
			"StopSignal": "SIGKILL", "Labels": labels,
			"HostConfig": map[string]any{"NetworkMode": "none"},
		})
	}
	logins := usersLogins(newAuthServer(t, map[string]string{"alice": "dev,red", "bob": "dev"}).URL, startOAuth2Proxy(t))
	return startLogins(t, shared.Proxy.URL(), logins), logins
}

// usersLogins are the logins whose headers can be believed.
func usersLogins(authServer, oauth2Proxy string) []login {
	var logins []login
	for _, spelling := range []string{"Remote-User", "rEMOTE-uSER"} {
		for _, remove := range []bool{false, true} {
			logins = append(logins, login{
				name:       fmt.Sprintf("basic%d", len(logins)),
				middleware: basicAuth(spelling, remove),
				user:       "Remote-User",
			})
		}
	}
	return append(logins,
		login{
			name:       "forward",
			middleware: fmt.Sprintf("forwardAuth: {address: %q, authResponseHeaders: [Remote-User, Remote-Groups]}", authServer),
			user:       "Remote-User", groups: "Remote-Groups",
			alsoSee: map[string]string{"alice": "users-red"},
		},
		login{
			name:       "proxy",
			middleware: fmt.Sprintf("forwardAuth: {address: %q, authResponseHeaders: [X-Auth-Request-User, X-Auth-Request-Groups]}", oauth2Proxy+"/oauth2/auth"),
			user:       "X-Auth-Request-User", groups: "X-Auth-Request-Groups",
			alsoSee: map[string]string{"alice": "users-red", "bob": "users-red"},
		})
}

// hashed are the lines of an htpasswd file.
func hashed() []string {
	sum := sha1.Sum([]byte(usersPassword))
	lines := make([]string, 0, len(people))
	for _, user := range people {
		lines = append(lines, user+":{SHA}"+base64.StdEncoding.EncodeToString(sum[:]))
	}
	return lines
}

func basicAuth(headerField string, remove bool) string {
	field := ""
	if headerField != "" {
		field = ", headerField: " + headerField
	}
	return fmt.Sprintf("basicAuth: {users: ['%s'], removeHeader: %t%s}", strings.Join(hashed(), "', '"), remove, field)
}

// viewOf are the options of dpf behind a login.
func viewOf(l login) string {
	if l.groups == "" {
		return fmt.Sprintf("match: exact, userHeader: %s, containerLabels: ['owner={user}']", l.user)
	}
	return fmt.Sprintf("match: exact, userHeader: %s, groupsHeader: %s, containerLabels: ['owner={user}', 'team={group}']", l.user, l.groups)
}

// startLogins starts Traefik with an entry point for each login.
func startLogins(t *testing.T, upstream string, logins []login) *traefik.Instance {
	t.Helper()
	var names []string
	for _, l := range logins {
		names = append(names, l.name)
	}
	tr, err := shared.StartTraefik(traefik.Config{EntryPoints: names, Dynamic: loginRouting(upstream, logins)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Stop)
	return tr
}

func loginRouting(upstream string, logins []login) string {
	var routers, middlewares strings.Builder
	for _, l := range logins {
		chain := l.name + "-view"
		if l.middleware != "" {
			chain = l.name + "-login, " + chain
			fmt.Fprintf(&middlewares, "    %s-login: {%s}\n", l.name, l.middleware)
		}
		view := l.ownMiddleware
		if view == "" {
			view = viewOf(l)
		}
		fmt.Fprintf(&middlewares, "    %s-view: {plugin: {dpf: {%s}}}\n", l.name, view)
		fmt.Fprintf(&routers, "    %s: {entryPoints: [%s], rule: PathPrefix(`/`), middlewares: [%s], service: proxy}\n", l.name, l.name, chain)
	}
	return fmt.Sprintf("http:\n  routers:\n%s  middlewares:\n%s  services:\n    proxy: {loadBalancer: {servers: [{url: %q}]}}\n",
		routers.String(), middlewares.String(), upstream)
}

// authServer answers forwardAuth with the headers that Authelia writes. It stands
// for the servers that do not build from their module: Authelia and tinyauth are
// in none, and Authentik is no Go program.
type authServer struct {
	*httptest.Server
	mu     sync.Mutex
	groups map[string]string
}

func newAuthServer(t *testing.T, groups map[string]string) *authServer {
	t.Helper()
	s := &authServer{groups: groups}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *authServer) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	user, password, _ := req.BasicAuth()
	s.mu.Lock()
	groups, known := s.groups[user]
	s.mu.Unlock()
	if !known || password != usersPassword {
		rw.WriteHeader(http.StatusUnauthorized)
		return
	}
	rw.Header().Set("Remote-User", user)
	rw.Header().Set("Remote-Groups", groups)
}

// put moves a user to other groups.
func (s *authServer) put(user, groups string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.groups[user] = groups
}

// startOAuth2Proxy starts oauth2-proxy, which knows the people by a file and puts
// all of them into one group, and returns its URL.
func startOAuth2Proxy(t *testing.T) string {
	t.Helper()
	bin, err := tools.OAuth2Proxy.Build(t.Context(), func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	ports, err := proc.FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	dir, addr := t.TempDir(), fmt.Sprintf("127.0.0.1:%d", ports[0])
	file := filepath.Join(dir, "htpasswd")
	if err := os.WriteFile(file, []byte(strings.Join(hashed(), "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	daemon, err := proc.Start("oauth2-proxy", filepath.Join(dir, "log"), exec.Command(bin, "--http-address="+addr,
		"--reverse-proxy", "--trusted-proxy-ip=127.0.0.1", "--set-xauthrequest", "--upstream=static://202", "--email-domain=*",
		"--htpasswd-file="+file, "--htpasswd-user-group=red", "--htpasswd-user-group=staff",
		// Nobody logs in at the provider, but there must be one.
		"--provider=github", "--client-id=x", "--client-secret=y", "--cookie-secret=0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(daemon.Stop)
	err = daemon.WaitReady(again.Patient.Last(), func() error { return call("tcp://"+addr, http.MethodGet, "/ping") })
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + addr
}

// authorization is the header with the login of a user.
func authorization(user string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+usersPassword))
}

// askAs sends a request with a login and further headers.
func askAs(t *testing.T, addr, user, method, target string, headers ...string) answer {
	t.Helper()
	if user != "" {
		headers = append([]string{authorization(user)}, headers...)
	}
	a, err := send("tcp://"+addr, method, target, headers, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// code is the status of an answer, such as 200.
func code(a answer) string { return strings.Fields(a.status)[1] }

// sceneName is the name of a container of the scene.
var sceneName = regexp.MustCompile(`users-(?:alice|bob|red|nobody)`)

// told are the containers of the scene that a text names.
func told(text string) string {
	names := sceneName.FindAllString(text, -1)
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

// shown are the containers that a user of the login may see.
func (l login) shown(user string) []string {
	names := []string{"users-" + user}
	if also := l.alsoSee[user]; also != "" {
		names = append(names, also)
	}
	return names
}

// Two people at once see, follow and stop exactly their own containers, whatever
// middleware says who they are.
func TestUsersSeeTheirOwn(t *testing.T) {
	tr, logins := usersScene(t)
	for _, l := range logins {
		t.Run(l.name, func(t *testing.T) {
			var running sync.WaitGroup
			for _, user := range people {
				events := openedStreamAt(t, tr.Addr(l.name), "events of "+user, "GET /events?filters=%7B%22event%22%3A%5B%22stop%22%5D%7D\n"+authorization(user))
				events.begins(t)
				running.Add(1)
				go func() {
					defer running.Done()
					checkUser(t, tr.Addr(l.name), l, user)
					own := "users-" + user
					eventually(t, own+" stopped, say the events of "+user, func() bool { return strings.Contains(events.text(), own) })
					if got := told(events.text()); got != own {
						t.Errorf("%s: got events of %q", user, got)
					}
				}()
			}
			running.Wait()
			for _, user := range people {
				if err := change(http.MethodPost, "/containers/users-"+user+"/start", nil); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// checkUser checks everything that a user gets, and stops their container.
func checkUser(t *testing.T, addr string, l login, user string) {
	shown := l.shown(user)
	if got := told(string(askAs(t, addr, user, http.MethodGet, "/containers/json?all=1").body)); got != strings.Join(shown, " ") {
		t.Errorf("%s: the list has %q, want %q", user, got, shown)
	}
	for name := range usersContainers {
		inspected, logs := "404", "404"
		if slices.Contains(shown, name) {
			inspected, logs = "200", "200"
		}
		if a := askAs(t, addr, user, http.MethodGet, "/containers/"+name+"/json"); code(a) != inspected {
			t.Errorf("%s: inspect of %s: got %s %s", user, name, a.status, a.body)
		}
		a := askAs(t, addr, user, http.MethodGet, "/containers/"+name+"/logs?stdout=1")
		if code(a) != logs || logs == "200" && !strings.Contains(string(a.body), "said by "+name) {
			t.Errorf("%s: logs of %s: got %s %s", user, name, a.status, a.body)
		}
		if logs == "404" || name == "users-"+user {
			stopped := "404"
			if logs == "200" {
				stopped = "204"
			}
			if a := askAs(t, addr, user, http.MethodPost, "/containers/"+name+"/stop"); code(a) != stopped {
				t.Errorf("%s: stop of %s: got %s %s", user, name, a.status, a.body)
			}
		}
	}
}

// forgeries are headers with which a client says that it is somebody else.
func forgeries(header, value string) [][]string {
	lower, upper := strings.ToLower(header), strings.ToUpper(header)
	odd := lower[:1] + upper[1:len(upper)-1] + lower[len(lower)-1:]
	underscores, dots := strings.ReplaceAll(header, "-", "_"), strings.ReplaceAll(header, "-", ".")
	line := func(name string) string { return name + ": " + value }
	return [][]string{
		{line(header)}, {line(lower)}, {line(upper)}, {line(odd)},
		{line(header), line(header)}, {line(lower), line(upper)}, {line(odd), line(header), line(lower)},
		{line(underscores)}, {line(strings.ToUpper(underscores))}, {line(underscores), line(header)}, {line(dots)},
		{line(header), "Connection: " + header}, {"Connection: close, " + lower}, {"Connection: " + upper, line(lower)},
		{header + ":" + value}, {header + ":\t" + value + "\t"}, {header + " : " + value}, {"X: y", " " + line(header)},
		{"X-Forwarded-User: " + value, "X-" + line(header)},
	}
}

// Where a login stands before dpf, nobody is who they say they are.
func TestForgedIdentities(t *testing.T) {
	tr, logins := usersScene(t)
	for _, l := range logins {
		headers := forgeries(l.user, "bob")
		if l.groups != "" {
			headers = append(headers, forgeries(l.groups, "red,blue")...)
		}
		for i, forged := range headers {
			t.Run(fmt.Sprintf("%s %d", l.name, i), func(t *testing.T) {
				for _, target := range []string{"/containers/json?all=1", "/containers/users-bob/json", "/containers/users-nobody/json", "/_ping"} {
					if a := askAs(t, tr.Addr(l.name), "", http.MethodGet, target, forged...); code(a) != "401" && code(a) != "400" {
						t.Errorf("%q without a login: %s: got %s %s", forged, target, a.status, a.body)
					}
				}
				for _, user := range people {
					checkForged(t, tr.Addr(l.name), l, user, forged)
				}
			})
		}
	}
}

// checkForged checks that a user with forged headers gets what they get without,
// or that the request is refused.
func checkForged(t *testing.T, addr string, l login, user string, forged []string) {
	t.Helper()
	list := askAs(t, addr, user, http.MethodGet, "/containers/json?all=1", forged...)
	switch code(list) {
	case "200":
		if got, want := told(string(list.body)), strings.Join(l.shown(user), " "); got != want {
			t.Errorf("%s with %q: the list has %q, want %q", user, forged, got, want)
		}
	case "400": // Go's server does not take the header.
	default:
		t.Errorf("%s with %q: got %s %s", user, forged, list.status, list.body)
	}
	for name := range usersContainers {
		if slices.Contains(l.shown(user), name) {
			continue
		}
		if a := askAs(t, addr, user, http.MethodGet, "/containers/"+name+"/json", forged...); code(a) != "404" && code(a) != "400" {
			t.Errorf("%s with %q: inspect of %s: got %s %s", user, forged, name, a.status, a.body)
		}
	}
}

// A router without a login serves nobody who does not lie, not even a ping, and
// the socket proxy hears of none of it.
func TestWithoutALogin(t *testing.T) {
	rec, err := recorder.Start(shared.Proxy.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rec.Stop)
	tr := startLogins(t, rec.URL(), []login{
		{name: "bare", user: "Remote-User"},
		{name: "nofield", user: "Remote-User", middleware: basicAuth("", true)},
	})
	for _, name := range []string{"bare", "nofield"} {
		for _, request := range []string{
			"GET /_ping", "HEAD /_ping", "GET /v1.41/_ping", "GET /version", "GET /info", "GET /events", "GET /containers/json",
			"GET /containers/users-bob/json", "POST /containers/users-bob/stop", "POST /containers/create", "GET /nothing", "OPTIONS /_ping",
			"GET /v1.1/_ping", "POST /session",
		} {
			t.Run(name+" "+request, func(t *testing.T) {
				method, target, _ := strings.Cut(request, " ")
				a := askAs(t, tr.Addr(name), "alice", method, target)
				if code(a) != "403" || method != http.MethodHead && !strings.Contains(string(a.body), "dpf: no user is logged in") {
					t.Errorf("got %s %s", a.status, a.body)
				}
			})
		}
	}
	if requests := rec.Take(); len(requests) > 0 {
		t.Errorf("the socket proxy got %v", requests)
	}
}

// Nobody behind dpf learns who logged in, by any kind of request, nor by the
// requests of dpf itself; Traefik's access log does.
func TestIdentitiesAreNotForwarded(t *testing.T) {
	startContainer(t, "users-alice", map[string]any{"Cmd": []string{"sleep", "1000"}, "Labels": usersContainers["users-alice"], "HostConfig": map[string]any{"NetworkMode": "none"}})
	rec, err := recorder.Start(shared.Proxy.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rec.Stop)
	server := newAuthServer(t, map[string]string{"alice": "dev"})
	for _, l := range []login{
		{user: "Remote-User", middleware: basicAuth("rEMOTE-uSER", true)},
		{user: "Remote-User", middleware: basicAuth("Remote-User", false)},
		{
			user: "remote-user", groups: "Remote-Groups",
			middleware: fmt.Sprintf("forwardAuth: {address: %q, headerField: Remote-User, authResponseHeaders: [Remote-User, Remote-Groups]}", server.URL),
		},
	} {
		t.Run(l.middleware[:5]+" "+l.user, func(t *testing.T) {
			l.name = "docker"
			access := filepath.Join(t.TempDir(), "access.log")
			tr := startOptions(t, loginRouting(rec.URL(), []login{l}), "--accesslog.filepath="+access)
			_ = rec.Take()
			for _, request := range []string{
				"GET /_ping", "GET /containers/json", "GET /containers/users-alice/json", "GET /containers/users-alice/logs?stdout=1",
				"POST /containers/users-alice/kill?signal=URG", "GET /images/json", "GET /info", "GET /containers/users-alice/archive?path=/etc/passwd",
			} {
				method, target, _ := strings.Cut(request, " ")
				if a := askAs(t, tr.Addr("docker"), "alice", method, target); a.status[9] != '2' {
					t.Errorf("%s: got %s %s", request, a.status, a.body)
				}
			}
			openedStream(t, tr, "events", "GET /events\n"+authorization("alice")).begins(t)
			openedStream(t, tr, "attach", "POST /containers/users-alice/attach?stream=1&stdout=1\nConnection: Upgrade\nUpgrade: tcp\n"+authorization("alice")).begins(t)
			requests := rec.Take()
			if len(requests) < 10 {
				t.Errorf("got %d requests", len(requests))
			}
			for _, r := range requests {
				for name := range r.Header {
					if strings.HasPrefix(strings.ToLower(name), "remote") {
						t.Errorf("%s %s has the header %s", r.Method, r.Target, name)
					}
				}
			}
			eventually(t, "the access log has the user", func() bool {
				log, _ := os.ReadFile(access)
				return strings.Contains(string(log), "- alice [")
			})
		})
	}
}

// What makes the header worth nothing: each of these entry points lets a client
// name itself, and dpf cannot know. docs/users.md says so.
func TestWhatLetsAClientNameItself(t *testing.T) {
	startContainer(t, "users-bob", map[string]any{"Cmd": []string{"sleep", "1000"}, "Labels": usersContainers["users-bob"], "HostConfig": map[string]any{"NetworkMode": "none"}})
	groups := newAuthServer(t, map[string]string{"alice": "dev"})
	authServer := fmt.Sprintf("forwardAuth: {address: %q, authResponseHeaders: [Remote-User]}", groups.URL)
	l := login{name: "docker", user: "Remote-User", middleware: basicAuth("Remote-User", true)}
	routing := loginRouting(shared.Proxy.URL(), []login{l})
	router := "    docker: {entryPoints: [docker], rule: PathPrefix(`/`), middlewares: [docker-login, docker-view], service: proxy}\n"
	if !strings.Contains(routing, router) {
		t.Fatal(routing)
	}
	for _, tt := range []struct{ name, routing, forged string }{
		{
			"another router without a login",
			strings.Replace(routing, router, router+"    inside: {entryPoints: [docker], rule: 'Header(`X-From`, `inside`)', priority: 1000, middlewares: [docker-view], service: proxy}\n", 1),
			"X-From: inside\r\nRemote-User: bob",
		},
		{"a login behind dpf", strings.Replace(routing, "docker-login, docker-view", "docker-view, docker-login", 1), "Remote-User: bob"},
		{"a login that writes another header", strings.Replace(routing, "headerField: Remote-User", "headerField: X-User", 1), "Remote-User: bob"},
		{
			"groups that the login does not write",
			loginRouting(shared.Proxy.URL(), []login{{name: "docker", user: "Remote-User", groups: "Remote-Groups", middleware: authServer,
				ownMiddleware: "match: exact, userHeader: Remote-User, groupsHeader: Remote-Groups, containerLabels: ['x={user}', 'owner={group}']"}}),
			"Remote-Groups: bob",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := startOptions(t, tt.routing)
			a := askAs(t, tr.Addr("docker"), "alice", http.MethodGet, "/containers/users-bob/json", tt.forged)
			if code(a) != "200" {
				t.Errorf("got %s %s", a.status, a.body)
			}
		})
	}
}

// Another group changes what the next request gets and leaves open streams alone;
// another configuration ends them.
func TestUsersWhoseGroupsChange(t *testing.T) {
	const red = "users-stream-red"
	streamScene(t, "users-stream-other")
	startContainer(t, red, map[string]any{
		"Cmd": []string{"sh", "-c", "while :; do echo tick; sleep 0.3; done"}, "Labels": map[string]string{"team": "red"},
		"HostConfig": map[string]any{"NetworkMode": "none"},
	})
	server := newAuthServer(t, map[string]string{"alice": "red"})
	l := login{
		name: "docker", user: "Remote-User", groups: "Remote-Groups",
		middleware: fmt.Sprintf("forwardAuth: {address: %q, authResponseHeaders: [Remote-User, Remote-Groups]}", server.URL),
	}
	tr := startLogins(t, shared.Proxy.URL(), []login{l})
	logs := openedStream(t, tr, "logs", "GET /containers/"+red+"/logs?follow=1&stdout=1\n"+authorization("alice"))
	logs.begins(t)
	for _, step := range []struct{ groups, want string }{{"dev", "404"}, {"dev|red", "200"}, {"", "403"}, {"dev", "404"}} {
		server.put("alice", step.groups)
		if a := askAs(t, tr.Addr("docker"), "alice", http.MethodGet, "/containers/"+red+"/json"); code(a) != step.want {
			t.Errorf("in the groups %q: got %s %s, want %s", step.groups, a.status, a.body, step.want)
		}
	}
	logs.goesOn(t)
	if err := tr.Reload(loginRouting(shared.Proxy.URL(), []login{l}) + "    unused: {loadBalancer: {servers: [{url: \"http://127.0.0.1:9\"}]}}\n"); err != nil {
		t.Fatal(err)
	}
	logs.goesOn(t)
	l.ownMiddleware = viewOf(l) + ", scrubEnvs: true"
	if err := tr.Reload(loginRouting(shared.Proxy.URL(), []login{l})); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the stream ends with its configuration", func() bool { return !logs.open() })
}

// Two people at once with the docker command, the one of the distribution and
// that of today, which sends the login that its config.json has.
func TestDockerCLIAsTwoUsers(t *testing.T) {
	distribution, err := dockerCLI()
	if err != nil {
		t.Fatal(err)
	}
	today, err := tools.DockerCLI.Build(t.Context(), func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	tr, logins := usersScene(t)
	for name, bin := range map[string]string{"distribution": distribution, "today": today} {
		for _, l := range logins {
			t.Run(name+" "+l.name, func(t *testing.T) {
				var running sync.WaitGroup
				for _, user := range people {
					c := &userCLI{bin: bin, host: "tcp://" + tr.Addr(l.name), config: t.TempDir(), login: l, user: user}
					running.Add(1)
					go func() { defer running.Done(); c.check(t) }()
				}
				running.Wait()
			})
		}
	}
}

// userCLI is the docker command of one user.
type userCLI struct {
	bin, host, config string
	login             login
	user              string
}

// run runs the command and returns what it printed.
func (c *userCLI) run(args ...string) (string, error) {
	cmd := exec.Command(c.bin, append([]string{"--config", c.config, "-H", c.host}, args...)...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// command is what follows the name of a container.
var command = map[string][]string{"exec": {"true"}}

// check does with the command what a user does.
func (c *userCLI) check(t *testing.T) {
	_, value, _ := strings.Cut(authorization(c.user), ": ")
	if err := os.WriteFile(filepath.Join(c.config, "config.json"), fmt.Appendf(nil, `{"HttpHeaders": {"Authorization": %q}}`, value), 0o600); err != nil {
		t.Error(err)
		return
	}
	own := "users-" + c.user
	events, err := proc.Start("docker events", filepath.Join(c.config, "events"),
		exec.Command(c.bin, "--config", c.config, "-H", c.host, "events", "--filter", "event=stop", "--format", "{{.Actor.Attributes.name}}"))
	if err != nil {
		t.Error(err)
		return
	}
	defer events.Stop()
	if out, err := c.run("ps", "-a", "--format", "{{.Names}}"); err != nil || told(out) != strings.Join(c.login.shown(c.user), " ") {
		t.Errorf("ps of %s: got %v, %q", c.user, err, out)
	}
	for name := range usersContainers {
		if slices.Contains(c.login.shown(c.user), name) {
			continue
		}
		for _, verb := range []string{"logs", "stop", "start", "top", "exec"} {
			if out, err := c.run(append([]string{verb, name}, command[verb]...)...); err == nil || !strings.Contains(out, "No such container: "+name) {
				t.Errorf("%s of %s by %s: got %v, %q", verb, name, c.user, err, out)
			}
		}
	}
	if out, err := c.run("logs", "--tail", "1", own); err != nil || strings.TrimSpace(out) != "said by "+own {
		t.Errorf("logs of %s: got %v, %q", own, err, out)
	}
	if out, err := c.run("exec", own, "echo", "through", "exec"); err != nil || strings.TrimSpace(out) != "through exec" {
		t.Errorf("exec in %s: got %v, %q", own, err, out)
	}
	eventually(t, "the events of "+c.user, func() bool {
		for _, verb := range []string{"stop", "start"} {
			if out, err := c.run(verb, own); err != nil {
				t.Errorf("%s of %s: %v, %q", verb, own, err, out)
			}
		}
		seen, _ := os.ReadFile(events.LogFile())
		return told(string(seen)) == own
	})
	if seen, _ := os.ReadFile(events.LogFile()); told(string(seen)) != own {
		t.Errorf("events of %s: got %q", c.user, seen)
	}
}

// The document has a configuration that works, and every refusal word by word.
func TestUsersDocument(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(shared.Plugin, "docs", "users.md"))
	if err != nil {
		t.Fatal(err)
	}
	startContainer(t, "users-red", map[string]any{"Cmd": []string{"sleep", "1000"}, "Labels": usersContainers["users-red"], "HostConfig": map[string]any{"NetworkMode": "none"}})
	server := newAuthServer(t, map[string]string{"alice": "blue,red"})
	block := yamlBlock.FindStringSubmatch(string(raw))
	if block == nil {
		t.Fatal("no configuration")
	}
	tr := startOptions(t, strings.NewReplacer("http://authelia:9091", server.URL, "http://socket-proxy:2375", shared.Proxy.URL()).Replace(block[1]))
	if a := askAs(t, tr.Addr("docker"), "alice", http.MethodGet, "/containers/users-red/json"); code(a) != "200" {
		t.Errorf("got %s %s", a.status, a.body)
	}

	many := strings.Repeat("g,", 101)
	both := "match: exact, userHeader: Remote-User, groupsHeader: Remote-Groups, containerLabels: ['owner={user}', 'team={group}']"
	refusals := []struct{ view, status, headers string }{
		{both, "403", ""},
		{both, "403", "Remote-User: a,l\r\nRemote-Groups: a"},
		{both, "403", "Remote-User: " + strings.Repeat("x", 257) + "\r\nRemote-Groups: a"},
		{both, "403", "Remote-User: al"},
		{both, "403", "Remote-User: al\r\nRemote-Groups: a\r\nRemote-Groups: b"},
		{both, "403", "Remote-User: al\r\nRemote-Groups: ,"},
		{both, "403", "Remote-User: al\r\nRemote-Groups: " + many},
		{"userHeader: Remote-User, containerLabels: ['owner={user}']", "503", ""},
		{"match: exact, containerLabels: ['owner={user}']", "503", ""},
		{"match: exact, containerLabels: ['team={group}']", "503", ""},
		{"match: exact, userHeader: Remote-User, containerLabels: [owner]", "503", ""},
		{"match: exact, groupsHeader: Remote-Groups, containerLabels: [owner]", "503", ""},
		{"match: exact, userHeader: Remote-User, containerLabels: ['owner={User}']", "503", ""},
		{"match: exact, userHeader: Remote User, containerLabels: ['owner={user}']", "503", ""},
		{"match: exact, userHeader: Remote-User, groupsHeader: remote-user, containerLabels: ['{group}={user}']", "503", ""},
		{"match: regexp, userHeader: Remote-User, containerLabels: ['owner=[]{user}]']", "503", ""},
		{`match: regexp, userHeader: Remote-User, containerLabels: ['owner=\Q{user}\E']`, "503", ""},
	}
	var views []login
	for i, r := range refusals {
		views = append(views, login{name: "r" + string(rune('a'+i)), ownMiddleware: r.view})
	}
	tr = startLogins(t, shared.Proxy.URL(), views)
	for i, r := range refusals {
		a := askAs(t, tr.Addr(views[i].name), "", http.MethodGet, "/_ping", lines(r.headers)...)
		var body struct{ Message string }
		if err := json.Unmarshal(a.body, &body); err != nil || code(a) != r.status {
			t.Errorf("%s, %.100q: got %s %s", r.view, r.headers, a.status, a.body)
		}
		if message := optionPath.ReplaceAllString(body.Message, ""); !strings.Contains(string(raw), message+"`") {
			t.Errorf("docs/users.md lacks %q", message)
		}
	}
}

// optionPath is what begins the message of a refused configuration.
var optionPath = regexp.MustCompile(`^dpf: [A-Za-z]+(\[\d+\])?: `)

// lines are the lines of a text; none: it is empty.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\r\n")
}
