package dpf

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// sharedEngine has one visible container, web, of the image 11 and with the
// volume vweb in the network front, and one hidden one. answers are those of its
// other operations, by path.
func sharedEngine(image, apiVersion string, answers map[string]string) *fakeEngine {
	engine := &fakeEngine{apiVersion: apiVersion, containers: []fakeContainer{
		{
			id: id("aa1"), name: "web", labels: map[string]string{"homepage.group": "x"},
			summary: `,"Image":"` + image + `","ImageID":"sha256:` + id("11") + `","State":"running","Mounts":[{"Name":"vweb"}],"NetworkSettings":{"Networks":{"front":{"NetworkID":"` + id("e1") + `","EndpointID":"` + id("e2") + `"}}}`,
			inspect: `,"Image":"sha256:` + id("11") + `"`,
		},
		{id: id("ab2"), name: "secret", summary: `,"Image":"hid:1","ImageID":"sha256:` + id("22") + `","State":"running"`},
	}}
	engine.override = func(rw http.ResponseWriter, req *http.Request) bool {
		body, ok := answers[req.URL.Path]
		if !ok {
			return false
		}
		rw.Header().Set("Content-Type", "application/json")
		if strings.HasPrefix(body, "404 ") {
			body = strings.TrimPrefix(body, "404 ")
			rw.WriteHeader(http.StatusNotFound)
		}
		_, _ = rw.Write([]byte(body + "\n"))
		return true
	}
	return engine
}

