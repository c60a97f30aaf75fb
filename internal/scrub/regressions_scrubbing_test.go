package scrub

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
)

// What a build step says of variables and labels is scrubbed by their keys.
func TestBuildStepsTellNoScrubbedValue(t *testing.T) {
	all := Config{Envs: true}
	keep := Config{Envs: true, KeepEnvs: []string{"tz", "LANG"}}
	masks := Config{MaskEnvs: []string{"*password*"}}
	labels := Config{MaskLabels: []string{"secret*", "my secret"}}
	tests := []struct {
		name     string
		config   Config
		in, want string
	}{
		{"classic builder", all, `/bin/sh -c #(nop)  ENV PASSWORD=canary`, ""},
		{"BuildKit", all, `ENV PASSWORD=canary`, ""},
		{"an expanded variable", all, `WORKDIR /srv/canary`, ""},
		{"build arguments", all, `|1 PASSWORD=canary /bin/sh -c make`, ""},
		{"the name of a builder", all, `buildkit.dockerfile.v0`, `buildkit.dockerfile.v0`},

		{"kept", keep, `/bin/sh -c #(nop)  ENV TZ=UTC`, `/bin/sh -c #(nop)  ENV TZ=UTC`},
		{"kept, then removed", keep, `ENV TZ=UTC PASSWORD=canary LANG=C`, `ENV TZ=UTC`},
		{"removed, then kept", keep, `ENV PASSWORD=canary TZ=UTC`, ""},
		{"kept arguments", keep, `RUN |1 TZ=UTC /bin/sh -c make # buildkit`, `RUN |1 TZ=UTC /bin/sh -c make # buildkit`},
		{"the second argument is removed", keep, `|2 TZ=UTC PASSWORD=can ary /bin/sh -c make`, `|2 TZ=UTC`},
		{"the old form", keep, `ENV PASSWORD TZ=canary`, ""},
		{"the old form, kept", keep, `ENV TZ UTC`, `ENV TZ UTC`},
		{"an argument without a value", keep, `ARG PASSWORD`, ""},
		{"no form of variables", keep, `COPY canary /`, ""},
		{"a command", keep, `RUN /bin/sh -c PASSWORD=canary make`, ""},
		{"a label", keep, `LABEL a=canary`, ""},

		{"masked", masks, `/bin/sh -c #(nop)  ENV DB_PASSWORD=canary`, `/bin/sh -c #(nop)  ENV DB_PASSWORD=***`},
		{"masked in the middle", masks, `ENV A=b PASSWORD=can ary C=d`, `ENV A=b PASSWORD=***`},
		{"lower case", masks, `env password=canary`, `env password=***`},
		{"on build", masks, `/bin/sh -c #(nop)  ONBUILD ENV PASSWORD=canary`, `/bin/sh -c #(nop)  ONBUILD ENV PASSWORD=***`},
		{"old form masked", masks, `ENV PASSWORD canary`, ""},
		{"a key that is expanded", masks, `ENV PASS${X}=canary`, `ENV PASS${X}=***`},
		{"masked argument", masks, `ARG PASSWORD=canary`, `ARG PASSWORD=***`},
		{"masked build argument", masks, `|1 PASSWORD=canary /bin/sh -c make`, `|1 PASSWORD=***`},
		{"quoted by the list of containers", masks, `/bin/sh -c '#(nop) ' 'ENV PASSWORD=canary'`, `/bin/sh -c '#(nop) ' 'ENV PASSWORD=***`},
		{"other variables", masks, `ENV A=b`, `ENV A=b`},
		{"other command", masks, `CMD ["nginx" "-g" "daemon off;"]`, `CMD ["nginx" "-g" "daemon off;"]`},
		{"a variable of a command", masks, `RUN /bin/sh -c PASSWORD=canary make`, `RUN /bin/sh -c PASSWORD=***`},
		{"an expanded variable, masked", masks, `WORKDIR /srv/canary`, ""},
		{"unknown", masks, `bazel build ...`, ""},

		{"masked label", labels, `/bin/sh -c #(nop)  LABEL a=b secret.key=canary`, `/bin/sh -c #(nop)  LABEL a=b secret.key=***`},
		{"a key with blanks", labels, `LABEL a=b "my secret"=canary`, `LABEL a=b "my secret"=***`},
		{"a key with blanks first", labels, `LABEL "secret key"=canary`, ""},
		{"other label", labels, `LABEL a=b`, `LABEL a=b`},
		{"variables are not labels", labels, `ENV secret=b`, `ENV secret=b`},
		{"other step", labels, `WORKDIR /srv`, `WORKDIR /srv`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := tt.config
			s := mustScrubber(t, &config)
			in, _ := json.Marshal([]map[string]string{{"CreatedBy": tt.in}})
			got, err := s.Answer("ImageHistory", in)
			if err != nil {
				t.Fatal(err)
			}
			var history []struct{ CreatedBy string }
			if err := json.Unmarshal(got, &history); err != nil || len(history) != 1 || history[0].CreatedBy != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// Containers that a build leaves behind have its steps for commands.
func TestBuildLeftoversTellNoScrubbedValue(t *testing.T) {
	tests := []struct{ name, id, in, want string }{
		{"list", "ContainerList", `[{"Command":"/bin/sh -c '#(nop) ' 'ENV PASSWORD=canary'"},{"Command":"sh -c x"}]`, `[{"Command":""},{"Command":"sh -c x"}]`},
		{"list, arguments", "ContainerList", `[{"Command":"|1 PASSWORD=canary /bin/sh -c make"}]`, `[{"Command":""}]`},
		{"list, escaped", "ContainerList", `[{"Command":"\u0023\u0028no\u0070) ENV PASSWORD=canary"}]`, `[{"Command":""}]`},
		{"arguments of the shell", "ContainerInspect", `{"Path":"/bin/sh","Args":["-c","#(nop) ","ENV PASSWORD=canary"]}`, `{"Path":"/bin/sh","Args":[]}`},
		{"arguments of the mark", "ContainerInspect", `{"Path":"|1","Args":["PASSWORD=canary","/bin/sh"]}`, `{"Path":"","Args":[]}`},
		{"arguments of the mark, folded", "ContainerInspect", `{"args":["PASSWORD=canary","/bin/sh"],"pATH":"|1"}`, `{"args":[],"pATH":""}`},
		{"command", "ContainerInspect", `{"Config":{"Cmd":["|1","PASSWORD=canary","/bin/sh","-c","make"]}}`, `{"Config":{"Cmd":[]}}`},
		{"entry point", "ContainerInspect", `{"Config":{"Entrypoint":["/bin/sh","-c","#(nop) ENV PASSWORD=canary"]}}`, `{"Config":{"Entrypoint":[]}}`},
		{"on build", "ContainerInspect", `{"Config":{"OnBuild":["ENV PASSWORD=canary"]}}`, `{"Config":{"OnBuild":[]}}`},
		{"health check", "ContainerInspect", `{"Config":{"Healthcheck":{"Test":["CMD-SHELL","#(nop) ENV PASSWORD=canary"]}}}`, `{"Config":{"Healthcheck":{"Test":[]}}}`},
		{"a pipe is no mark", "ContainerInspect", `{"Path":"sh","Args":["-c","a |1 b"]}`, `{"Path":"sh","Args":["-c","a |1 b"]}`},
		{"image", "ImageInspect", `{"Comment":"ENV PASSWORD=canary","ContainerConfig":{"Cmd":["/bin/sh","-c","#(nop) ","ENV PASSWORD=canary"]},"Config":{"Cmd":["|1","PASSWORD=canary","x"]}}`, `{"Comment":"","ContainerConfig":{"Cmd":[]},"Config":{"Cmd":[]}}`},
		{"build cache", "SystemDataUsage", `{"BuildCache":[{"Description":"mount / from exec |1 PASSWORD=canary /bin/sh"}]}`, `{"BuildCache":[{"Description":""}]}`},
		{"build cache of newer engines", "SystemDataUsage", `{"BuildCacheUsage":{"Items":[{"Description":"[1/2] ENV PASSWORD=canary"}]}}`, `{"BuildCacheUsage":{"Items":[{"Description":""}]}}`},
		{"provenance", "ImageAttestations", `[{"Statement":{"predicate":{"args":{"build-arg:PASSWORD":"canary"}}}}]`, `[{"Statement":{}}]`},
		{"plugin", "PluginList", `[{"Settings":{"Env":["PASSWORD=canary"]},"Config":{"Env":[{"Name":"PASSWORD","Value":"canary"}]}}]`, `[{"Settings":{"Env":[]},"Config":{"Env":[{"Name":"PASSWORD","Value":""}]}}]`},
		{"plugin of a service", "ServiceInspect", `{"Spec":{"TaskTemplate":{"PluginSpec":{"env":["PASSWORD=canary"]}}}}`, `{"Spec":{"TaskTemplate":{"PluginSpec":{"env":[]}}}}`},
		{"service", "ServiceList", `[{"Spec":{"TaskTemplate":{"ContainerSpec":{"Args":["#(nop) ENV PASSWORD=canary"],"Env":["PASSWORD=canary"]}}}}]`, `[{"Spec":{"TaskTemplate":{"ContainerSpec":{"Args":[],"Env":[]}}}}]`},
		{"exec instance", "ExecInspect", `{"ProcessConfig":{"env":["PASSWORD=canary"],"entrypoint":"sh"}}`, `{"ProcessConfig":{"env":[],"entrypoint":"sh"}}`},
	}
	s := mustScrubber(t, &Config{Envs: true})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s.Answer(tt.id, []byte(tt.in))
			if err != nil || string(got) != tt.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}

// nested makes an answer with value at a place, and all of its keys spelled by
// spell.
func nested(place, value string, spell func(key string) string) string {
	keys := strings.Split(place, "/")
	for i := len(keys) - 1; i >= 0; i-- {
		switch keys[i] {
		case "":
		case "*":
			value = "[ " + value + " ]"
		default:
			value = `{"x" : null,` + spell(keys[i]) + " :\n" + value + "}"
		}
	}
	return value
}

// Each place of each kind, however an engine spells its keys, is scrubbed.
func TestEveryPlaceOfEveryKind(t *testing.T) {
	spellings := map[string]func(key string) string{
		"plain":   func(key string) string { return `"` + key + `"` },
		"folded":  func(key string) string { return `"` + strings.ToUpper(key) + `"` },
		"escaped": func(key string) string { return `"\u00` + hex(key[0]) + key[1:] + `"` },
		"twice":   func(key string) string { return `"` + key + `":null,"` + strings.ToLower(key) + `"` },
	}
	tests := []struct {
		name   string
		kind   engineapi.FieldKind
		config Config
		values []string
	}{
		{"scrubEnvs", engineapi.Environment, Config{Envs: true}, []string{`["A=canary"]`}},
		{"maskEnvs", engineapi.Environment, Config{MaskEnvs: []string{"a"}}, []string{`["A=canary"]`}},
		{"scrubEnvs", engineapi.EnvironmentText, Config{Envs: true}, []string{`"canary"`, `["ENV A=canary"]`, `{"A":"canary"}`}},
		{"maskEnvs", engineapi.EnvironmentText, Config{MaskEnvs: []string{"a"}}, []string{`"ENV A=canary"`, `["|1","A=canary"]`, `{"A":"canary"}`, `"canary"`}},
		{"maskLabels", engineapi.EnvironmentText, Config{MaskLabels: []string{"a"}}, []string{`"LABEL A=canary"`, `["#(nop) ","LABEL A=canary"]`, `{"A":"canary"}`}},
		{"maskLabels", engineapi.Labels, Config{MaskLabels: []string{"a"}}, []string{`{"A":"canary"}`, `["A=canary"]`}},
		{"scrubMounts", engineapi.Labels, Config{Mounts: true}, []string{`{"com.docker.compose.project.working_dir":"canary"}`, `["com.docker.compose.project.config_files=canary"]`}},
		{"scrubCommands", engineapi.Command, Config{Commands: true}, []string{`"canary"`, `["canary"]`, `{"a":"canary"}`}},
		{"scrubEnvs", engineapi.Command, Config{Envs: true}, []string{`"#(nop) ENV A=canary"`, `["|1","A=canary"]`}},
		{"scrubMounts", engineapi.HostPath, Config{Mounts: true}, []string{`"/canary"`, `["/canary"]`, `{"a":"/canary"}`}},
		{"maskLabels", engineapi.EventAttributes, Config{MaskLabels: []string{"a"}}, []string{`{"A":"canary"}`}},
		{"scrubCommands", engineapi.EventAction, Config{Commands: true}, []string{`"exec_create: canary"`, `"exec_start:canary"`, `"new: canary"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := tt.config
			s := mustScrubber(t, &config)
			places := 0
			for operation := range engineapi.Fields.Answers {
				for _, place := range engineapi.Places(operation, tt.kind) {
					places++
					understood := false
					for spelling, spell := range spellings {
						for i, value := range tt.values {
							if i != places%len(tt.values) && spelling != "plain" {
								continue // Each spelling, but not with each value.
							}
							in := nested(place, value, spell)
							got, err := s.Answer(operation, []byte(in))
							if err == nil && (strings.Contains(string(got), "canary") || !json.Valid(got)) {
								t.Errorf("%s: %s of %s, %s: got %s of %s", tt.name, place, operation, spelling, got, in)
							}
							understood = understood || err == nil && spelling == "plain"
						}
					}
					if !understood {
						t.Errorf("%s: %s of %s: no form is understood", tt.name, place, operation)
					}
				}
			}
			if places == 0 {
				t.Errorf("%s: no places of kind %d", tt.name, tt.kind)
			}
		})
	}
}

func hex(b byte) string { return string("0123456789abcdef"[b>>4]) + string("0123456789abcdef"[b&15]) }

func TestEventsTellNothingScrubbed(t *testing.T) {
	tests := []struct {
		name     string
		config   Config
		in, want string
	}{
		{"label called image of an image", Config{MaskLabels: []string{"image"}}, `{"Type":"image","Actor":{"Attributes":{"image":"canary","name":"x"}}}`, `{"Type":"image","Actor":{"Attributes":{"image":"***","name":"x"}}}`},
		{"labels of the daemon", Config{MaskLabels: []string{"a"}}, `{"Type":"daemon","Actor":{"Attributes":{"labels":"[\"a=canary\"]","name":"x"}}}`, `{"Type":"daemon","Actor":{"Attributes":{"labels":"***","name":"x"}}}`},
		{"folder of compose", Config{Mounts: true}, `{"Type":"container","Actor":{"Attributes":{"com.docker.compose.project.working_dir":"/canary","image":"a/b"}}}`, `{"Type":"container","Actor":{"Attributes":{"com.docker.compose.project.working_dir":"***","image":"a/b"}}}`},
		{"mount of a volume", Config{Mounts: true}, `{"Type":"volume","Action":"mount","Actor":{"Attributes":{"source":"/canary","driver":"local"}}}`, `{"Type":"volume","Action":"mount","Actor":{"Attributes":{"source":"***","driver":"local"}}}`},
		{"runtimes of the daemon", Config{Mounts: true}, `{"Type":"daemon","Actor":{"Attributes":{"runtimes":"{\"a\":{\"path\":\"/canary\"}}"}}}`, `{"Type":"daemon","Actor":{"Attributes":{"runtimes":"***"}}}`},
		{"health", Config{Commands: true}, `{"Type":"container","Action":"health_status: healthy"}`, `{"Type":"container","Action":"health_status: healthy"}`},
		{"output of a health check", Config{Commands: true}, `{"Type":"container","Action":"health_status: canary"}`, `{"Type":"container","Action":"health_status: ***"}`},
		{"no text", Config{Commands: true}, `{"Type":"container","Action":["exec_create: canary"]}`, ""},
		{"no object", Config{Mounts: true}, `["canary"]`, ""},
		{"a separator", Config{Commands: true}, "\x1e" + `{"Type":"container","Action":"exec_create: canary"}`, "\x1e" + `{"Type":"container","Action":"exec_create: ***"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := tt.config
			if got := mustScrubber(t, &config).Event([]byte(tt.in)); string(got) != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestWordsThatTell(t *testing.T) {
	tests := []struct {
		ref, body string
		want      bool
	}{
		{"web", `{"message":"No such container: web"}`, false},
		{"a/b:1", `{"message":"No such image: a/b:1"}`, false},
		{"", `{"message":"No such image: /host/path"}`, true},
		{"web", `{"message":"Container web is not running"}`, false},
		{"", `{"message":"Conflict. The container name \"/web\" is already in use by container \"0a1b\". You have to remove (or rename) that container to be able to reuse that name."}`, false},
		{"", `{"message":"driver failed programming external connectivity on endpoint web (0a): Bind for 0.0.0.0:80 failed: port is already allocated"}`, false},
		{"", `{"message":"error mounting \"/host/path\" to rootfs"}`, true},
		{"", `{"message":"stat /host/path: no such file or directory"}`, true},
		{"", `{"message":"C:\\host is not there"}`, true},
		{"", `{"message":"OCI runtime create failed: exec: secretcmd: not found"}`, true},
		{"", `{"message":"crun: executable file ` + "`secretcmd`" + ` not found"}`, true},
		{"web", `{"message":"no such container web","cause":"/host/path"}`, true},
		{"", `{"message":{"text":"/host/path"}}`, true},
		{"", `{"message":"fine"} /host/path`, true},
		{"", `/host/path`, true},
		{"web", `{"cause":"no such container","message":"no container with name or ID web found","response":404}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.body, func(t *testing.T) {
			for _, config := range []Config{{Mounts: true}, {Commands: true}} {
				options := config
				if got := mustScrubber(t, &options).Tells([]byte(tt.body), tt.ref); got != tt.want {
					t.Errorf("got %v", got)
				}
			}
			if mustScrubber(t, &Config{Envs: true}).Tells([]byte(tt.body), tt.ref) {
				t.Error("told without the options")
			}
		})
	}
}

func TestFiltersThatTell(t *testing.T) {
	tests := []struct {
		name    string
		config  Config
		filters map[string][]string
		refused bool
	}{
		{"label", Config{MaskLabels: []string{"a"}}, map[string][]string{"label": {"x", "A=guess"}}, true},
		{"no label", Config{MaskLabels: []string{"a"}}, map[string][]string{"label!": {"a=guess"}}, true},
		{"label of a node", Config{MaskLabels: []string{"a"}}, map[string][]string{"node.label": {"a=guess"}}, true},
		{"other label", Config{MaskLabels: []string{"a"}}, map[string][]string{"label": {"b=a"}}, false},
		{"folder of compose", Config{Mounts: true}, map[string][]string{"label": {"com.docker.compose.project.working_dir=/guess"}}, true},
		{"project of compose", Config{Mounts: true}, map[string][]string{"label": {"com.docker.compose.project=a"}}, false},
		{"path", Config{Mounts: true}, map[string][]string{"volume": {"/guess"}}, true},
		{"volume", Config{Mounts: true}, map[string][]string{"volume": {"data_1"}}, false},
		{"path while paths are shown", Config{Commands: true}, map[string][]string{"volume": {"/data"}}, false},
		{"command", Config{Commands: true}, map[string][]string{"event": {"exec_create: guess"}}, true},
		{"verb", Config{Commands: true}, map[string][]string{"event": {"exec_create", "exec_start:", "health_status: healthy"}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := tt.config
			if err := mustScrubber(t, &config).CheckFilters(tt.filters); (err != nil) != tt.refused {
				t.Errorf("got %v", err)
			}
		})
	}
}

// The proof reads what a client reads, and finds what is left.
func TestProofFindsWhatIsLeft(t *testing.T) {
	config := Config{Envs: true, KeepEnvs: []string{"TZ"}, MaskLabels: []string{"a"}, Commands: true, Mounts: true}
	s := mustScrubber(t, &config)
	for _, left := range []string{
		`{"Config":{"Env":["A=1"]}}`, `{"ContainerConfig":{"env":["A=1"]}}`, `{"Config":{"Labels":{"a":"1"}}}`, `{"Path":"sh"}`,
		`{"args":["x"]}`, `{"State":{"Error":"x"}}`, `{"HostConfig":{"Binds":["/a:/b"]}}`, `{"Mounts":[{"Source":"/a"}]}`,
		`{"HostConfig":{"ContainerIDFile":"/a"}}`, `{"Config":{"Labels":{"com.docker.compose.project.working_dir":"/a"}}}`, `[]`,
	} {
		t.Run(left, func(t *testing.T) {
			if s.prove([]byte(left)) == nil {
				t.Error("not found")
			}
		})
	}
	if err := s.prove([]byte(`{"Config":{"Env":["TZ=UTC"],"Labels":{"a":"***","b":"1"}},"Path":"","Args":[],"Mounts":[{"Source":""}]}`)); err != nil {
		t.Error(err)
	}
}

func BenchmarkNewScrubber(b *testing.B) {
	for i := 0; i < b.N; i++ {
		if _, err := New(&Config{Envs: true, MaskLabels: []string{"a"}, Commands: true, Mounts: true}); err != nil {
			b.Fatal(err)
		}
	}
}
