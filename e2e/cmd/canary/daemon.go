package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
)

// daemon is the engine itself, without anything in front of it.
type daemon struct{ engine.API }

// exec runs a command in a container, in the background, and returns the ID of
// the exec instance.
func (d daemon) exec(ref string, argv ...string) (string, error) {
	id, err := d.Create("/containers/"+ref+"/exec", object{"Cmd": argv})
	if err != nil {
		return "", err
	}
	return id, d.Post("/exec/"+id+"/start", object{"Detach": true})
}

// object is a JSON object.
type object = map[string]any

// snapshot is the state of objects by the path that inspects them.
type snapshot map[string]string

// snapshot inspects the objects at paths.
func (d daemon) snapshot(paths []string) (snapshot, error) {
	state := snapshot{}
	for _, path := range paths {
		var inspect any
		if err := d.Get(path, &inspect); err != nil {
			return nil, err
		}
		state[path] = canonical(inspect)
	}
	return state, nil
}

// changes describes what differs in after.
func (d daemon) changes(before snapshot) []string {
	var changed []string
	for path, was := range before {
		var inspect any
		if err := d.Get(path, &inspect); err != nil {
			changed = append(changed, fmt.Sprintf("%s: inspect fails: %v", path, err))
			continue
		}
		if is := canonical(inspect); is != was {
			changed = append(changed, fmt.Sprintf("%s: %s", path, firstDifference(was, is)))
		}
	}
	slices.Sort(changed)
	return changed
}

// canonical encodes a decoded JSON value with the elements of every array in
// order: the engine keeps some of them in maps.
func canonical(value any) string {
	switch v := value.(type) {
	case map[string]any:
		members := make([]string, 0, len(v))
		for key, member := range v {
			members = append(members, key+":"+canonical(member))
		}
		slices.Sort(members)
		return "{" + strings.Join(members, ",") + "}"
	case []any:
		elements := make([]string, 0, len(v))
		for _, element := range v {
			elements = append(elements, canonical(element))
		}
		slices.Sort(elements)
		return "[" + strings.Join(elements, ",") + "]"
	}
	return fmt.Sprintf("%v", value)
}

// firstDifference shows two texts from where they differ.
func firstDifference(was, is string) string {
	i := 0
	for i < len(was) && i < len(is) && was[i] == is[i] {
		i++
	}
	return showDifference(was, i, is, i)
}

// showDifference shows two texts from the places where they differ.
func showDifference(was string, i int, is string, j int) string {
	const before, after = 40, 80
	cut := func(s string, at int) string { return s[max(0, at-before):min(len(s), at+after)] }
	return fmt.Sprintf("was …%s…, is …%s…", cut(was, i), cut(is, j))
}
