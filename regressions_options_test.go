package dpf

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
)

// typedConfig is a configuration as Traefik hands it over.
func typedConfig(t *testing.T, raw string) *Config {
	t.Helper()
	config := CreateConfig()
	if err := json.Unmarshal([]byte(raw), &config.Rest); err != nil {
		t.Fatal(err)
	}
	return config
}

// What looks like a restriction and is none is refused.
func TestEmptyRestrictionsAreRefused(t *testing.T) {
	lists := []string{"containerNames", "containerLabels", "excludeNames", "excludeLabels", "keepEnvs", "maskEnvs", "maskLabels", "operations", "insecureAllowOperations"}
	texts := []string{"match", "require", "scrubEnvs", "scrubCommands", "scrubMounts", "maxBodyBytes"}
	type form struct{ value, want string }
	forms := map[string][]form{}
	for _, name := range lists {
		forms[name] = []form{
			{`""`, name + ": set but empty"}, {`[]`, name + ": set but empty"}, {`null`, name + ": set but empty"}, {`" "`, name + ": set but empty"},
			{`["x",""]`, name + "[1]: blank value"}, {`["x"," "]`, name + "[1]: blank value"}, {`"x,"`, name + "[1]: blank value"}, {`","`, name + "[0]: blank value"},
			{`["x",{}]`, name + "[1]: must be a string"}, {`["x",null]`, name + "[1]: must be a string"}, {`{"a":"b"}`, name + ": must be a list, or one string with commas"},
		}
	}
	for _, name := range texts {
		forms[name] = []form{
			{`""`, name + ": set but empty"}, {`" "`, name + ": set but empty"}, {`null`, name + ": set but empty"},
			{`[]`, name + ": must be one value, and no list and no object"}, {`{"a":"b"}`, name + ": must be one value, and no list and no object"},
		}
	}
	forms["scrubEnvs"] = append(forms["scrubEnvs"], form{`"yes"`, "scrubEnvs: must be true or false"})
	forms["maxBodyBytes"] = append(forms["maxBodyBytes"], form{`"64MiB"`, "maxBodyBytes: must be a whole number of bytes"}, form{`"-1"`, "maxBodyBytes: must be greater than 0"})
	for name, all := range forms {
		for _, f := range all {
			t.Run(name+" "+f.value, func(t *testing.T) {
				other := `,"scrubMounts":"true"}`
				if name == "scrubMounts" {
					other = `,"scrubEnvs":"true"}`
				}
				checkPublic(t, `{"`+name+`":`+f.value+other, f.want)
			})
		}
	}
}

// A client that sees one container must not reach the others, or the network
// of the engine, through what all of them share.
func TestSharedNamesAndAddressesAreRefused(t *testing.T) {
	tests := []struct {
		name, target, body string
		operation          string
		opened             int // status when insecureAllowOperations has it, with a visible container
	}{
		{"a commit takes over the tag that a hidden container is made from", "POST /commit?container=web&repo=hidapp&tag=latest", "", "ImageCommit", 204},
		{"a commit of a hidden container", "POST /commit?container=secret&repo=x", "", "ImageCommit", 404},
		{"an alias takes over the name of a hidden container in the network", "POST /networks/front/connect", `{"Container":"web","EndpointConfig":{"Aliases":["secret"]}}`, "NetworkConnect", 204},
		{"a hidden container is connected", "POST /networks/front/connect", `{"Container":"secret"}`, "NetworkConnect", 404},
		{"a rename takes over a name", "POST /containers/web/rename?name=secret", "", "ContainerRename", 204},
		{"a rename of a hidden container", "POST /containers/secret/rename?name=x", "", "ContainerRename", 404},
		{"the engine scans its network", "GET /distribution/10.0.0.7:22/x/json", "", "DistributionInspect", 204},
		{"the engine searches in a registry of the client", "GET /images/search?term=10.0.0.7:22/x", "", "ImageSearch", 204},
		{"the engine logs in where the client says", "POST /auth", `{"serveraddress":"10.0.0.7:22"}`, "SystemAuth", 204},
		{"the engine pulls from where the client says", "POST /images/create?fromImage=10.0.0.7:22/x", "", "ImageCreate", 204},
		{"the engine fetches a URL", "POST /images/create?fromSrc=http://10.0.0.7:22/x", "", "ImageCreate", 204},
		{"the engine pushes to where the client says", "POST /images/10.0.0.7:22/x/push", "", "ImagePush", 204},
		{"the engine asks a registry for a plugin", "GET /plugins/privileges?remote=10.0.0.7:22/x", "", "GetPluginPrivileges", 204},
		{"the engine pulls a plugin", "POST /plugins/pull?remote=10.0.0.7:22/x", "", "PluginPull", 204},
		{"the engine joins a swarm", "POST /swarm/join", `{"RemoteAddrs":["10.0.0.7:22"]}`, "SwarmJoin", 204},
		{"the engine builds from a URL", "POST /build?remote=http://10.0.0.7:22/x", "", "ImageBuild", 204},
		{"a tag is moved", "POST /images/x/tag?repo=hidapp", "", "ImageTag", 204},
		{"a tag is loaded", "POST /images/load", "", "ImageLoad", 204},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			method, target, _ := strings.Cut(tt.target, " ")
			engine := worldEngine()
			rec := do(newTestFilter(t, engine, testConfig()), method, target, tt.body)
			if rec.Code != 403 || !strings.Contains(rec.Body.String(), tt.operation+" is refused: ") || !strings.Contains(rec.Body.String(), "(option insecureAllowOperations)") {
				t.Errorf("got %d %s", rec.Code, rec.Body.String())
			}
			if len(engine.requests) > 0 {
				t.Errorf("got upstream requests %v", engine.requests)
			}

			config := testConfig()
			config.InsecureAllowOperations = []string{tt.operation}
			if rec := do(newTestFilter(t, worldEngine(), config), method, target, tt.body); rec.Code != tt.opened {
				t.Errorf("opened: got %d %s, want %d", rec.Code, rec.Body.String(), tt.opened)
			}
		})
	}
}

