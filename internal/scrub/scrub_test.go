package scrub

import (
	"strings"
	"testing"
)

// mustScrubber compiles the scrub options of config.
func mustScrubber(t *testing.T, config *Config) *Scrubber {
	t.Helper()
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestScrubInspect(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"env", `{"Id":"a","Config":{"Env":["A=1"],"Cmd":["x"]}}`, `{"Id":"a","Config":{"Env":[],"Cmd":["x"]}}`},
		{"closing bracket in a value", `{"Config":{"Env":["A=\"]","B=\\"],"Z":1}}`, `{"Config":{"Env":[],"Z":1}}`},
		{"null", `{"Config":{"Env":null}}`, `{"Config":{"Env":[]}}`},
		{"none", `{"Config":{"Cmd":[]}}`, `{"Config":{"Cmd":[]}}`},
		{"no config", `{"Config":null}`, `{"Config":null}`},
		{"elsewhere stays", `{"Env":["x"],"Config":{"Labels":{"Env":"y"},"Env":["A"]}}`, `{"Env":["x"],"Config":{"Labels":{"Env":"y"},"Env":[]}}`},
		{"repeated", `{"Config":{"Env":["A"],"Env":["B"]},"Config":{"Env":["C"]}}`, `{"Config":{"Env":[],"Env":[]},"Config":{"Env":[]}}`},
		{"blanks and big numbers", "{ \"N\" : 12345678901234567890 ,\n\"Config\" : { \"Env\" : [ \"A\" ] } }\n", "{ \"N\" : 12345678901234567890 ,\n\"Config\" : { \"Env\" : [] } }\n"},
		{"folded keys", `{"config":{"ENV":["A"],"env":["B"]}}`, `{"config":{"ENV":[],"env":[]}}`},
		{"a key that folds to another letter", `{"\u017ftate":1,"Config":{"Env":["A"]}}`, `{"\u017ftate":1,"Config":{"Env":[]}}`},
		{"instructions for builds", `{"Config":{"Env":["A=1"],"OnBuild":["ENV B=secret","RUN x"]}}`, `{"Config":{"Env":[],"OnBuild":[]}}`},
		{"escaped key", `{"Config":{"\u0045nv":["A"]}}`, `{"Config":{"\u0045nv":[]}}`},
	}
	s := mustScrubber(t, &Config{Envs: true})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s.Answer("ContainerInspect", []byte(tt.in))
			if err != nil || string(got) != tt.want {
				t.Errorf("%s: got %s, %v, want %s", tt.name, got, err, tt.want)
			}
		})
	}
}

// What cannot be read is not sent.
func TestScrubInspectFailsClosed(t *testing.T) {
	s := mustScrubber(t, &Config{Envs: true})
	for _, in := range []string{
		`{"Config":[]}`, `{"Config":{"Env":["A"]}`, `[]`, ``, `{"Config":{"Env":["A"]}} x`,
	} {
		if got, err := s.Answer("ContainerInspect", []byte(in)); err == nil {
			t.Errorf("%s: got %s, want an error", in, got)
		}
	}
}

