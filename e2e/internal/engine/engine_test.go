package engine

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// Each release runs, is what its name says, and runs containers.
func TestReleases(t *testing.T) {
	snapshotter := [2]string{"driver-type", "io.containerd.snapshotter.v1"}
	tests := []struct {
		release    string
		api        string // the newest; that of 20.10 may be the machine's
		containerd bool
	}{
		{Release20, "", false},
		{Release29, "1.56", false},
		{Release29Containerd, "1.56", true},
	}
	for _, tt := range tests {
		t.Run(tt.release, func(t *testing.T) {
			e := start(t, tt.release)
			var version struct{ APIVersion string }
			if err := e.API().Get("/version", &version); err != nil || tt.api != "" && version.APIVersion != tt.api {
				t.Errorf("got API %s (%v), want %s", version.APIVersion, err, tt.api)
			}
			var info struct{ DriverStatus [][2]string }
			if err := e.API().Get("/info", &info); err != nil || slices.Contains(info.DriverStatus, snapshotter) != tt.containerd {
				t.Errorf("got image store %v (%v), want that of containerd %v", info.DriverStatus, err, tt.containerd)
			}
			if err := runs(e.API()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestUnknownRelease(t *testing.T) {
	if _, err := ForRelease(context.Background(), "28", nil); err == nil || !strings.Contains(err.Error(), `"28"`) {
		t.Errorf("got error %v, want one that quotes the release", err)
	}
}

// start runs an engine of the release until the end of the test.
func start(t *testing.T, release string) *Engine {
	t.Helper()
	config, err := ForRelease(context.Background(), release, func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	e, err := Start(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Stop(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// runs runs a container to its end.
func runs(api API) error {
	id, err := api.Create("/containers/create", map[string]any{
		"Image": Image, "Cmd": []string{"sh", "-c", "exit 7"}, "HostConfig": map[string]any{"NetworkMode": "none"},
	})
	if err != nil {
		return err
	}
	if err := api.Post("/containers/"+id+"/start", nil); err != nil {
		return err
	}
	var exit struct{ StatusCode int }
	if err := api.Do(http.MethodPost, "/containers/"+id+"/wait", nil, &exit); err != nil {
		return err
	}
	if exit.StatusCode != 7 {
		return fmt.Errorf("got exit status %d, want 7", exit.StatusCode)
	}
	return nil
}
