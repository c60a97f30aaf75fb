package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// checkVisible shows that the entry points work: who answers nothing leaks
// nothing, either. Every visible container that the run leaves alone is in the
// list and inspects, and the counts are theirs.
func checkVisible(s *scene, r *report, entries []entryPoint) {
	for _, e := range entries {
		var list []struct{ ID string }
		if err := getJSON(e, "/containers/json?all=1", &list); err != nil {
			r.invariant("the list of containers can be read ("+e.name+")", err.Error())
			continue
		}
		for role, id := range s.visible {
			if strings.HasPrefix(role, "toy") || strings.HasPrefix(role, "gone") || role == "task" {
				continue
			}
			if !slices.ContainsFunc(list, func(c struct{ ID string }) bool { return c.ID == id }) {
				r.invariant("every visible container is in the list ("+e.name+")", role)
			}
			if err := getJSON(e, "/containers/"+id+"/json", nil); err != nil {
				r.invariant("every visible container inspects ("+e.name+")", err.Error())
			}
		}
		checkShadow(s, r, e)
		checkInfo(r, e, len(list))
	}
}

// checkShadow asks for the short ID of a visible container, which is also the
// name of a hidden one.
func checkShadow(s *scene, r *report, e entryPoint) {
	var got struct{ ID string }
	id := s.visible["plain"]
	if err := getJSON(e, "/containers/"+id[:shortID]+"/json", &got); err != nil || got.ID != id {
		r.invariant("the short ID of a visible container means it ("+e.name+")", fmt.Sprintf("%s: %q, %v", id[:shortID], got.ID, err))
	}
}

// checkInfo compares the number of containers with the list.
func checkInfo(r *report, e entryPoint, want int) {
	var info struct{ Containers int }
	if err := getJSON(e, "/info", &info); err != nil {
		r.progress("%s: %v", e.name, err)
		return
	}
	if info.Containers != want {
		r.invariant("SystemInfo counts the visible containers ("+e.name+")", fmt.Sprintf("%d, but %d are listed", info.Containers, want))
	}
}

// checkPrefix asks for the beginning of an ID that a visible container and a
// hidden one have in common, but no two visible ones: it means the visible one.
func checkPrefix(s *scene, r *report, entries []entryPoint) {
	var list []struct{ ID string }
	if err := getJSON(entries[0], "/containers/json?all=1", &list); err != nil {
		return
	}
	var visible []string
	for _, c := range list {
		visible = append(visible, c.ID)
	}
	for _, id := range visible {
		for n := 1; n <= 3; n++ {
			alone := !slices.ContainsFunc(visible, func(o string) bool { return o != id && o[:n] == id[:n] })
			if !alone || !anyHasPrefix(values(s.hidden), id[:n]) {
				continue
			}
			var got struct{ ID string }
			if err := getJSON(entries[0], "/containers/"+id[:n]+"/json", &got); err != nil || got.ID != id {
				r.invariant("a prefix that is unique among the visible is theirs", fmt.Sprintf("%s of %s: %v", id[:n], id, err))
			}
		}
	}
}

// getJSON reads one answer.
func getJSON(e entryPoint, target string, out any) error {
	req := request{addr: e.addr, method: "GET", target: target}
	resp, err := req.send()
	if err != nil {
		return err
	}
	if resp.status != http.StatusOK {
		return fmt.Errorf("GET %s (%s): %d %s", target, e.name, resp.status, resp.body)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(resp.body, out)
}