// What the engine says of an image, a volume or a network that a visible
// container uses does not follow what hidden ones have of it.
func TestSharedObjectsDoNotFollowHiddenUses(t *testing.T) {
	image := `"Id":"sha256:` + id("11") + `"`
	filter := func(value string) string { return "?filters=" + url.QueryEscape(value) }
	tests := []struct{ name, image, api, path, query, answer, want string }{
		{
			"an image with a hidden tag only is one without a tag", "sha256:" + id("11"), "1.41", "/images/json", "",
			`[{` + image + `,"RepoTags":["hid:1"],"RepoDigests":null}]`,
			`[{` + image + `,"RepoTags":["<none>:<none>"],"RepoDigests":["<none>@<none>"]}]`,
		},
		{
			"as newer engines write it", "sha256:" + id("11"), "1.56", "/images/json", "",
			`[{` + image + `,"RepoTags":["hid:1"],"RepoDigests":[]}]`,
			`[{` + image + `,"RepoTags":[],"RepoDigests":[]}]`,
		},
		{
			"as newer engines write it in the used space", "sha256:" + id("11"), "1.56", "/system/df", "",
			`{"Images":[{` + image + `,"RepoTags":["hid:1"],"RepoDigests":null}]}`,
			`{"Images":[{` + image + `,"RepoTags":null,"RepoDigests":null}]}`,
		},
		{
			"it is dangling", "sha256:" + id("11"), "1.56", "/images/json", filter(`{"dangling":["true"]}`),
			`[{` + image + `,"RepoTags":["hid:1"],"RepoDigests":[]}]`,
			`[{` + image + `,"RepoTags":[],"RepoDigests":[]}]`,
		},
		{
			"and not among those with a tag", "sha256:" + id("11"), "1.56", "/images/json", filter(`{"dangling":{"0":true}}`),
			`[{` + image + `,"RepoTags":["hid:1"],"RepoDigests":[]}]`, `[]`,
		},
		{
			"an image with a visible tag is not dangling", "web:1", "1.56", "/images/json", filter(`{"dangling":["1"]}`),
			`[{` + image + `,"RepoTags":["web:1"],"RepoDigests":[]}]`, `[]`,
		},
		{
			"a hidden image made of a visible one without a tag", "sha256:" + id("11"), "1.41", "/images/json", "",
			`[{"Id":"sha256:` + id("22") + `","ParentId":"sha256:` + id("11") + `","RepoTags":["hid:1"]},{` + image + `,"RepoTags":["<none>:<none>"],"RepoDigests":["<none>@<none>"]}]`,
			`[{` + image + `,"RepoTags":["<none>:<none>"],"RepoDigests":["<none>@<none>"]}]`,
		},
		{
			"the one digest in the list is that of a hidden name", "web:1", "1.56", "/images/json", "",
			`[{` + image + `,"Descriptor":{"digest":"sha256:` + id("11") + `","annotations":{"io.containerd.image.name":"hid:1"}},"RepoDigests":["zhid@sha256:` + id("11") + `"],"RepoTags":["web:1","zhid:1"]}]`,
			`[{` + image + `,"Descriptor":{"digest":"sha256:` + id("11") + `"},"RepoDigests":["web@sha256:` + id("11") + `"],"RepoTags":["web:1"]}]`,
		},
		{
			"a hidden tag in a repository of a visible one", "web:1", "1.41", "/images/json", "",
			`[{` + image + `,"RepoDigests":["web@sha256:` + id("11") + `"],"RepoTags":["bb:1","web:2"]}]`,
			`[{` + image + `,"RepoDigests":["<none>@<none>"],"RepoTags":["<none>:<none>"]}]`,
		},
		{
			"a digest that was fetched for a hidden container", "web:1", "1.56", "/images/json", "",
			`[{` + image + `,"RepoDigests":["web@sha256:` + id("11") + `"],"RepoTags":["web:1","web@sha256:` + id("11") + `"]}]`,
			`[{` + image + `,"RepoDigests":["web@sha256:` + id("11") + `"],"RepoTags":["web:1"]}]`,
		},
		{
			"a pattern that matches a hidden tag only", "web:1", "1.56", "/images/json", filter(`{"reference":["z*:1"]}`),
			`[{` + image + `,"RepoDigests":["web@sha256:` + id("11") + `"],"RepoTags":["web:1","zhid:1"]}]`, `[]`,
		},
		{
			"a pattern with the whole name", "web:1", "1.56", "/images/json", filter(`{"reference":["docker.io/library/w*"]}`),
			`[{` + image + `,"RepoDigests":[],"RepoTags":["web:1"]}]`, `[{` + image + `,"RepoDigests":[],"RepoTags":["web:1"]}]`,
		},
		{
			"the parent of an image", "web:1", "1.41", "/images/json", "",
			`[{` + image + `,"ParentId":"sha256:` + id("22") + `","RepoTags":["web:1"]}]`,
			`[{` + image + `,"ParentId":"","RepoTags":["web:1"]}]`,
		},
		{
			"manifests that hidden containers run", "web:1", "1.56", "/images/json", "?manifests=1",
			`[{` + image + `,"Manifests":[{"ID":"m1","Available":true,"Size":{"Content":5,"Total":9},"ImageData":{"Size":{"Unpacked":4},"Containers":["` + id("aa1") + `","` + id("ab2") + `"],"Identity":{}}},{"ID":"m2","Available":true,"Size":{"Content":5,"Total":9},"ImageData":{"Size":{"Unpacked":4},"Containers":["` + id("ab2") + `"]}}]}]`,
			`[{` + image + `,"Manifests":[{"ID":"m1","Available":true,"Size":{"Content":5,"Total":9},"ImageData":{"Size":{"Unpacked":4},"Containers":["` + id("aa1") + `"]}},{"ID":"m2","Available":false,"Size":{"Content":0,"Total":0},"ImageData":{"Size":{"Unpacked":0},"Containers":[]}}]}]`,
		},
		{
			"the last tag of an image, and a field of a newer engine", "web:1", "1.56", "/images/web:1/json", "",
			`{` + image + `,"Metadata":{"LastTagTime":"2024-01-02T03:04:05.6Z"},"Identity":{"Pull":[{"Repository":"hid"}]},"UsedBy":["hid"]}`,
			`{` + image + `,"Metadata":{"LastTagTime":"0001-01-01T00:00:00Z"}}`,
		},
		{
			"a volume that a visible container mounts is not dangling", "web:1", "1.56", "/volumes", filter(`{"dangling":["true"]}`),
			`{"Volumes":[{"Name":"vweb"}],"Warnings":null}`, `{"Volumes":[],"Warnings":null}`,
		},
		{
			"it is among those in use", "web:1", "1.56", "/volumes", filter(`{"dangling":["false"]}`),
			`{"Volumes":[{"Name":"vweb"},{"Name":"vhid"}],"Warnings":null}`, `{"Volumes":[{"Name":"vweb"}],"Warnings":null}`,
		},
		{
			"networks without a visible container in them", "web:1", "1.56", "/networks", filter(`{"dangling":["false"]}`),
			`[{"Name":"front","Id":"` + id("e1") + `"},{"Name":"host","Id":"h"},{"Name":"hid","Id":"x"}]`,
			`[{"Name":"front","Id":"` + id("e1") + `"},{"Name":"host","Id":"h"}]`,
		},
		{
			"addresses in use", "web:1", "1.56", "/networks/front", "",
			`{"Name":"front","Id":"` + id("e1") + `","Status":{"IPAM":{"Subnets":{"10.0.0.0/24":{"IPsInUse":4}}}}}`,
			`{"Name":"front","Id":"` + id("e1") + `","Status":{"IPAM":{}}}`,
		},
		{
			"counters of the storage", "web:1", "1.41", "/info", "",
			`{"Images":9,"DriverStatus":[["Backing Filesystem","extfs"],["Data Space Used","9"]],"NEventsListener":4,"NewCounter":9}`,
			`{"Images":1,"DriverStatus":[["Backing Filesystem","extfs"]],"NEventsListener":0}`,
		},
		{
			"a field of a node that a newer engine has", "web:1", "1.56", "/nodes", "",
			`[{"ID":"n","Spec":{"Role":"manager"},"Tasks":["hid"]}]`, `[{"ID":"n","Spec":{"Role":"manager"}}]`,
		},
		{
			"of one node", "web:1", "1.56", "/nodes/n", "",
			`{"ID":"n","Tasks":["hid"]}`, `{"ID":"n"}`,
		},
		{
			"totals of the used space", "web:1", "1.56", "/system/df", "",
			`{"ContainerUsage":{"ActiveCount":2,"Items":[{"Id":"` + id("aa1") + `","Names":["/web"],"State":"running","SizeRw":5,"Labels":{"homepage.group":"x"}},{"Id":"` + id("ab2") + `","Names":["/secret"],"SizeRw":7}],"Reclaimable":7,"TotalCount":2,"TotalSize":12},` +
				`"VolumeUsage":{"ActiveCount":1,"Items":[{"Name":"vweb","UsageData":{"RefCount":2,"Size":3}},{"Name":"v","UsageData":{"RefCount":1,"Size":4}}],"TotalCount":2,"TotalSize":7}}`,
			`{"ContainerUsage":{"ActiveCount":1,"Items":[{"Id":"` + id("aa1") + `","Names":["/web"],"State":"running","SizeRw":5,"Labels":{"homepage.group":"x"}}],"TotalCount":1,"TotalSize":5},` +
				`"VolumeUsage":{"ActiveCount":1,"Items":[{"Name":"vweb","UsageData":{"RefCount":1,"Size":3}}],"TotalCount":1,"TotalSize":3}}`,
		},
	}
	for _, tt := range tests {
		tt := tt
		t.Run(tt.name, func(t *testing.T) {
			answers := map[string]string{tt.path: tt.answer}
			if strings.HasPrefix(tt.path, "/networks/") {
				answers["/networks"] = "[" + tt.answer + "]"
				answers["/networks/"+id("e1")] = tt.answer
			}
			engine := sharedEngine(tt.image, tt.api, answers)
			rec := do(newTestFilter(t, engine, testConfig()), "GET", tt.path+tt.query, "")
			if got := rec.Body.String(); rec.Code != 200 || got != tt.want+"\n" {
				t.Errorf("got %d %s\nwant    %s", rec.Code, got, tt.want)
			}
			if strings.Contains(engine.last(), "dangling") {
				t.Errorf("the engine was asked for what is dangling: %s", engine.last())
			}
		})
	}
}

