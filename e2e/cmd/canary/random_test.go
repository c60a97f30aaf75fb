package main

import (
	"slices"
	"strings"
	"testing"
)

// testPlan is what a run asks with a seed, of a scene with the IDs that an
// engine could have chosen.
func testPlan(t *testing.T, seed uint64) []string {
	t.Helper()
	ops, err := readOperations("../../../testdata/operations.tsv")
	if err != nil {
		t.Fatal(err)
	}
	chance := newRandom(seed, sceneSequence)
	s := &scene{random: chance, secrets: newSecrets("zq" + chance.hex(8)), unknownStem: "zy" + chance.hex(8), pairs: map[kind][]pair{}}
	s.hidden = map[string]string{"run": testID, "paused": testID, "stopped": testID, "created": testID, "task": testID}
	s.visible = map[string]string{"plain": strings.Repeat("e", 64), "task": "t", "joined": "j"}
	s.words = map[string]string{"hidnetid": testID, "visnetid": testID, "hidexec": testID, "hidimg": testID, "hidsvc": testID[:25], "hidtask": testID[:25], "hidcfg": testID[:25], "hidsec": testID[:25]}
	s.makePairs()
	var sent []string
	for _, p := range newPlanner(s, ops, []entryPoint{{"label", "a:1"}, {"name", "a:2"}}, newRandom(seed, planSequence)).plan() {
		sent = append(sent, string(p.request.bytes()))
		if p.twin != nil {
			sent = append(sent, string(p.twin.bytes()))
		}
	}
	return sent
}

func TestSeed(t *testing.T) {
	first := testPlan(t, 1)
	if !slices.Equal(first, testPlan(t, 1)) {
		t.Error("the same seed asks for something else")
	}
	if slices.Equal(first, testPlan(t, 2)) {
		t.Error("another seed asks for the same")
	}
}

// TestSpellingByChance shows that a hidden reference and an unknown one are
// written alike.
func TestSpellingByChance(t *testing.T) {
	refs := pair{"name", plain("zq00-run"), plain("zy00-run")}
	unlike := map[string]bool{}
	for seed := range uint64(2000) {
		s := newRandom(seed, planSequence).spelling()
		hidden := s.spell(splitPath("/containers/{container}/json", container, refs.hidden))
		unknown := s.spell(splitPath("/containers/{container}/json", container, refs.unknown))
		again := s.spell(splitPath("/containers/{container}/json", container, refs.hidden))
		r := &runner{stem: "zq00", unknownStem: "zy00"}
		d := r.difference(response{head: hidden}, response{head: unknown}, [2]reference{refs.hidden, refs.unknown})
		if d != "" || again != hidden {
			t.Errorf("%s: %s, then %s: %s", s.name, hidden, again, d)
		}
		unlike[hidden] = true
	}
	if len(unlike) < 1000 {
		t.Errorf("only %d spellings", len(unlike))
	}
}
