package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

// apiModule holds the description of every API version up to its own: as
// Markdown up to 1.24 and as Swagger from there on.
const apiModule = "github.com/moby/moby/api@v1.56.1"

// addDescriptions adds the operations of every described version, oldest first.
// Version 1.24 comes last: its Markdown has neither operationIds nor exact
// templates and takes both from the versions after it.
func addDescriptions(operations *operations, parameters *parameters) error {
	dir, err := moduleDir(apiModule)
	if err != nil {
		return err
	}

	for version := oldestMinor + 1; ; version++ {
		content, err := os.ReadFile(filepath.Join(dir, "docs", fmt.Sprintf("v1.%d.yaml", version)))
		if errors.Is(err, fs.ErrNotExist) && version > oldestMinor+1 {
			break
		}
		if err != nil {
			return err
		}
		if err := addSwagger(operations, parameters, content, version); err != nil {
			return fmt.Errorf("API 1.%d: %w", version, err)
		}
	}

	content, err := os.ReadFile(filepath.Join(dir, "docs", fmt.Sprintf("v1.%d.md", oldestMinor)))
	if err != nil {
		return err
	}
	addMarkdown(operations, string(content), oldestMinor)
	return nil
}

// addSwagger adds the operations of a Swagger description and their parameters.
func addSwagger(operations *operations, parameters *parameters, content []byte, version int) error {
	var description struct {
		Paths map[string]map[string]yaml.Node `yaml:"paths"`
	}
	if err := yaml.Unmarshal(content, &description); err != nil {
		return err
	}

	for path, verbs := range description.Paths {
		for verb, node := range verbs {
			if !isVerb(verb) {
				continue
			}
			var item struct {
				OperationID string `yaml:"operationId"`
				Parameters  []describedParameter
			}
			if err := node.Decode(&item); err != nil {
				return fmt.Errorf("%s %s: %w", verb, path, err)
			}
			operations.addDescribed(strings.ToUpper(verb), path, item.OperationID, version)
			for _, p := range item.Parameters {
				if p.In == "query" {
					parameters.describe(parameter{shape(strings.ToUpper(verb), path), inQuery, p.Name}, version)
				}
			}
		}
	}
	return nil
}

// describedParameter is a parameter in a Swagger description.
type describedParameter struct{ Name, In string }

// isVerb tells a Swagger path item's operations from its other keys, such as
// parameters.
func isVerb(key string) bool {
	verbs := []string{"delete", "get", "head", "options", "patch", "post", "put"}
	at := sort.SearchStrings(verbs, key)
	return at < len(verbs) && verbs[at] == key
}

// addMarkdown adds the operations of a Markdown description, whose requests
// stand alone on a line between back quotes:
//
//	`GET /containers/(id or name)/json`
func addMarkdown(operations *operations, content string, version int) {
	request := regexp.MustCompile("(?m)^`(DELETE|GET|HEAD|POST|PUT) (?:/v1\\.24)?(/[^`?]*?)(?:\\?[^`]*)?(?: HTTP/1\\.1)?`$")
	placeholder := regexp.MustCompile(`\([a-z ]+\)`)

	for _, match := range request.FindAllStringSubmatch(content, -1) {
		method, path := match[1], match[2]
		template := operations.placed(method, placeholder.ReplaceAllString(path, "x"))
		if template == placeholder.ReplaceAllString(path, "x") {
			template = placeholder.ReplaceAllString(path, "{name}")
		}
		operations.addEarlier(method, template, version)
	}
}
