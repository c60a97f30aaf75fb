package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// wrong says what is wrong with an answer if the router shows the group g, or
// nothing.
func (s *scene) wrong(r request, a answer, g group) string {
	if a.err != nil {
		return a.err.Error()
	}
	switch {
	case r.kind == list:
		return s.wrongList(a, g)
	case r.kind == events:
		return wantStatus(a, http.StatusOK) // The events are compared at the end.
	case r.about == nil || r.about.group != g:
		return wrongAbsence(r, a)
	case r.kind == inspect:
		return s.wrongInspect(r, a)
	}
	if problem := wantStatus(a, http.StatusOK); problem != "" {
		return problem
	}
	if !bytes.Contains(a.body, []byte("log of "+s.token(g))) {
		return fmt.Sprintf("not the logs of the container: %.100q", a.body)
	}
	return ""
}

func wantStatus(a answer, status int) string {
	if a.status == status {
		return ""
	}
	return fmt.Sprintf("%d %.200q", a.status, a.body)
}

// wrongAbsence compares with what dockerd says of a container that does not
// exist.
func wrongAbsence(r request, a answer) string {
	if problem := wantStatus(a, http.StatusNotFound); problem != "" {
		return problem
	}
	if want := `{"message":"No such container: ` + r.ref + "\"}\n"; string(a.body) != want {
		return fmt.Sprintf("%q, want %q", a.body, want)
	}
	return ""
}

func (s *scene) wrongInspect(r request, a answer) string {
	if problem := wantStatus(a, http.StatusOK); problem != "" {
		return problem
	}
	var body struct{ ID, Name string }
	if err := json.Unmarshal(a.body, &body); err != nil {
		return err.Error()
	}
	if body.ID != r.about.id || body.Name != "/"+r.about.name {
		return "inspects " + body.ID + " " + body.Name
	}
	return ""
}

// wrongList compares the list with the containers of the group. Those that
// come and go may be in it.
func (s *scene) wrongList(a answer, g group) string {
	if problem := wantStatus(a, http.StatusOK); problem != "" {
		return problem
	}
	var elements []struct {
		ID    string
		Names []string
	}
	if err := json.Unmarshal(a.body, &elements); err != nil {
		return err.Error()
	}
	want := s.of(g)
	for _, e := range elements {
		name := strings.Join(e.Names, ",")
		switch {
		case want[e.ID] == name:
			delete(want, e.ID)
		case strings.HasPrefix(name, "/"+s.token(g)+visitorSuffix):
		default:
			return "lists " + name
		}
	}
	if len(want) > 0 {
		return fmt.Sprintf("does not list %v", want)
	}
	return ""
}
