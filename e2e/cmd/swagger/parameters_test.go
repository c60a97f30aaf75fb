package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"
)

// parsed is a package of one file.
func parsed(t *testing.T, source string) *pkg {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "", "package x\n"+source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	p := &pkg{funcs: map[string]*ast.FuncDecl{}}
	p.add(file)
	return p
}

// Every way in which handlers read a parameter is seen, in functions that get
// the request, too.
func TestReads(t *testing.T) {
	utils := parsed(t, `
func BoolValue(r *http.Request, k string) bool { return r.FormValue(k) != "" }
func ArchiveFormValues(r *http.Request, vars map[string]string) string { return r.Form.Get("path") }`)
	tests := []struct {
		name, body string
		want       []string
		computed   bool
	}{
		{"get", `v := r.Form.Get("a")`, []string{"a"}, false},
		{"has", `_ = r.Form.Has("a")`, []string{"a"}, false},
		{"list", `v := r.Form["a"]`, []string{"a"}, false},
		{"form value", `v := r.FormValue("a")`, []string{"a"}, false},
		{"query", `v := r.URL.Query().Get("a")`, []string{"a"}, false},
		{"helper", `httputils.BoolValue(r, "a")`, []string{"a"}, false},
		{"helper with a name of its own", `httputils.ArchiveFormValues(r, vars)`, []string{"path"}, false},
		{"function of the package", `s.more(ctx, w, r)`, []string{"b"}, false},
		{"nothing", `_ = r.Header.Get("a")`, nil, false},
		{"computed", `_ = r.FormValue(name)`, nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			router := parsed(t, "func handler(r *http.Request) {"+tt.body+"}\nfunc (s *router) more(ctx, w, r) { _ = r.Form.Get(\"b\") }")
			got := &reads{router: router, utils: utils, seen: map[*ast.FuncDecl]bool{}}
			got.function(router, "handler")
			if !slices.Equal(got.names, tt.want) || (got.computed != "") != tt.computed {
				t.Errorf("got %q, computed %q", got.names, got.computed)
			}
		})
	}
}

// The fields of a body are those of the type that it is decoded into.
func TestBodyFields(t *testing.T) {
	for name, declaration := range map[string]string{
		"variable": "var body request", "pointer": "body := &request{}",
	} {
		t.Run(name, func(t *testing.T) {
			p := parsed(t, `
type request struct {
	Embedded
	Plain, Other string
	Tagged *inner `+"`json:\"tagged,omitempty\"`"+`
	Skipped int `+"`json:\"-\"`"+`
	hidden int
}
type Embedded struct { Memory int }
type inner struct { Name string; More []inner; Again *inner }
func handler(r *http.Request) { `+declaration+`; httputils.ReadJSON(r, &body) }`)
			got, err := newSources("", "").fields(p, p.files[0], bodyType(p.funcs["handler"]), "", maxFieldDepth-2)
			want := []string{"Memory", "Plain", "Other", "tagged", "tagged/Name", "tagged/More", "tagged/Again"}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		})
	}
}

// The filter keys are those of the map that the engine accepts.
func TestFilterKeys(t *testing.T) {
	p := parsed(t, `var accepted = map[string]bool{"a": true, "label!": true, "not": false}
func list() { accepted := map[string]bool{"b": true}; _ = accepted }`)
	for name, want := range map[string][]string{"accepted": {"a", "label!"}, "list": {"b"}, "none": nil} {
		if got := p.filterKeys(name); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
