package dpf

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// saying puts an answer of the engine in front of engine for the paths that
// end in suffix.
func saying(engine *fakeEngine, suffix string, status int, body string) {
	before := engine.override
	engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
		if !strings.HasSuffix(req.URL.Path, suffix) {
			return before != nil && before(rw, req)
		}
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body))
		return true
	}
}

// withMode gives a container a network mode, in the list where listed.
func withMode(c *fakeContainer, mode string, listed bool) {
	c.inspect = `,"HostConfig":{"NetworkMode":"` + mode + `"}`
	if listed {
		c.summary = `,"HostConfig":{"NetworkMode":"` + mode + `"}`
	}
}

// The network counters of a container in the network of a visible one that is in
// the network of a hidden one are the hidden one's; so they are where the list
// lacks the mode, and whatever the client calls the container.
func TestStatsThroughAVisibleContainer(t *testing.T) {
	for _, listed := range []bool{true, false} {
		t.Run(fmt.Sprint(listed), func(t *testing.T) {
			for _, ref := range []string{"web", "aa1", id("aa1")[:12], id("aa1")} {
				for mode, want := range map[string]string{
					"container:" + id("ab2"): `{"networks":{}}`,
					"bridge":                 `{"networks":{"eth0":{"rx_bytes":7}}}`,
				} {
					engine := testEngine()
					withMode(&engine.containers[0], "container:db", listed)
					withMode(&engine.containers[2], mode, listed)
					saying(engine, "/stats", 200, `{"networks":{"eth0":{"rx_bytes":7}}}`)
					rec := do(newTestFilter(t, engine, testConfig()), "GET", "/containers/"+ref+"/stats", "")
					if rec.Body.String() != want {
						t.Errorf("%s, listed %t, %s: got %s, want %s", ref, listed, mode, rec.Body.String(), want)
					}
				}
			}
		})
	}
}

// Podman's list shows the addresses and ports of the container that has the
// network, and not whose network it is.
func TestAddressesInAListWithoutModes(t *testing.T) {
	const addresses = `,"Ports":[{"PrivatePort":8099}],"NetworkSettings":{"Networks":{"n":{"IPAddress":"10.9.9.9"}}}`
	for mode, shown := range map[string]bool{"bridge": true, "container:" + id("ab2"): false, "container:secret": false, "container:db": false} {
		t.Run(mode, func(t *testing.T) {
			for _, summary := range []string{"", `,"HostConfig":{}`, `,"HostConfig":{"NetworkMode":""}`} {
				engine := testEngine()
				withMode(&engine.containers[0], mode, false)
				withMode(&engine.containers[2], "container:"+id("bc4"), false)
				engine.containers[0].summary = summary + addresses
				rec := do(newTestFilter(t, engine, testConfig()), "GET", "/containers/json", "")
				if got := strings.Contains(rec.Body.String(), "8099") && strings.Contains(rec.Body.String(), "10.9.9.9"); rec.Code != 200 || got != shown {
					t.Errorf("%s, list with %q: got %d %s, want addresses %t", mode, summary, rec.Code, rec.Body.String(), shown)
				}
			}
		})
	}
}

// A container can be named like the ID of one that is gone.
func TestNameThatWasTheIDOfAVisibleContainer(t *testing.T) {
	for _, target := range append([]string{"GET /containers/REF/json"}, scopedTargets...) {
		t.Run(target, func(t *testing.T) {
			for _, ref := range []string{id("aa1"), id("aa1")[:12]} {
				engine := testEngine()
				h := newTestFilter(t, engine, testConfig())
				method, path, _ := strings.Cut(strings.Replace(target, "REF", ref, 1), " ")
				do(h, method, path, "")
				engine.containers[0] = fakeContainer{id: id("de"), name: ref, labels: map[string]string{"x": "canary"}}
				engine.requests = nil
				rec := do(h, method, path, "")
				if rec.Code != 404 {
					t.Errorf("%s: got %d %s", target, rec.Code, rec.Body.String())
				}
				for _, request := range engine.requests {
					if !strings.HasPrefix(request, "GET ") || !strings.Contains(request, "/json") {
						t.Errorf("%s: got upstream request %s", target, request)
					}
				}
			}
		})
	}
}

