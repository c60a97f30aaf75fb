package main

import "testing"

func TestExcuse(t *testing.T) {
	tests := []struct {
		name, pair, operation string
		difference            difference
		want                  bool
	}{
		{"nothing measured", "leave", "ContainerStats", difference{"cpu_stats.online_cpus", "-", "0"}, true},
		{"an empty list", "leave", "ContainerStats", difference{"blkio_stats.sectors_recursive", "null", "[]"}, true},
		{"no networks", "leave", "ContainerStats", difference{"networks", "-", "{}"}, true},
		{"networks of a hidden container", "leave", "ContainerStats", difference{"networks", "-", `{"eth0":{"rx_bytes":0}}`}, false},
		{"measured in both", "leave", "ContainerStats", difference{"cpu_stats.online_cpus", "1", "0"}, false},
		{"another pair", "appear", "ContainerStats", difference{"networks", "-", "{}"}, false},
		{"another operation", "leave", "ContainerInspect", difference{"networks", "-", "{}"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := excuse(tt.pair, tt.operation, tt.difference) != ""; got != tt.want {
				t.Errorf("excused: %t, want %t", got, tt.want)
			}
		})
	}
}

func TestTold(t *testing.T) {
	tests := []struct{ name, target, body, want string }{
		{"nothing", "/info", `{"Id":"{vis-gone.id}"}`, ""},
		{"an ID in a path", "/containers/vis-web/json", `{"HostsPath":"/x/{hid-donor.id}/hosts"}`, "{hid-donor.id}"},
		{"an echo", "/containers/{hid-run.id}/json", `{"message":"No such container: {hid-run.id}"}`, ""},
		{"an image", "/images/json", `[{"Id":"sha256:{img-hidden.id}"}]`, "{img-hidden.id}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := exchange{request: &request{target: tt.target}, answer: answerOf(tt.body)}
			if got := hiddenIDs(e); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
