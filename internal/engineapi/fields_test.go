package engineapi

import (
	"fmt"
	"sort"
	"strings"
	"testing"
)

// tableLines are the lines of the table as words, and whether they begin a type.
func tableLines() (lines [][]string, begins []bool) {
	for _, line := range strings.Split(strings.Trim(fieldLines, "\n"), "\n") {
		if line != "" {
			lines, begins = append(lines, strings.Fields(line)), append(begins, line[0] != '\t')
		}
	}
	return lines, begins
}

func TestFieldLinesAreWellFormed(t *testing.T) {
	lines, begins := tableLines()
	if len(lines) < 1000 {
		t.Fatalf("%d lines", len(lines))
	}
	seen := map[string]bool{}
	typ := ""
	for i, words := range lines {
		name := words[0]
		if begins[i] {
			typ = name
			if len(words) != 2 || !set("open", "closed", "inherits")[words[1]] {
				t.Errorf("%v: a type is open, closed or inherits", words)
			}
		} else {
			name = typ + " " + strings.ToLower(words[0])
			checkField(t, words)
		}
		if seen[name] {
			t.Errorf("%s has two lines", name)
		}
		seen[name] = true
	}
}

func checkField(t *testing.T, words []string) {
	if len(words) < 2 {
		t.Fatalf("%v: no verdict", words)
	}
	if _, ok := verdicts[words[1]]; !ok {
		t.Errorf("%v: no such verdict", words)
	}
	elements := 0
	for _, word := range words[2:] {
		if _, ok := fieldKinds[word]; ok || word == "old" {
			continue
		}
		elements++
		inner := strings.TrimLeft(word, "[]{}")
		if inner != "" && inner != "any" && Fields.Type(word) == nil {
			t.Errorf("%v: %s is neither a kind nor a type of the table", words, word)
		}
	}
	if elements > 1 {
		t.Errorf("%v: holds more than one thing", words)
	}
}

// reached are the types that stand in an element.
func reached(element string, seen map[string]bool) {
	typ := Fields.Type(element)
	if typ == nil || seen[typ.Name] {
		return
	}
	seen[typ.Name] = true
	for _, f := range typ.Fields {
		reached(f.Element, seen)
	}
}

func TestEveryTypeStandsInAnAnswer(t *testing.T) {
	seen := map[string]bool{}
	for operation, element := range Fields.Answers {
		t.Run(operation, func(t *testing.T) {
			if Fields.Type(element) == nil {
				t.Errorf("%s: no type %s", operation, element)
			}
			reached(element, seen)
		})
	}
	for _, typ := range Fields.Types {
		t.Run(fmt.Sprint(typ), func(t *testing.T) {
			if !seen[typ.Name] {
				t.Errorf("%s stands in no answer", typ.Name)
			}
		})
	}
}

// TestTypesOfContainersAreOpen: what a container says of itself is its own, and
// nothing else is.
func TestTypesOfContainersAreOpen(t *testing.T) {
	const open = " blkiodev.WeightDevice blkiodev.ThrottleDevice common.IDResponse network.PortBinding network.EndpointSettings network.EndpointIPAMConfig "
	const inherits = " v1.HealthcheckConfig "
	for _, typ := range Fields.Types {
		t.Run(fmt.Sprint(typ), func(t *testing.T) {
			family, _, _ := strings.Cut(typ.Name, ".")
			wantOpen := strings.Contains(open, " "+typ.Name+" ") || family == "container" && typ.Name != "container.DiskUsage"
			if typ.Open != wantOpen {
				t.Errorf("%s: open is %v", typ.Name, typ.Open)
			}
			wantInherits := strings.Contains(inherits, " "+typ.Name+" ") || family == "mount" || family == "storage" || family == "units"
			if typ.Inherits != wantInherits {
				t.Errorf("%s: inherits is %v", typ.Name, typ.Inherits)
			}
		})
	}
}

// A table that cannot be read is closed.
func TestUnknownWordsAreClosed(t *testing.T) {
	table := newFieldTable("Get a.B\n", "\na.B closed\n\tId kept\n\tNew allowed\n\tOther kept a.C\n\tList kept []a.C\n")
	got, err := table.shapeOf("a.B", false).Fit([]byte(`{"Id":"a","New":"b","Other":{"x":1},"List":[{"x":1}]}`))
	if want := `{"Id":"a","New":"","Other":{},"List":[{}]}`; err != nil || string(got) != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	got, err = Shape("NoSuchOperation").Fit([]byte(`{"Id":"a"}`))
	if err != nil || string(got) != `{}` {
		t.Errorf("an operation without a line: %s, %v", got, err)
	}
}

// A type that stands in itself has an end.
func TestRecursiveTypes(t *testing.T) {
	table := newFieldTable("Get a.B\n", "\na.B closed\n\tId kept labels\n\tNext kept []a.B\n")
	got, err := table.shapeOf("a.B", false).Fit([]byte(`{"Next":[{"Next":[{"Id":1,"New":1}]}]}`))
	if want := `{"Next":[{"Next":[{"Id":1}]}]}`; err != nil || string(got) != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	if places := table.placesOf("a.B")[Labels]; strings.Join(places, " ") != "Id" {
		t.Errorf("places %v", places)
	}
}

func TestHostPathLabel(t *testing.T) {
	for key, want := range map[string]bool{
		"com.docker.compose.project.working_dir":      true,
		"com.docker.compose.project.config_files":     true,
		"Com.Docker.Compose.Project.Environment_File": true,
		"desktop.docker.io/binds/0/Source":            true,
		"devcontainer.local_folder":                   true,
		"com.docker.compose.project":                  false,
		"com.docker.compose.service":                  false,
		"traefik.http.routers.a.rule":                 false,
		"":                                            false,
	} {
		if got := HostPathLabel(key); got != want {
			t.Errorf("%q: %v", key, got)
		}
	}
}

func sorted(set map[string]bool) []string {
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func BenchmarkNewFieldTable(b *testing.B) {
	for i := 0; i < b.N; i++ {
		newFieldTable(answerLines, fieldLines)
	}
}
