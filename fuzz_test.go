package dpf

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime/metrics"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/internal/option"
	"github.com/docker-proxy-filter/dpf/internal/view"
)

// The fuzzers. What a fuzzer checks is a function of its own that returns what
// the client got, so that TestFuzzCorpus can run the seeds interpreted, too.
// The seeds are the files in testdata/fuzz, and the answers of real engines.

// FuzzContainerList filters any list by any selectors and compares with what
// encoding/json makes of the list. mode holds match, require and limit.
func FuzzContainerList(f *testing.F) {
	for _, list := range recordedLists(f) {
		f.Add(0, "", "homepage", "canary", "", list)
		f.Add(1, "web,db", "", "", "", list)
		f.Add(2, "*b*", "homepage.*=m*", "", "*net", list)
	}
	f.Fuzz(func(t *testing.T, mode int, names, labels, excludeNames, excludeLabels string, list []byte) {
		bounded(t, list, func() { checkList(t, mode, names, labels, excludeNames, excludeLabels, list) })
	})
}

// FuzzSieve thins any list while it arrives in pieces of size bytes, with blocks
// of any length, and compares with what encoding/json makes of it as a whole.
func FuzzSieve(f *testing.F) {
	for i, list := range recordedLists(f) {
		f.Add(i&7, "web", "homepage", 100*i, 1000, list)
	}
	f.Fuzz(func(t *testing.T, mode int, names, labels string, block, size int, list []byte) {
		bounded(t, list, func() { checkSieve(t, mode, names, labels, block, size, list) })
	})
}

// FuzzInspectScrub judges and scrubs any inspect. mode holds the selector and
// the scrub options.
func FuzzInspectScrub(f *testing.F) {
	for _, inspect := range recordings(f, "ContainerInspect") {
		for mode := 0; mode < 1<<5; mode += 3 {
			f.Add(mode, "TZ", "*password*", "*secret*", inspect)
		}
	}
	f.Fuzz(func(t *testing.T, mode int, keepEnvs, maskEnvs, maskLabels string, inspect []byte) {
		bounded(t, inspect, func() { checkInspect(t, mode, keepEnvs, maskEnvs, maskLabels, inspect) })
	})
}

// FuzzEvents cuts any stream of events anywhere: the client gets the same as of
// the stream in one piece.
func FuzzEvents(f *testing.F) {
	for i, stream := range recordings(f, "SystemEvents") {
		lines := bytes.SplitAfter(stream, []byte("\n"))
		for at := 0; at+2 < len(lines); at += 2 {
			f.Add(i, bytes.Join(lines[at:at+3], nil), []byte{1, 2, 60, 0, 255})
		}
	}
	f.Fuzz(func(t *testing.T, mode int, stream, cuts []byte) {
		bounded(t, stream, func() { checkEvents(t, mode, stream, cuts) })
	})
}

// FuzzConfig compiles any configuration: it works, or the error names the
// option.
func FuzzConfig(f *testing.F) {
	for _, name := range optionNames {
		f.Add([]byte(`{"containerNames":["web"],"` + name + `":["x"]}`))
		f.Add([]byte(`{"containerNames":["web"],"` + name + `":"x"}`))
	}
	f.Fuzz(func(t *testing.T, config []byte) {
		bounded(t, config, func() { checkConfig(t, config) })
	})
}

// recordings are the answers of real engines to an operation.
func recordings(f *testing.F, operation string) [][]byte {
	f.Helper()
	files, err := filepath.Glob("testdata/engine/*/" + operation + ".*")
	if err != nil || len(files) == 0 {
		f.Fatal("no recordings of ", operation, err)
	}
	bodies := make([][]byte, 0, len(files))
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		bodies = append(bodies, body)
	}
	return bodies
}

// recordedLists are the recorded lists in pieces: a fuzzer is slow on long
// inputs.
func recordedLists(f *testing.F) [][]byte {
	f.Helper()
	var pieces [][]byte
	for _, list := range recordings(f, "ContainerList") {
		var elements []json.RawMessage
		if err := json.Unmarshal(list, &elements); err != nil {
			f.Fatal(err)
		}
		for at := 0; at+2 < len(elements); at += 2 {
			piece := []string{string(elements[at]), string(elements[at+1]), string(elements[at+2])}
			pieces = append(pieces, []byte("["+strings.Join(piece, ",")+"]\n"))
		}
	}
	return pieces
}

// bounded runs one check without log lines, and fails if it allocates out of
// all proportion to its input.
func bounded(t *testing.T, input []byte, check func()) {
	t.Helper()
	log.SetOutput(io.Discard)
	allocated := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(allocated)
	before := allocated[0].Value.Uint64()
	check()
	metrics.Read(allocated)
	if got := allocated[0].Value.Uint64() - before; got > uint64(1000*len(input)+16<<20) {
		t.Errorf("%d bytes allocated for an input of %d bytes", got, len(input))
	}
}

