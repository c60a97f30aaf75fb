package plugin

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// What Traefik loads is what git tracks, in all packages of the plugin but the
// module e2e.
func TestCopy(t *testing.T) {
	root, dst := t.TempDir(), t.TempDir()
	write(t, root, "go.mod", ".traefik.yml", "filter.go", "deleted.go", "internal/match/match.go",
		"internal/match/glob/glob.go", "internal/e2e/word.go", "e2e/go.mod", "e2e/internal/plugin/plugin.go")
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}} {
		if out, err := exec.Command("git", append([]string{"-C", root}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write(t, root, "untracked.go", "internal/match/untracked.go")
	if err := os.Remove(filepath.Join(root, "deleted.go")); err != nil {
		t.Fatal(err)
	}

	if err := Copy(root, dst); err != nil {
		t.Fatal(err)
	}
	want := []string{
		".traefik.yml", "filter.go", "go.mod", "internal/e2e/word.go", "internal/match/glob/glob.go", "internal/match/match.go",
	}
	if got := files(t, dst); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestCopyNothing(t *testing.T) {
	root := t.TempDir()
	if out, err := exec.Command("git", "-C", root, "init", "-q").CombinedOutput(); err != nil {
		t.Fatalf("git init: %v\n%s", err, out)
	}
	if err := Copy(root, t.TempDir()); err == nil {
		t.Error("got no error for a repository without files")
	}
}

// write makes files that have their names as contents.
func write(t *testing.T, root string, names ...string) {
	t.Helper()
	for _, name := range names {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// files lists the files below root, and checks that they are what write wrote.
func files(t *testing.T, root string) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(root, name))
		if string(data) != name {
			t.Errorf("%s: got %q", name, data)
		}
		names = append(names, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
