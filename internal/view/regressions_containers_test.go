package view

import (
	"errors"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/internal/policy"
)

// chained returns an inventory of web, near, mid and far, where far joins a
// hidden container in a namespace, mid joins far, near joins mid, and web joins
// none. listed: the list tells the mode of the network.
func chained(t *testing.T, key string, listed bool) *Inventory {
	t.Helper()
	modes := map[string]string{
		id("aa1"): "bridge",
		id("bb3"): "container:" + id("cc5"),
		id("cc5"): "container:far",
		id("dd7"): "container:" + id("ab2"),
	}
	names := map[string]string{id("aa1"): "web", id("bb3"): "near", id("cc5"): "mid", id("dd7"): "far"}
	inv := &Inventory{}
	for _, full := range []string{id("aa1"), id("bb3"), id("cc5"), id("dd7")} {
		s := Summary{Container: policy.Container{ID: full, Name: names[full]}}
		if listed {
			s.NetworkMode = "bridge"
			if key == "NetworkMode" {
				s.NetworkMode = modes[full]
			}
		}
		inv.Visible = append(inv.Visible, s)
	}
	inv.Inspect = func(full string) ([]byte, error) {
		if modes[full] == "" {
			return nil, errors.New("gone")
		}
		return []byte(`{"Id":"` + full + `","HostConfig":{"` + key + `": "` + modes[full] + `"}}`), nil
	}
	return inv
}

func TestModesAreFollowedThroughVisibleContainers(t *testing.T) {
	for _, key := range []string{"NetworkMode", "networkmode", "PidMode", "IpcMode", "UTSMode", "UsernsMode", "CgroupnsMode", "Cgroup", "MadeUpMode"} {
		for _, listed := range []bool{true, false} {
			if listed && key == "networkmode" {
				continue // The list has it under its name.
			}
			t.Run(key, func(t *testing.T) {
				inv := chained(t, key, listed)
				for ref, want := range map[string]bool{"web": false, "near": true, "mid": true, "far": true, "secret": true, id("bb3"): true, id("aa1"): false} {
					if got := inv.leadsToHidden(key, "container:"+ref); got != want {
						t.Errorf("container:%s, listed %t: leads to a hidden one %t, want %t", ref, listed, got, want)
					}
				}
				inv.Inspect = func(_ string) ([]byte, error) { return nil, errors.New("broken") }
				if !listed && !inv.leadsToHidden(key, "container:web") {
					t.Error("what nobody can look up is taken for no hidden one's")
				}
			})
		}
	}
}

// A circle ends, and is nothing that a client needs to see.
func TestModesInACircle(t *testing.T) {
	inv := &Inventory{Visible: []Summary{
		{Container: policy.Container{ID: id("aa1")}, NetworkMode: "container:" + id("bb3")},
		{Container: policy.Container{ID: id("bb3")}, NetworkMode: "container:" + id("aa1")},
	}}
	if !inv.leadsToHidden("NetworkMode", "container:"+id("aa1")) {
		t.Error("a circle leads nowhere")
	}
}

const inherited = `"State":{"Error":"canary"},"HostnamePath":"/x/canary/HIDDEN/hostname","HostsPath":"/x/HIDDEN/hosts","ResolvConfPath":"/x/HIDDEN/resolv.conf",` +
	`"Config":{"Hostname":"canary","Domainname":"canary","MacAddress":"canary","Labels":{"own":"x"}},` +
	`"NetworkSettings":{"SandboxID":"canary","SandboxKey":"/canary","Ports":{"80/tcp":[{"HostPort":"canary"}]},"IPAddress":"canary","IPPrefixLen":16,"MacAddress":"canary","Networks":{"canary":{"IPAddress":"canary"}}}`