// Values of the filter dangling that dockerd does not know get its words.
func TestDanglingWordsOfTheEngine(t *testing.T) {
	tests := []struct {
		name, api, target string
		values            string
		want              string
	}{
		{"images", "1.56", "/images/json", `["x"]`, `invalid filter 'dangling=[x]'`},
		{"contradiction", "1.56", "/images/json", `["0","true"]`, `invalid filter 'dangling=[0 true]'`},
		{"none", "1.56", "/volumes", `[]`, `invalid filter 'dangling'`},
		{"old images know no 1", "1.41", "/images/json", `["1"]`, `Invalid filter 'dangling=[1]'`},
		{"old volumes do", "1.41", "/volumes", `["1"]`, ""},
		{"old volumes", "1.41", "/volumes", `["x"]`, `Invalid filter 'dangling=[x]'`},
		{"old engines take none for true", "1.41", "/volumes", `[]`, ""},
		{"networks", "1.56", "/networks", `["x"]`, `invalid value for filter 'dangling': must be \"true\" (or \"1\"), or \"false\" (or \"0\")`},
		{"old networks", "1.41", "/networks", `["x"]`, `invalid value for filter 'dangling', must be \"true\" (or \"1\"), or \"false\" (or \"0\")`},
		{"two", "1.41", "/networks", `["true","false"]`, `got more than one value for filter key \"dangling\"`},
		{"no value is no filter of networks", "1.56", "/networks", `[]`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			engine := sharedEngine("web:1", tt.api, map[string]string{"/images/json": "[]", "/volumes": `{"Volumes":[]}`, "/networks": "[]"})
			rec := do(newTestFilter(t, engine, testConfig()), "GET", tt.target+"?filters="+url.QueryEscape(`{"dangling":`+tt.values+`}`), "")
			status, body := 200, ""
			if tt.want != "" {
				status, body = 400, `{"message":"`+tt.want+`"}`+"\n"
			}
			if rec.Code != status || body != "" && rec.Body.String() != body {
				t.Errorf("got %d %s, want %d %s", rec.Code, rec.Body.String(), status, body)
			}
		})
	}
}

