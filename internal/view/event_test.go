package view

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/scrub"
)

// A stream of events gives the same with and without the search for needles,
// in whatever chunks it arrives.
func TestEventNeedlesAgree(t *testing.T) {
	random := rand.New(rand.NewSource(2))
	configs := []*policy.Config{
		{Names: []string{"web"}},
		{Match: "exact", Names: []string{"web", "db"}},
		{Labels: []string{"homepage", "x.y=web"}},
		{Match: "exact", Labels: []string{"x.y=web", "image=web"}},
		{Match: "exact", Labels: []string{"é", "x.y"}, Names: []string{"a1"}},
		{Require: "all", Names: []string{"b"}, Labels: []string{"home"}},
		{Match: "exact", Require: "all", Names: []string{"db"}, Labels: []string{"x.y"}},
		{Names: []string{"web"}, ExcludeLabels: []string{"<&>"}},
		{ExcludeNames: []string{"web"}},
		{Names: []string{"d"}},
	}
	for round := 0; round < 200; round++ {
		config := configs[round%len(configs)]
		p, err := policy.New(config)
		if err != nil {
			t.Fatal(err)
		}
		engine, stream := randomEvents(random)
		got := eventsThrough(engine, p, EventNeedles(p), stream, 1+random.Intn(len(stream)+1))
		want := eventsThrough(engine, p, nil, stream, len(stream)+1)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("policy %d, stream\n%s\ngot\n%s\nwant\n%s", round%len(configs), stream, got, want)
		}
	}
}

// randomEvents is an engine and what it tells of its containers, in the form
// of dockerd: with the labels, of which what it says itself replaces some.
func randomEvents(random *rand.Rand) ([]policy.Container, string) {
	words := []string{"web", "db", "homepage", "x.y", "image", "<&>", "é", "home\"page", "\\", "a1", "d"}
	word := func() string { return words[random.Intn(len(words))] }
	var engine []policy.Container
	for i := 0; i < 4; i++ {
		name := fmt.Sprint([]string{"web", "db", "a", "b"}[random.Intn(4)], i%2)
		engine = append(engine, policy.Container{
			ID: id(fmt.Sprintf("%x", 16+i)), Name: name, Labels: map[string]string{word(): word(), []string{"image", "x.y"}[i%2]: word()},
		})
	}
	var stream strings.Builder
	for i := random.Intn(12); i >= 0; i-- {
		c := engine[random.Intn(len(engine))]
		attributes := map[string]string{}
		for key, value := range c.Labels {
			attributes[key] = value
		}
		attributes["name"], attributes["image"] = c.Name, word()
		e := event{Type: "container", Action: "start"}
		e.Actor.ID = c.ID
		switch random.Intn(6) {
		case 0:
			e.Type, e.Actor.ID = []string{"network", "volume", "image"}[random.Intn(3)], word()
			attributes = map[string]string{"container": c.ID, "name": word()}
		case 1:
			e.Action = "rename"
			attributes["name"], attributes["oldName"] = word(), "/"+c.Name
		case 2:
			e.Action = "destroy"
		}
		e.Actor.Attributes, _ = json.Marshal(attributes)
		line, _ := json.Marshal(e)
		stream.Write(line)
		stream.WriteByte('\n')
	}
	return engine, stream.String()
}

// eventsThrough sends a stream, in chunks of size bytes, through the filter of
// events.
func eventsThrough(engine []policy.Container, p *policy.Policy, needles [][]byte, stream string, size int) string {
	find := func(id string) *Sighting {
		for i := range engine {
			if engine[i].ID == id {
				return &Sighting{Marked: true, Marks: p.Marks(engine[i].Labels), Name: engine[i].Name}
			}
		}
		return &Sighting{Gone: true}
	}
	events := &Events{Policy: p, Scrub: &scrub.Scrubber{}, Find: find, Refresh: find, Note: func(_ string, _ *Sighting) {}}
	rec := httptest.NewRecorder()
	rec.Header().Set("Content-Type", "application/json")
	w := proxy.NewLineWriter(rec, 1<<20, needles, events.Line)
	for len(stream) > 0 {
		n := size
		if n > len(stream) {
			n = len(stream)
		}
		_, _ = w.Write([]byte(stream[:n]))
		stream = stream[n:]
	}
	if err := w.Finish(); err != nil {
		return err.Error()
	}
	return rec.Body.String()
}
