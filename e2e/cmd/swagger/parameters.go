package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// parametersHeader opens the written file.
const parametersHeader = `# What a client can say to an operation besides its path. Generated: run "go run ./cmd/swagger" in e2e/.
# METHOD, path template, place, name, first API version. The first version is that
# of the descriptions (1.25: or older); what none of them names has the version of
# the first engine whose source reads it. A query parameter can stand in a form
# body, too. Filter keys and body fields are those of the operations that the plugin
# does not refuse by default; / leads into an object.
`

// place says where a client names a parameter.
type place string

const (
	inQuery  place = "query"
	inFilter place = "filter" // a key of the query parameter filters
	inBody   place = "body"   // a field of the JSON body
)

// parameter is one line of the table.
type parameter struct {
	shape string // of the operation
	place place
	name  string
}

// parameters collects the parameters of all sources.
type parameters struct {
	described map[parameter]int // minor number of the first description
	read      map[parameter]int // and of the first engine that reads it
}

func newParameters() *parameters {
	return &parameters{described: map[parameter]int{}, read: map[parameter]int{}}
}

// describe records that the description of a version has a parameter, and
// adopt that an engine of a version reads it.
func (p *parameters) describe(found parameter, version int) { keepFirst(p.described, found, version) }
func (p *parameters) adopt(found parameter, version int)    { keepFirst(p.read, found, version) }

func keepFirst(first map[parameter]int, found parameter, version int) {
	if known, ok := first[found]; !ok || version < known {
		first[found] = version
	}
}

// format writes the table, with the templates of the operations.
func (p *parameters) format(operations *operations) ([]byte, error) {
	first := map[parameter]int{}
	for found, version := range p.read {
		first[found] = version
	}
	for found, version := range p.described {
		first[found] = version
	}
	lines := make([]string, 0, len(first))
	for found, version := range first {
		op := operations.byShape[found.shape]
		if op == nil {
			return nil, fmt.Errorf("%s is no operation", found.shape)
		}
		lines = append(lines, fmt.Sprintf("%s\t%s\t%s\t%s\t1.%d\n", op.path, op.method, found.place, found.name, version))
	}
	sort.Strings(lines)

	var table bytes.Buffer
	table.WriteString(parametersHeader)
	for _, line := range lines {
		path, rest, _ := strings.Cut(line, "\t")
		method, rest, _ := strings.Cut(rest, "\t")
		table.WriteString(method + "\t" + path + "\t" + rest)
	}
	return table.Bytes(), nil
}

// addReads adds what the handlers of an engine read.
func addReads(parameters *parameters, engine engine) error {
	dir, err := moduleDir(engine.module)
	if err != nil {
		return err
	}
	api, err := moduleDir(apiModule)
	if err != nil {
		return err
	}
	source := newSources(dir, api)
	first := engine.version
	if engine == engines()[0] {
		first = oldestMinor
	}

	root := filepath.Join(dir, filepath.FromSlash(engine.routers))
	routers, err := os.ReadDir(root)
	if err != nil {
		return err
	}
	for _, router := range routers {
		if !router.IsDir() {
			continue
		}
		if err := addRouterReads(parameters, source, filepath.Join(root, router.Name()), first); err != nil {
			return err
		}
	}
	return errors.Join(addFilterKeys(parameters, source, first), addBodyFields(parameters, source, engine, first))
}
