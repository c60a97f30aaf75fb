package main

import (
	"net/http"
	"strings"
	"testing"
)

// answerOf is an answer with a body.
func answerOf(body string) answer {
	return answer{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json"}}, body: []byte(body)}
}

func TestCompareBodies(t *testing.T) {
	const list = `[{"Id":"a","Status":"Up 3 seconds","Ports":[]},{"Id":"b","Status":"Exited (0) 4 minutes ago"}]`
	tests := []struct {
		name, operation, first, second string
		want                           string // paths
	}{
		{"same bytes", "ContainerList", list, list, ""},
		{"an age", "ContainerList", list, strings.Replace(list, "3 seconds", "About a minute", 1), ""},
		{"an age elsewhere", "ContainerInspect", list, strings.Replace(list, "3 seconds", "4 seconds", 1), "[].Status"},
		{"not the age", "ContainerList", list, strings.Replace(list, "Exited (0)", "Exited (1)", 1), "[].Status"},
		{"an age in words", "ContainerList", `[{"Status":"Up About a minute (health: starting)"}]`, `[{"Status":"Up 2 minutes (health: starting)"}]`, ""},
		{"a paused one", "ContainerList", `[{"Status":"Up 9 seconds (Paused)"}]`, `[{"Status":"Up 11 seconds"}]`, "[].Status"},
		{"an element more", "ContainerList", list, strings.Replace(list, `]`+"}", `]},{"Id":"c"}`, 1), "[]"},
		{"order of elements", "ContainerList", `[{"Id":"a"},{"Id":"b"}]`, `[{"Id":"b"},{"Id":"a"}]`, "[] (order)"},
		{"order of mounts", "ContainerInspect", `{"Mounts":[{"Destination":"a"},{"Destination":"b"}]}`, `{"Mounts":[{"Destination":"b"},{"Destination":"a"}]}`, ""},
		{"order of networks", "NetworkList", `[{"Name":"a"},{"Name":"b"}]`, `[{"Name":"b"},{"Name":"a"}]`, ""},
		{"order of images", "ImageList", `[{"Id":"a"},{"Id":"b"}]`, `[{"Id":"b"},{"Id":"a"}]`, "[] (order)"},
		{"order of changes", "ContainerChanges", `[{"Path":"a"},{"Path":"b"}]`, `[{"Path":"b"},{"Path":"a"}]`, ""},
		{"order in an error", "ImageList", `{"message":"invalid filter 'dangling=[1 x]'"}`, `{"message":"invalid filter 'dangling=[x 1]'"}`, ""},
		{"another error", "ImageList", `{"message":"invalid filter 'dangling=[1 x]'"}`, `{"message":"invalid filter 'dangling=[1 y]'"}`, "message"},
		{"a mount more", "ContainerInspect", `{"Mounts":[{"Destination":"a"}]}`, `{"Mounts":[{"Destination":"b"},{"Destination":"a"}]}`, "Mounts[]"},
		{"order of members", "SystemInfo", `{"a":1,"b":2}`, `{"b":2,"a":1}`, " (order of members)"},
		{"a member more", "SystemInfo", `{"a":1}`, `{"a":1,"b":{"c":null}}`, "b"},
		{"null for none", "SystemInfo", `{"a":null}`, `{"a":[]}`, "a"},
		{"nested", "ImageInspect", `{"Metadata":{"LastTagTime":"1"}}`, `{"Metadata":{"LastTagTime":"2"}}`, "Metadata.LastTagTime"},
		{"blanks", "SystemInfo", `{"a":1}`, `{"a": 1}`, "(spelling)"},
		{"spelling of a number", "SystemInfo", `{"a":1.0}`, `{"a":1.00}`, "a"},
		{"counters", "ContainerStats", `{"read":"2026-01-01T00:00:00.1Z","n":{"eth0":{"rx":1}}}`, `{"read":"2026-01-01T00:00:07Z","n":{"eth0":{"rx":2}}}`, ""},
		{"no network", "ContainerStats", `{"n":{"eth0":{"rx":1}}}`, `{"n":{}}`, "n.eth0"},
		{"clock", "SystemEvents", `{"time":1,"Action":"die"}`, `{"time":2,"Action":"die"}`, ""},
		{"an event more", "SystemEvents", `{"time":1,"Action":"die"}`, "{\"time\":1,\"Action\":\"die\"}\n{\"time\":1,\"Action\":\"start\"}\n", "[]"},
		{"no event", "SystemEvents", "", `{"time":1,"Action":"die"}`, "(bytes)"},
		{"an object by ID", "NetworkInspect", `{"Containers":{"` + strings.Repeat("a", 64) + `":{"Name":"x"}}}`, `{"Containers":{}}`, "Containers.{id}"},
		{"text", "ContainerLogs", "one", "two", "(bytes)"},
		{"a process", "ContainerTop", `{"Processes":[["12345","00:00:01","sleep"]]}`, `{"Processes":[["12345","00:00:02","sleep"]]}`, ""},
		{"another process", "ContainerTop", `{"Processes":[["12345","00:00:01","sleep"]]}`, `{"Processes":[["12345","00:00:01","sh"]]}`, "Processes[][]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := &request{operation: tt.operation, method: http.MethodGet, lines: tt.operation == "SystemEvents"}
			if got := paths(compareAnswers(req, answerOf(tt.first), answerOf(tt.second))); got != tt.want {
				t.Errorf("got differences at %q, want %q", got, tt.want)
			}
		})
	}
}