func TestScrubOptions(t *testing.T) {
	tests := []struct {
		name, id string
		config   Config
		in, want string
	}{
		{
			"keep", "ContainerInspect", Config{Envs: true, KeepEnvs: []string{"tz", "LC_*"}},
			`{"Config":{"Env":["TZ=UTC","PW=<x>","LC_ALL=a=<b>","TZX=1"]}}`, `{"Config":{"Env":["TZ=UTC","LC_ALL=a=<b>"]}}`,
		},
		{
			"keep all", "ContainerInspect", Config{Envs: true, KeepEnvs: []string{"*"}},
			`{"Config":{"Env":["A=\u003cb\u003e"]}}`, `{"Config":{"Env":["A=\u003cb\u003e"]}}`,
		},
		{
			"mask", "ContainerInspect", Config{MaskEnvs: []string{"*password*", "*_TOKEN"}},
			`{"Config":{"Env":["DB_PASSWORD=x","TZ=UTC","A_TOKEN=y=z","PASSWORD"]}}`, `{"Config":{"Env":["DB_PASSWORD=***","TZ=UTC","A_TOKEN=***","PASSWORD"]}}`,
		},
		{
			"labels in a list", "ContainerList", Config{MaskLabels: []string{"homepage.widget.*"}},
			`[{"Id":"a","Labels":{"Homepage.widget.key":"s","x":"y"}},{"Id":"b","Labels":{}},{"Id":"c","Labels":null}]` + "\n", `[{"Id":"a","Labels":{"Homepage.widget.key":"***","x":"y"}},{"Id":"b","Labels":{}},{"Id":"c","Labels":null}]` + "\n",
		},
		{
			"labels in an inspect", "ContainerInspect", Config{MaskLabels: []string{"secret"}},
			`{"Config":{"Labels":{"secret":"a\"b","x":"secret"}}}`, `{"Config":{"Labels":{"secret":"***","x":"secret"}}}`,
		},
		{
			"labels in a service", "ServiceInspect", Config{MaskLabels: []string{"s"}},
			`{"Spec":{"Labels":{"s":"1"},"TaskTemplate":{"ContainerSpec":{"Labels":{"s":"1"}}}},"PreviousSpec":{"Labels":{"s":"1"}}}`,
			`{"Spec":{"Labels":{"s":"***"},"TaskTemplate":{"ContainerSpec":{"Labels":{"s":"***"}}}},"PreviousSpec":{"Labels":{"s":"***"}}}`,
		},
		{
			"commands", "ContainerInspect", Config{Commands: true},
			`{"Path":"sh","Args":["-c","pw"],"Config":{"Cmd":["x"],"Entrypoint":null,"Healthcheck":{"Test":["CMD","x"]}},"State":{"Health":{"Log":[{"Output":"pw","ExitCode":0}]}}}`,
			`{"Path":"","Args":[],"Config":{"Cmd":[],"Entrypoint":null,"Healthcheck":{"Test":[]}},"State":{"Health":{"Log":[{"Output":"","ExitCode":0}]}}}`,
		},
		{
			"processes", "ContainerTop", Config{Commands: true},
			`{"Processes":[["root","1","sh","-c"],["root","2","top"]],"Titles":["UID","PID","CMD"]}`, `{"Titles":["UID","PID","CMD"],"Processes":[["root","1","***"],["root","2","***"]]}`,
		},
		{
			"exec events", "SystemEvents", Config{Commands: true},
			`{"status":"exec_create: sh -c pw","Action":"exec_create: sh -c pw","Type":"container"}`, `{"status":"exec_create: ***","Action":"exec_create: ***","Type":"container"}`,
		},
		{
			"other events", "SystemEvents", Config{Commands: true},
			`{"Action":"health_status: healthy"}`, `{"Action":"health_status: healthy"}`,
		},
		{
			"mounts", "ContainerInspect", Config{Mounts: true},
			`{"HostsPath":"/var/x","HostConfig":{"Binds":["/a:/b"]},"Mounts":[{"Source":"/a","Destination":"/b"}],"GraphDriver":{"Data":{"Dir":"/x"},"Name":"vfs"}}`,
			`{"HostsPath":"","HostConfig":{"Binds":[]},"Mounts":[{"Source":"","Destination":"/b"}],"GraphDriver":{"Data":{},"Name":"vfs"}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := tt.config
			s := mustScrubber(t, &config)
			got, err := s.Answer(tt.id, []byte(tt.in))
			if err != nil || string(got) != tt.want {
				t.Errorf("%s: got  %s, %v\nwant %s", tt.name, got, err, tt.want)
			}
		})
	}
}

func TestScrubTopWithoutCommandColumn(t *testing.T) {
	s := mustScrubber(t, &Config{Commands: true})
	for _, in := range []string{`{"Titles":["UID"],"Processes":[["root"]]}`, `{"Titles":["UID","CMD"],"Processes":[["root"]]}`} {
		t.Run(in, func(t *testing.T) {
			if got, err := s.Answer("ContainerTop", []byte(in)); err == nil {
				t.Errorf("%s: got %s, want an error", in, got)
			}
		})
	}
}

// A label may be called like an attribute of events; there it is the attribute.
func TestMaskedLabelCalledName(t *testing.T) {
	s := mustScrubber(t, &Config{MaskLabels: []string{"*"}})
	body, err := s.Answer("ContainerInspect", []byte(`{"Config":{"Labels":{"name":"canary","image":"canary"}}}`))
	if err != nil || strings.Contains(string(body), "canary") {
		t.Errorf("inspect: got %s, %v", body, err)
	}
	line, err := s.Answer("SystemEvents", []byte(`{"Actor":{"Attributes":{"name":"web","x":"canary"}}}`))
	if err != nil || string(line) != `{"Actor":{"Attributes":{"name":"web","x":"***"}}}` {
		t.Errorf("event: got %s, %v", line, err)
	}
}

// What follows the value is not passed on unread.
func TestScrubRefusesTrailingData(t *testing.T) {
	s := mustScrubber(t, &Config{MaskLabels: []string{"*"}, Commands: true})
	for _, id := range []string{"ContainerInspect", "SystemEvents"} {
		t.Run(id, func(t *testing.T) {
			if body, err := s.Answer(id, []byte(`{"Type":"x"}},"Actor":{"Attributes":{"x":"canary"}}}`)); err == nil {
				t.Errorf("%s: got %s", id, body)
			}
		})
	}
}
