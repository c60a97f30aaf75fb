package main

import (
	"strings"
	"testing"
)

func TestAnonymous(t *testing.T) {
	r := &runner{stem: "zq00", unknownStem: "zy00"}
	other := strings.Repeat("f", 64)
	tests := []struct {
		name            string
		hidden, unknown string // what comes back
		refs            [2]string
		same            bool
	}{
		{"names", "No such container: zq00-run", "No such container: zy00-run", [2]string{"zq00-run", "zy00-run"}, true},
		{"IDs", "No such container: " + testID, "No such container: " + other, [2]string{testID, other}, true},
		{"ID without its algorithm", "No such image: " + testID, "No such image: " + other, [2]string{"sha256:" + testID, "sha256:" + other}, true},
		{"a digit", `No such container: 7"`, `No such container: b"`, [2]string{"7", "b"}, true},
		{"a digit and a colon", `Cannot kill container: 7: No`, `Cannot kill container: b: No`, [2]string{"7", "b"}, true},
		{"a digit of an address or a version", "1.7, 172.7.0.1, a2:7:e6", "1.7, 172.7.0.1, a2:7:e6", [2]string{"7", "b"}, true},
		{"a longer answer", `[{"Id":"x"}]`, "[]", [2]string{"zq00-run", "zy00-run"}, false},
		{"an ID for a name", testID, other, [2]string{"zq00-run", "zy00-run"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hidden := r.anonymous(response{body: []byte(tt.hidden)}, plain(tt.refs[0]))
			unknown := r.anonymous(response{body: []byte(tt.unknown)}, plain(tt.refs[1]))
			if same := hidden == unknown; same != tt.same {
				t.Errorf("got same %v, want %v:\n%s\n%s", same, tt.same, hidden, unknown)
			}
		})
	}
	if r.anonymous(response{timeout: true}, reference{}) == r.anonymous(response{}, reference{}) {
		t.Error("an answer that does not end is the same as one that does")
	}
}

func TestHiddenObject(t *testing.T) {
	s := &scene{secrets: testSecrets(), hidden: map[string]string{"run": testID}, words: map[string]string{"hidnetid": "net"}}
	tests := []struct {
		name string
		line string
		want string
	}{
		{"container", `{"Type":"container","Action":"exec_create: sh","Actor":{"ID":"` + testID + `"}}`, "the container run"},
		{"network of a container", `{"Type":"network","Action":"connect","Actor":{"ID":"x","Attributes":{"container":"` + testID + `"}}}`, "the container run"},
		{"network", "\x1e" + `{"Type":"network","Action":"destroy","Actor":{"ID":"net"}}`, "the network"},
		{"volume", `{"Type":"volume","Action":"destroy","Actor":{"ID":"zq00-vol"}}`, "the volume"},
		{"image", `{"Type":"image","Action":"untag","Actor":{"ID":"x","Attributes":{"name":"zq00-own:1"}}}`, "the image zq00-own:1"},
		{"another container", `{"Type":"container","Action":"start","Actor":{"ID":"x"}}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events := readEvents([]byte(tt.line + "\n"))
			if len(events) != 1 {
				t.Fatalf("got %d events, want 1", len(events))
			}
			if got := s.hiddenObject(events[0]); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCanonical(t *testing.T) {
	a := canonical(map[string]any{"Mounts": []any{"a", "b"}, "State": map[string]any{"Pid": 1.0}})
	b := canonical(map[string]any{"State": map[string]any{"Pid": 1.0}, "Mounts": []any{"b", "a"}})
	if a != b {
		t.Errorf("order counts: %s, %s", a, b)
	}
	if c := canonical(map[string]any{"Mounts": []any{"b", "a"}, "State": map[string]any{"Pid": 2.0}}); a == c {
		t.Errorf("a change does not show: %s", c)
	}
}
