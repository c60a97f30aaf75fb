package dpf

import (
	"fmt"
	"math/rand"
	"net/http"
	"strings"
	"testing"
)

// The fast path and the plain one agree on every list, of dockerd's form or
// not.
func TestPrefilterAgrees(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	configs := []*Config{
		{ContainerNames: []string{"web"}},
		{ContainerLabels: []string{"homepage", "x.y=web"}},
		{Match: "exact", ContainerLabels: []string{"homepage=web", "db"}, ContainerNames: []string{"a1"}},
		{Require: "all", ContainerNames: []string{"a"}, ContainerLabels: []string{"home"}},
		{Match: "regexp", ContainerNames: []string{".*1"}},
		{ContainerNames: []string{"web"}, ExcludeLabels: []string{"<&>"}},
		{ContainerLabels: []string{"é"}},
		{ContainerLabels: []string{"x.y/z"}},
	}
	for round := 0; round < 300; round++ {
		body := randomList(random)
		config := configs[round%len(configs)]
		p, err := newPolicy(config)
		if err != nil {
			t.Fatal(err)
		}
		plain := p
		plain.needles = nil
		want, wantErr := listThrough(plain, body)
		got, gotErr := listThrough(p, body)
		if got != want || (gotErr == nil) != (wantErr == nil) {
			t.Errorf("policy %d, list %s\ngot  %s, %v\nwant %s, %v", round%len(configs), body, got, gotErr, want, wantErr)
		}
		block := random.Intn(len(body) + 1)
		thinned := thin(body, p.needles, block, 1+random.Intn(len(body)))
		got, gotErr = listThrough(p, thinned)
		if gotErr != nil && strings.Contains(body, `"Mounts":[{"Id"`) {
			continue // Closed: cut inside of an element, which dockerd's form rules out.
		}
		if got != want || (gotErr == nil) != (wantErr == nil) {
			t.Errorf("policy %d, blocks of %d, list %s\nthinned %s\ngot  %s, %v\nwant %s, %v", round%len(configs), block, body, thinned, got, gotErr, want, wantErr)
		}
	}
}

// randomList is a list of containers, most often of dockerd's form.
func randomList(random *rand.Rand) string {
	words := []string{"web", "db", "homepage", "home\\\"page", "},{\\\"Id\\\":\\\"", "a", "\\u0077eb", "<&>", "é", "\xff", "we\\/b", "", "x.y/z", "x.y\\/z"}
	word := func() string { return words[random.Intn(len(words))] }
	elements := make([]string, 0, 8)
	for i := random.Intn(8); i > 0; i-- {
		name := strings.NewReplacer(`\"`, "", "}", "", "{", "", ",", "", ":", "", "<&>", "", "\xff", "").Replace(word())
		form := `{"Id":"%s","Names":["/%s%d"],"Labels":{"%s":"%s","%s":"%s"}}`
		switch random.Intn(40) {
		case 0:
			form = `{ "Id":"%s","Names":["/%s%d"],"Labels":{"%s":"%s","%s":"%s"}}`
		case 1:
			form = `{"Id":"%s","Names":["/%s%d"],"Mounts":[{"Id":"1"},{"Id":"2"},{"Id":"web"}],"Labels":{"%s":"%s","%s":"%s"}}`
		case 2:
			form = `{"Id":"%s","Labels":{"%[4]s":"%[5]s","%[6]s":"%[7]s"},"Names":["/%[2]s%[3]d"]}`
		}
		elements = append(elements, fmt.Sprintf(form, id(fmt.Sprintf("%x", random.Intn(1<<20))), name, i, word(), word(), word(), word()))
	}
	return "[" + strings.Join(elements, ",") + "]\n"
}

// thin is what a sieve leaves of a list that arrives in chunks of size bytes.
func thin(body string, needles [][]byte, block, size int) string {
	w := &captureWriter{header: http.Header{}, limit: 1 << 20, sieve: newSieve(needles)}
	if w.sieve != nil {
		w.sieve.block, w.sieve.full = block, block
	}
	for len(body) > 0 {
		if size > len(body) {
			size = len(body)
		}
		_, _ = w.Write([]byte(body[:size]))
		body = body[size:]
	}
	return w.body.String()
}

