package engineapi

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// engineOperation is a line of testdata/operations.tsv.
type engineOperation struct {
	method, path, id string
}

// engineOperations reads the operations of every supported API version.
func engineOperations(t *testing.T) []engineOperation {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/operations.tsv")
	if err != nil {
		t.Fatal(err)
	}
	parameter := regexp.MustCompile(`\{[^}]*\}`)
	var all []engineOperation
	for _, line := range strings.Split(string(raw), "\n") {
		fields := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || len(fields) < 3 {
			continue
		}
		all = append(all, engineOperation{fields[0], parameter.ReplaceAllString(fields[1], "{}"), fields[2]})
	}
	if len(all) < 107 {
		t.Fatalf("got %d operations, want all of the API", len(all))
	}
	return all
}

// Every operation of every supported API version has a line, and every line
// is an operation.
func TestEveryOperationHasALine(t *testing.T) {
	known := map[string]bool{}
	for _, want := range engineOperations(t) {
		t.Run(fmt.Sprint(want), func(t *testing.T) {
			key := want.method + " " + want.path
			known[key] = true
			op := routes[key]
			if op == nil {
				t.Errorf("%s (%s) has no line", key, want.id)
				return
			}
			if want.id != "-" && op.ID != want.id {
				t.Errorf("%s is called %s, want %s", key, op.ID, want.id)
			}
		})
	}
	seen := map[string]bool{}
	for i := range operations {
		t.Run(operations[i].ID, func(t *testing.T) {
			op := &operations[i]
			if key := op.Method + " " + op.Path; !known[key] {
				t.Errorf("%s (%s) is no operation of the API", key, op.ID)
			}
			if seen[op.ID] {
				t.Errorf("two lines are called %s", op.ID)
			}
			seen[op.ID] = true
			if op.Action == Refuse && op.Gate == "" {
				t.Errorf("%s has neither an action nor a reason to Refuse it", op.ID)
			}
		})
	}
}

// A request for an operation finds its line.
func TestOperationsAreRouted(t *testing.T) {
	for i := range operations {
		t.Run(operations[i].ID, func(t *testing.T) {
			op := &operations[i]
			if strings.Count(op.Path, "{}") > 1 || op.Method == http.MethodOptions || op.ID == "DebugProfiles" {
				return // No reference can be told apart: refused as unknown.
			}
			path := strings.Replace(op.Path, "{}", "name", 1)
			ep, err := Route(&http.Request{Method: op.Method, URL: &url.URL{Path: "/v1.41" + path}})
			if err != nil || ep.Op.ID != op.ID {
				t.Errorf("%s %s: got %v, want %s", op.Method, path, err, op.ID)
			}
		})
	}
}

// endpointsDoc is docs/endpoints.md as the table says.
func endpointsDoc() string {
	var doc strings.Builder
	doc.WriteString(`# Endpoints

What dpf does with every operation of the Docker Engine API, 1.24 to 1.56.
Made from the table in ` + "`route.go`" + ` by ` + "`make docs`" + `.

- **pass**: forwarded; the answer holds nothing about containers.
- **filter**: hidden containers are cut out of the answer.
- **check**: decided by the container that the request names, before anything is
  forwarded. Hidden and absent get the same 404.
- **refuse**: 403 while a selector is set. ` + "`insecureAllowOperations`" + ` forwards it as it is;
  without a selector nothing is hidden, and it is forwarded. A plugin, a secret or a
  config answers 404 then, as if there were none: ` + "`docker inspect`" + ` tries each kind of
  object by turns and takes 403 for the end.

Any other path or method is refused. The group is the one of the option
` + "`operations`" + `; an operation without a group is always allowed.

| Operation | Route | Action | Group | What is removed, or why it is refused |
|---|---|---|---|---|
`)
	for i := range operations {
		op := &operations[i]
		note := op.Cuts
		if op.Gate != "" {
			note = op.Gate
		}
		fmt.Fprintf(&doc, "| %s | `%s %s` | %s | %s | %s |\n", op.ID, op.Method, op.Path, actionName(op), strings.ReplaceAll(op.Group, " ", ", "), note)
	}
	return doc.String()
}

// actionName is what the documentation calls the action of an operation.
func actionName(op *Operation) string {
	if op.Gate != "" && op.Action != Refuse {
		return "refuse; opened: check"
	}
	switch op.Action {
	case Refuse:
		return "refuse"
	case Forward:
		return "pass"
	case ContainerList, SystemEvents, SystemInfo, SystemDataUsage, NetworkList, VolumeList, ImageList, ServiceList, TaskList, Node:
		return "filter"
	case ContainerInspect, ExecInspect, NetworkInspect, ImageInspect, ImageHistory, VolumeInspect, ServiceInspect, TaskInspect:
		return "check, filter"
	case Container, ServiceLogs, TaskLogs, ContainerStart, ContainerStats, Exec, NetworkConnect, ImageCommit:
		return "check"
	}
	return "check"
}

func TestEndpointsDoc(t *testing.T) { checkDoc(t, "endpoints.md", endpointsDoc()) }

// checkDoc compares a document with what is made from the tables; DPF_UPDATE=1
// writes it anew.
func checkDoc(t *testing.T, name, want string) {
	t.Helper()
	file := filepath.Join("..", "..", "docs", name)
	if os.Getenv("DPF_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is stale: run make docs", file)
	}
}

// No group that is named for reading opens files or a terminal.
func TestReadGroup(t *testing.T) {
	for i := range operations {
		t.Run(operations[i].ID, func(t *testing.T) {
			op := &operations[i]
			if !set(strings.Fields(op.Group)...)["read"] {
				return
			}
			if op.Upgrade != "" || (op.Method != "GET" && op.ID != "ContainerWait") || strings.Contains(op.Path, "archive") || strings.Contains(op.Path, "export") {
				t.Errorf("%s is in the group read", op.ID)
			}
		})
	}
}
