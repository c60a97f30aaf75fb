package policy

import (
	"strings"
	"testing"
)

// A bracket that closes no class leaves a placeholder inside of it, where each
// character of the user would match by itself.
func TestNoPlaceholderInAnyClass(t *testing.T) {
	for _, tt := range []struct {
		value string
		fine  bool
	}{
		{`[{user}]`, false},
		{`[]{user}]`, false},
		{`[^]{user}]`, false},
		{`[^{user}]`, false},
		{`[[:alpha:]{user}]`, false},
		{`[[:alpha:][:digit:]{group}]`, false},
		{`[[{user}]`, false},
		{`[\d\]{user}]`, false},
		{`[\\{user}]`, false},
		{`[a{user}`, false},
		{`\\\{user}`, false},
		{`\[[{group}]`, false},

		{`[a]{user}`, true},
		{`[]]{user}`, true},
		{`[^]]{user}`, true},
		{`[[]{user}`, true},
		{`[[:alpha:]]{user}`, true},
		{`[\]]{group}`, true},
		{`\[{user}\]`, true},
		{`[\\]{user}`, true},
		{`\\{user}`, true},
		{`]{user}[`, true}, // which does not compile
		{`ä{user}`, true},
	} {
		t.Run(tt.value, func(t *testing.T) {
			err := CheckPlaceholders("regexp", tt.value)
			if tt.fine != (err == nil) {
				t.Fatalf("got %v", err)
			}
			if err != nil && !strings.Contains(err.Error(), "neither in a class") {
				t.Errorf("got %v", err)
			}
		})
	}
}