// The images of the filters before and since are resolved among those that the
// client may know of.
func TestImageListResolvesBeforeAndSince(t *testing.T) {
	tests := []struct {
		name, ref string
		want      string // the words, or the value that is forwarded
		status    int
	}{
		{"visible", "web:1", `{"web:1":true}`, 200},
		{"prefix of a visible ID", "11000", `{"sha256:` + id("11") + `":true}`, 200},
		{"hidden", "hid:1", "No such image: hid:1", 404},
		{"hidden ID", "sha256:" + id("22"), "No such image: sha256:" + id("22"), 404},
		{"absent", "nope", "No such image: nope:latest", 404},
		{"hidden digest of a visible name", "web@sha256:" + id("22"), "No such image: web@sha256:" + id("22"), 404},
		{"out of the path", "web@sha256:0/../../info", "No such image: web@sha256:0/../../info", 404},
	}
	for _, key := range []string{"before", "since"} {
		for _, tt := range tests {
			t.Run(key+" "+tt.name, func(t *testing.T) {
				engine := sharedEngine("web:1", "1.41", map[string]string{
					"/images/json": "[]",
					"/images/web@sha256:" + id("22") + "/json": `{"Id":"sha256:` + id("22") + `"}`,
					"/info": "{}",
				})
				rec := do(newTestFilter(t, engine, testConfig()), "GET", "/images/json?filters="+url.QueryEscape(`{"`+key+`":["`+tt.ref+`"]}`), "")
				if rec.Code != tt.status {
					t.Fatalf("got %d %s, want %d", rec.Code, rec.Body.String(), tt.status)
				}
				if tt.status != 200 {
					if got := rec.Body.String(); got != `{"message":"`+tt.want+`"}`+"\n" {
						t.Errorf("got %s, want %s", got, tt.want)
					}
					return
				}
				last, _ := url.QueryUnescape(engine.last())
				if !strings.Contains(last, `"`+key+`":`+tt.want) {
					t.Errorf("forwarded %s, want %s", last, tt.want)
				}
			})
		}
	}
}

