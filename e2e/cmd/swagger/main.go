// Swagger writes testdata/operations.tsv, the list of every operation of the
// Docker Engine API that a supported engine may serve.
//
// It reads two kinds of sources, both from the Go module proxy: the API
// descriptions of every version since 1.24, which one release of
// github.com/moby/moby/api holds together, and the route tables of the engines
// that speak those versions, because they serve routes that no description
// mentions. Run it from the e2e module:
//
//	go run ./cmd/swagger         # rewrites ../testdata/operations.tsv
//	go run ./cmd/swagger -check  # exits 1 when that file is stale
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
)

func main() {
	out := flag.String("o", "../testdata/operations.tsv", "the `file` to write or check")
	check := flag.Bool("check", false, "compare the file with the sources instead of writing it")
	flag.Parse()

	if err := run(*out, *check); err != nil {
		fmt.Fprintln(os.Stderr, "swagger:", err)
		os.Exit(1)
	}
}

// run builds the table and writes it to path or, with check, compares it with
// what path holds.
func run(path string, check bool) error {
	table, err := buildTable()
	if err != nil {
		return err
	}

	if !check {
		return os.WriteFile(path, table, 0o644)
	}

	have, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(have, table) {
		return fmt.Errorf("%s is stale: run go run ./cmd/swagger in e2e/", path)
	}
	return nil
}

// buildTable reads all sources and formats the operations that they name.
func buildTable() ([]byte, error) {
	operations := newOperations()

	if err := addDescriptions(operations); err != nil {
		return nil, err
	}
	for _, engine := range engines() {
		if err := addRoutes(operations, engine); err != nil {
			return nil, err
		}
	}
	return operations.format(), nil
}
