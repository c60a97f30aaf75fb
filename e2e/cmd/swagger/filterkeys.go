package main

import (
	"fmt"
	"go/ast"
	"path/filepath"
	"strings"
)

// keySource is where the engines say which filter keys an operation has.
type keySource struct {
	shape string
	dirs  []string // of the packages that may say it; at least one does
	name  string   // of a variable or a function
}

// keySources lists the operations that are not refused by default.
func keySources() []keySource {
	cluster := []string{"daemon/cluster"}
	return []keySource{
		{"GET /containers/json", []string{"daemon"}, "acceptedPsFilterTags"},
		{"GET /events", []string{"daemon/events"}, "Include"},
		{"GET /images/json", []string{"daemon/images", "daemon/containerd"}, "acceptedImageFilterTags"},
		{"GET /images/search", []string{"daemon/images", "registry", "daemon/pkg/registry"}, "acceptedSearchFilterTags"},
		{"GET /networks", []string{"api/types/network", "daemon/network"}, "acceptedFilters"},
		{"GET /nodes", cluster, "newListNodesFilters"},
		{"GET /services", cluster, "GetServices"},
		{"GET /tasks", cluster, "newListTasksFilters"},
		{"GET /volumes", []string{"volume/service", "daemon/volume/service"}, "acceptedListFilters"},
	}
}

// addFilterKeys adds the filter keys of an engine.
func addFilterKeys(parameters *parameters, source *sources, version int) error {
	for _, from := range keySources() {
		count := 0
		for _, dir := range from.dirs {
			p, err := source.load(filepath.Join(source.dir, filepath.FromSlash(dir)))
			if err != nil {
				return err
			}
			for _, key := range p.filterKeys(from.name) {
				parameters.adopt(parameter{from.shape, inFilter, key}, version)
				count++
			}
		}
		if count == 0 {
			return fmt.Errorf("%s: no filter keys in %s of %s", from.shape, from.name, source.dir)
		}
	}
	return nil
}

// filterKeys returns the keys in a map[string]bool of a declaration. Events have
// none: dockerd asks for each key in a method of its own.
func (p *pkg) filterKeys(name string) []string {
	if p == nil {
		return nil
	}
	decl, file := p.declared(name)
	if decl == nil {
		return nil
	}
	if file.Name.Name == "events" {
		return askedKeys(file)
	}
	var keys []string
	ast.Inspect(decl, func(node ast.Node) bool {
		literal, ok := node.(*ast.CompositeLit)
		if !ok {
			return true
		}
		for _, element := range literal.Elts {
			pair, ok := element.(*ast.KeyValueExpr)
			if !ok || !isIdent(pair.Value, "true") {
				continue
			}
			if key, err := text(pair.Key); err == nil {
				keys = append(keys, key)
			}
		}
		return true
	})
	return keys
}

// askedKeys returns the keys that the methods of a filter of events ask for: as
// a literal, or as events.NodeEventType for "node".
func askedKeys(file *ast.File) []string {
	var keys []string
	ast.Inspect(file, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		for _, arg := range call.Args {
			if kind, ok := strings.CutSuffix(selected(arg), "EventType"); ok {
				keys = append(keys, strings.ToLower(kind))
			}
		}
		switch selected(call.Fun) {
		case "ExactMatch", "FuzzyMatch", "Contains", "MatchKVList", "filterContains":
			if key, err := text(call.Args[0]); err == nil {
				keys = append(keys, key)
			}
		}
		return true
	})
	return keys
}