// A name of an image that a visible container was created from is known to the
// client, also when the engine has given it to another image and lists an ID in
// its place.
func TestImageNamesThatHaveMoved(t *testing.T) {
	answers := map[string]string{
		"/images/web:1/json":                   `{"Id":"sha256:` + id("33") + `","RepoTags":["hid:2","web:1"],"RepoDigests":["web@sha256:` + id("44") + `"]}`,
		"/images/web:1/history":                `[{"Id":"x","Tags":["web:1","hid:2"]}]`,
		"/images/sha256:" + id("11") + "/json": `{"Id":"sha256:` + id("11") + `","RepoTags":["hid:1"],"RepoDigests":["hid@sha256:` + id("55") + `","web@sha256:` + id("55") + `"]}`,
		"/images/hid:2/json":                   `{"Id":"sha256:` + id("33") + `"}`,
		"/images/json":                         `[{"Id":"sha256:` + id("11") + `","RepoTags":["hid:1"],"RepoDigests":["web@sha256:` + id("55") + `"]}]`,
	}
	tests := []struct {
		name, target string
		status       int
		want         string
	}{
		{"the new image by the name", "/images/web:1/json", 200, `{"Id":"sha256:` + id("33") + `","RepoTags":["web:1"],"RepoDigests":["web@sha256:` + id("44") + `"]}`},
		{"by the whole name", "/images/docker.io/library/web:1/json", 204, ""},
		{"its history", "/images/web:1/history", 200, `[{"Id":"x","Tags":["web:1"]}]`},
		{"the digests of the old image", "/images/sha256:" + id("11") + "/json", 200, `{"Id":"sha256:` + id("11") + `","RepoTags":[],"RepoDigests":["web@sha256:` + id("55") + `"]}`},
		{"in the list, too", "/images/json", 200, `[{"Id":"sha256:` + id("11") + `","RepoTags":[],"RepoDigests":["web@sha256:` + id("55") + `"]}]`},
		{"by a hidden name", "/images/hid:2/json", 404, `{"message":"No such image: hid:2"}`},
		{"the new image by its ID", "/images/" + id("33") + "/json", 404, `{"message":"No such image: ` + id("33") + `:latest"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			engine := sharedEngine("sha256:"+id("11"), "1.56", answers)
			engine.containers[0].image = "web:1"
			filter := newTestFilter(t, engine, testConfig())
			for round := 0; round < 2; round++ {
				rec := do(filter, "GET", tt.target, "")
				if tt.status == 204 {
					if last := engine.last(); last != "GET "+tt.target {
						t.Errorf("got %d, forwarded %s", rec.Code, last)
					}
					continue
				}
				if got := strings.TrimSpace(rec.Body.String()); rec.Code != tt.status || got != tt.want {
					t.Errorf("got %d %s\nwant %d %s", rec.Code, got, tt.status, tt.want)
				}
			}
			inspects := 0
			for _, request := range engine.requests {
				if request == "GET /containers/"+id("aa1")+"/json" {
					inspects++
				}
			}
			if inspects != 1 {
				t.Errorf("got %d inspects of the container, want 1: the name never changes", inspects)
			}
		})
	}
}

// An ID that a container was created from is not the name of an image.
func TestImageIDIsNoName(t *testing.T) {
	engine := sharedEngine("1100", "1.41", map[string]string{
		"/images/1100:latest/json":             `{"Id":"sha256:` + id("22") + `"}`,
		"/images/sha256:" + id("11") + "/json": `{"Id":"sha256:` + id("11") + `"}`,
	})
	filter := newTestFilter(t, engine, testConfig())
	if rec := do(filter, "GET", "/images/1100:latest/json", ""); rec.Code != 404 {
		t.Errorf("got %d %s, want 404", rec.Code, rec.Body.String())
	}
	if rec := do(filter, "GET", "/images/1100/json", ""); rec.Code != 200 {
		t.Errorf("got %d %s, want 200", rec.Code, rec.Body.String())
	}
}

// The platform reaches the engine, and what it says of one that is not there
// reaches the client.
func TestImagePlatform(t *testing.T) {
	platform := "?platform=" + url.QueryEscape(`{"os":"linux","architecture":"arm64"}`)
	missing := `{"message":"image with reference web:1 was found but does not provide the specified platform (linux/arm64)"}`
	digest := "web@sha256:" + id("11")
	tests := []struct {
		name, target string
		answers      map[string]string
		status       int
		want         string
	}{
		{"the manifest has an ID of its own", "/images/web:1/json", map[string]string{"/images/web:1/json": `{"Id":"sha256:` + id("77") + `"}`}, 200, `{"Id":"sha256:` + id("77") + `"}`},
		{"history", "/images/web:1/history", map[string]string{"/images/web:1/history": `[]`}, 200, `[]`},
		{"not there", "/images/web:1/json", map[string]string{"/images/web:1/json": "404 " + missing}, 404, missing},
		{"by digest", "/images/" + digest + "/json", map[string]string{"/images/" + digest + "/json": `{"Id":"sha256:` + id("11") + `"}`}, 200, `{"Id":"sha256:` + id("11") + `"}`},
		{"hidden", "/images/hid:1/json", map[string]string{"/images/hid:1/json": "404 " + missing}, 404, `{"message":"No such image: hid:1"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			engine := sharedEngine("web:1", "1.56", tt.answers)
			rec := do(newTestFilter(t, engine, testConfig()), "GET", tt.target+platform, "")
			if got := strings.TrimSpace(rec.Body.String()); rec.Code != tt.status || got != tt.want {
				t.Errorf("got %d %s, want %d %s", rec.Code, got, tt.status, tt.want)
			}
			if tt.name != "hidden" && !strings.Contains(engine.last(), "platform=") {
				t.Errorf("forwarded %s", engine.last())
			}
		})
	}
}

