package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
)

// configurationDoc is what this test writes with DPF_UPDATE=1.
const configurationDoc = "../docs/configuration.md"

// configurationHead begins the document.
const configurationHead = `# Configurations

What becomes of each option when it is there and says nothing, or something of the
wrong type, in the file provider and in Docker labels. Made by
` + "`DPF_UPDATE=1 go test -run TestConfigurations .`" + ` in ` + "`e2e`" + `, which asks the real Traefik.

- **default**: as if the option were not there.
- **503**: every request is answered with 503 and this reason, no other router
  serves the client, and Traefik's log has the reason once, with the value.

A YAML ` + "`null`" + ` does not reach the plugin: Traefik drops it, so that it cannot be told
from an option that is not there. Variables (` + "`${NAMES}`, `{{ env \"NAMES\" }}`" + `) are filled
in by nobody: a value that looks like one is refused. A list in one string is split at
its commas, in YAML as well; an element of a YAML list, or of ` + "`containerNames[0]=`" + `, is
not. Only what Traefik itself does not understand, such as an option block that is
no map, removes the router; see [troubleshooting.md](troubleshooting.md).

`

// form is a way to write an option. In labels, key follows its name.
type form struct {
	name       string
	label      bool
	list, text string // for an option that is a list, and for any other; empty: not written
	key        string
}

var forms = []form{
	{name: "absent"},
	{name: "`null`", list: "null", text: "null"},
	{name: "`\"\"`", list: `""`, text: `""`},
	{name: "`[]`", list: `[]`, text: `[]`},
	{name: "`[x, \"\"]`", list: `["x", ""]`, text: `["x", ""]`},
	{name: "`{a: b}`", list: `{a: b}`, text: `{a: b}`},
	{name: "`yes`", text: `yes`},
	{name: "label `=`", label: true},
	{name: "label `=x,`", label: true, list: "x,"},
	{name: "label `[0]=`", label: true, key: "[0]"},
	{name: "label `.a=b`", label: true, list: "b", text: "b", key: ".a"},
}

// formOptions are the options, and whether they are lists.
var formOptions = []struct {
	name string
	list bool
}{
	{"containerNames", true},
	{"containerLabels", true},
	{"excludeNames", true},
	{"excludeLabels", true},
	{"match", false},
	{"require", false},
	{"userHeader", false},
	{"groupsHeader", false},
	{"scrubEnvs", false},
	{"keepEnvs", true},
	{"maskEnvs", true},
	{"maskLabels", true},
	{"scrubCommands", false},
	{"scrubMounts", false},
	{"operations", true},
	{"insecureAllowOperations", true},
	{"upstreamURL", false},
	{"maxBodyBytes", false},
	{"logLevel", false},
}

// formHost is the host of the router of a configuration.
func formHost(i, j int) string { return fmt.Sprintf("o%d-f%d.test", i, j) }

// formBase is the configuration beside an option: one with which each of them
// may be absent, and says something.
func formBase(option string) map[string]string {
	base := map[string]string{"containerNames": "opt-web", "scrubEnvs": "true", "excludeLabels": "form.none"}
	delete(base, option)
	return base
}