// checkPublic checks that a configuration is refused, and what its clients are
// told.
func checkPublic(t *testing.T, raw, want string) {
	t.Helper()
	engine := testEngine()
	h, err := New(context.Background(), engine, typedConfig(t, raw), "test")
	if err != nil {
		t.Fatal(err)
	}
	rec := do(h, "GET", "/containers/json", "")
	if got, wantBody := rec.Body.String(), `{"message":"dpf: `+want+"\"}\n"; rec.Code != 503 || got != wantBody {
		t.Errorf("%s: got %d %s, want 503 %s", raw, rec.Code, got, wantBody)
	}
	if len(engine.requests) > 0 {
		t.Errorf("%s: got upstream requests %v", raw, engine.requests)
	}
}

// Values that cannot match anything are refused: an exclude or a mask of them
// would show what it seems to hide.
func TestValuesThatMatchNothingAreRefused(t *testing.T) {
	tests := []struct{ name, config, want string }{
		{"name as the API has it", `{"excludeNames":["/web"]}`, "excludeNames[0]: names have no leading slash here"},
		{"the same in a regexp", `{"match":"regexp","excludeNames":["^/web"]}`, "excludeNames[0]: names have no leading slash here"},
		{"a glob without match: glob", `{"excludeNames":["vault-*"]}`, "excludeNames[0]: no name has this character in it"},
		{"a regexp without match: regexp", `{"match":"exact","excludeNames":["^vault$"]}`, "excludeNames[0]: no name has this character in it"},
		{"a regexp with match: glob", `{"match":"glob","excludeNames":["vault|db"]}`, "excludeNames[0]: no name has this character in it"},
		{"a label in the list of names", `{"excludeNames":["secret=yes"]}`, "excludeNames[0]: no name has this character in it"},
		{"commas in an element", `{"excludeNames":["a,b"]}`, "excludeNames[0]: no name has this character in it"},
		{"a list in a label", `{"excludeNames":"[vault,db]"}`, "excludeNames[0]: no name has this character in it"},
		{"a list of labels in a label", `{"excludeLabels":"[secret]"}`, "excludeLabels[0]: begins with a bracket; in one string a list has commas only"},
		{"a glob for labels without match: glob", `{"excludeLabels":["secret.*"]}`, "excludeLabels[0]: * needs match: glob"},
		{"quotes in a label", `{"excludeLabels":"\"secret\""}`, "excludeLabels[0]: begins with a quote"},
		{"quotes round a mask", `{"maskEnvs":"'*PASSWORD*'"}`, "maskEnvs[0]: begins with a quote"},
		{"a mask with a value", `{"maskEnvs":["PASSWORD=*"]}`, "maskEnvs[0]: the glob is for keys, which have no ="},
		{"a mask of labels with a value", `{"maskLabels":["secret=*"]}`, "maskLabels[0]: the glob is for keys, which have no ="},
		{"a variable of the shell", `{"excludeNames":["${HIDE}"]}`, "excludeNames[0]: a placeholder that nothing filled in"},
		{"a variable with a default", `{"excludeLabels":["a=${HIDE:-x}"]}`, "excludeLabels[0]: a placeholder that nothing filled in"},
		{"a variable without braces", `{"excludeLabels":["owner=$HIDE"]}`, "excludeLabels[0]: a placeholder that nothing filled in"},
		{"a template", `{"excludeNames":["{{ env \"HIDE\" }}"]}`, "excludeNames[0]: a placeholder that nothing filled in"},
		{"a control character", `{"excludeNames":["va\u0000ult"]}`, "excludeNames[0]: a character that cannot be seen"},
		{"a line break", `{"excludeLabels":["a=b\nc"]}`, "excludeLabels[0]: a character that cannot be seen"},
		{"a blank without width", `{"excludeNames":["vault\u200b"]}`, "excludeNames[0]: a character that cannot be seen"},
		{"one option twice", `{"containerNames":["a"],"ContainerNames":["b"]}`, "containerNames: set twice, in two spellings"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkPublic(t, tt.config, tt.want) })
	}
}