func TestInspectOfAChainedContainer(t *testing.T) {
	body := strings.ReplaceAll(`{"Id":"`+id("ee9")+`","LogPath":"/x/containers/`+id("ee9")+`/own.log",`+inherited+`,"HostConfig":{"NetworkMode":"container:near","PortBindings":{"canary":[]}}}`, "HIDDEN", id("ab2"))
	got, err := chained(t, "NetworkMode", true).CutInspect([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{"canary", id("ab2"), ":16"} {
		t.Run(gone, func(t *testing.T) {
			if strings.Contains(string(got), gone) {
				t.Errorf("%q is in %s", gone, got)
			}
		})
	}
	for _, kept := range []string{id("ee9") + "/own.log", "container:near", `"own":"x"`} {
		t.Run(kept, func(t *testing.T) {
			if !strings.Contains(string(got), kept) {
				t.Errorf("%q is not in %s", kept, got)
			}
		})
	}
	// Nothing is inherited from a visible one.
	own := strings.ReplaceAll(strings.ReplaceAll(body, "near", "web"), id("ab2"), id("aa1"))
	if got, err = chained(t, "NetworkMode", true).CutInspect([]byte(own)); err != nil || string(got) != own {
		t.Errorf("got %s, %v\nwant %s", got, err, own)
	}
}

func TestSecurityLabelsOfASharedNamespace(t *testing.T) {
	for _, key := range []string{"PidMode", "IpcMode"} {
		t.Run(key, func(t *testing.T) {
			body := `{"Id":"` + id("ee9") + `","MountLabel":"c1,canary","ProcessLabel":"c1,canary","HostConfig":{"` + key + `":"container:near","SecurityOpt":["label=level:canary","no-new-privileges"]}}`
			got, err := chained(t, key, true).CutInspect([]byte(body))
			want := `{"Id":"` + id("ee9") + `","MountLabel":"","ProcessLabel":"","HostConfig":{"` + key + `":"container:near","SecurityOpt":["no-new-privileges"]}}`
			if err != nil || string(got) != want {
				t.Errorf("%s: got %s, %v\nwant %s", key, got, err, want)
			}
		})
	}
}

func TestPathsOfOtherContainers(t *testing.T) {
	hidden, own := id("ab2"), id("aa1")
	tests := []struct{ name, in, want string }{
		{"hosts", `"HostsPath":"/x/` + hidden + `/hosts"`, `"HostsPath":""`},
		{"log", `"LogPath":"/x/` + hidden + `/log"`, `"LogPath":""`},
		{"a quote before it", `"LogPath":"/\"x/` + hidden + `/log"`, `"LogPath":""`},
		{"behind its own", `"HostsPath":"/x/` + own + `/` + hidden + `"`, `"HostsPath":""`},
		{"mount", `"Mounts":[{"Source":"/var/lib/docker/containers/` + hidden + `/mounts"}]`, `"Mounts":[{"Source":""}]`},
		{"bind", `"HostConfig":{"Binds":["/docker/containers/` + hidden + `:/x","/own:/y"]}`, `"HostConfig":{"Binds":["/own:/y"]}`},
		{"mount of the host configuration", `"HostConfig":{"Mounts":[{"Source":"/docker/containers/` + hidden + `"}]}`, `"HostConfig":{"Mounts":[{"Source":""}]}`},
		{"cgroup", `"HostConfig":{"CgroupParent":"/docker/` + hidden + `"}`, `"HostConfig":{"CgroupParent":""}`},
		{"its own", `"LogPath":"/x/` + own + `/log","Mounts":[{"Source":"/docker/containers/` + own + `/x"}]`, ""},
		{"a layer and a volume", `"GraphDriver":{"Data":{"UpperDir":"/x/overlay2/` + hidden + `/diff"}},"Mounts":[{"Source":"/x/volumes/` + hidden + `/_data"}]`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in, want := `{"Id":"`+own+`",`+tt.in+`}`, `{"Id":"`+own+`",`+tt.want+`}`
			if tt.want == "" {
				want = in
			}
			if others, _ := MayRefer([]byte(in), own); others != (tt.want != "") {
				t.Errorf("the search says %t", others)
			}
			got, err := testInventory().CutInspect([]byte(in))
			if err != nil || string(got) != want {
				t.Errorf("got %s, %v\nwant %s", got, err, want)
			}
		})
	}
}

// What a link sets in the environment tells of the linked container.
func TestVariablesOfALinkToAHiddenContainer(t *testing.T) {
	in := `{"Id":"x","Config":{"Env":["S_T_PORT=tcp://canary","S_T_PORT_80_TCP=canary","S_T_NAME=/web/s-t","S_T_ENV_PW=canary","S_TOP=own","D_PORT=own"]},"HostConfig":{"Links":["/secret:/web/s-t","/db:/web/d"]}}`
	want := `{"Id":"x","Config":{"Env":["S_TOP=own","D_PORT=own"]},"HostConfig":{"Links":["/db:/web/d"]}}`
	got, err := testInventory().CutInspect([]byte(in))
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
}

// A prefix means what it means to the engine, which knows the hidden ones.
func TestReferenceThatAHiddenContainerTakes(t *testing.T) {
	inv := testInventory()
	for list, want := range map[string]bool{
		`[{"Id":"` + id("aa1") + `","Names":["/web"]}]`:                                            true,
		`[{"Id":"` + id("aa1") + `","Names":["/web"]},{"Id":"` + id("9") + `","Names":["/aa1"]}]`:  false,
		`[{"Id":"` + id("aa1") + `","Names":["/web"]},{"Id":"` + id("aa12") + `","Names":["/x"]}]`: false,
		`broken`: false,
	} {
		all := []byte(list)
		inv.All = func() ([]byte, error) { return all, nil }
		if got := inv.Knows("aa1"); got != want {
			t.Errorf("%s: known %t, want %t", list, got, want)
		}
	}
}

func TestReferencesInOtherEncodings(t *testing.T) {
	for _, in := range []string{
		`{"HostConfig":{"VolumesFrom":["secret"]}}`,
		`{"HostConfig": {"VolumesFrom": ["secret"]}}`,
		"{\"HostConfig\":{\"VolumesFrom\" :\t[\n\"secret\"]}}",
		`{"hostconfig":{"volumesfrom":["secret"]}}`,
		`{"HOSTCONFIG":{"VOLUMESFROM":["secret"]}}`,
		`{"HoſtConfig":{"VolumeſFrom":["secret"]}}`,
		`{"HostConfig":{"Volume\u017fFrom":["secret"]}}`,
		`{"Host\u0043onfig":{"Volumes\u0046rom":["s\u0065cret"]}}`,
		`{"HostConfig":{"Lin\u006bs":["\/secret:\/web\/s"]}}`,
		`{"HostConfig":{"LIN` + "\u212a" + `S":["/secret:/web/s"]}}`,
		`{"HostConfig":{"Lin\u212As":["/secret:/web/s"]}}`,
		`{"HostConfig":{"PidMode":"container\u003asecret"}}`,
		`{"HostConfig":{"PidMode":"container\u003Asecret"}}`,
		`{"HostConfig":{"PidMode":"\u0063ontainer:secret"}}`,
		`{"HostConfig":{"Pid\u004Dode" : "container:secret"}}`,
		`{"HostConfig":{"PidMode":"container:secret","PidMode":""}}`,
		`{"HostConfig":{"PidMode":"container:secret"},"HostConfig":{}}`,
		`{"NetworkSettings":{"Networks":{"n":{"Links": ["secret:s"]}}}}`,
		`{"Host\u0073Path":"\/x\/secret` + id("ab2") + `"}`,
		`{"Mounts":[{"Source":"/docker/container\u0073\/` + id("ab2") + `"}]}`,
	} {
		t.Run(in, func(t *testing.T) {
			if others, _ := MayRefer([]byte(in), ""); !others {
				t.Error("the search does not find it")
			}
			got, err := testInventory().CutInspect([]byte(in))
			if err != nil || strings.Contains(string(got), "secret") || strings.Contains(string(got), "cret") || strings.Contains(string(got), id("ab2")) {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
}

// What dockerd says of most containers needs no second look.
func TestPlainContainersAreNotRead(t *testing.T) {
	for _, in := range []string{
		`{"Id":"` + id("aa1") + `","HostsPath":"/x/containers/` + id("aa1") + `/hosts","HostConfig":{"VolumesFrom":null,"Links":[],"NetworkMode":"bridge"},"Args":["a \u0026\u0026 b","\\u0063ontainer:"]}`,
		`{"ImageManifestDescriptor":{"mediaType":"a/b","digest":"sha256:` + id("1") + `","size":7,"platform":{"architecture":"arm64","os":"linux","variant":"v8"}}}`,
	} {
		if others, image := MayRefer([]byte(in), id("aa1")); others || image {
			t.Errorf("%s: others %t, image %t", in, others, image)
		}
	}
}

// The containerd image store writes the name of an image that was loaded, which
// may be a hidden container's, into what it says of a visible one.
func TestNameOfAnImageInItsDescription(t *testing.T) {
	const start = `"mediaType":"a/b","digest":"sha256:1","size":7`
	for _, in := range []string{
		`{"ImageManifestDescriptor":{` + start + `,"annotations":{"io.containerd.image.name":"canary"}}}`,
		`{"ImageManifestDescriptor":{` + start + `,"annotations":{"a":"canary"},"platform":{"architecture":"a","os":"b"}}}`,
		`{"ImageManifestDescriptor":{` + start + `,"platform":{"architecture":"a","os":"b","new":"canary"}}}`,
		`{"ImageManifestDescriptor":{` + start + `,"new":"canary"}}`,
		`{"imagemanifestdescriptor": {` + start + `, "Annotations": {"a": "canary"}}}`,
		`{"Image\u004danifestDescriptor":{` + start + `,"annot\u0061tions":{"a":"canary"}}}`,
	} {
		t.Run(in, func(t *testing.T) {
			if _, image := MayRefer([]byte(in), ""); !image {
				t.Error("the search does not find it")
			}
			for _, raw := range []string{in, "[" + in + "," + in + "]"} {
				got, err := CutImage([]byte(raw))
				if err != nil || strings.Contains(string(got), "canary") || !strings.Contains(string(got), "sha256:1") {
					t.Errorf("got %s, %v", got, err)
				}
			}
			if got, err := testInventory().CutSummary([]byte(in)); err != nil || strings.Contains(string(got), "canary") {
				t.Errorf("summary: got %s, %v", got, err)
			}
		})
	}
}
