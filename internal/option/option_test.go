package option

import (
	"fmt"
	"testing"
)

func TestError(t *testing.T) {
	hinted := At("operations", 1, "secret", "no such operation")
	hinted.Hint = ", did you mean sEcret?"
	tests := []struct {
		name          string
		err           *Error
		full, visible string
	}{
		{"value", New("match", "prefix", "must be exact"), `match: "prefix": must be exact`, "match: must be exact"},
		{"no value", New("keepEnvs", "", "has no effect"), "keepEnvs: has no effect", "keepEnvs: has no effect"},
		{"element with a hint", hinted, `operations[1]: "secret": no such operation, did you mean sEcret?`, "operations[1]: no such operation"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.err.Error(); got != tt.full {
				t.Errorf("got %s, want %s", got, tt.full)
			}
			if got := tt.err.Public(); got != tt.visible {
				t.Errorf("to clients: got %s, want %s", got, tt.visible)
			}
		})
	}
}

func TestSuggest(t *testing.T) {
	valid := []string{"containerNames", "containerLabels", "match"}
	tests := []struct{ name, want string }{
		{"containerName", "containerNames"},
		{"CONTAINERLABELS", "containerLabels"},
		{"mathc", "match"},
		{"matsch", "match"},
		{"xyz", ""},
		{"", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := ""
			if tt.want != "" {
				want = ", did you mean " + tt.want + "?"
			}
			if got := Suggest(tt.name, valid); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestValues(t *testing.T) {
	text := func(v []string, err error) string { return fmt.Sprint(v, err) }
	tests := []struct{ name, got, want string }{
		{"a list", text(List("o", []interface{}{"a", 1, true})), "[a 1 true] <nil>"},
		{"one string", text(List("o", "a,b")), "[a b] <nil>"},
		{"an empty list", text(List("o", []interface{}{})), "[] <nil>"},
		{"an empty string", text(List("o", " ")), "[] o: set but empty"},
		{"an object", text(List("o", map[string]interface{}{})), "[] o: must be a list, or one string with commas"},
		{"an object in a list", text(List("o", []interface{}{map[string]interface{}{}})), "[] o[0]: must be a string"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("got %s, want %s", tt.got, tt.want)
			}
		})
	}
	if b, err := Bool("o", "true"); !b || err != nil {
		t.Errorf("a switch: got %t, %v", b, err)
	}
	if n, err := Bytes("o", "12"); n != 12 || err != nil {
		t.Errorf("a number: got %d, %v", n, err)
	}
	for _, value := range []string{"", "yes", "1.5"} {
		_, boolErr := Bool("o", value)
		_, bytesErr := Bytes("o", value)
		if boolErr == nil || bytesErr == nil {
			t.Errorf("%q was taken: %v, %v", value, boolErr, bytesErr)
		}
	}
}