// commaList is a list as Traefik makes it of one string.
func commaList(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// answering is an engine that answers requests that end in path with body.
func answering(path, contentType string, body []byte) *fakeEngine {
	engine := testEngine()
	engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
		if !strings.HasSuffix(req.URL.Path, path) {
			return false
		}
		rw.Header().Set("Content-Type", contentType)
		_, _ = rw.Write(body)
		return true
	}
	return engine
}

// selecting is a configuration with these selectors.
func selecting(mode int, names, labels string) *Config {
	config := CreateConfig()
	config.Match = []string{"contains", "exact", "glob", "regexp"}[mode&3]
	config.Require = []string{"any", "all"}[mode>>2&1]
	config.ContainerNames, config.ContainerLabels = commaList(names), commaList(labels)
	return config
}

// checkSieve is what FuzzSieve checks.
func checkSieve(t *testing.T, mode int, names, labels string, block, size int, list []byte) string {
	config := selecting(mode, names, labels)
	if config.validate() != nil || block < 0 || size < 1 {
		return "no sieve"
	}
	p, err := newPolicy(config, nil)
	if err != nil || p.Needles == nil {
		return "no sieve"
	}
	thinned := thin(list, p.Needles, block, size)
	if len(thinned) > len(list)+1 {
		t.Errorf("%d bytes are left of %d", len(thinned), len(list))
	}
	visible, err := view.Summaries(p, thinned)
	if err != nil {
		return err.Error() // Fail closed.
	}
	got := ""
	for i := range visible {
		got += string(visible[i].Raw) + "\n"
	}
	want, err := expectedList(config, list)
	plain := ""
	for _, c := range want {
		plain += string(c.raw) + "\n"
	}
	if err == nil && got != plain {
		t.Errorf("blocks of %d, pieces of %d\ngot  %s\nwant %s", block, size, got, plain)
	}
	if err != nil {
		// No list: whatever is found in it is visible.
		dec := json.NewDecoder(strings.NewReader(got))
		for dec.More() {
			var element json.RawMessage
			if err := dec.Decode(&element); err != nil {
				t.Fatal(err)
			}
			if c, err := readSummary(element); err != nil || !shows(config, c) {
				t.Errorf("got %s, %v, which is not visible", element, err)
			}
		}
	}
	return got
}

// thin is what a sieve leaves of a list that arrives in pieces of size bytes.
func thin(list []byte, needles [][]byte, block, size int) []byte {
	sieve := view.NewSieve(needles, block)
	var held []byte
	next := block
	for len(list) > 0 {
		if size > len(list) {
			size = len(list)
		}
		held = append(held, list[:size]...)
		list = list[size:]
		if len(held) > next {
			length, again := sieve.Thin(held)
			held, next = held[:length], again
		}
	}
	return held
}

// checkList is what FuzzContainerList checks.
func checkList(t *testing.T, mode int, names, labels, excludeNames, excludeLabels string, list []byte) string {
	config := selecting(mode, names, labels)
	config.ExcludeNames, config.ExcludeLabels = commaList(excludeNames), commaList(excludeLabels)
	engine := answering("/containers/json", "application/json", list)
	f, err := newHandler(context.Background(), engine, config, "test")
	if err != nil {
		return err.Error()
	}
	limit := mode >> 3 & 3
	rec := do(f, "GET", fmt.Sprintf("/containers/json?limit=%d", limit), "")
	got := rec.Body.Bytes()
	if len(got) > 8*len(list)+4096 {
		t.Errorf("%d bytes of a list of %d", len(got), len(list))
	}
	want, err := expectedList(config, list)
	if limit > 0 && len(want) > limit {
		want = want[:limit]
	}
	switch {
	case rec.Code == http.StatusBadGateway && (err != nil || refers(want)):
		checkError(t, got)
	case rec.Code != http.StatusOK:
		t.Errorf("got status %d: %s", rec.Code, got)
	case err != nil:
		// A list that is no list: the fast path may find elements in it.
		checkElements(t, config, list, got)
	case refers(want):
		checkReferences(t, config, list, want, got)
	default:
		if plain := "[" + joined(want) + "]\n"; string(got) != plain {
			t.Errorf("got  %s\nwant %s", got, plain)
		}
	}
	return fmt.Sprint(rec.Code, " ", string(got))
}

