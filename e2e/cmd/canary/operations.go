package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// operation is one line of testdata/operations.tsv, with the reference in its
// path named after the kind of object that it means: "/containers/{container}/json".
type operation struct {
	id     string // operationId, or METHOD and path if it has none
	method string
	path   string
}

// families are the kinds of the objects by the first segment of the path.
var families = map[string]kind{
	"containers": container, "exec": exec, "images": image, "distribution": image,
	"networks": network, "volumes": volume, "services": service, "tasks": task,
	"configs": config, "secrets": secret, "nodes": other, "plugins": other,
}

// readOperations reads the table of all operations.
func readOperations(file string) ([]operation, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()

	var ops []operation
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) < 3 {
			return nil, fmt.Errorf("%s: %q has no three columns", file, line)
		}
		op := operation{id: fields[2], method: fields[0], path: namedPath(fields[1])}
		if op.id == "-" {
			op.id = op.method + " " + fields[1]
		}
		ops = append(ops, op)
	}
	if len(ops) < 100 {
		return nil, fmt.Errorf("%s: only %d operations", file, len(ops))
	}
	return ops, nil
}

// namedPath names the first parameter of a path template after its kind, and
// puts a word in the place of any further one.
func namedPath(template string) string {
	segments := strings.Split(template, "/")
	kind, ok := families[segments[1]]
	if !ok {
		kind = other
	}
	for i, segment := range segments {
		if !strings.HasPrefix(segment, "{") {
			continue
		}
		if strings.Contains(strings.Join(segments[:i], "/"), "{") {
			segments[i] = "cp1"
			continue
		}
		segments[i] = kind.placeholder()
	}
	return strings.Join(segments, "/")
}