func paths(found []difference) string {
	var all []string
	for _, d := range found {
		all = append(all, d.path)
	}
	return strings.Join(all, " ")
}

func TestCompareAnswers(t *testing.T) {
	with := func(change func(a *answer)) answer {
		a := answerOf(`{"message":"x"}`)
		a.header = http.Header{"Date": {"1"}, "Content-Length": {"15"}, "Server": {"Docker"}}
		change(&a)
		return a
	}
	tests := []struct {
		name, method string
		second       answer
		want         string
	}{
		{"same", "GET", with(func(*answer) {}), ""},
		{"status", "GET", with(func(a *answer) { a.status = 404 }), "(status)"},
		{"no answer", "GET", answer{failure: "none in time"}, "(no answer)"},
		{"date", "GET", with(func(a *answer) { a.header.Set("Date", "2") }), ""},
		{"length of a body", "GET", with(func(a *answer) { a.header.Set("Content-Length", "16") }), ""},
		{"length of no body", "HEAD", with(func(a *answer) { a.header.Set("Content-Length", "16") }), "(header Content-Length)"},
		{"a header", "GET", with(func(a *answer) { a.header.Set("Server", "dpf") }), "(header Server)"},
		{"no header", "GET", with(func(a *answer) { a.header.Del("Server") }), "(header Server)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := paths(compareAnswers(&request{method: tt.method}, with(func(*answer) {}), tt.second)); got != tt.want {
				t.Errorf("got differences at %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMask(t *testing.T) {
	w := words{}
	w.set("hid-run", "sha256:ab"+strings.Repeat("0", 8)+strings.Repeat("1", 54))
	tests := []struct{ name, body, want string }{
		{"an ID", `{"Id":"` + w["hid-run.id"] + `"}`, `{"Id":"{hid-run.id}"}`},
		{"a short ID", `{"message":"No such container: ab0000000011"}`, `{"message":"No such container: {hid-run.short}"}`},
		{"a stub in an error", `{"message":"No such container: ab000"}`, `{"message":"No such container: {hid-run.stub}"}`},
		{"a stub in another word", `{"message":"No such container: ab0001"}`, `{"message":"No such container: ab0001"}`},
		{"a stub elsewhere", `{"Name":"ab000"}`, `{"Name":"ab000"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := w.masker()(tt.body); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if got := w.expand(tt.want); got != tt.body {
				t.Errorf("expanded: got %s, want %s", got, tt.body)
			}
		})
	}
}

func TestFilterKeepsPlaceholders(t *testing.T) {
	const want = "filters=%7B%22id%22%3A%5B%22{hid-run.id}%22%5D%7D"
	if got := filters(object{"id": []string{"{hid-run.id}"}}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
