package dpf

import (
	"encoding/json"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// recording is the answers of one real engine; see testdata/engine/NOTICE.md.
type recording struct {
	dir    string
	files  map[string]string // file to request, of the answers with status 200
	hidden []string          // IDs, in full and short
}

// readRecording reads the requests and the hidden containers of a recording.
func readRecording(t *testing.T, dir string) *recording {
	t.Helper()
	r := &recording{dir: dir, files: map[string]string{}}
	file := ""
	for _, line := range strings.Split(string(r.read(t, "requests.txt")), "\n") {
		if strings.HasPrefix(line, "## ") {
			file = line[3:]
			continue
		}
		if file != "" && !strings.HasPrefix(file, "errors/") {
			r.files[file] = line
		}
		file = ""
	}
	for _, list := range []string{"ContainerList.json", "ContainerList.swarm.json"} {
		var containers []struct {
			ID    string `json:"Id"`
			Names []string
		}
		if err := json.Unmarshal(r.read(t, list), &containers); err != nil {
			t.Fatal(err)
		}
		for _, c := range containers {
			if strings.HasPrefix(primaryName(c.Names), "canary-") {
				r.hidden = append(r.hidden, c.ID, c.ID[:12])
			}
		}
	}
	if len(r.files) < 30 || len(r.hidden) < 10 {
		t.Fatalf("%s: got %d answers and %d hidden IDs", dir, len(r.files), len(r.hidden))
	}
	return r
}

func (r *recording) read(t *testing.T, file string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(r.dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// engine answers as the recorded engine did, file for its own request, and
// the lists that side requests ask for.
func (r *recording) engine(t *testing.T, file string) *fakeEngine {
	t.Helper()
	list := "ContainerList.json"
	if strings.HasPrefix(file, "Task") || strings.HasPrefix(file, "Service") {
		list = "ContainerList.swarm.json"
	}
	answers := map[string][]byte{
		"/containers/json": r.read(t, list),
		"/networks":        r.read(t, "NetworkList.json"),
		"/services":        r.read(t, "ServiceList.json"),
		"/tasks":           r.read(t, "TaskList.json"),
	}
	for name := range r.files {
		var body struct {
			ID string `json:"Id"`
		}
		if strings.Contains(name, "Inspect.") && json.Unmarshal(r.read(t, name), &body) == nil {
			family := map[string]string{"ContainerInspect": "/containers/", "NetworkInspect": "/networks/", "ImageInspect": "/images/"}[strings.SplitN(name, ".", 2)[0]]
			answers[family+body.ID+map[bool]string{true: "", false: "/json"}[family == "/networks/"]] = r.read(t, name)
		}
	}
	for name := range r.files {
		if strings.HasPrefix(name, "ContainerInspect.") && strings.Count(name, ".") == 2 {
			answers[r.path(name)] = r.read(t, name)
		}
	}
	answers[r.path(file)] = r.read(t, file)
	if verb := path.Base(r.path(file)); verb != "json" {
		answers["*/"+verb] = r.read(t, file) // The plugin asks by the full ID.
	}
	engine := &fakeEngine{apiVersion: path.Base(r.dir)[1:]}
	engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
		body, ok := answers[req.URL.Path]
		if !ok {
			body, ok = answers["*/"+path.Base(req.URL.Path)]
		}
		rw.Header().Set("Content-Type", "application/json")
		if !ok {
			rw.WriteHeader(http.StatusNotFound)
			body = []byte("{\"message\":\"no such thing\"}\n")
		}
		_, _ = rw.Write(body)
		return true
	}
	return engine
}

// path is the path of the request that a file answers, unversioned.
func (r *recording) path(file string) string {
	_, target, _ := strings.Cut(r.files[file], " ")
	target, _, _ = strings.Cut(target, "?")
	if strings.HasPrefix(target, "/v1.") {
		target = target[len("/v1.41"):]
	}
	return target
}

// hidingCanaries hides the containers of the scene whose names say so.
func hidingCanaries() *Config {
	config := CreateConfig()
	config.Match = "regexp"
	config.ExcludeNames = []string{"canary-.*"}
	return config
}

// Nothing of a hidden container is in what a client gets of the answers of
// real engines, and the visible ones are there.
func TestRealAnswersHideCanaries(t *testing.T) {
	for _, dir := range []string{"testdata/engine/v1.41", "testdata/engine/v1.56"} {
		t.Run(dir, func(t *testing.T) {
			r := readRecording(t, dir)
			leaksWithout := 0
			for file := range r.files {
				engine := r.engine(t, file)
				rec := do(newTestFilter(t, engine, hidingCanaries()), "GET", r.path(file), "")
				body := rec.Body.String()
				// borrower mounts the volumes of a hidden container: they are its
				// own, too. A name that was asked for comes back.
				shown := strings.NewReplacer("No such container: canary-", "", "canary-volume", "", "/canary-bind", "").Replace(body)
				for _, secret := range append([]string{"canary"}, r.hidden...) {
					if i := strings.Index(shown, secret); i >= 0 {
						t.Errorf("%s/%s: the answer holds %q: ...%s...", dir, file, secret, shown[max0(i-80):i+len(secret)])
					}
					if strings.Contains(string(r.read(t, file)), secret) {
						leaksWithout++
					}
				}
				wantStatus := 200
				if strings.Contains(file, "canary") || strings.Contains(file, "hidden") || r.path(file) == "/images/committed:1/json" || r.path(file) == "/images/committed:1/history" {
					wantStatus = 404 // No visible container uses that image.
				}
				if rec.Code != wantStatus {
					t.Errorf("%s/%s: got status %d, want %d: %.200s", dir, file, rec.Code, wantStatus, body)
				}
			}
			if leaksWithout < 50 {
				t.Errorf("%s: only %d leaks without the plugin: the check cannot fail", dir, leaksWithout)
			}
		})
	}
}

func max0(i int) int {
	if i < 0 {
		return 0
	}
	return i
}

// What is shown of a visible container are the engine's bytes.
func TestRealAnswersKeepBytes(t *testing.T) {
	for _, dir := range []string{"testdata/engine/v1.41", "testdata/engine/v1.56"} {
		t.Run(dir, func(t *testing.T) {
			r := readRecording(t, dir)
			everything := CreateConfig()
			everything.ExcludeNames = []string{"no container has this name"}
			for file := range r.files {
				if !strings.HasPrefix(file, "ContainerList.") && !strings.HasPrefix(file, "ContainerInspect.") && !strings.HasPrefix(file, "ExecInspect.") {
					continue
				}
				rec := do(newTestFilter(t, r.engine(t, file), everything), "GET", r.path(file), "")
				if got, want := rec.Body.String(), string(r.read(t, file)); got != want {
					t.Errorf("%s/%s: the bytes changed\ngot  %.300s\nwant %.300s", dir, file, got, want)
				}
			}
		})
	}
}

// The environment is gone from the answers of real engines.
func TestRealAnswersScrubbed(t *testing.T) {
	for _, dir := range []string{"testdata/engine/v1.41", "testdata/engine/v1.56"} {
		t.Run(dir, func(t *testing.T) {
			r := readRecording(t, dir)
			before := 0
			for file := range r.files {
				config := CreateConfig()
				config.ScrubEnvs = true
				rec := do(newTestFilter(t, r.engine(t, file), config), "GET", r.path(file), "")
				if strings.Contains(string(r.read(t, file)), `"PASSWORD=`) {
					before++
				}
				if rec.Code == 200 && strings.Contains(rec.Body.String(), `"PASSWORD=`) {
					t.Errorf("%s/%s: an environment is left", dir, file)
				}
			}
			if before < 5 {
				t.Errorf("%s: only %d answers have an environment", dir, before)
			}
		})
	}
}

// idsIn returns the full IDs of containers of a list that stand in a body.
func idsIn(body string, all []string) string {
	var found []string
	for _, id := range all {
		if strings.Contains(body, id) {
			found = append(found, id[:12])
		}
	}
	return strings.Join(found, " ")
}

// The list, the inspects, the exec instances, the data usage and the events of
// real engines tell of the same containers.
func TestRealAnswersAgree(t *testing.T) {
	configs := []Config{
		{ContainerLabels: []string{"homepage.group=media"}},
		{Match: "exact", ContainerNames: []string{"web", "canary-db", "joined", "kid"}},
		{Match: "glob", ContainerNames: []string{"canary-*"}, ExcludeNames: []string{"*net"}},
		{Match: "regexp", Require: "all", ContainerNames: []string{".*b.*"}, ContainerLabels: []string{"homepage.*"}},
		{ExcludeLabels: []string{"homepage.group"}},
	}
	for _, dir := range []string{"testdata/engine/v1.41", "testdata/engine/v1.56"} {
		r := readRecording(t, dir)
		var all []struct {
			ID    string `json:"Id"`
			Names []string
		}
		if err := json.Unmarshal(r.read(t, "ContainerList.json"), &all); err != nil {
			t.Fatal(err)
		}
		for i := range configs {
			config := configs[i]
			config.MaxBodyBytes = defaultMaxBodyBytes
			show := func(file string) (int, string) {
				c := config
				rec := do(newTestFilter(t, r.engine(t, file), &c), "GET", r.path(file), "")
				return rec.Code, rec.Body.String()
			}
			var listed []struct {
				ID    string `json:"Id"`
				Names []string
			}
			_, body := show("ContainerList.json")
			if err := json.Unmarshal([]byte(body), &listed); err != nil {
				t.Fatal(err)
			}
			visible, hidden := map[string]bool{}, []string{}
			for _, c := range listed {
				visible[c.ID] = true
			}
			for _, c := range all {
				if !visible[c.ID] {
					hidden = append(hidden, c.ID)
				}
			}
			if len(listed) == 0 || len(hidden) == 0 {
				t.Errorf("%s, policy %d: got %d visible and %d hidden containers", dir, i, len(listed), len(hidden))
			}
			for file := range r.files {
				if !strings.HasPrefix(file, "ContainerInspect.") && !strings.HasPrefix(file, "ExecInspect.") {
					continue
				}
				var subject struct {
					ID          string `json:"Id"`
					ContainerID string
				}
				if err := json.Unmarshal(r.read(t, file), &subject); err != nil {
					t.Fatal(err)
				}
				of := subject.ID
				if subject.ContainerID != "" {
					of = subject.ContainerID
				}
				if status, _ := show(file); (status == 200) != visible[of] {
					t.Errorf("%s/%s, policy %d: got status %d, listed %t", dir, file, i, status, visible[of])
				}
			}
			for _, file := range []string{"SystemDataUsage.json", "SystemEvents.jsonl"} {
				_, body := show(file)
				if got := idsIn(body, hidden); got != "" {
					t.Errorf("%s/%s, policy %d: tells of %s", dir, file, i, got)
				}
				for id := range visible {
					if strings.Contains(string(r.read(t, file)), `"`+id+`"`) && !strings.Contains(body, id) {
						t.Errorf("%s/%s, policy %d: does not tell of %s", dir, file, i, id[:12])
					}
				}
			}
		}
	}
}

// primaryName is the name with one slash, without it.
func primaryName(names []string) string {
	for _, name := range names {
		if strings.Count(name, "/") == 1 {
			return name[1:]
		}
	}
	return ""
}
