package engineapi

import (
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"
)

// engineParameter is a line of testdata/parameters.tsv.
type engineParameter struct {
	shape string // method and path of the operation, with {} for the reference
	place Place
	name  string
}

// engineParameters reads what a client can say in any supported API version to an
// operation that has an action.
func engineParameters(t *testing.T) map[engineParameter]bool {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/parameters.tsv")
	if err != nil {
		t.Fatal(err)
	}
	all := map[engineParameter]bool{}
	for _, line := range strings.Split(string(raw), "\n") {
		columns := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || len(columns) < 5 {
			continue
		}
		shape := columns[0] + " " + shapeOf(columns[1])
		if op := routes[shape]; op == nil || op.Action != Refuse {
			all[engineParameter{shape, Place(columns[2]), columns[3]}] = true
		}
	}
	if len(all) < 150 {
		t.Fatalf("got %d parameters, want all of the API", len(all))
	}
	return all
}

// shapeOf is a path template with {} in the place of its parameters.
func shapeOf(template string) string {
	parts := strings.Split(template, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}

// treatments is what the plugin does with every parameter that it knows.
func treatments(t *testing.T) map[engineParameter]Treatment {
	t.Helper()
	byID := map[string]string{}
	all := map[engineParameter]Treatment{}
	for i := range operations {
		op := &operations[i]
		byID[op.ID] = op.Method + " " + op.Path
		if op.Action == Refuse {
			continue
		}
		for place, names := range map[Place]string{InQuery: op.Query, InFilter: op.Filters} {
			for _, name := range strings.Fields(names) {
				all[engineParameter{byID[op.ID], place, name}] = Forwarded
			}
		}
	}
	seen := map[engineParameter]bool{}
	for _, line := range ParameterTable() {
		if byID[line.Operation] == "" {
			t.Errorf("%s is no operation", line.Operation)
		}
		for _, name := range strings.Fields(line.Names) {
			p := engineParameter{byID[line.Operation], line.Place, name}
			if seen[p] {
				t.Errorf("%v has two lines", p)
			}
			seen[p] = true
			if all[p] == Forwarded && (line.Treatment == Refused || line.Treatment == Ignored) {
				t.Errorf("%v is %s, but the operation has it", p, line.Treatment)
			}
			if line.Reason == "" && (line.Treatment == Refused || line.Treatment == Ignored || line.Treatment == Answered) {
				t.Errorf("%v is %s without a reason", p, line.Treatment)
			}
			all[p] = line.Treatment
		}
	}
	return all
}

// allKeys are operations that forward the filters as they are, and a body of
// which every field is forwarded.
var allKeys = set("GET /images/search", "GET /nodes")

// What an engine can be told is known, and nothing else is: but for what clients
// send though no engine reads it.
func TestEveryParameterHasATreatment(t *testing.T) {
	engine, known := engineParameters(t), treatments(t)
	for p := range engine {
		t.Run(fmt.Sprint(p), func(t *testing.T) {
			if _, ok := known[p]; !ok && (p.place != InFilter || !allKeys[p.shape]) {
				t.Errorf("%s: the %s %s of the API has no treatment", p.shape, p.place, p.name)
			}
		})
	}
	for p, treatment := range known {
		t.Run(fmt.Sprint(p), func(t *testing.T) {
			p.shape = strings.TrimSuffix(p.shape, "/") // The other route to the list of networks.
			if !engine[p] && treatment != Ignored {
				t.Errorf("%s: no engine has the %s %s", p.shape, p.place, p.name)
			}
		})
	}
}

// A field of a JSON body that is forwarded reaches the engine; one that is not is
// refused by its name, or one that engines ignore.
func TestBodyFields(t *testing.T) {
	for i := range parameterTable {
		line := &parameterTable[i]
		if line.Place != InBody {
			continue
		}
		op := operationByID(line.Operation)
		for _, name := range strings.Fields(line.Names) {
			t.Run(line.Operation+"/"+name, func(t *testing.T) { checkBodyField(t, op, line, name) })
		}
	}
}

func operationByID(id string) *Operation {
	for i := range operations {
		if operations[i].ID == id {
			return &operations[i]
		}
	}
	return nil
}

func checkBodyField(t *testing.T, op *Operation, line *Parameters, name string) {
	path := strings.Split(name, "/")
	body := strings.Repeat(`{"%s":`, len(path)) + "1" + strings.Repeat("}", len(path))
	for _, part := range path {
		body = strings.Replace(body, "%s", part, 1)
	}
	err := op.CheckBody([]byte(body))
	if line.Treatment != Refused {
		if err != nil {
			t.Errorf("got %v", err)
		}
	} else if err == nil || !strings.Contains(err.Error(), path[len(path)-1]) || !strings.Contains(err.Error(), line.Reason) {
		t.Errorf("got %v, want the name and %q", err, line.Reason)
	}
	if line.Treatment != Forwarded || op.Body == ConnectBody {
		return
	}
	encoded, err := Reencode(op.Body, []byte(body))
	if err != nil || string(encoded) != body {
		t.Errorf("got %s, %v, want %s", encoded, err, body)
	}
}

func TestCheckBody(t *testing.T) {
	tests := []struct {
		name, operation, body, want string
	}{
		{"nothing", "ContainerExec", `{}`, ""},
		{"null", "ContainerExec", `null`, ""},
		{"no object", "ContainerExec", `[]`, "not valid"},
		{"unknown", "ContainerExec", `{"Cmd":["a"],"CapAdd":["ALL"]}`, "field CapAdd"},
		{"unknown and empty", "ContainerExec", `{"CapAdd":null,"X":"","Y":[],"Z":{},"N":0,"B":false}`, ""},
		{"in small letters", "ContainerExec", `{"cmd":["a"],"workingdir":"/"}`, ""},
		{"a refused one in small letters", "ContainerUpdate", `{"devices":[{"PathOnHost":"/dev/sda"}]}`, "it names devices of the host"},
		{"as the CLI sends it", "ContainerUpdate", `{"Memory":1,"Devices":null,"DeviceCgroupRules":null,"DeviceRequests":null,"CgroupParent":"","Ulimits":null}`, ""},
		{"after an empty one of the same name", "ContainerUpdate", `{"Devices":null,"Devices":[1]}`, "field Devices"},
		{"within an object", "NetworkConnect", `{"Container":"a","EndpointConfig":{"IPAMConfig":{"New":1}}}`, "field endpointconfig/ipamconfig/New"},
		{"within a forwarded object", "ContainerUpdate", `{"RestartPolicy":{"Name":"no","New":1}}`, "field restartpolicy/New"},
		{"a commit is forwarded as it is", "ImageCommit", `{"Anything":1}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := operationByID(tt.operation).CheckBody([]byte(tt.body))
			if got := fmt.Sprint(err); tt.want == "" && err != nil || !strings.Contains(got, tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// What dockerd makes of filters, the plugin makes of them.
func TestParseFilters(t *testing.T) {
	tests := []struct {
		name, filters, want string // empty: refused
	}{
		{"lists", `{"a":["x","y"]}`, `{"a":{"x":true,"y":true}}`},
		{"sets", `{"a":{"x":true}}`, `{"a":{"x":true}}`},
		{"a value that is not chosen", `{"a":{"x":false,"y":true}}`, `{"a":{"x":false,"y":true}}`},
		{"both forms", `{"a":{"x":true},"b":["y"]}`, ""},
		{"no values", `{"a":null,"b":{}}`, `{"a":{},"b":{}}`},
		{"null", `null`, `{}`},
		{"nothing in it", `{}`, `{}`},
		{"the last of one name counts", `{"a":["x"],"a":["y"]}`, `{"a":{"y":true}}`},
		{"no object", `["a"]`, ""},
		{"no list", `{"a":"x"}`, ""},
		{"numbers", `{"a":[1]}`, ""},
		{"more after it", `{} {}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			filters, err := ParseFilters(tt.filters)
			got := ""
			if err == nil {
				got = EncodeFiltersLike(filters, tt.filters)
			}
			if got != tt.want {
				t.Errorf("got %s, %v, want %s", got, err, tt.want)
			}
		})
	}
}