// checkError checks that the client gets an error of the plugin.
func checkError(t *testing.T, body []byte) {
	t.Helper()
	var message struct {
		Message string `json:"message"`
	}
	if err := json.Unmarshal(body, &message); err != nil || !strings.HasPrefix(message.Message, "dpf: ") {
		t.Errorf("got %s, want an error of the plugin", body)
	}
}

// checkElements checks that each element is one of the input and visible.
func checkElements(t *testing.T, config *Config, list, got []byte) {
	t.Helper()
	var elements []json.RawMessage
	if err := json.Unmarshal(got, &elements); err != nil {
		t.Errorf("got %s: %v", got, err)
	}
	for _, element := range elements {
		c, err := readSummary(element)
		if err != nil || !shows(config, c) {
			t.Errorf("got %s, %v, which is not visible", element, err)
			continue
		}
		// Without the aliases that are cut it is no longer what was sent.
		if !bytes.Contains(list, element) && !bytes.Contains(list, []byte(c.id)) {
			t.Errorf("got %s, which is not in the list", element)
		}
	}
}

// Selectors and the reference of FuzzInspectScrub.
var inspectSelectors = []Config{
	{ContainerLabels: []string{"homepage.group"}},
	{ContainerNames: []string{"web"}},
	{ExcludeLabels: []string{"x=canary"}},
	{},
}

// checkInspect is what FuzzInspectScrub checks.
func checkInspect(t *testing.T, mode int, keepEnvs, maskEnvs, maskLabels string, inspect []byte) string {
	config := inspectSelectors[mode&3]
	config.MaxBodyBytes = defaultMaxBodyBytes
	config.ScrubEnvs, config.ScrubCommands, config.ScrubMounts = mode&4 != 0, mode&8 != 0, mode&16 != 0
	config.KeepEnvs, config.MaskEnvs, config.MaskLabels = commaList(keepEnvs), commaList(maskEnvs), commaList(maskLabels)
	engine := answering("/containers/web/json", "application/json", inspect)
	f, err := newHandler(context.Background(), engine, &config, "test")
	if err != nil {
		return err.Error()
	}
	rec := do(f, "GET", "/containers/web/json", "")
	got := rec.Body.Bytes()
	if len(got) > 8*len(inspect)+4096 {
		t.Errorf("%d bytes of an inspect of %d", len(got), len(inspect))
	}
	c, err := readInspect(inspect)
	all := mode&3 == 3
	switch {
	case rec.Code == http.StatusBadGateway:
		checkError(t, got)
	case !all && err != nil:
		t.Errorf("got status %d for %v", rec.Code, err)
	case all || (c.id == "web" || c.name == "web") && shows(&config, c):
		if rec.Code != http.StatusOK {
			t.Errorf("got status %d: %s", rec.Code, got)
		}
		checkScrubbed(t, &config, inspect, got)
	default:
		if string(got) != "{\"message\":\"No such container: web\"}\n" || rec.Code != http.StatusNotFound {
			t.Errorf("got %d %s, want the answer for a container that does not exist", rec.Code, got)
		}
	}
	return fmt.Sprint(rec.Code, " ", string(got))
}

// eventSettings are the configurations of FuzzEvents.
var eventSettings = []Config{
	{ContainerLabels: []string{"homepage.group"}},
	{ContainerNames: []string{"web"}},
	{MaskLabels: []string{"*"}, ScrubCommands: true},
	{ContainerLabels: []string{"homepage.group"}, MaskLabels: []string{"home*"}, ScrubCommands: true},
}

// checkEvents is what FuzzEvents checks. A byte of cuts is the length of a
// chunk.
func checkEvents(t *testing.T, mode int, stream, cuts []byte) string {
	config := eventSettings[mode&3]
	config.MaxBodyBytes = defaultMaxBodyBytes
	contentType := []string{"application/json", "application/jsonl", "application/json-seq", "text/plain"}[mode>>2&3]
	whole := askEvents(t, &config, contentType, []string{string(stream)})
	var chunks []string
	rest := string(stream)
	for _, cut := range cuts {
		if int(cut) > len(rest) {
			break
		}
		chunks = append(chunks, rest[:cut])
		rest = rest[cut:]
	}
	chunked := askEvents(t, &config, contentType, append(chunks, rest))
	if chunked != whole {
		t.Errorf("cut at %v\ngot  %s\nwant %s", cuts, chunked, whole)
	}
	status, shown, _ := strings.Cut(whole, " ")
	if status != "200" {
		checkError(t, []byte(shown))
		return whole
	}
	lines := map[string]bool{}
	for _, line := range strings.Split(string(stream), "\n") {
		lines[line] = true
	}
	for _, line := range strings.Split(shown, "\n") {
		if line != "" {
			checkEvent(t, &config, lines, line)
		}
	}
	return whole
}

