package option

import "testing"

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