// parametersDoc is docs/parameters.md as the table says.
func parametersDoc(t *testing.T) string {
	t.Helper()
	reasons := map[engineParameter]string{}
	for _, line := range ParameterTable() {
		op := operationByID(line.Operation)
		for _, name := range strings.Fields(line.Names) {
			reasons[engineParameter{op.Method + " " + op.Path, line.Place, name}] = line.Reason
		}
	}
	var lines []string
	for p, treatment := range treatments(t) {
		op := routes[p.shape]
		lines = append(lines, fmt.Sprintf("| %s | %s | `%s` | %s | %s |\n", op.ID, p.place, p.name, treatment, reasons[p]))
	}
	sort.Strings(lines)
	return `# Parameters

What dpf does with everything that a client can say to an operation, while a
selector is set. Made from the tables in ` + "`internal/engineapi`" + ` by ` + "`make docs`" + `; a test
holds them against the source of the engines.

- **forwarded**: as it came; the engine says what it thinks of it.
- **resolved**: among what the client may see, then forwarded.
- **answered**: by dpf, from what the client may see.
- **refused**: by name, with 400, unless it is empty.
- **ignored**: as by the engine.

Query parameters can also come in a form body. A query parameter that is not here
is ignored, as by the engine; a filter key is refused, in the engine's words if it
has any; a field of a body is refused.

| Operation | Place | Name | What becomes of it | |
|---|---|---|---|---|
` + strings.Join(lines, "")
}

func TestParametersDoc(t *testing.T) { checkDoc(t, "parameters.md", parametersDoc(t)) }
