package engineapi

import (
	"sort"
	"strings"
	"testing"
)

const fieldsDocHead = `# Fields

What becomes of every field in the answers of the Docker Engine API, 1.24 to 1.56.
Made from the table in ` + "`internal/engineapi/fieldtable.go`" + ` by ` + "`DPF_UPDATE=1 go test -run TestFieldsDoc ./internal/engineapi`" + `.

While a selector is set, a field is

- **kept**: sent as it is;
- **cut**: sent as far as it is about visible containers and what they use;
- **omitted**: left out, as the engine does where there is none;
- **dropped**: sent as the zero value of its type.

An object of a container is **open**: a field that has no line here is the
container's own, and is sent. Any other object is **closed**: such a field is not
sent. An object that stands in both is as the one around it.

The scrub options act with and without a selector, on the fields of their kind:

| Kind | Options |
|---|---|
| environment | ` + "`scrubEnvs`, `keepEnvs`, `maskEnvs`" + ` |
| labels | ` + "`maskLabels`" + `; labels in which tools write paths of the host: ` + "`scrubMounts`" + ` |
| environmentText | the options for environments and labels: by its keys where it is a step of a build file, and otherwise emptied |
| eventAttributes | as labels, but for the attributes that the engine sets |
| command, processes | ` + "`scrubCommands`" + `; a command that is a step of a build file: as environmentText |
| eventAction | ` + "`scrubCommands`" + `: the verb stays |
| hostPath | ` + "`scrubMounts`" + ` |

*Old*: not in the types of API 1.56 any more; older engines send it, or newer ones to older clients.
`

// fieldsMarkdown is the table for people: a section for each answer, and then
// one for each object in the answers.
func fieldsMarkdown() string {
	var out strings.Builder
	out.WriteString(fieldsDocHead)
	out.WriteString("\n## Answers\n\n| Operation | Answer |\n|---|---|\n")
	operations := make([]string, 0, len(Fields.Answers))
	for operation := range Fields.Answers {
		operations = append(operations, operation)
	}
	sort.Strings(operations)
	for _, operation := range operations {
		out.WriteString("| " + operation + " | " + elementMarkdown(Fields.Answers[operation]) + " |\n")
	}
	for _, typ := range Fields.Types {
		out.WriteString(typeMarkdown(typ))
	}
	return out.String()
}

func typeMarkdown(typ *FieldType) string {
	var out strings.Builder
	mode := "Closed."
	switch {
	case typ.Open:
		mode = "Open."
	case typ.Inherits:
		mode = "As the object around it."
	}
	out.WriteString("\n## " + typ.Name + "\n\n" + mode + "\n")
	if len(typ.Fields) == 0 {
		return out.String()
	}
	out.WriteString("\n| Field | Holds | With a selector | Scrubbed as |\n|---|---|---|---|\n")
	for _, f := range typ.Fields {
		name := "`" + f.Name + "`"
		if f.Old {
			name += " *old*"
		}
		cells := []string{name, elementMarkdown(f.Element), verdictName(f.Verdict), kindNames(f.Kinds)}
		out.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	return out.String()
}

// elementMarkdown says what a field holds, with a link to the section.
func elementMarkdown(element string) string {
	name := strings.TrimLeft(element, "[]{}")
	text := name
	if Fields.Type(element) != nil {
		text = "[" + name + "](#" + strings.ToLower(strings.ReplaceAll(name, ".", "")) + ")"
	}
	prefix := element[:len(element)-len(name)]
	prefix = strings.ReplaceAll(strings.ReplaceAll(prefix, "[]", "list of "), "{}", "map of ")
	if text == "" && prefix != "" {
		text = "values"
	}
	return prefix + text
}

func verdictName(verdict Verdict) string {
	for name, each := range verdicts {
		if each == verdict {
			return name
		}
	}
	return ""
}

func kindNames(kinds []FieldKind) string {
	var names []string
	for name, kind := range fieldKinds {
		for _, each := range kinds {
			if each == kind {
				names = append(names, name)
			}
		}
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}

func TestFieldsDoc(t *testing.T) { checkDoc(t, "fields.md", fieldsMarkdown()) }