// An exec instance of a hidden container is not that of a visible one that is
// named like its ID.
func TestExecOfANamesake(t *testing.T) {
	engine := testEngine()
	engine.containers[0].name = id("ab2")
	if rec := do(newTestFilter(t, engine, testConfig()), "POST", "/exec/"+hiddenExec+"/start", "{}"); rec.Code != 404 {
		t.Errorf("got %d %s", rec.Code, rec.Body.String())
	}
}

// A short ID costs one look-up, and means what it means among the visible
// containers when new ones come.
func TestShortIDWhenNewContainersCome(t *testing.T) {
	short := id("aa1")[:12]
	tests := []struct {
		name   string
		comes  fakeContainer
		status int
		acts   string
	}{
		{"none", fakeContainer{id: id("f1"), name: "f1"}, 204, id("aa1")},
		{"a hidden one of that name", fakeContainer{id: id("f1"), name: short}, 204, id("aa1")},
		{"a visible one of that name", fakeContainer{id: id("f1"), name: short, labels: map[string]string{"homepage.group": "x"}}, 204, id("f1")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			engine := testEngine()
			h := newTestFilter(t, engine, testConfig())
			do(h, "POST", "/containers/"+short+"/stop", "")
			if len(engine.requests) != 2 || engine.requests[0] != "GET /containers/"+short+"/json" {
				t.Errorf("got upstream requests %v, want one inspect", engine.requests)
			}
			engine.containers = append(engine.containers, tt.comes)
			rec := do(h, "POST", "/containers/"+short+"/stop", "")
			if want := "POST /containers/" + tt.acts + "/stop"; rec.Code != tt.status || engine.last() != want {
				t.Errorf("got %d, upstream %v, want %s", rec.Code, engine.requests, want)
			}
		})
	}
}

// faults are look-ups that break.
var faults = map[string]func(rw http.ResponseWriter, status int, body string){
	"whole": func(rw http.ResponseWriter, status int, body string) {
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body))
	},
	"cut short": func(rw http.ResponseWriter, status int, body string) {
		rw.Header().Set("Content-Length", "99999")
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body))
	},
	"without the engine's headers": func(rw http.ResponseWriter, status int, body string) {
		for _, key := range []string{"Api-Version", "Server", "Ostype", "Docker-Experimental"} {
			rw.Header().Del(key)
		}
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body))
	},
	"500": func(rw http.ResponseWriter, _ int, _ string) {
		rw.WriteHeader(500)
		_, _ = rw.Write([]byte(`{"message":"canary"}`))
	},
	"403": func(rw http.ResponseWriter, _ int, _ string) {
		rw.Header().Set("Content-Type", "text/html")
		rw.WriteHeader(403)
		_, _ = rw.Write([]byte("canary"))
	},
	"encoded": func(rw http.ResponseWriter, status int, body string) {
		rw.Header().Set("Content-Encoding", "gzip")
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body))
	},
	"too large": func(rw http.ResponseWriter, status int, body string) {
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body + strings.Repeat(" ", 5000)))
	},
	"half JSON": func(rw http.ResponseWriter, status int, body string) {
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body[:len(body)/2]))
	},
	"null": func(rw http.ResponseWriter, status int, _ string) {
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte("null"))
	},
	"empty":     func(rw http.ResponseWriter, status int, _ string) { rw.WriteHeader(status) },
	"no answer": func(_ http.ResponseWriter, _ int, _ string) {},
	"abort": func(rw http.ResponseWriter, status int, body string) {
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body[:len(body)/2]))
		panic(http.ErrAbortHandler)
	},
}

// breaking makes the inspects with one status break by a fault, and the list if
// all do.
func breaking(engine *fakeEngine, fault string, status int, list bool) {
	plain := &fakeEngine{containers: engine.containers, execs: engine.execs, apiVersion: engine.apiVersion}
	engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
		isList := strings.HasSuffix(req.URL.Path, "/containers/json")
		if !strings.HasSuffix(req.URL.Path, "/json") || isList && !list {
			return false
		}
		rec := httptest.NewRecorder()
		plain.ServeHTTP(rec, req)
		if rec.Code != status && !isList {
			return false
		}
		rw.Header().Set("Content-Type", "application/json")
		faults[fault](rw, rec.Code, rec.Body.String())
		return true
	}
}

