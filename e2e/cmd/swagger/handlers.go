package main

import (
	"errors"
	"fmt"
	"go/ast"
	"path/filepath"
)

// addRouterReads adds the query parameters that the handlers of a router read.
func addRouterReads(parameters *parameters, source *sources, dir string, version int) error {
	router, err := source.load(dir)
	if err != nil || router == nil {
		return err
	}
	utils, err := source.load(filepath.Join(filepath.Dir(filepath.Dir(dir)), "httputils"))
	if err != nil {
		return err
	}
	for _, file := range router.files {
		var failed error
		err := eachRoute(file, func(method, path string, args []ast.Expr) {
			reads := &reads{router: router, utils: utils, seen: map[*ast.FuncDecl]bool{}}
			reads.function(router, selected(args[0]))
			for _, name := range reads.names {
				parameters.adopt(parameter{shape(method, path), inQuery, name}, version)
			}
			// What is refused by default does not need the last parameter.
			if reads.computed != "" && file.Name.Name != "build" {
				failed = fmt.Errorf("%s %s: %s reads a parameter whose name is computed", method, path, reads.computed)
			}
		})
		if err := errors.Join(err, failed); err != nil {
			return err
		}
	}
	return nil
}

// reads collects the parameters that a handler and the functions that it hands
// the request to read.
type reads struct {
	router, utils *pkg
	seen          map[*ast.FuncDecl]bool
	names         []string
	computed      string // a function of the router that reads a parameter without a literal name
}

// function looks at a function of a package.
func (r *reads) function(p *pkg, name string) {
	f := p.funcs[name]
	if f == nil || r.seen[f] {
		return
	}
	r.seen[f] = true
	ast.Inspect(f.Body, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.CallExpr:
			r.call(p, f, node)
		case *ast.IndexExpr:
			if isForm(node.X) {
				r.read(p, f, node.Index)
			}
		}
		return true
	})
}

// call looks at a call: of r.Form.Get and its like, of httputils.BoolValue and
// its like, or of a function that gets the request.
func (r *reads) call(p *pkg, in *ast.FuncDecl, call *ast.CallExpr) {
	name := selected(call.Fun)
	if ident, ok := call.Fun.(*ast.Ident); ok {
		name = ident.Name
	}
	if selector, ok := call.Fun.(*ast.SelectorExpr); ok && len(call.Args) == 1 {
		if (name == "Get" || name == "Has") && isForm(selector.X) || name == "FormValue" {
			r.read(p, in, call.Args[0])
			return
		}
	}
	if !getsRequest(call) {
		return
	}
	if len(call.Args) > 1 {
		if literal, err := text(call.Args[1]); err == nil {
			r.names = append(r.names, literal)
			return
		}
	}
	if selector, ok := call.Fun.(*ast.SelectorExpr); ok && isIdent(selector.X, "httputils") {
		r.function(r.utils, name)
		return
	}
	r.function(p, name)
}

// read records a read of a parameter.
func (r *reads) read(p *pkg, in *ast.FuncDecl, name ast.Expr) {
	literal, err := text(name)
	switch {
	case err == nil:
		r.names = append(r.names, literal)
	case p == r.router:
		r.computed = in.Name.Name
	}
}

// isForm reports whether an expression is r.Form or r.URL.Query().
func isForm(expr ast.Expr) bool {
	if call, ok := expr.(*ast.CallExpr); ok {
		return selected(call.Fun) == "Query"
	}
	return selected(expr) == "Form"
}

// getsRequest reports whether a call hands on the request, which all handlers
// call r.
func getsRequest(call *ast.CallExpr) bool {
	for _, arg := range call.Args {
		if isIdent(arg, "r") || selected(arg) == "Form" {
			return true
		}
	}
	return false
}

func isIdent(expr ast.Expr, name string) bool {
	ident, ok := expr.(*ast.Ident)
	return ok && ident.Name == name
}
