package e2e

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mitchellh/mapstructure"
	"github.com/traefik/paerser/file"
	"github.com/traefik/yaegi/interp"
	"github.com/traefik/yaegi/stdlib"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
	"github.com/docker-proxy-filter/dpf/e2e/internal/plugin"
)

// manifest is .traefik.yml as the analyser of Traefik's plugin catalog,
// traefik/piceus, reads it.
type manifest struct {
	DisplayName string
	Type        string
	Import      string
	BasePkg     string
	Summary     string
	IconPath    string
	TestData    map[string]any
}

func readManifest(t *testing.T) manifest {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(shared.Plugin, ".traefik.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := file.DecodeContent(string(raw), ".yaml", &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// What the analyser asks of manifest and module before it loads anything.
func TestCatalogManifest(t *testing.T) {
	m := readManifest(t)
	if m.DisplayName == "" || m.Type != "middleware" || m.Summary == "" || m.TestData == nil {
		t.Errorf("got %+v", m)
	}
	icon, err := os.Open(filepath.Join(shared.Plugin, m.IconPath))
	if err != nil {
		t.Fatal(err)
	}
	defer icon.Close()
	if size, err := png.DecodeConfig(icon); err != nil || size.Width != size.Height {
		t.Errorf("the icon: got %v, %v", size, err)
	}

	raw, err := os.ReadFile(filepath.Join(shared.Plugin, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse("go.mod", raw, nil)
	if err != nil {
		t.Fatal(err)
	}
	// A dependency would have to be vendored.
	if mod.Module.Mod.Path != plugin.Module || m.Import != plugin.Module || len(mod.Require) > 0 {
		t.Errorf("got module %s, import %s, requirements %v", mod.Module.Mod.Path, m.Import, mod.Require)
	}
}

// sources are the ways in which the plugin gets into the GOPATH that Traefik and
// the analyser give to Yaegi.
var sources = map[string]func(dst string) error{
	"local plugin": func(dst string) error { return plugin.Copy(shared.Plugin, dst) },
	"archive":      unpackArchive,
}

// release is the plugin's module as a tag would publish it.
var release = module.Version{Path: plugin.Module, Version: "v1.0.0"}

// makeArchive makes the archive that the Go module proxy makes of a tag.
func makeArchive() (file string, err error) {
	dir, err := os.MkdirTemp(shared.Dir, "archive-")
	if err != nil {
		return "", err
	}
	if err := plugin.Copy(shared.Plugin, filepath.Join(dir, "module")); err != nil {
		return "", err
	}
	archive, err := os.Create(filepath.Join(dir, "module.zip"))
	if err != nil {
		return "", err
	}
	if err := zip.CreateFromDir(archive, release, filepath.Join(dir, "module")); err != nil {
		return "", errors.Join(err, archive.Close())
	}
	return archive.Name(), archive.Close()
}

// unpackArchive unpacks as Traefik does what it gets from the catalog.
func unpackArchive(dst string) error {
	archive, err := makeArchive()
	if err != nil {
		return err
	}
	return zip.Unzip(dst, release, archive)
}

// Whatever the plugin is made of, the same packages and files of theirs are in
// the archive as in the repository.
func TestCatalogArchive(t *testing.T) {
	got := map[string][]string{}
	for source, put := range sources {
		dst := filepath.Join(t.TempDir(), "module")
		if err := put(dst); err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		err := filepath.WalkDir(dst, func(name string, _ fs.DirEntry, err error) error {
			if path.Ext(name) == ".go" {
				got[source] = append(got[source], strings.TrimPrefix(name, dst))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(got["archive"]) == 0 || !slices.Equal(got["archive"], got["local plugin"]) {
		t.Errorf("got files %q, in the archive %q", got["local plugin"], got["archive"])
	}
}

// The analyser loads the plugin with Yaegi alone, decodes testData into its
// configuration and calls New, all of it within ten seconds: here of the
// processor, which may have much else to do. A configuration that New refuses
// passes there and answers 503 to everybody, so that the handler has to serve as
// well.
func TestCatalogLoads(t *testing.T) {
	for source, put := range sources {
		t.Run(source, func(t *testing.T) {
			m := readManifest(t)
			goPath := t.TempDir()
			if err := put(filepath.Join(goPath, "src", filepath.FromSlash(m.Import))); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(context.Background(), again.Patient.Last())
			defer cancel()
			began := processorTime(t)
			next := http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Api-Version", "1.41")
				_, _ = rw.Write([]byte("OK"))
			})
			handler, err := loadAsCatalog(ctx, goPath, m, next)
			if err != nil {
				t.Fatal(err)
			}
			if took := processorTime(t) - began; took > 10*time.Second {
				t.Errorf("loading took %s of the processor", took)
			}
			rw := httptest.NewRecorder()
			handler.ServeHTTP(rw, httptest.NewRequest(http.MethodGet, "/_ping", nil))
			if rw.Code != http.StatusOK || rw.Body.String() != "OK" {
				t.Errorf("got %d %s", rw.Code, rw.Body)
			}
			rw = httptest.NewRecorder()
			handler.ServeHTTP(rw, httptest.NewRequest(http.MethodPost, "/containers/web/stop", nil))
			if rw.Code != http.StatusForbidden {
				t.Errorf("got %d %s, want 403: testData says operations: [read]", rw.Code, rw.Body)
			}
		})
	}
}

// loadAsCatalog does what the analyser does with the sources in goPath.
func loadAsCatalog(ctx context.Context, goPath string, m manifest, next http.Handler) (http.Handler, error) {
	i := interp.New(interp.Options{GoPath: goPath})
	if err := i.Use(stdlib.Symbols); err != nil {
		return nil, err
	}
	if _, err := i.EvalWithContext(ctx, fmt.Sprintf("import %q", m.Import)); err != nil {
		return nil, fmt.Errorf("loading: %w", err)
	}
	pkg := m.BasePkg
	if pkg == "" {
		pkg = strings.ReplaceAll(path.Base(m.Import), "-", "_")
	}
	config, err := i.EvalWithContext(ctx, pkg+".CreateConfig()")
	if err != nil {
		return nil, fmt.Errorf("CreateConfig: %w", err)
	}
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		DecodeHook:       mapstructure.StringToSliceHookFunc(","),
		WeaklyTypedInput: true,
		Result:           config.Interface(),
	})
	if err != nil {
		return nil, err
	}
	if err := decoder.Decode(m.TestData); err != nil {
		return nil, fmt.Errorf("testData: %w", err)
	}
	construct, err := i.EvalWithContext(ctx, pkg+".New")
	if err != nil {
		return nil, fmt.Errorf("New: %w", err)
	}
	results := construct.Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(next), config, reflect.ValueOf("test")})
	if err, _ := results[1].Interface().(error); err != nil {
		return nil, fmt.Errorf("New: %w", err)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	handler, ok := results[0].Interface().(http.Handler)
	if !ok {
		return nil, fmt.Errorf("New: got a %T", results[0].Interface())
	}
	return handler, nil
}

// processorTime is what this process has used of the processors.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
