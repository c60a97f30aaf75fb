package fields

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
)

// recorded notes the fields of all recorded answers.
func recorded(t *testing.T) shown {
	t.Helper()
	files, err := filepath.Glob("../../../testdata/engine/v*/*.json*")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d recorded answers, %v", len(files), err)
	}
	found := shown{}
	for _, file := range files {
		operation, _, _ := strings.Cut(filepath.Base(file), ".")
		element, ok := engineapi.Fields.Answers[operation]
		if !ok {
			t.Errorf("%s: %s has no line among the answers", file, operation)
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts(file, content) {
			var v any
			if err := json.Unmarshal(text, &v); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			found.value(element, v)
		}
	}
	return found
}

// texts are the JSON texts of a file: one, or one a line for a stream.
func texts(file string, content []byte) [][]byte {
	if strings.HasSuffix(file, ".json") {
		return [][]byte{content}
	}
	var all [][]byte
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if text := bytes.TrimLeft(lines.Bytes(), "\x1e"); len(text) > 0 {
			all = append(all, bytes.Clone(text))
		}
	}
	return all
}

// described notes the fields of the Swagger descriptions of all API versions.
func described(t *testing.T) shown {
	t.Helper()
	found := shown{}
	for _, d := range descriptions(t) {
		for _, verbs := range d.Paths {
			for _, op := range verbs {
				if element, ok := engineapi.Fields.Answers[op.ID]; ok {
					found.schema(d.Definitions, element, op.success(), 0)
				}
			}
		}
	}
	return found
}

// description is what is read of the Swagger description of an API version.
type description struct {
	Paths       map[string]map[string]operation `yaml:"paths"`
	Definitions map[string]any                  `yaml:"definitions"`
}

func descriptions(t *testing.T) []description {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/moby/moby/api").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "docs", "v1.*.yaml"))
	if err != nil || len(files) < 25 {
		t.Fatalf("%d descriptions, %v", len(files), err)
	}
	all := make([]description, len(files))
	for i, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(content, &all[i]); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	return all
}

// operation is what is read of an operation's description.
type operation struct {
	ID        string `yaml:"operationId"`
	Responses map[string]struct {
		Schema map[string]any `yaml:"schema"`
	} `yaml:"responses"`
}

func (o operation) success() map[string]any {
	for _, status := range []string{"200", "201"} {
		if schema := o.Responses[status].Schema; schema != nil {
			return schema
		}
	}
	return nil
}