// A long list is never held as a whole, and none larger than the limit is
// taken, whatever is left of it.
func TestSieveBoundsMemory(t *testing.T) {
	list := "[" + strings.Repeat(testEngine().containers[1].element()+",", 20000) + testEngine().containers[0].element() + "]\n"
	needles := [][]byte{[]byte("homepage.group")}
	w := &captureWriter{header: http.Header{}, limit: int64(len(list)), sieve: newSieve(needles)}
	largest := 0
	for _, c := range append(strings.SplitAfter(list, "},"), "x") {
		if _, err := w.Write([]byte(c)); err != nil && c != "x" {
			t.Fatal(err)
		}
		if n := w.body.Cap(); n > largest {
			largest = n
		}
	}
	if largest > 4*sieveBlock {
		t.Errorf("got %d bytes held of a list of %d, want at most %d", largest, len(list), 4*sieveBlock)
	}
	if _, err := w.answer(); err == nil {
		t.Error("an answer that is larger than the limit was taken")
	}
}

// listThrough filters one list by a policy.
func listThrough(p policy, body string) (string, error) {
	f := &filter{policy: p}
	header := http.Header{"Content-Type": {"application/json"}}
	visible, err := f.visibleElements(&answer{status: 200, header: header, body: []byte(body)})
	var out strings.Builder
	for _, s := range visible {
		out.Write(s.raw)
		out.WriteByte('\n')
	}
	return out.String(), err
}

func TestPrefilterFindsCandidatesOnly(t *testing.T) {
	body := "[" + testEngine().containers[0].element() + "," + testEngine().containers[1].element() + "," + testEngine().containers[2].element() + "]\n"
	found, ok := candidates([]byte(body), [][]byte{[]byte("media"), []byte("data"), []byte("web")})
	if !ok || len(found) != 2 {
		t.Fatalf("got %d candidates, %t, want 2", len(found), ok)
	}
	if got := string(found[0]); got != testEngine().containers[0].element() {
		t.Errorf("got %s", got)
	}
	if got := string(found[1]); got != testEngine().containers[2].element() {
		t.Errorf("got %s", got)
	}
}

// What is not of dockerd's form is decoded in full.
func TestPrefilterStepsAside(t *testing.T) {
	element := testEngine().containers[0].element()
	for _, body := range []string{
		"", "[]", "{}", "null", "[" + element, element + "]", "[ " + element + "]", "[" + element + ",]",
		`[{"Names":["/web"],"Id":"` + id("a") + `"}]`,
		`[{"Id":"web","Names":["/x"]}]`,
		`[` + element[:len(element)-1] + `,"X":[{"Id":"web"},{"Id":"web"},{"Id":"web"}]}]`,
	} {
		if got, ok := candidates([]byte(body), [][]byte{[]byte("web")}); ok {
			t.Errorf("%s: got %q", body, got)
		}
	}
}

// A visible container that was inspected once is not inspected again, unless
// names decide.
func TestVerdicts(t *testing.T) {
	engine := testEngine()
	h := newTestFilter(t, engine, testConfig())
	for i := 0; i < 3; i++ {
		do(h, "POST", "/containers/"+id("aa1")+"/stop", "")
	}
	if got := len(engine.requests); got != 4 {
		t.Errorf("labels: got %d upstream requests for 3, want one inspect: %v", got, engine.requests)
	}
	for i := 0; i < 3; i++ {
		if rec := do(h, "POST", "/containers/"+id("ab2")+"/stop", ""); rec.Code != 404 {
			t.Errorf("hidden: got status %d", rec.Code)
		}
	}
	if got := len(engine.requests); got != 7 {
		t.Errorf("hidden: got %d upstream requests for 3 more, want an inspect each", got-4)
	}

	engine = testEngine()
	config := CreateConfig()
	config.ContainerNames = []string{"web"}
	h = newTestFilter(t, engine, config)
	do(h, "POST", "/containers/"+id("aa1")+"/stop", "")
	engine.containers[0].name = "renamed"
	if rec := do(h, "POST", "/containers/"+id("aa1")+"/stop", ""); rec.Code != 404 {
		t.Errorf("renamed out of the selector: got status %d, want 404", rec.Code)
	}
}

func TestVerdictsAreBounded(t *testing.T) {
	var v verdicts
	for i := 0; i < 10*maxVerdicts; i++ {
		v.add(&resolution{id: fmt.Sprint(i)})
		v.get("0") // in use, so that it stays
	}
	if got := len(v.young) + len(v.old); got > 2*maxVerdicts {
		t.Errorf("got %d verdicts, want at most %d", got, 2*maxVerdicts)
	}
	if v.get("0") == nil {
		t.Error("a verdict in use was forgotten")
	}
	if v.get("1") != nil {
		t.Error("a verdict that is long out of use is there")
	}
}