// Who may create containers may look at any image that they can be made of.
func TestCreatorsInspectImages(t *testing.T) {
	hidden := `{"Id":"sha256:` + id("22") + `","RepoTags":["hid:1","hid:2"],"Metadata":{"LastTagTime":"2024-01-02T03:04:05Z"}}`
	tests := []struct {
		name, opens, target string
		status              int
		want                string
	}{
		{"closed", "", "/images/hid:1/json", 404, `{"message":"No such image: hid:1"}`},
		{"creates", "ContainerCreate", "/images/hid:1/json", 200, `{"Id":"sha256:` + id("22") + `","RepoTags":["hid:1"],"Metadata":{"LastTagTime":"0001-01-01T00:00:00Z"}}`},
		{"creates by ID", "ContainerCreate", "/images/" + id("22") + "/json", 200, `{"Id":"sha256:` + id("22") + `","RepoTags":[],"Metadata":{"LastTagTime":"0001-01-01T00:00:00Z"}}`},
		{"absent", "ContainerCreate", "/images/nope/json", 404, `{"message":"No such image: nope:latest"}`},
		{"as it is", "ImageInspect", "/images/hid:1/json", 200, hidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			engine := sharedEngine("web:1", "1.41", map[string]string{
				"/images/hid:1/json":            hidden,
				"/images/" + id("22") + "/json": hidden,
				"/images/nope/json":             `404 {"message":"No such image: nope:latest"}`,
			})
			config := testConfig()
			if tt.opens != "" {
				config.InsecureAllowOperations = []string{tt.opens}
			}
			rec := httptest.NewRecorder()
			newTestFilter(t, engine, config).ServeHTTP(rec, httptest.NewRequest("GET", tt.target, strings.NewReader("")))
			if got := strings.TrimSpace(rec.Body.String()); rec.Code != tt.status || got != tt.want {
				t.Errorf("got %d %s, want %d %s", rec.Code, got, tt.status, tt.want)
			}
		})
	}
}
