package rooms

import (
	"path/filepath"
	"slices"
	"testing"
)

const (
	root       = "."
	rawjson    = "internal/rawjson"
	option     = "internal/option"
	engineapi  = "internal/engineapi"
	policy     = "internal/policy"
	scrub      = "internal/scrub"
	view       = "internal/view"
	proxy      = "internal/proxy"
	serve      = "internal/serve"
	enginetest = "internal/enginetest"
)

// arrows are the plugin's: .golangci.yml says the same to whoever has a linter
// in the editor. enginetest stands on no right side: only tests, which are no
// part of a room, import it.
var arrows = Arrows{
	root:       {serve, view, proxy, policy, scrub, engineapi, option, rawjson},
	serve:      {view, proxy, policy, scrub, engineapi, option, rawjson},
	view:       {scrub, policy, engineapi, rawjson},
	scrub:      {policy, engineapi, option, rawjson},
	proxy:      {engineapi, option, rawjson},
	policy:     {engineapi, option, rawjson},
	engineapi:  {option, rawjson},
	option:     {},
	rawjson:    {},
	enginetest: {engineapi, rawjson},
}

// noHTTP are the rooms of pure functions.
var noHTTP = []string{rawjson, option, policy, scrub, view}

// unsorted are the packages whose files still call each other in a circle. To
// be emptied, and never added to.
var unsorted = []string{}

func TestPlugin(t *testing.T) {
	rooms, err := Load(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if len(rooms) == 0 || rooms[0].Name != root {
		t.Fatalf("got %d packages, want the root and those below it", len(rooms))
	}
	t.Run("arrows", func(t *testing.T) {
		for _, wrong := range arrows.Check(rooms) {
			t.Error(wrong)
		}
	})
	t.Run("no HTTP", func(t *testing.T) {
		for _, wrong := range Know(rooms, noHTTP, "net/http") {
			t.Error(wrong)
		}
	})
	for _, room := range rooms {
		t.Run("calls in "+room.Name, func(t *testing.T) {
			rings := room.Rings()
			if slices.Contains(unsorted, room.Name) {
				if len(rings) == 0 {
					t.Errorf("%s has no circle of calls any more: take it off unsorted", room.Name)
				}
				return
			}
			for _, ring := range rings {
				t.Error(ring)
			}
		})
	}
}
