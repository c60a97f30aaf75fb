package dpf

import (
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// corpusAnswers holds what the client gets of each seed: the target, the
// length and a sum of it, so that native and interpreted are held to the very
// same bytes.
const corpusAnswers = "testdata/fuzz/answers.tsv"

// TestFuzzCorpus runs the seeds of all fuzzers. DPF_UPDATE=1 writes the answers
// anew.
func TestFuzzCorpus(t *testing.T) {
	log.SetOutput(io.Discard)
	defer log.SetOutput(os.Stderr)
	files, err := filepath.Glob("testdata/fuzz/Fuzz*/*")
	if err != nil || len(files) < 100 {
		t.Fatalf("got %d seeds, %v", len(files), err)
	}
	sort.Strings(files)
	var got strings.Builder
	for _, file := range files {
		target := filepath.Base(filepath.Dir(file))
		name := target + "/" + filepath.Base(file)
		answer := runSeed(t, target, readSeed(t, file))
		fmt.Fprintf(&got, "%s\t%d\t%x\n", name, len(answer), sha256.Sum256([]byte(answer)))
	}
	if os.Getenv("DPF_UPDATE") != "" {
		if err := os.WriteFile(corpusAnswers, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(corpusAnswers)
	if err != nil {
		t.Fatal(err)
	}
	compareLines(t, got.String(), string(want))
}

// compareLines names the lines that differ.
func compareLines(t *testing.T, got, want string) {
	t.Helper()
	known := map[string]bool{}
	for _, line := range strings.Split(want, "\n") {
		known[line] = true
	}
	lines := strings.Split(got, "\n")
	for _, line := range lines {
		if !known[line] {
			t.Errorf("got an answer that is not in %s (DPF_UPDATE=1 writes it): %s", corpusAnswers, line)
		}
	}
	if len(lines) != strings.Count(want, "\n")+1 {
		t.Errorf("got %d answers, want %d", len(lines)-1, strings.Count(want, "\n"))
	}
}

// runSeed runs the check of a target.
func runSeed(t *testing.T, target string, s *seed) string {
	t.Helper()
	switch target {
	case "FuzzContainerList":
		return checkList(t, s.number(), s.text(), s.text(), s.text(), s.text(), []byte(s.text()))
	case "FuzzSieve":
		return checkSieve(t, s.number(), s.text(), s.text(), s.number(), s.number(), []byte(s.text()))
	case "FuzzInspectScrub":
		return checkInspect(t, s.number(), s.text(), s.text(), s.text(), []byte(s.text()))
	case "FuzzEvents":
		return checkEvents(t, s.number(), []byte(s.text()), []byte(s.text()))
	case "FuzzConfig":
		return checkConfig(t, []byte(s.text()))
	}
	t.Fatalf("no such target: %s", target)
	return ""
}

// seed is the values of a seed file that are left to read.
type seed struct {
	t      *testing.T
	file   string
	values []string
}

// readSeed reads a file of the form that go test -fuzz writes.
func readSeed(t *testing.T, file string) *seed {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	if lines[0] != "go test fuzz v1" {
		t.Fatalf("%s: not a seed", file)
	}
	return &seed{t: t, file: file, values: lines[1:]}
}

// next is the text between the parentheses of the next value.
func (s *seed) next() string {
	if len(s.values) == 0 {
		s.t.Fatalf("%s: a value is missing", s.file)
	}
	value := s.values[0]
	s.values = s.values[1:]
	return value[strings.IndexByte(value, '(')+1 : len(value)-1]
}

func (s *seed) number() int {
	n, err := strconv.Atoi(s.next())
	if err != nil {
		s.t.Fatalf("%s: %v", s.file, err)
	}
	return n
}

func (s *seed) text() string {
	text, err := strconv.Unquote(s.next())
	if err != nil {
		s.t.Fatalf("%s: %v", s.file, err)
	}
	return text
}
