package main

import (
	"encoding/base64"
	"strings"
	"testing"
)

const testID = "3f7a1c9e5b2d8064af13c7e9b5d20846fa31c7e95b2d80641f3a7c9eb5d28640"

func testSecrets() *secrets {
	s := newSecrets("zq00")
	s.addID("container ID", testID)
	s.addWord("address", "172.30.99.77")
	return s
}

func TestFind(t *testing.T) {
	name := testSecrets().token("run")
	tests := []struct {
		name    string
		data    string
		carried string
		want    string // the kinds, in order
	}{
		{name: "nothing", data: `{"Id":"f123456789abcdef"}`, want: ""},
		{name: "token", data: `{"Name":"/zq00-run"}`, want: "run"},
		{name: "token in upper case", data: `ZQ00-RUN`, want: "run"},
		{name: "token in a list", data: `zq00-env,zq00-cmd`, want: "env cmd"},
		{name: "token in a variable", data: `ZQ00_VISALIAS_PORT`, want: "visalias_port"},
		{name: "token in base64", data: "X: " + base64.StdEncoding.EncodeToString([]byte(`{"name":"zq00-volpath"}`)), want: "volpath"},
		{name: "full ID", data: testID, want: "container ID"},
		{name: "short ID", data: "in use by container " + testID[:12], want: "container ID"},
		{name: "ID in upper case", data: strings.ToUpper(testID), want: "container ID"},
		{name: "ID inside more digits", data: "ff" + testID + "ff", want: "container ID"},
		{name: "eleven digits", data: testID[:11], want: ""},
		{name: "address", data: `"172.30.99.77/16"`, want: "address"},

		{name: "echo of a name", data: "No such container: zq00-run", carried: name, want: ""},
		{name: "echo of more than the name", data: "zq00-run-env", carried: name, want: "run-env"},
		{name: "echo in another case", data: "ZQ00-RUN", carried: name, want: "run"},
		{name: "echo of an ID", data: "No such container: " + testID, carried: testID, want: ""},
		{name: "echo of a short ID", data: "No such container: " + testID[:12] + " ", carried: testID[:12], want: ""},
		{name: "the ID for its short form", data: testID, carried: testID[:12], want: "container ID"},
		{name: "another secret beside the echo", data: "zq00-run zq00-env", carried: name, want: "env"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, l := range testSecrets().find([]byte(tt.data), []byte(tt.carried)) {
				got = append(got, l.kind)
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
