package view

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/internal/policy"
)

// The fast path and the plain one agree on every list, of dockerd's form or
// not.
func TestPrefilterAgrees(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	configs := []*policy.Config{
		{Names: []string{"web"}},
		{Labels: []string{"homepage", "x.y=web"}},
		{Match: "exact", Labels: []string{"homepage=web", "db"}, Names: []string{"a1"}},
		{Require: "all", Names: []string{"a"}, Labels: []string{"home"}},
		{Match: "regexp", Names: []string{".*1"}},
		{Names: []string{"web"}, ExcludeLabels: []string{"<&>"}},
		{Labels: []string{"é"}},
		{Labels: []string{"x.y/z"}},
	}
	for round := 0; round < 300; round++ {
		body := randomList(random)
		config := configs[round%len(configs)]
		p, err := policy.New(config)
		if err != nil {
			t.Fatal(err)
		}
		plain := *p
		plain.Needles = nil
		want, wantErr := listThrough(&plain, body)
		got, gotErr := listThrough(p, body)
		if got != want || (gotErr == nil) != (wantErr == nil) {
			t.Errorf("policy %d, list %s\ngot  %s, %v\nwant %s, %v", round%len(configs), body, got, gotErr, want, wantErr)
		}
		block := random.Intn(len(body) + 1)
		thinned, _ := thin(body, p.Needles, block, 1+random.Intn(len(body)))
		got, gotErr = listThrough(p, thinned)
		if gotErr != nil && strings.Contains(body, `"Mounts":[{"Id"`) {
			continue // Fail closed: cut inside of an element, which dockerd's form rules out.
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

func TestPrefilterFindsCandidatesOnly(t *testing.T) {
	body := "[" + element(0) + "," + element(1) + "," + element(2) + "]\n"
	found, ok := candidates([]byte(body), [][]byte{[]byte("media"), []byte("data"), []byte("web")})
	if !ok || len(found) != 2 {
		t.Fatalf("got %d candidates, %t, want 2", len(found), ok)
	}
	if got := string(found[0]); got != element(0) {
		t.Errorf("got %s", got)
	}
	if got := string(found[1]); got != element(2) {
		t.Errorf("got %s", got)
	}
}

// What is not of dockerd's form is decoded in full.
func TestPrefilterStepsAside(t *testing.T) {
	first := element(0)
	for _, body := range []string{
		"", "[]", "{}", "null", "[" + first, first + "]", "[ " + first + "]", "[" + first + ",]",
		`[{"Names":["/web"],"Id":"` + id("a") + `"}]`,
		`[{"Id":"web","Names":["/x"]}]`,
		`[` + first[:len(first)-1] + `,"X":[{"Id":"web"},{"Id":"web"},{"Id":"web"}]}]`,
	} {
		if got, ok := candidates([]byte(body), [][]byte{[]byte("web")}); ok {
			t.Errorf("%s: got %q", body, got)
		}
	}
}

// element is one of the containers web, which has the label homepage.group,
// secret and db, which has it, too, as dockerd lists them.
func element(i int) string {
	return []string{
		`{"Id":"` + id("aa1") + `","Names":["/web"],"Labels":{"homepage.group":"media"}}`,
		`{"Id":"` + id("ab2") + `","Names":["/secret"],"Labels":{"x":"canary"}}`,
		`{"Id":"` + id("bb3") + `","Names":["/db"],"Labels":{"homepage.group":"data"}}`,
	}[i]
}

// thin is what a sieve leaves of a list that arrives in chunks of size bytes,
// and the most that was held of it.
func thin(list string, needles [][]byte, block, size int) (string, int) {
	most := 0
	if len(needles) == 0 {
		return list, most
	}
	sieve := NewSieve(needles, block)
	var held []byte
	next := block
	for len(list) > 0 {
		if size > len(list) {
			size = len(list)
		}
		held = append(held, list[:size]...)
		list = list[size:]
		if len(held) > most {
			most = len(held)
		}
		if len(held) > next {
			length, again := sieve.Thin(held)
			held, next = held[:length], again
		}
	}
	return string(held), most
}

// A long list is never held as a whole.
func TestSieveBoundsMemory(t *testing.T) {
	list := "[" + strings.Repeat(element(1)+",", 20000) + element(0) + "]\n"
	_, most := thin(list, [][]byte{[]byte("homepage.group")}, SieveBlock, 1000)
	if most > 2*SieveBlock {
		t.Errorf("got %d bytes held of a list of %d, want at most %d", most, len(list), 2*SieveBlock)
	}
}

// listThrough filters one list by a policy.
func listThrough(p *policy.Policy, list string) (string, error) {
	visible, err := Summaries(p, []byte(list))
	var out strings.Builder
	for i := range visible {
		out.Write(visible[i].Raw)
		out.WriteByte('\n')
	}
	return out.String(), err
}
