package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// request is one question. Its target has placeholders.
type request struct {
	operation string // operationId
	kind      string // what about the request is special, for the report
	method    string
	target    string // without the API version
	lines     bool   // the answer is a stream of JSON lines
	timed     bool   // it asks for the events of the activity: nothing may come before
	alone     bool   // while other requests are served, the answer may tell so
	blocks    bool   // without the plugin there may be no answer
}

// ref is a reference to an object: what the client writes, and what that is.
type ref struct{ text, kind string }

// plan collects the requests.
type plan struct {
	requests   []request
	containers []ref
	images     []ref
	networks   []ref
	volumes    []ref
	execs      []ref
}

// newPlan asks every read operation about everything that the scene has, and
// about what it has not.
func newPlan(s *scene) []request {
	p := &plan{}
	p.referContainers(s)
	p.referOthers(s)
	p.events()
	p.oneContainer()
	p.containerList()
	p.imageRequests()
	p.networkRequests()
	p.volumeRequests()
	p.systemRequests()
	p.swarmRequests()
	return p.requests
}

// named are the references to an object that has a name.
func named(name, kind string) []ref {
	return []ref{
		{name, kind + " name"}, {"{" + name + ".id}", kind + " ID"},
		{"{" + name + ".short}", kind + " short ID"}, {"{" + name + ".stub}", kind + " ID prefix"},
	}
}

// unknown are references to nothing.
var unknown = []ref{
	{"nobody", "unknown name"}, {strings.Repeat("5e", idLength/2), "unknown ID"}, {"5e5e5e5e5e5e", "unknown short ID"},
	{"NOBODY", "malformed"}, {"-", "malformed"}, {"a b", "malformed"}, {"x/y", "malformed"}, {"{}", "malformed"},
}

// inFull are the visible containers that are asked for by ID, too: one that
// others are joined to, one that has ended, and one whose short ID is the name
// of a hidden one.
var inFull = []string{"vis-web", "vis-stopped", "vis-app"}

func (p *plan) referContainers(s *scene) {
	for _, name := range s.visible {
		if slices.Contains(inFull, name) {
			p.containers = append(p.containers, named(name, "visible")...)
		} else {
			p.containers = append(p.containers, ref{name, "visible name"})
		}
	}
	for _, name := range s.hidden {
		p.containers = append(p.containers, named(name, "hidden")...)
	}
	p.containers = append(p.containers, unknown...)
	for _, digit := range "0123456789abcdef" {
		p.containers = append(p.containers, ref{string(digit), "one digit"})
	}
	p.containers = append(p.containers,
		ref{"hid-parent/kid", "hidden link alias"}, ref{"hid-shadow", "hidden name"}, ref{"hid-passing", "hidden name"},
		ref{strings.ToUpper(s.fixed["vis-web.id"]), "malformed"})
}

func (p *plan) referOthers(s *scene) {
	p.execs = append(append([]ref{}, named("vis-exec", "visible")[1:]...), named("hid-exec", "hidden")[1:]...)
	p.execs = append(p.execs, unknown...)
	p.networks = append(named(visibleNetwork, "visible"), named(hiddenNetwork, "hidden")...)
	p.networks = append(p.networks, ref{"bridge", "predefined"}, ref{"host", "predefined"}, ref{"none", "predefined"})
	p.networks = append(p.networks, unknown...)
	p.volumes = append([]ref{{visibleVolume, "visible name"}, {hiddenVolume, "hidden name"}}, unknown...)
	for _, name := range []string{"bb:1", "bb", visibleImage, "vis-app", "vis-moved:1", "vis-built:1"} {
		p.images = append(p.images, ref{name, "visible name"})
	}
	for _, name := range []string{"img-app", "img-untagged"} {
		p.images = append(p.images, ref{"sha256:{" + name + ".id}", "visible digest"})
		p.images = append(p.images, named(name, "visible")[1:]...)
	}
	p.images = append(p.images, ref{"sha256:{img-hidden.id}", "hidden digest"})
	p.images = append(p.images, named("img-hidden", "hidden")[1:]...)
	for _, name := range append([]string{"hid-own", "hid-late", "vis-app:hidden", "hid-moved:1", "bb:2"}, s.images...) {
		p.images = append(p.images, ref{name, "hidden name"})
	}
	p.images = append(p.images, unknown...)
}