// answerTo is the whole answer to a request, without the reference of the
// client.
func answerTo(t *testing.T, engine *fakeEngine, target, ref string) string {
	t.Helper()
	config := testConfig()
	config.MaxBodyBytes = 4000
	config.InsecureAllowOperations = []string{"ImageCommit"}
	method, path, _ := strings.Cut(strings.Replace(target, "REF", ref, 1), " ")
	rec := do(newTestFilter(t, engine, config), method, path, "{}")
	var head strings.Builder
	_ = rec.Header().Write(&head)
	return http.StatusText(rec.Code) + "\n" + strings.ReplaceAll(head.String()+rec.Body.String(), ref, "REF")
}

// Whatever breaks, a hidden container is an absent one.
func TestBrokenLookupsTellNothing(t *testing.T) {
	containers := [][2]string{{"secret", "sesame"}, {id("ab2"), id("cd2")}, {id("ab2")[:12], id("cd2")[:12]}, {"ab2", "cd2"}}
	execs := [][2]string{{hiddenExec, absentExec}}
	requests := map[string][][2]string{"GET /exec/REF/json": execs, "POST /exec/REF/start": execs, "POST /exec/REF/resize?h=1&w=1": execs}
	for _, target := range append([]string{"GET /containers/REF/json", "POST /commit?container=REF"}, scopedTargets...) {
		requests[target] = containers
	}
	for fault := range faults {
		for target, refs := range requests {
			for _, pair := range refs {
				for _, status := range []int{200, 404} {
					for _, list := range []bool{false, true} {
						var got [2]string
						for i, ref := range pair {
							engine := testEngine()
							breaking(engine, fault, status, list)
							got[i] = answerTo(t, engine, target, ref)
						}
						if got[0] != got[1] || strings.Contains(got[0], "canary") {
							t.Errorf("%s of each %d, list %t: %s %s\nhidden answers\n%s\nabsent answers\n%s", fault, status, list, target, pair[0], got[0], got[1])
						}
						if fault != "whole" && !list && !strings.HasPrefix(got[0], "Not Found") {
							t.Errorf("%s of each %d: %s %s: got %s, want what the list says", fault, status, target, pair[0], got[0])
						}
					}
				}
			}
		}
	}
}

// The exec instance of a visible container is not said to be absent because its
// look-up breaks.
func TestBrokenLookupOfAVisibleExec(t *testing.T) {
	for ref, want := range map[string]int{visibleExec: 502, hiddenExec: 404, absentExec: 404} {
		t.Run(ref, func(t *testing.T) {
			engine := testEngine()
			engine.containers[0].inspect = `,"ExecIDs":["` + visibleExec + `"]`
			engine.containers[1].inspect = `,"ExecIDs":["` + hiddenExec + `"]`
			saying(engine, "/exec/"+ref+"/json", 500, `{"message":"canary"}`)
			rec := do(newTestFilter(t, engine, testConfig()), "GET", "/exec/"+ref+"/json", "")
			if rec.Code != want || strings.Contains(rec.Body.String(), "canary") {
				t.Errorf("%s: got %d %s, want %d", ref, rec.Code, rec.Body.String(), want)
			}
		})
	}
}

// The words of a failed start are passed on only if it is known what they are
// about.
func TestWordsOfAFailedStart(t *testing.T) {
	web, db := id("aa1"), id("bb3")
	whole := func(full, mode string) string {
		return `{"Id":"` + full + `","Name":"/web","Config":{"Labels":{"homepage.group":"x"}},"HostConfig":{` + mode + `}}`
	}
	tests := []struct {
		name, inspect string
		relayed       bool
	}{
		{"whole", whole(web, `"NetworkMode":"bridge"`), true},
		{"joins a visible one", whole(web, `"NetworkMode":"container:`+db+`"`), true},
		{"joins a hidden one", whole(web, `"NetworkMode":"bridge","PidMode":"container:secret"`), false},
		{"joins one that joins a hidden one", whole(web, `"NetworkMode":"bridge","PidMode":"container:`+db+`"`), false},
		{"links to a hidden one, with blanks", whole(web, `"NetworkMode":"bridge","Links": [ "secret:s"]`), false},
		{"another's", whole(db, `"NetworkMode":"bridge"`), false},
		{"without a mode", whole(web, ``), false},
		{"cut short", whole(web, `"NetworkMode":"bridge"`)[:90], false},
		{"empty", "", false},
		{"nothing in it", "{}", false},
		{"null", "null", false},
	}
	for _, tt := range tests {
		for _, action := range []string{"start", "restart"} {
			t.Run(tt.name+" "+action, func(t *testing.T) {
				engine := testEngine()
				withMode(&engine.containers[2], "bridge", true)
				engine.containers[2].inspect = `,"HostConfig":{"NetworkMode":"bridge","PidMode":"container:secret"}`
				started := false
				saying(engine, "/"+action, 409, `{"message":"canary"}`)
				before := engine.override
				inspect := tt.inspect
				engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
					started = started || req.Method == http.MethodPost
					if started && strings.HasSuffix(req.URL.Path, "/"+web+"/json") {
						write(rw, "application/json", inspect)
						return true
					}
					return before(rw, req)
				}
				rec := do(newTestFilter(t, engine, testConfig()), "POST", "/containers/web/"+action, "")
				if got := strings.Contains(rec.Body.String(), "canary"); rec.Code != 409 || got != tt.relayed {
					t.Errorf("got %d %s, want the engine's words %t", rec.Code, rec.Body.String(), tt.relayed)
				}
			})
		}
	}
}

