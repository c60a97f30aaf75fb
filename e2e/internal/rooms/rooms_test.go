package rooms

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

func TestRings(t *testing.T) {
	for _, tt := range []struct {
		name, files string
		want        [][]string
	}{
		{"down only", `
-- a.go --
package p
func a() { b(); c() }
-- b.go --
package p
func b() { c() }
-- c.go --
package p
func c() {}
`, nil},
		{"both ways, by other functions", `
-- a.go --
package p
func a() { b() }
func helper() {}
-- b.go --
package p
func b() { helper() }
`, [][]string{{"a.go", "b.go"}}},
		{"three in a ring, and who calls it", `
-- a.go --
package p
func a() { b() }
-- b.go --
package p
func b() { c() }
-- c.go --
package p
func c() { a() }
-- top.go --
package p
func top() { a(); leaf() }
-- zleaf.go --
package p
func leaf() {}
`, [][]string{{"a.go", "b.go", "c.go"}}},
		{"two rings, one above the other", `
-- a.go --
package p
func a() { b(); c() }
-- b.go --
package p
func b() { a() }
-- c.go --
package p
func c() { d() }
-- d.go --
package p
func d() { c() }
`, [][]string{{"a.go", "b.go"}, {"c.go", "d.go"}}},
		{"methods, of an instance too", `
-- a.go --
package p
type T[K any] struct{}
func (t *T[K]) up() { t.down() }
-- b.go --
package p
func (t *T[K]) down() { (&T[int]{}).up() }
`, [][]string{{"a.go", "b.go"}}},
		{"a function in a table", `
-- a.go --
package p
var table = []func(){b}
func lookup() func() { return nil }
-- b.go --
package p
func b() { lookup() }
`, [][]string{{"a.go", "b.go"}}},
		{"recursion in one file", `
-- a.go --
package p
func even(n int) bool { return n == 0 || odd(n-1) }
func odd(n int) bool { return n != 0 && even(n-1) }
`, nil},
		{"types and variables are no calls", `
-- a.go --
package p
type A struct{ b *B }
var one = two
-- b.go --
package p
type B struct{ a *A }
var two = 2
func (b *B) set() { _ = one }
`, nil},
		{"through an interface", `
-- a.go --
package p
type doer interface{ do() }
func a(d doer) { d.do() }
-- b.go --
package p
type b struct{}
func (x b) do() { a(x) }
`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got [][]string
			for _, ring := range parse(t, tt.files).Rings() {
				got = append(got, ring.Files)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// parse makes a package of the files in an archive.
func parse(t *testing.T, archive string) *Room {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	for _, f := range txtar.Parse([]byte(archive)).Files {
		file, err := parser.ParseFile(fset, f.Name, f.Data, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	room, err := check("p", fset, files, nil)
	if err != nil {
		t.Fatal(err)
	}
	return room
}

func TestRingString(t *testing.T) {
	rings := parse(t, `
-- a.go --
package p
func a() {
	b()
	b()
}
func helper() {}
-- b.go --
package p
var again = helper
func b() {}
`).Rings()
	want := `2 files call each other in a circle: a.go b.go
	a.go → b.go: a calls b in line 3, and 1 more
	b.go → a.go: a declaration calls helper in line 2`
	if len(rings) != 1 || rings[0].String() != want {
		t.Errorf("got %v, want %s", rings, want)
	}
}

// A module as the plugin's, with a package in each place that is not to be
// read, and all that Check and Know are to find.
const module = `
-- go.mod --
module example.com/m/x

go 1.20
-- face.go --
package x

import "example.com/m/x/internal/upper"

var _ = upper.F
-- face_test.go --
package x

import _ "example.com/m/x/internal/fake"
-- internal/upper/upper.go --
package upper

import "example.com/m/x/internal/lower"

func F() { lower.F() }
-- internal/lower/lower.go --
package lower

import "net/http/httptest"

func F() { httptest.NewRecorder() }
-- internal/fake/fake.go --
package fake

import _ "example.com/m/x/internal/lower"
-- internal/lower/testdata/broken.go --
package
-- nested/go.mod --
module example.com/m/x/nested
-- nested/nested.go --
package
-- docs/page.md --
no package
`

func TestLoad(t *testing.T) {
	rooms := load(t, module)
	var got []string
	for _, r := range rooms {
		got = append(got, r.Name+": "+strings.Join(r.Imports, " "))
	}
	want := []string{".: internal/upper", "internal/fake: internal/lower", "internal/lower: net/http/httptest", "internal/upper: internal/lower"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLoadBroken(t *testing.T) {
	for _, tt := range []struct{ name, file, want string }{
		{"not Go", "package", "expected"},
		{"not typed", "package lower\n\nfunc F() { undefined() }\n", "undefined"},
		{"imports itself", "package lower\n\nimport _ \"example.com/m/x/internal/upper\"\n\nfunc F() {}\n", "imports itself"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := write(t, module)
			if err := os.WriteFile(filepath.Join(dir, "internal", "lower", "lower.go"), []byte(tt.file), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestArrows(t *testing.T) {
	rooms := load(t, module)
	for _, tt := range []struct {
		name   string
		arrows Arrows
		want   []string
	}{
		{"all allowed", Arrows{".": {"internal/upper"}, "internal/upper": {"internal/lower"}, "internal/fake": {"internal/lower"}, "internal/lower": {}}, nil},
		{"up", Arrows{".": {"internal/upper"}, "internal/upper": {}, "internal/fake": {"internal/lower"}, "internal/lower": {"internal/upper"}},
			[]string{"internal/upper must not import internal/lower"}},
		{"no entry", Arrows{".": {"internal/upper"}, "internal/upper": {"internal/lower"}, "internal/lower": {}},
			[]string{"internal/fake has no entry in the table of arrows"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.arrows.Check(rooms); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestKnow(t *testing.T) {
	rooms := load(t, module)
	if got := Know(rooms, []string{"internal/lower"}, "net/http"); len(got) != 1 || !strings.Contains(got[0], "net/http/httptest") {
		t.Errorf("got %q, want one line about net/http/httptest", got)
	}
	if got := Know(rooms, []string{"internal/upper"}, "net/http"); got != nil {
		t.Errorf("got %q for a room that imports it by way of another", got)
	}
}

func load(t *testing.T, archive string) []*Room {
	t.Helper()
	rooms, err := Load(write(t, archive))
	if err != nil {
		t.Fatal(err)
	}
	return rooms
}

func write(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
