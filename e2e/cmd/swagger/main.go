// Swagger writes testdata/operations.tsv, the list of every operation of the
// Docker Engine API that a supported engine may serve, and
// testdata/parameters.tsv, the list of what a client can say to each.
//
// It reads two kinds of sources, both from the Go module proxy: the API
// descriptions of every version since 1.24, which one release of
// github.com/moby/moby/api holds together, and the route tables of the engines
// that speak those versions, because they serve routes that no description
// mentions. Parameters come from the descriptions and from the same engines: what
// their handlers read, the filter keys that they accept, the types of the bodies.
// Run it from the e2e module:
//
//	go run ./cmd/swagger         # rewrites the tables in ../testdata
//	go run ./cmd/swagger -check  # exits 1 when one is stale
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("o", "../testdata", "the `folder` of the tables to write or check")
	check := flag.Bool("check", false, "compare the tables with the sources instead of writing them")
	flag.Parse()

	if err := run(*out, *check); err != nil {
		fmt.Fprintln(os.Stderr, "swagger:", err)
		os.Exit(1)
	}
}

// run builds the tables and writes them to the folder or, with check, compares
// them with what it holds.
func run(dir string, check bool) error {
	tables, err := buildTables()
	if err != nil {
		return err
	}
	for name, table := range tables {
		path := filepath.Join(dir, name)
		if !check {
			if err := os.WriteFile(path, table, 0o644); err != nil {
				return err
			}
			continue
		}
		have, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Equal(have, table) {
			return fmt.Errorf("%s is stale: run go run ./cmd/swagger in e2e/", path)
		}
	}
	return nil
}

// buildTables reads all sources and formats what they name, by the names of the
// files.
func buildTables() (map[string][]byte, error) {
	operations, parameters := newOperations(), newParameters()

	if err := addDescriptions(operations, parameters); err != nil {
		return nil, err
	}
	for _, engine := range engines() {
		if err := addRoutes(operations, engine); err != nil {
			return nil, err
		}
		if err := addReads(parameters, engine); err != nil {
			return nil, fmt.Errorf("%s: %w", engine.module, err)
		}
	}
	said, err := parameters.format(operations)
	return map[string][]byte{"operations.tsv": operations.format(), "parameters.tsv": said}, err
}