// Every option, in every form, through both providers: nothing that looks like a
// restriction shows more than it says.
func TestConfigurations(t *testing.T) {
	optionScene(t)
	var routers, middlewares strings.Builder
	labels := map[string]string{
		"traefik.enable": "true", "e2e": "forms",
		"traefik.http.services.proxy.loadbalancer.server.url": shared.Proxy.URL(),
	}
	for i, o := range formOptions {
		for j, f := range forms {
			name := strings.TrimSuffix(formHost(i, j), ".test")
			value := f.text
			if o.list {
				value = f.list
			}
			if f.label {
				formLabels(labels, name, o.name+f.key, value, formBase(o.name))
				continue
			}
			fmt.Fprintf(&routers, "    %s: {entryPoints: [docker], rule: Host(`%s.test`), middlewares: [%s], service: proxy}\n", name, name, name)
			fmt.Fprintf(&middlewares, "    %s: {plugin: {dpf: {%s}}}\n", name, formYAML(o.name, value, formBase(o.name)))
		}
	}
	startLabeled(t, "config-of-forms", map[string]any{"Labels": labels})
	tr := startOptions(t, fmt.Sprintf("http:\n  routers:\n    rest: {entryPoints: [docker], rule: PathPrefix(`/`), priority: 1, service: proxy}\n%s  middlewares:\n%s  services:\n    proxy: {loadBalancer: {servers: [{url: %q}]}}\n",
		routers.String(), middlewares.String(), shared.Proxy.URL()),
		"--providers.docker.endpoint="+shared.Engine.Host(), "--providers.docker.exposedByDefault=false",
		"--providers.docker.constraints=Label(`e2e`,`forms`)")
	if err := tr.WaitRouter("o0-f7@docker"); err != nil {
		t.Fatal(err)
	}

	var doc strings.Builder
	doc.WriteString(configurationHead + "| Option |")
	for _, f := range forms {
		doc.WriteString(" " + f.name + " |")
	}
	doc.WriteString("\n|---" + strings.Repeat("|---", len(forms)) + "|\n")
	for i, o := range formOptions {
		fmt.Fprintf(&doc, "| `%s` |", o.name)
		absent := optionView{addr: tr.Addr("docker"), host: formHost(i, 0)}
		for j, f := range forms {
			if f.label && f.list == "x," && !o.list || f.text == "yes" && o.list {
				doc.WriteString(" – |")
				continue
			}
			v := optionView{addr: tr.Addr("docker"), host: formHost(i, j)}
			fmt.Fprintf(&doc, " %s |", formResult(t, v, absent, o.name, f.name))
		}
		doc.WriteString("\n")
	}
	if os.Getenv("DPF_UPDATE") != "" {
		if err := os.WriteFile(configurationDoc, []byte(doc.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(configurationDoc)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != doc.String() {
		t.Errorf("%s is stale: run DPF_UPDATE=1 go test -run TestConfigurations . in e2e; got\n%s", configurationDoc, doc.String())
	}
}

// formYAML is a configuration in YAML. value may be empty: the option is not
// there.
func formYAML(option, value string, base map[string]string) string {
	var fields []string
	for key, v := range base {
		fields = append(fields, fmt.Sprintf("%s: %q", key, v))
	}
	if value != "" {
		fields = append(fields, option+": "+value)
	}
	return strings.Join(fields, ", ")
}

// formLabels adds a configuration and its router to labels.
func formLabels(labels map[string]string, name, key, value string, base map[string]string) {
	router := "traefik.http.routers." + name + "."
	labels[router+"entrypoints"] = "docker"
	labels[router+"rule"] = fmt.Sprintf("Host(`%s.test`)", name)
	labels[router+"middlewares"] = name
	labels[router+"service"] = "proxy"
	prefix := "traefik.http.middlewares." + name + ".plugin.dpf."
	for k, v := range base {
		labels[prefix+k] = v
	}
	labels[prefix+key] = value
}

// formResult says what the client of a configuration gets. It is refused, or it
// sees no more than without the option.
func formResult(t *testing.T, v, absent optionView, option, form string) string {
	t.Helper()
	got := v.ask(t, http.MethodGet, "/containers/json?all=1")
	if got.status == http.StatusServiceUnavailable {
		var body struct{ Message string }
		if err := json.Unmarshal(got.body, &body); err != nil || !strings.HasPrefix(body.Message, "dpf: "+option) {
			t.Errorf("%s, %s: got body %s", option, form, got.body)
		}
		return "503 " + strings.TrimPrefix(strings.TrimPrefix(body.Message, "dpf: "+option), ": ")
	}
	if form != "absent" && form != "`null`" && (option != "upstreamURL" && option != "logLevel") {
		t.Errorf("%s, %s: got status %d, want 503", option, form, got.status)
	}
	if got.status != http.StatusOK {
		t.Fatalf("%s, %s: got %d %s", option, form, got.status, got.body)
	}
	if names, want := v.names(t), absent.names(t); strings.Join(names, " ") != strings.Join(want, " ") {
		t.Errorf("%s, %s: got %v, want %v as without the option", option, form, names, want)
	}
	return "default"
}
