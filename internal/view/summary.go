// Package view is what may be said of the engine to a client that knows of the
// visible containers only. It consists of functions of the engine's answers and
// the visible containers, and knows nothing of HTTP.
package view

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// Summary is a visible container as the list has it.
type Summary struct {
	Container   policy.Container
	NetworkMode string // empty: the list does not tell
	Raw         []byte // the element of the list
	Aliased     bool   // it has names beside the primary one
	Unplaced    bool   // it has addresses or ports, and nobody knows whose
}

// Summaries returns the visible containers of an answer of ContainerList, in
// order. An answer that is no list of containers is an error.
func Summaries(p *policy.Policy, list []byte) ([]Summary, error) {
	if elements, ok := candidates(list, p.Needles); ok {
		bodies, err := decodeSummaries(rawjson.JoinList(elements))
		if err == nil && standAlone(elements, bodies) {
			return judge(p, elements, bodies), nil
		}
		// Not of the form that the candidates were cut by.
	}
	bodies, err := summaryBodies(list)
	if err != nil {
		return nil, err
	}
	elements, err := rawjson.Elements(list)
	if err != nil {
		return nil, err
	}
	return judge(p, elements, bodies), nil
}

// AllContainers returns the containers of an answer of ContainerList, visible or
// not.
func AllContainers(list []byte) ([]policy.Container, error) {
	bodies, err := summaryBodies(list)
	if err != nil {
		return nil, err
	}
	all := make([]policy.Container, len(bodies))
	for i := range bodies {
		all[i] = policy.Container{ID: bodies[i].Id, Name: primaryName(bodies[i].Names), Labels: bodies[i].Labels}
	}
	return all, nil
}

// judge returns the visible ones of the elements, whose decoded forms are
// bodies.
func judge(p *policy.Policy, elements [][]byte, bodies []summaryBody) []Summary {
	visible := make([]Summary, 0, len(bodies))
	for i := range bodies {
		b := &bodies[i]
		c := policy.Container{ID: b.Id, Labels: b.Labels}
		if len(b.Names) == 1 && strings.LastIndexByte(b.Names[0], '/') == 0 {
			c.Name = b.Names[0][1:] // Yaegi: a call costs more than all of it.
		} else {
			c.Name = primaryName(b.Names)
		}
		if p.Visible(&c) {
			s := Summary{Container: c, NetworkMode: b.HostConfig.NetworkMode, Raw: elements[i], Aliased: len(b.Names) > 1}
			if s.NetworkMode == "" {
				s.Unplaced = isUnplaced(s.Raw)
			}
			visible = append(visible, s)
		}
	}
	return visible
}

// isUnplaced reports whether a summary without a network mode has addresses or
// ports: Podman's list shows those of the container that has the network.
func isUnplaced(raw []byte) bool {
	var shown struct {
		Ports           []json.RawMessage
		NetworkSettings struct{ Networks map[string]json.RawMessage }
	}
	err := json.Unmarshal(raw, &shown)
	return err != nil || len(shown.Ports)+len(shown.NetworkSettings.Networks) > 0
}

// summaryBody is the part of a ContainerSummary that is read.
type summaryBody struct {
	Id         string //nolint:revive // The name of the field in the API.
	Names      []string
	Labels     map[string]string
	HostConfig struct {
		NetworkMode string
	}
}

// summaryBodies reads the elements of a list.
func summaryBodies(list []byte) ([]summaryBody, error) {
	bodies, err := decodeSummaries(list)
	if err != nil {
		return nil, err
	}
	for i := range bodies {
		if !engineapi.FullID.MatchString(bodies[i].Id) {
			return nil, errors.New("an element of the list has no container ID")
		}
	}
	return bodies, nil
}

// decodeSummaries is summaryBodies without a look at the IDs.
// Yaegi: one call that decodes them all costs a tenth of a call for each.
func decodeSummaries(list []byte) ([]summaryBody, error) {
	var bodies []summaryBody
	if err := json.Unmarshal(list, &bodies); err != nil {
		return nil, err
	}
	if bodies == nil {
		return nil, errors.New("the answer is not a list")
	}
	return bodies, nil
}

// primaryName returns the primary name among the names of a
// ContainerSummary, without its slash. The list is sorted and may begin with
// a link alias "/parent/alias"; the primary name is the one with one slash.
func primaryName(names []string) string {
	for _, name := range names {
		if strings.HasPrefix(name, "/") && strings.Count(name, "/") == 1 {
			return name[1:]
		}
	}
	return ""
}
