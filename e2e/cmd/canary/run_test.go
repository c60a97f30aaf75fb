package main

import "testing"

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