// Values that look odd and mean what they say are accepted.
func TestOddValuesAreAccepted(t *testing.T) {
	for _, raw := range []string{
		`{"CONTAINERNAMES":"web, db "}`,
		`{"containerLabels":["a=b=c","a.b/c","k=x,y","k=\"quoted\""]}`,
		`{"containerLabels":["traefik.http.routers.a.rule=Host(${x"]}`,
		`{"containerNames":["no container has this name"]}`,
		`{"match":"regexp","containerNames":["^web$","a{2}","[a-z]+"]}`,
		`{"match":"regexp","containerLabels":["price=\\$[0-9]+"]}`,
		`{"match":"glob","containerNames":["web-?","*"]}`,
		`{"containerNames":["web"],"upstreamURL":"","logLevel":""}`,
		`{"scrubEnvs":"1"}`,
		`{"scrubEnvs":true,"maxBodyBytes":1000000,"keepEnvs":"TZ,L*"}`,
	} {
		t.Run(raw, func(t *testing.T) {
			engine := testEngine()
			if _, err := newHandler(context.Background(), engine, typedConfig(t, raw), "test"); err != nil {
				t.Error(err)
			}
		})
	}
}

// The clients of a refused configuration are told the option and the reason,
// the log has the value.
func TestRefusedConfigKeepsItsValues(t *testing.T) {
	tests := []struct{ name, config, public, inLog string }{
		{"a pattern", `{"match":"regexp","excludeNames":["(canary"]}`, "excludeNames[0]: error parsing regexp", "canary"},
		{"the password of a URL", `{"containerNames":"a","upstreamURL":"http://u:canary@h"}`, "upstreamURL: must not have a user, a query or a fragment", "canary"},
		{"a URL that is none", `{"containerNames":"a","upstreamURL":"canary://h"}`, "upstreamURL: must be an absolute http:// or https:// URL", "canary"},
		{"a label", `{"excludeLabels":["canary="]}`, "excludeLabels[0]: empty value", "canary"},
		{"a label without a key", `{"excludeLabels":["=canary"]}`, "excludeLabels[0]: empty key", "canary"},
		{"a glob", `{"match":"glob","excludeNames":["canary[1]"]}`, "excludeNames[0]: a glob has * and ? only; use match: regexp for more", "canary"},
		{"a mask", `{"maskEnvs":["canary[1]"]}`, "maskEnvs[0]: a glob has * and ? only; use match: regexp for more", "canary"},
		{"a mode", `{"containerNames":"a","match":"canary"}`, "match: must be contains, exact, glob or regexp", "canary"},
		{"require", `{"containerNames":"a","require":"canary"}`, "require: must be any or all", "canary"},
		{"a level", `{"containerNames":"a","logLevel":"canary"}`, "logLevel: must be error, info or debug", "canary"},
		{"a switch", `{"scrubEnvs":"canary"}`, "scrubEnvs: must be true or false", "canary"},
		{"a number", `{"scrubEnvs":"true","maxBodyBytes":"canary"}`, "maxBodyBytes: must be a whole number of bytes", "canary"},
		{"an operation", `{"operations":["canary"]}`, "operations[0]: no such operation or group", "canary"},
		{"an insecure operation", `{"containerNames":"a","insecureAllowOperations":["canary"]}`, "insecureAllowOperations[0]: not an operation that needs it", "canary"},
		{"a typing error", `{"containerNmaes":"canary"}`, "containerNmaes: unknown option, did you mean containerNames?", "containerNmaes"},
		{"a value in the name", `{"containerNames=canary":"x"}`, "unknown option, did you mean containerNames?", "canary"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkPublic(t, tt.config, tt.public)
			engine := testEngine()
			_, err := newHandler(context.Background(), engine, typedConfig(t, tt.config), "test")
			if err == nil || !strings.Contains(err.Error(), tt.inLog) {
				t.Errorf("got error %v, want %s in it", err, tt.inLog)
			}
		})
	}
}
