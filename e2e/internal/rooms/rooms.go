// Package rooms reads how a module is built: which of its packages imports
// which, and which files of a package call each other in a circle.
package rooms

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// A Room is one package of the module, without its tests.
type Room struct {
	Name    string   // path in the module, "." for its root
	Imports []string // packages: names of rooms, and paths of other packages
	fset    *token.FileSet
	files   []*ast.File
	info    *types.Info
	types   *types.Package
}

// Load reads all packages of the module at dir, in the order of their names.
// Modules within it are left out.
func Load(dir string) ([]*Room, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	l := loader{
		module: modfile.ModulePath(raw), dir: dir, fset: fset,
		std: importer.ForCompiler(fset, "gc", nil), rooms: map[string]*Room{},
	}
	var rooms []*Room
	err = filepath.WalkDir(dir, func(folder string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if folder != dir && outside(folder) {
			return filepath.SkipDir
		}
		name, err := filepath.Rel(dir, folder)
		if err != nil {
			return err
		}
		room, err := l.load(filepath.ToSlash(name))
		var none *build.NoGoError
		if errors.As(err, &none) {
			return nil
		}
		rooms = append(rooms, room)
		return err
	})
	return rooms, err
}

// outside tells whether a folder below the module's root is none of its
// packages, as the go command sees it.
func outside(folder string) bool {
	base := filepath.Base(folder)
	if base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return err == nil
}

// loader checks each package once, those that it imports first.
type loader struct {
	module, dir string
	fset        *token.FileSet
	std         types.Importer
	rooms       map[string]*Room
}

// Import implements types.Importer.
func (l loader) Import(path string) (*types.Package, error) {
	name := l.name(path)
	if name == path {
		return l.std.Import(path)
	}
	room, err := l.load(name)
	if err != nil {
		return nil, err
	}
	return room.types, nil
}

// name is the room of an import path, or the path where it is none of ours.
func (l loader) name(importPath string) string {
	if importPath == l.module {
		return "."
	}
	return strings.TrimPrefix(importPath, l.module+"/")
}

func (l loader) load(name string) (*Room, error) {
	if room, ok := l.rooms[name]; ok {
		if room == nil {
			return nil, fmt.Errorf("%s imports itself", name)
		}
		return room, nil
	}
	l.rooms[name] = nil
	folder := filepath.Join(l.dir, filepath.FromSlash(name))
	found, err := build.ImportDir(folder, 0)
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, file := range found.GoFiles {
		parsed, err := parser.ParseFile(l.fset, filepath.Join(folder, file), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, parsed)
	}
	room, err := check(path.Join(l.module, name), l.fset, files, l)
	if err != nil {
		return nil, err
	}
	room.Name = name
	for _, imported := range found.Imports {
		room.Imports = append(room.Imports, l.name(imported))
	}
	l.rooms[name] = room
	return room, nil
}

// check resolves what the names in files mean.
func check(importPath string, fset *token.FileSet, files []*ast.File, imports types.Importer) (*Room, error) {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	checked, err := (&types.Config{Importer: imports}).Check(importPath, fset, files, info)
	if err != nil {
		return nil, err
	}
	return &Room{fset: fset, files: files, info: info, types: checked}, nil
}