// ask adds a request.
func (p *plan) ask(operation, kind, target string) {
	p.requests = append(p.requests, request{operation: operation, kind: kind, method: http.MethodGet, target: target})
}

// askAll asks about each reference. In path, {} stands for it.
func (p *plan) askAll(operation, path string, refs []ref) {
	for _, r := range refs {
		p.ask(operation, r.kind, strings.Replace(path, "{}", escape(r.text), 1))
	}
}

// escape makes a reference a part of a path. Placeholders keep their braces and
// image names their slashes.
func escape(text string) string {
	return strings.ReplaceAll(unescapePlaceholders(url.PathEscape(text)), "%2F", "/")
}

// askWith asks about each reference with each query.
func (p *plan) askWith(operation, path string, refs []ref, queries ...string) {
	for _, query := range queries {
		for _, r := range refs {
			key, _, _ := strings.Cut(query, "=")
			p.ask(operation, key+", "+r.kind, strings.Replace(path, "{}", escape(r.text), 1)+"?"+query)
		}
	}
}

// some are the references that stand for all where a parameter is varied.
func some(refs []ref) (few []ref) {
	seen := map[string]bool{}
	for _, r := range refs {
		if !seen[r.kind] && r.kind != "malformed" {
			few = append(few, r)
		}
		seen[r.kind] = true
	}
	return few
}

// filter asks a list with the values of a filter key: one by one, in both
// encodings, and all in one.
func (p *plan) filter(operation, path, query, key string, values ...ref) {
	var all []string
	for _, v := range values {
		all = append(all, v.text)
		p.ask(operation, "filters."+key+", "+v.kind, path+"?"+query+filters(object{key: []string{v.text}}))
	}
	for _, v := range some(values) {
		p.ask(operation, "filters."+key+" as an object, "+v.kind, path+"?"+query+filters(object{key: object{v.text: true}}))
	}
	p.ask(operation, "filters."+key+", all", path+"?"+query+filters(object{key: all}))
	p.ask(operation, "filters."+key+", none", path+"?"+query+filters(object{key: []string{}}))
	p.ask(operation, "filters."+key+", malformed", path+"?"+query+filters(object{key: 1}))
}

// filters is the query parameter. Placeholders keep their braces.
func filters(value object) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err) // Strings always encode.
	}
	return "filters=" + unescapePlaceholders(url.QueryEscape(string(encoded)))
}

func unescapePlaceholders(text string) string {
	return escapedPlaceholder.ReplaceAllString(text, "{$1}")
}

// malformedFilters are values of the parameter that no list takes.
func (p *plan) malformedFilters(operation, path, query string) {
	for _, value := range []string{"x", "[]", `{"nonsense":["1"]}`, "{}", `{"label":["show"]`, "null", `{"label":["show"]}{}`} {
		p.ask(operation, "filters, malformed", path+"?"+query+"filters="+url.QueryEscape(value))
	}
}

// texts are values that are all of one kind.
func texts(kind string, values ...string) []ref {
	refs := make([]ref, len(values))
	for i, value := range values {
		refs[i] = ref{value, kind}
	}
	return refs
}

// labels are the values of the filter label.
func labels() []ref {
	return slices.Concat(
		texts("visible label", "show", "show=yes", "vis.app", "vis.untagged=1", "vis.net"),
		texts("hidden label", "hid.label", "hid.label=1", "hid.net", "hid.image"),
		texts("unknown label", "nobody", "show=no", "=", ""))
}
