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
