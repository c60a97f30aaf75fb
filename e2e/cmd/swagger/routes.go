package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
)

// engine is a release of dockerd whose route tables are read.
type engine struct {
	module  string // module and version on the module proxy
	routers string // the folder of its route tables
	version int    // the newest API version that it speaks
}

// engines lists one release of every supported engine, oldest first.
func engines() []engine {
	const docker, routers = "github.com/docker/docker@", "api/server/router"
	return []engine{
		{docker + "v17.12.0-ce-rc1.0.20200916142827-bd33bbf0497b+incompatible", routers, 40}, // 19.03.13
		{docker + "v20.10.27+incompatible", routers, 41},
		{docker + "v23.0.5+incompatible", routers, 42},
		{docker + "v24.0.9+incompatible", routers, 43},
		{docker + "v25.0.6+incompatible", routers, 44},
		{docker + "v26.1.4+incompatible", routers, 45},
		{docker + "v27.5.0+incompatible", routers, 47},
		{docker + "v28.5.2+incompatible", routers, 51},
		{"github.com/moby/moby/v2@v2.0.0-beta.24", "daemon/server/router", 56}, // 29
	}
}

// addRoutes adds every route that the engine registers. A route of the oldest
// engine counts as served since the oldest version, since an engine serves all
// its routes for all versions; a newer engine's since that engine's version,
// unless the table states a minimum.
func addRoutes(operations *operations, engine engine) error {
	dir, err := moduleDir(engine.module)
	if err != nil {
		return err
	}

	first := engine.version
	if engine == engines()[0] {
		first = oldestMinor
	}

	files := token.NewFileSet()
	root := filepath.Join(dir, filepath.FromSlash(engine.routers))
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		return addFileRoutes(operations, file, first, engine.version)
	})
}

// addFileRoutes adds the routes of one source file.
func addFileRoutes(operations *operations, file *ast.File, first, last int) error {
	return eachRoute(file, func(method, path string, args []ast.Expr) {
		operations.addRouted(method, path, minimum(args[1:], first), last)
	})
}

// eachRoute passes on the routes of one source file, in their order: the calls
// of the form router.NewGetRoute("/path", handler, options...). args are those
// after the path.
func eachRoute(file *ast.File, found func(method, path string, args []ast.Expr)) error {
	var failed error
	ast.Inspect(file, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		name := selected(call.Fun)
		verb, isRoute := strings.CutSuffix(strings.TrimPrefix(name, "New"), "Route")
		if !isRoute || !strings.HasPrefix(name, "New") || verb == "" || len(call.Args) < 2 {
			return true
		}

		path, err := text(call.Args[0])
		if err != nil {
			failed = fmt.Errorf("%s in package %s: %w", name, file.Name.Name, err)
			return false
		}
		// Older engines add the debug routes' prefix where they mount them.
		if file.Name.Name == "debug" && !strings.HasPrefix(path, "/debug") {
			path = "/debug" + path
		}
		found(strings.ToUpper(verb), path, call.Args[1:])
		return true
	})
	return failed
}

// minimum returns the version of a router.WithMinimumAPIVersion("1.NN") among a
// route's options, or fallback if there is none.
func minimum(options []ast.Expr, fallback int) int {
	for _, option := range options {
		call, ok := option.(*ast.CallExpr)
		if !ok || selected(call.Fun) != "WithMinimumAPIVersion" || len(call.Args) != 1 {
			continue
		}
		version, err := text(call.Args[0])
		if err != nil {
			continue
		}
		if minor, err := strconv.Atoi(strings.TrimPrefix(version, "1.")); err == nil {
			return minor
		}
	}
	return fallback
}

// selected returns the name after the dot of an expression such as
// router.NewGetRoute, or "" for any other.
func selected(expr ast.Expr) string {
	selector, ok := expr.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	return selector.Sel.Name
}

// text returns the value of a string literal.
func text(expr ast.Expr) (string, error) {
	literal, ok := expr.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", fmt.Errorf("not a string literal: %T", expr)
	}
	return strconv.Unquote(literal.Value)
}