// An inspect and a list, encoded as no dockerd does, say nothing of hidden
// containers.
func TestReferencesInAnotherEncoding(t *testing.T) {
	for _, members := range []string{
		`,"HostConfig": {"VolumesFrom": ["secret"]}`,
		`,"hostconfig":{"volumesfrom":["secret"]}`,
		`,"HostConfig":{"NetworkMode":"container\u003asecret"}`,
		`,"NetworkSettings":{"Networks":{"n":{"Links" : ["\/secret:s"]}}}`,
	} {
		engine := testEngine()
		engine.containers[0].summary, engine.containers[0].inspect = members, members
		h := newTestFilter(t, engine, testConfig())
		for _, path := range []string{"/containers/json", "/containers/web/json"} {
			if rec := do(h, "GET", path, ""); rec.Code != 200 || strings.Contains(rec.Body.String(), "secret") {
				t.Errorf("%s %s: got %d %s", path, members, rec.Code, rec.Body.String())
			}
		}
	}
}

// What a wait says of a start that failed is what the start said.
func TestWaitForAStartThatNamesHidden(t *testing.T) {
	for mode, want := range map[string]string{
		"container:secret":       `{"StatusCode":128,"Error":{"Message":""}}` + "\n",
		"container:" + id("bb3"): `{"StatusCode":128,"Error":{"Message":""}}` + "\n",
		"bridge":                 `{"StatusCode":128,"Error":{"Message":"cannot join canary"}}` + "\n",
	} {
		for _, ref := range []string{"web", "aa1"} {
			engine := testEngine()
			withMode(&engine.containers[0], mode, true)
			withMode(&engine.containers[2], "container:secret", true)
			saying(engine, "/wait", 200, `{"StatusCode":128,"Error":{"Message":"cannot join canary"}}`+"\n")
			rec := do(newTestFilter(t, engine, testConfig()), "POST", "/containers/"+ref+"/wait?condition=next-exit", "")
			if rec.Code != 200 || rec.Body.String() != want {
				t.Errorf("%s, %s: got %d %s, want %s", ref, mode, rec.Code, rec.Body.String(), want)
			}
			if want := "POST /containers/" + id("aa1") + "/wait?condition=next-exit"; engine.last() != want {
				t.Errorf("%s: got upstream request %s, want %s", ref, engine.last(), want)
			}
		}
	}
}

// Podman names the containers that keep one from being removed.
func TestDeleteThatNamesDependents(t *testing.T) {
	const dependent = "has dependent containers which must be removed before it: "
	for words, shown := range map[string]bool{
		"container " + id("aa1") + " " + dependent + id("ab2"): false,
		"You cannot remove a running container " + id("aa1"):   true,
	} {
		engine := testEngine()
		message := words
		engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
			if req.Method != http.MethodDelete {
				return false
			}
			rw.Header().Set("Content-Type", "application/json")
			rw.WriteHeader(409)
			_, _ = rw.Write([]byte(`{"message":"` + message + `"}`))
			return true
		}
		rec := do(newTestFilter(t, engine, testConfig()), "DELETE", "/containers/web?force=1", "")
		if got := strings.Contains(rec.Body.String(), words); rec.Code != 409 || got != shown || strings.Contains(rec.Body.String(), id("ab2")) {
			t.Errorf("%s: got %d %s", words, rec.Code, rec.Body.String())
		}
	}
}
