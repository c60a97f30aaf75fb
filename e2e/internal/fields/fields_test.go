package fields

import (
	"reflect"
	"sort"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
)

// mobys are moby's structs that the answers hold, by the name of their type.
func mobys(t *testing.T) map[string]reflect.Type {
	t.Helper()
	found := map[string]reflect.Type{}
	var visit func(name string, of reflect.Type)
	visit = func(name string, of reflect.Type) {
		if known := found[name]; known != nil {
			if known != of {
				t.Fatalf("two types have the name %s", name)
			}
			return
		}
		found[name] = of
		for _, m := range members(of, name) {
			if m.nested != nil {
				visit(strings.TrimLeft(m.element, "[]{}"), m.nested)
			}
		}
	}
	for operation, answer := range answers {
		name, of := element(answer, operation)
		if got := engineapi.Fields.Answers[operation]; got != name {
			t.Errorf("%s: the table has the answer %q, moby %q", operation, got, name)
		}
		visit(of.String(), of)
	}
	return found
}

func TestEveryFieldOfMobyHasALine(t *testing.T) {
	for name, of := range mobys(t) {
		typ := engineapi.Fields.Type(name)
		if typ == nil {
			t.Errorf("%s has no lines", name)
			continue
		}
		for _, m := range members(of, name) {
			switch f := line(typ, m.name); {
			case f == nil:
				t.Errorf("%s: %s has no line", name, m.name)
			case f.Old:
				t.Errorf("%s: %s is marked old", name, m.name)
			case f.Element != m.element:
				t.Errorf("%s: %s holds %q, not %q", name, m.name, m.element, f.Element)
			}
		}
	}
}

func TestEveryLineIsAFieldOfMoby(t *testing.T) {
	known := mobys(t)
	for _, typ := range engineapi.Fields.Types {
		names := map[string]bool{}
		if of := known[typ.Name]; of != nil {
			for _, m := range members(of, typ.Name) {
				names[m.name] = true
			}
		}
		for _, f := range typ.Fields {
			if !f.Old && !names[f.Name] {
				t.Errorf("%s: moby has no field %s", typ.Name, f.Name)
			}
		}
	}
	for operation := range engineapi.Fields.Answers {
		if answers[operation] == nil {
			t.Errorf("%s: no type of moby stands against it", operation)
		}
	}
}

// An operation with an answer has a line, or says nothing that needs one.
func TestEveryDescribedAnswerHasALine(t *testing.T) {
	without := map[string]bool{}
	for _, d := range descriptions(t) {
		for _, verbs := range d.Paths {
			for _, op := range verbs {
				if _, ok := engineapi.Fields.Answers[op.ID]; !ok && op.success() != nil {
					without[op.ID] = true
				}
			}
		}
	}
	for _, operation := range strings.Fields(plain) {
		if !without[operation] {
			t.Errorf("%s: no description gives it an answer, or it has a line", operation)
		}
		delete(without, operation)
	}
	for operation := range without {
		t.Errorf("%s: its answer has no line", operation)
	}
}

// An old line needs an engine or a description that has the field.
func TestOldLinesWereSent(t *testing.T) {
	sent, told := recorded(t), described(t)
	for _, typ := range engineapi.Fields.Types {
		for _, f := range typ.Fields {
			if name := typ.Name + " " + f.Name; f.Old && !sent[name] && !told[name] {
				t.Errorf("%s: no recorded answer has it, and no description", name)
			}
		}
	}
}

func TestEveryRecordedFieldHasALine(t *testing.T) { wantLines(t, recorded(t)) }

func TestEveryDescribedFieldHasALine(t *testing.T) {
	found := described(t)
	for _, name := range strings.Fields(misdescribed) {
		typeName, field, _ := strings.Cut(name, "/")
		if !found[typeName+" "+field] {
			t.Errorf("%s: no description has it", name)
		}
		delete(found, typeName+" "+field)
	}
	wantLines(t, found)
}

// misdescribed are fields that a description puts where no engine sends them:
// it takes the network of a task for that of NetworkInspect, is indented
// wrongly for the cluster of SystemInfo and the access mode of a cluster volume,
// and has other names than the code for the rest.
const misdescribed = `
swarm.Network/Attachable swarm.Network/ConfigFrom swarm.Network/ConfigOnly swarm.Network/Containers
swarm.Network/Created swarm.Network/Driver swarm.Network/EnableIPv4 swarm.Network/EnableIPv6
swarm.Network/IPAM swarm.Network/Ingress swarm.Network/Internal swarm.Network/Labels swarm.Network/Name
swarm.Network/Options swarm.Network/Peers swarm.Network/Scope
swarm.TLSInfo/CAConfig swarm.TLSInfo/Dispatcher swarm.TLSInfo/EncryptionConfig swarm.TLSInfo/Labels
swarm.TLSInfo/Name swarm.TLSInfo/Orchestration swarm.TLSInfo/Raft swarm.TLSInfo/TaskDefaults
volume.AccessMode/AccessibilityRequirements volume.AccessMode/Availability volume.AccessMode/CapacityRange
volume.AccessMode/Secrets
swarm.RuntimeSpec/PluginPrivilege swarm.Limit/GenericResources swarm.Task/AssignedGenericResources
v1.Platform/Features v1.Platform/OSFeatures v1.Platform/OSVersion
`

// wantLines reports the fields that have no line and would not be sent.
func wantLines(t *testing.T, found shown) {
	t.Helper()
	if len(found) < 500 {
		t.Fatalf("%d fields", len(found))
	}
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		typeName, field, _ := strings.Cut(name, " ")
		typ := engineapi.Fields.Type(typeName)
		if typ == nil || (!typ.Open && !typ.Inherits && line(typ, field) == nil) {
			t.Errorf("%s has no line", name)
		}
	}
}
