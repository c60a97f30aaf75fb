package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
)

// group is a set of containers that are visible together: what a router shows
// is one group. The containers of the group dark are shown by none.
type group string

const (
	left  group = "left"
	right group = "right"
	dark  group = "dark"
)

var groups = []group{left, right, dark}

// viewLabel is the label that has the group as its value.
const viewLabel = "soak.view"

// perGroup is the number of containers that a group has from beginning to end.
const perGroup = 6

// shortID is the length of the form of an ID that the docker CLI shows.
const shortID = 12

// container is one of the containers of the run.
type container struct {
	group    group
	id, name string
}

// scene is what the engine holds.
type scene struct {
	api        engine.API
	stem       string // begins every word by which a container can be recognised
	containers []container

	mu       sync.Mutex
	owners   map[string]group // of all containers, also of those that come and go
	visitors int
	present  []container // those that came and have not gone
}

// newScene fills the engine.
func newScene(e *engine.Engine) (*scene, error) {
	random := make([]byte, 4)
	_, _ = rand.Read(random) // It never fails.
	s := &scene{api: e.API(), stem: "sk" + hex.EncodeToString(random), owners: map[string]group{}}
	for _, g := range groups {
		for i := range perGroup {
			c, err := s.create(g, fmt.Sprintf("%s-%d", s.token(g), i))
			if err == nil {
				err = s.api.Post("/containers/"+c.id+"/start", nil)
			}
			if err != nil {
				return nil, fmt.Errorf("setting the scene: %w", err)
			}
			s.containers = append(s.containers, *c)
		}
	}
	return s, nil
}

// token is in the name of every container of a group, and in all that it says.
func (s *scene) token(g group) string { return s.stem + "-" + string(g) }

// create makes a container that says its token wherever a client may look.
func (s *scene) create(g group, name string) (*container, error) {
	id, err := s.api.Create("/containers/create?name="+name, map[string]any{
		"Image":  engine.Image,
		"Cmd":    []string{"sh", "-c", "echo log of " + s.token(g) + "; exec sleep 1000000"},
		"Env":    []string{"TOKEN=" + s.token(g)},
		"Labels": map[string]string{viewLabel: string(g), "token": s.token(g)},
		"HostConfig": map[string]any{
			"NetworkMode":   "none",
			"RestartPolicy": map[string]any{"Name": "always"}, // outlives the engine's restart
		},
	})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.owners[id] = g
	return &container{g, id, name}, nil
}

// visitorSuffix is in the names of containers that come and go.
const visitorSuffix = "-visitor-"

// visit lets a container of each group come, which is never started.
func (s *scene) visit() error {
	s.visitors++
	for _, g := range groups {
		c, err := s.create(g, fmt.Sprintf("%s%s%d", s.token(g), visitorSuffix, s.visitors))
		if err != nil {
			return err
		}
		s.present = append(s.present, *c)
	}
	return nil
}

// leave removes all that came.
func (s *scene) leave() error {
	var err error
	for _, c := range s.present {
		err = errors.Join(err, s.api.Do("DELETE", "/containers/"+c.id, nil, nil))
	}
	s.present = nil
	return err
}

// owner is the group of a container, or empty.
func (s *scene) owner(id string) group {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.owners[id]
}

// of returns the IDs of the containers that a group has all the time.
func (s *scene) of(g group) map[string]string {
	names := map[string]string{}
	for _, c := range s.containers {
		if c.group == g {
			names[c.id] = "/" + c.name
		}
	}
	return names
}

// leak returns what data tells of containers outside of the group, or nothing.
// What the request itself said, echo, may come back.
func (s *scene) leak(data []byte, echo string, shown group) string {
	if echo != "" {
		data = bytes.ReplaceAll(data, []byte(echo), nil)
	}
	for _, g := range groups {
		if g != shown && bytes.Contains(data, []byte(s.token(g))) {
			return s.token(g)
		}
	}
	for _, c := range s.containers {
		if c.group != shown && bytes.Contains(data, []byte(c.id[:shortID])) {
			return "the ID of " + c.name
		}
	}
	return ""
}