// askEvents is the status and the answer to SystemEvents.
func askEvents(t *testing.T, config *Config, contentType string, chunks []string) string {
	c := *config
	rec := do(newTestFilter(t, chunkedEngine(contentType, chunks), &c), "GET", "/events", "")
	return fmt.Sprint(rec.Code, " ", rec.Body.String())
}

// fuzzedEvent is the part of an event that decides.
type fuzzedEvent struct {
	Type  string
	Actor struct {
		ID         string
		Attributes map[string]string
	}
}

// checkEvent checks that a line may be seen.
func checkEvent(t *testing.T, config *Config, sent map[string]bool, line string) {
	t.Helper()
	var e fuzzedEvent
	if err := json.Unmarshal([]byte(strings.TrimLeft(line, "\x1e")), &e); err != nil {
		t.Errorf("got the line %q: %v", line, err)
	}
	if len(config.MaskLabels) == 0 && !sent[line] {
		t.Errorf("got the line %q, which was not sent", line)
	}
	subject := e.Actor.ID
	if e.Type == "network" || e.Type == "volume" {
		subject = e.Actor.Attributes["container"]
	}
	switch {
	case len(config.ContainerLabels) > 0 && !fuzzedVisible(sent, subject):
		t.Errorf("got the event %q of a hidden container", line)
	case len(config.ContainerNames) > 0 && e.Type == "container" && !strings.Contains(e.Actor.Attributes["name"], "web"):
		t.Errorf("got the event %q of a hidden container", line)
	}
}

// fuzzedVisible reports whether a container is visible by its labels: it is there
// and has them, or it is gone and its own events say so.
func fuzzedVisible(sent map[string]bool, subject string) bool {
	for _, c := range testEngine().containers {
		if c.id == subject {
			return c.labels["homepage.group"] != ""
		}
	}
	for line := range sent {
		var e fuzzedEvent
		if json.Unmarshal([]byte(strings.TrimLeft(line, "\x1e")), &e) != nil || e.Type != "container" || e.Actor.ID != subject {
			continue
		}
		for key := range e.Actor.Attributes {
			if strings.Contains(key, "homepage.group") {
				return true
			}
		}
	}
	return false
}

// checkConfig is what FuzzConfig checks.
func checkConfig(t *testing.T, raw []byte) string {
	config := CreateConfig()
	if json.Unmarshal(raw, &config.Rest) != nil {
		return "not decoded"
	}
	known := *config
	engine := testEngine()
	_, err := newHandler(context.Background(), engine, &known, "test")
	h, newErr := New(context.Background(), engine, config, "test")
	if newErr != nil || h == nil {
		t.Fatalf("New gives %v, %v", h, newErr)
	}
	list := do(h, "GET", "/containers/json", "")
	if err != nil {
		checkRefusal(t, config.Rest, err, list)
		return err.Error()
	}
	for _, value := range append(append([]string{}, known.ContainerNames...), known.ContainerLabels...) {
		if strings.TrimSpace(value) == "" {
			t.Errorf("a blank selector is accepted: %s", raw)
		}
	}
	if list.Code == http.StatusServiceUnavailable {
		t.Errorf("a configuration that is accepted answers 503: %s", list.Body.String())
	}
	if !json.Valid(list.Body.Bytes()) {
		t.Errorf("got %s", list.Body.String())
	}
	if got := do(h, "GET", "/containers/../x", "").Code; got != http.StatusForbidden {
		t.Errorf("a path that is not known: got status %d, want 403", got)
	}
	return fmt.Sprint(list.Code, " ", list.Body.String())
}

// checkRefusal checks that the reason begins with an option, and that every
// request gets it without the value.
func checkRefusal(t *testing.T, rest map[string]interface{}, err error, list *httptest.ResponseRecorder) {
	t.Helper()
	e, ok := err.(*option.Error) //nolint:errorlint // As the plugin: errors.As panics in Yaegi.
	if !ok {
		t.Fatalf("the error %q names no option", err)
	}
	name, _, _ := strings.Cut(e.Option, "[")
	_, typed := rest[name]
	if !typed && !contains(optionNames, name) && name != "" {
		t.Errorf("the error %q names no option", err)
	}
	checkError(t, list.Body.Bytes())
	var body struct{ Message string }
	if err := json.Unmarshal(list.Body.Bytes(), &body); err != nil || body.Message != "dpf: "+strings.ToValidUTF8(e.Public(), "\ufffd") {
		t.Errorf("%s: got body %s", e.Public(), list.Body.String())
	}
	if list.Code != http.StatusServiceUnavailable {
		t.Errorf("%v: got status %d, want 503", err, list.Code)
	}
}
