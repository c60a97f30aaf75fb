package engineapi

import (
	"net/http/httptest"
	"testing"
)

func TestBrief(t *testing.T) {
	tests := []struct {
		method, target string
		brief          bool
	}{
		{"POST", "/containers/web/stop", true},
		{"GET", "/containers/web/top", true},
		{"GET", "/containers/web/logs?stdout=1", true},
		{"GET", "/containers/web/logs?follow=0", true},
		{"GET", "/containers/web/logs?follow=1", false},
		{"GET", "/containers/web/logs?follow=yes&follow=0", false},
		{"GET", "/containers/web/stats", false},
		{"GET", "/containers/web/stats?stream=", true},
		{"GET", "/containers/web/stats?stream=false", true},
		{"GET", "/containers/web/stats?stream=1", false},
		{"GET", "/containers/web/stats?one-shot=1", false},
		{"POST", "/containers/web/wait", false},
		{"POST", "/containers/web/attach", false},
		{"GET", "/containers/web/attach/ws", false},
		{"GET", "/containers/web/export", false},
		{"POST", "/exec/aa/start", false},
		{"GET", "/events", false},
		{"POST", "/build", false},
		{"POST", "/session", false},
		{"GET", "/services/web/logs?follow=0", false},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) {
			ep, err := Route(httptest.NewRequest(tt.method, tt.target, nil))
			if err != nil {
				t.Fatal(err)
			}
			if got := ep.Brief(); got != tt.brief {
				t.Errorf("%s %s: got %t", tt.method, tt.target, got)
			}
		})
	}
}

// What is brief takes no connection over, and is said once.
func TestBriefOperations(t *testing.T) {
	for i := range operations {
		op := &operations[i]
		t.Run(op.ID, func(t *testing.T) {
			if op.Brief && (op.Tunnels() || op.Follows+op.Streams != "") {
				t.Errorf("%s is brief and is not", op.ID)
			}
			for _, name := range []string{op.Follows, op.Streams} {
				if name != "" && !op.Has(name) {
					t.Errorf("%s has no parameter %s", op.ID, name)
				}
			}
		})
	}
}
