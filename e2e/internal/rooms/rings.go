package rooms

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
)

// A Ring is a set of files of one package, each of which reaches every other
// one by calls: none can be read, or moved, without the rest.
type Ring struct {
	Files []string
	Calls []Call // those between its files
}

// A Call is a place in a file where a function of another file of the package
// is called, or named to be called later.
type Call struct {
	From, To     string // files
	Line         int
	Caller, Func string
}

// String lists the ring's files, and for every arrow between two of them its
// first call.
func (r Ring) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d files call each other in a circle: %s", len(r.Files), strings.Join(r.Files, " "))
	count := map[[2]string]int{}
	for _, c := range r.Calls {
		count[[2]string{c.From, c.To}]++
	}
	for _, c := range r.Calls {
		arrow := [2]string{c.From, c.To}
		if count[arrow] == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n\t%s → %s: %s calls %s in line %d", c.From, c.To, c.Caller, c.Func, c.Line)
		if count[arrow] > 1 {
			fmt.Fprintf(&b, ", and %d more", count[arrow]-1)
		}
		count[arrow] = 0
	}
	return b.String()
}

// Rings finds the circles of calls between the package's files. A call through
// an interface goes to nobody in particular, and makes none.
func (r *Room) Rings() []Ring {
	calls := r.calls()
	callees := map[string][]string{}
	for _, c := range calls {
		callees[c.From] = append(callees[c.From], c.To)
	}
	reached := map[string]map[string]bool{}
	for file := range callees {
		reached[file] = reach(file, callees)
	}
	var rings []Ring
	done := map[string]bool{}
	for _, f := range r.files {
		file := r.file(f.Pos())
		if done[file] || !reached[file][file] {
			continue
		}
		var ring Ring
		for other := range reached[file] {
			if reached[other][file] {
				ring.Files = append(ring.Files, other)
				done[other] = true
			}
		}
		slices.Sort(ring.Files)
		for _, c := range calls {
			if slices.Contains(ring.Files, c.From) && slices.Contains(ring.Files, c.To) {
				ring.Calls = append(ring.Calls, c)
			}
		}
		rings = append(rings, ring)
	}
	return rings
}

// reach is the set of files that are called from start, itself only when a
// call comes back to it.
func reach(start string, callees map[string][]string) map[string]bool {
	reached := map[string]bool{}
	next := slices.Clone(callees[start])
	for len(next) > 0 {
		file := next[0]
		next = next[1:]
		if !reached[file] {
			reached[file] = true
			next = append(next, callees[file]...)
		}
	}
	return reached
}

// calls lists the calls from one file to another, in the order of the source.
func (r *Room) calls() []Call {
	var calls []Call
	for _, file := range r.files {
		for _, decl := range file.Decls {
			ast.Inspect(decl, func(n ast.Node) bool {
				ident, ok := n.(*ast.Ident)
				if !ok {
					return true
				}
				called, ok := r.info.Uses[ident].(*types.Func)
				if !ok || called.Pkg() != r.types || abstract(called) {
					return true
				}
				from, to := r.file(ident.Pos()), r.file(called.Origin().Pos())
				if from != to {
					line := r.fset.Position(ident.Pos()).Line
					calls = append(calls, Call{From: from, To: to, Line: line, Caller: caller(decl), Func: called.Name()})
				}
				return true
			})
		}
	}
	return calls
}

// abstract tells whether a method is an interface's.
func abstract(f *types.Func) bool {
	recv := f.Signature().Recv()
	return recv != nil && types.IsInterface(recv.Type())
}

func (r *Room) file(pos token.Pos) string { return filepath.Base(r.fset.Position(pos).Filename) }

// caller names the declaration that a call stands in.
func caller(decl ast.Decl) string {
	if f, ok := decl.(*ast.FuncDecl); ok {
		return f.Name.Name
	}
	return "a declaration"
}
