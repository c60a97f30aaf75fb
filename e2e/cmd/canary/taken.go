package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
)

// takeNames asks for what hidden objects go by: an image under the name that a
// hidden container is made of, and aliases under which others look hidden
// containers up.
func (p *planner) takeNames() {
	for _, v := range []variant{
		{op: "ImageCommit", query: "container={vis}&repo={image}"},
		{op: "ImageCommit", query: "container={visid}&repo=docker.io%2Flibrary%2F{image}"},
		connect("NetworkConnect", `{"Container":"vis-child","EndpointConfig":{"Aliases":["{container}"]}}`),
		connect("NetworkConnect", `{"Container":"vis-stopped","endpointconfig":{"aliases":["x","{container}"]}}`),
		connect("NetworkConnect", `{"Container":"vis-built","EndpointConfig":{"DNSNames":["{container}"],"Aliases":["{container}"]}}`),
	} {
		op, ok := p.find(v.op)
		if !ok {
			continue
		}
		k := image
		if strings.Contains(v.body, container.placeholder()) {
			k = container
		}
		for _, refs := range p.scene.pairs[k] {
			switch refs.form {
			case "name", "ID short", "alias", "own image", "second tag":
				p.last = append(p.last, p.twins(call{op: op, variant: v, spelling: basic[0], about: v.query + v.body}, k, refs))
			}
		}
	}
}

// checkNames looks, past the plugin, for visible containers with the name of a
// hidden one as an alias: who looks that up gets them.
func checkNames(s *scene, r *report) {
	for role, id := range s.visible {
		var c struct {
			NetworkSettings struct {
				Networks map[string]struct{ Aliases []string }
			}
		}
		if s.daemon.Get("/containers/"+id+"/json", &c) != nil {
			continue // It may be one of those that go.
		}
		for network, endpoint := range c.NetworkSettings.Networks {
			for _, alias := range endpoint.Aliases {
				for _, l := range s.secrets.find([]byte(alias), nil) {
					r.change("a visible container takes the alias of a hidden one", fmt.Sprintf("%s, %s: %s %q", role, network, l.kind, alias))
				}
			}
		}
	}
}

// makeUntagged makes a visible container from an image without a name.
func (s *scene) makeUntagged() error {
	id, err := s.daemon.Create("/commit?container="+s.visible["plain"]+"&changes="+url.QueryEscape("LABEL untagged=1"), object{})
	if err != nil {
		return err
	}
	s.words["untagged"] = id
	return s.show("untagged", object{"Image": id})
}

// checkTags puts hidden names on images that visible containers use, past the
// plugin. What it says about the images stays what it is.
func checkTags(s *scene, r *report, entries []entryPoint) error {
	untagged := s.words["untagged"]
	targets := []string{"/system/df?type=image", "/containers/vis-untagged/json", "/containers/json?all=1&filters=" + url.QueryEscape(`{"name":["vis-untagged"]}`)}
	for _, query := range []string{"", "?all=1", "?digests=1&shared-size=1", dangling("true"), dangling("false"), "?filters=" + url.QueryEscape(`{"label":["untagged"]}`)} {
		targets = append(targets, "/images/json"+query)
	}
	for _, ref := range []string{untagged, engine.Image} {
		targets = append(targets, "/images/"+ref+"/json", "/images/"+ref+"/history")
	}
	before := map[string]string{}
	for _, e := range entries {
		for _, target := range targets {
			before[e.name+" "+target] = readCanonical(e, target)
		}
	}
	var err error
	for i, image := range []string{untagged, engine.Image} {
		err = errors.Join(err, s.daemon.Post("/images/"+image+"/tag?tag=1&repo="+s.token("late"+itoa(i)), nil))
	}
	for _, e := range entries {
		for _, target := range targets {
			if was, is := before[e.name+" "+target], readCanonical(e, target); is != was {
				r.invariant("a hidden name of an image changes nothing ("+e.name+")", "GET "+target+": "+firstDifference(was, is))
			}
		}
	}
	return err
}

func dangling(value string) string {
	return "?filters=" + url.QueryEscape(`{"dangling":["`+value+`"]}`)
}

// readCanonical is an answer in a form that can be compared.
func readCanonical(e entryPoint, target string) string {
	var value any
	if err := getJSON(e, target, &value); err != nil {
		return err.Error()
	}
	return canonical(withoutAge(value))
}

// withoutAge removes the Status of containers, "Up 4 minutes", which goes on.
func withoutAge(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = withoutAge(v[i])
		}
	case map[string]any:
		if text, ok := v["Status"].(string); ok && (strings.HasPrefix(text, "Up ") || strings.HasPrefix(text, "Exited ")) {
			delete(v, "Status")
		}
		for key := range v {
			v[key] = withoutAge(v[key])
		}
	}
	return value
}
