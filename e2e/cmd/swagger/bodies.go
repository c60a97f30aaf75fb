package main

import (
	"fmt"
	"go/ast"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
)

// bodySource is the handler that reads a JSON body.
type bodySource struct {
	shape, router, handler string
}

// bodySources lists the operations that are not refused by default. The body of
// ImageCommit is a container.Config, of which all is forwarded.
func bodySources() []bodySource {
	return []bodySource{
		{"POST /containers/{}/exec", "container", "postContainerExecCreate"},
		{"POST /containers/{}/update", "container", "postContainerUpdate"},
		{"POST /exec/{}/start", "container", "postContainerExecStart"},
		{"POST /networks/{}/connect", "network", "postNetworkConnect"},
		{"POST /networks/{}/disconnect", "network", "postNetworkDisconnect"},
	}
}

// addBodyFields adds the fields of the types that an engine decodes bodies into.
func addBodyFields(parameters *parameters, source *sources, engine engine, version int) error {
	for _, from := range bodySources() {
		p, err := source.load(filepath.Join(source.dir, filepath.FromSlash(engine.routers), from.router))
		if err != nil {
			return err
		}
		_, file := p.declared(from.handler)
		typ := bodyType(p.funcs[from.handler])
		if typ == nil {
			return fmt.Errorf("%s: %s reads no body", from.shape, from.handler)
		}
		fields, err := source.fields(p, file, typ, "", 0)
		if err != nil {
			return fmt.Errorf("%s: %w", from.shape, err)
		}
		if len(fields) == 0 {
			return fmt.Errorf("%s: %s decodes no fields", from.shape, from.handler)
		}
		for _, name := range fields {
			parameters.adopt(parameter{from.shape, inBody, name}, version)
		}
	}
	return nil
}

// bodyType returns the type of the variable that a handler decodes the body into.
func bodyType(handler *ast.FuncDecl) ast.Expr {
	if handler == nil {
		return nil
	}
	target := ""
	types := map[string]ast.Expr{}
	ast.Inspect(handler.Body, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.ValueSpec:
			types[node.Names[0].Name] = node.Type
		case *ast.AssignStmt:
			if ident, ok := node.Lhs[0].(*ast.Ident); ok {
				if literal, ok := pointee(node.Rhs[0]).(*ast.CompositeLit); ok {
					types[ident.Name] = literal.Type
				}
			}
		case *ast.CallExpr:
			if name := selected(node.Fun); len(node.Args) > 0 && (name == "ReadJSON" || name == "Decode") {
				if ident, ok := pointee(node.Args[len(node.Args)-1]).(*ast.Ident); ok {
					target = ident.Name
				}
			}
		}
		return true
	})
	return types[target]
}

// pointee is x for &x, and any other expression itself.
func pointee(expr ast.Expr) ast.Expr {
	if unary, ok := expr.(*ast.UnaryExpr); ok {
		return unary.X
	}
	return expr
}

// maxFieldDepth bounds types that hold themselves.
const maxFieldDepth = 4

// fields returns the JSON names of a type's fields, and of the structs in them;
// none if it is no struct, or of a module that is not read.
func (s *sources) fields(p *pkg, file *ast.File, typ ast.Expr, prefix string, depth int) ([]string, error) {
	switch typ := typ.(type) {
	case *ast.StarExpr:
		return s.fields(p, file, typ.X, prefix, depth)
	case *ast.SelectorExpr:
		ident, ok := typ.X.(*ast.Ident)
		if !ok {
			return nil, nil
		}
		other, err := s.imported(file, ident.Name)
		if err != nil || other == nil {
			return nil, err
		}
		return s.fields(other, nil, typ.Sel, prefix, depth)
	case *ast.Ident:
		spec, in := p.declared(typ.Name)
		if named, ok := spec.(*ast.TypeSpec); ok && depth < maxFieldDepth {
			return s.fields(p, in, named.Type, prefix, depth+1)
		}
	case *ast.StructType:
		return s.structFields(p, file, typ, prefix, depth)
	}
	return nil, nil
}

func (s *sources) structFields(p *pkg, file *ast.File, typ *ast.StructType, prefix string, depth int) ([]string, error) {
	var names []string
	for _, field := range typ.Fields.List {
		for _, name := range jsonNames(field) {
			within := prefix
			if name != "" {
				names = append(names, prefix+name)
				within = prefix + name + "/"
			}
			inner, err := s.fields(p, file, field.Type, within, depth)
			if err != nil {
				return nil, err
			}
			names = append(names, inner...)
		}
	}
	return names, nil
}

// jsonNames returns the names of a field in JSON; an empty one stands for a
// struct whose fields are those of the outer one.
func jsonNames(field *ast.Field) []string {
	tag := ""
	if field.Tag != nil {
		unquoted, err := strconv.Unquote(field.Tag.Value)
		if err == nil {
			tag, _, _ = strings.Cut(reflect.StructTag(unquoted).Get("json"), ",")
		}
	}
	switch {
	case tag == "-":
		return nil
	case tag != "":
		return []string{tag}
	case len(field.Names) == 0:
		return []string{""}
	}
	var names []string
	for _, name := range field.Names {
		if name.IsExported() {
			names = append(names, name.Name)
		}
	}
	return names
}
