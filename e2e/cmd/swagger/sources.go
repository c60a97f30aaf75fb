package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// sources are the packages of an engine, each parsed once.
type sources struct {
	dir      string // of the engine's module
	api      string // of the module with the API's types, for engines that have them apart
	packages map[string]*pkg
}

// pkg is one parsed package without its tests.
type pkg struct {
	dir   string
	files []*ast.File
	funcs map[string]*ast.FuncDecl // functions and methods, by their names
}

func newSources(dir, api string) *sources {
	return &sources{dir: dir, api: api, packages: map[string]*pkg{}}
}

// load parses the package in a folder; nil: there is none.
func (s *sources) load(dir string) (*pkg, error) {
	if p, ok := s.packages[dir]; ok {
		return p, nil
	}
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := &pkg{dir: dir, funcs: map[string]*ast.FuncDecl{}}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_windows.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p.add(file)
	}
	s.packages[dir] = p
	return p, nil
}

func (p *pkg) add(file *ast.File) {
	p.files = append(p.files, file)
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil {
			p.funcs[f.Name.Name] = f
		}
	}
}

// imported returns the package that a file imports under a name; nil: it is in
// no module whose types are read.
func (s *sources) imported(file *ast.File, name string) (*pkg, error) {
	for _, spec := range file.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		alias := path[strings.LastIndexByte(path, '/')+1:]
		if spec.Name != nil {
			alias = spec.Name.Name
		}
		if alias != name {
			continue
		}
		for prefix, dir := range map[string]string{"github.com/docker/docker/": s.dir, "github.com/moby/moby/v2/": s.dir, "github.com/moby/moby/api/": s.api} {
			if rest, ok := strings.CutPrefix(path, prefix); ok {
				return s.load(filepath.Join(dir, filepath.FromSlash(rest)))
			}
		}
		return nil, nil
	}
	return nil, fmt.Errorf("%s is not imported by package %s", name, file.Name.Name)
}

// declared returns the declaration of a type, variable or function of a package,
// and its file.
func (p *pkg) declared(name string) (ast.Node, *ast.File) {
	for _, file := range p.files {
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Name.Name == name {
					return decl, file
				}
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					if specName(spec) == name {
						return spec, file
					}
				}
			}
		}
	}
	return nil, nil
}

// specName is the first name that a type or variable declaration declares.
func specName(spec ast.Spec) string {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		return spec.Name.Name
	case *ast.ValueSpec:
		return spec.Names[0].Name
	}
	return ""
}
