package clients

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// docs/clients.md is the catalogue.
func TestClientsDoc(t *testing.T) {
	file := filepath.Join("..", "..", "docs", "clients.md")
	want := clientsDoc()
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
		t.Errorf("%s is not what the catalogue says: run make docs", file)
	}
}

const clientsDocHead = `# Clients

What was tested, in ` + "`e2e/clients`" + `: each client runs through Traefik, dpf and a socket
proxy against a real engine, with ` + "`operations`" + ` set to the ones in its row.
Each lists exactly the visible containers and does what its row says; hidden
containers are nowhere in what it prints or receives, while things happen to
them; and it uses every operation in its row, no other, and none is refused.
What a client does besides may need more: see [endpoints.md](endpoints.md).

| Client | Version | Engine | Asserted | Operations that it needs | Example |
|---|---|---|---|---|---|
`

// clientsDocTail ends the document.
const clientsDocTail = `
## Clients that must see themselves

nginx-proxy, docker-gen, Traefik in a container, Watchtower and others look for their
own container and stop when it is absent: give it a matching label or name.
nginx-proxy and acme-companion also read variables of the containers (` + "`" + `VIRTUAL_HOST` + "`" + `,
` + "`" + `VIRTUAL_PORT` + "`" + `, ` + "`" + `LETSENCRYPT_HOST` + "`" + `, …), which ` + "`" + `scrubEnvs` + "`" + ` empties. Keep them:

` + "```" + `yaml
containerLabels: [proxied, nginx-proxy.self]   # a label on nginx-proxy itself, too
match: exact
scrubEnvs: true
keepEnvs: [VIRTUAL_*, LETSENCRYPT_*, NETWORK_ACCESS, HTTPS_METHOD]
` + "```" + `
`

func clientsDoc() string {
	var doc strings.Builder
	doc.WriteString(clientsDocHead)
	for _, c := range catalogue {
		operations := strings.Join(c.operations, ", ")
		if len(c.insecure) > 0 {
			operations += "; `insecureAllowOperations`: " + strings.Join(c.insecure, ", ")
		}
		example := "`" + c.example + "`"
		if c.folder != "" {
			example += fmt.Sprintf(", [%[1]s](../examples/%[1]s)", c.folder)
		}
		fmt.Fprintf(&doc, "| %s | %s | %s | %s | %s | %s |\n", c.name, c.version, strings.Join(c.engines, ", "), c.asserts, operations, example)
	}
	return doc.String() + clientsDocTail
}

// goVersion is the version of a module in go.mod.
func goVersion(module string) string {
	data, err := os.ReadFile(filepath.Join("..", "go.mod"))
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(data)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == module {
			return strings.TrimPrefix(fields[1], "v")
		}
	}
	panic("go.mod does not require " + module)
}

// npmVersion is the version of a package in package.json.
func npmVersion(name string) string {
	data, err := os.ReadFile(filepath.Join("node", "package.json"))
	if err != nil {
		panic(err)
	}
	var pkg struct{ Dependencies map[string]string }
	if err := json.Unmarshal(data, &pkg); err != nil {
		panic(err)
	}
	if pkg.Dependencies[name] == "" {
		panic("package.json does not require " + name)
	}
	return pkg.Dependencies[name]
}
