package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// daemon is the engine itself, without anything in front of it.
type daemon struct{ client *http.Client }

// daemonPatience bounds a request to the engine: a run must end.
const daemonPatience = time.Minute

// do sends a request with body, if any, encoded as JSON, and decodes the
// answer into out, if any. An answer that is no success is an error.
func (d daemon) do(method, target string, body, out any) error {
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(data)
	}
	ctx, cancel := context.WithTimeout(context.Background(), daemonPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://engine"+target, reader)
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s: %s", method, target, resp.Status, bytes.TrimSpace(data))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(data, out)
}

func (d daemon) get(target string, out any) error   { return d.do(http.MethodGet, target, nil, out) }
func (d daemon) post(target string, body any) error { return d.do(http.MethodPost, target, body, nil) }

// create makes an object and returns its ID. The engine spells the key Id or
// ID.
func (d daemon) create(target string, body any) (string, error) {
	var made struct{ ID string }
	if err := d.do(http.MethodPost, target, body, &made); err != nil {
		return "", err
	}
	return made.ID, nil
}

// exec runs a command in a container, in the background, and returns the ID of
// the exec instance.
func (d daemon) exec(ref string, argv ...string) (string, error) {
	id, err := d.create("/containers/"+ref+"/exec", object{"Cmd": argv})
	if err != nil {
		return "", err
	}
	return id, d.post("/exec/"+id+"/start", object{"Detach": true})
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
		if err := d.get(path, &inspect); err != nil {
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
		if err := d.get(path, &inspect); err != nil {
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
	const before, after = 40, 80
	i := 0
	for i < len(was) && i < len(is) && was[i] == is[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, i-before):min(len(s), i+after)] }
	return fmt.Sprintf("was …%s…, is …%s…", cut(was), cut(is))
}
