package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
)

// What the policies of the run select by. No hidden object has either.
const (
	visibleLabel  = "canary.visible"
	visiblePrefix = "vis-"
)

// toys is the number of visible containers whose state the run changes, and
// of those that it removes.
const toys, goners = 4, 5

// scene is what the engine holds during a run.
type scene struct {
	daemon      daemon
	random      random
	dataRoot    string // of the engine
	binds       string // directory of bind mounts
	secrets     *secrets
	unknownStem string // in the place of the secrets' stem, a name is unknown

	hidden  map[string]string // full ID by role; nobody touches these
	visible map[string]string // full ID by role
	watched []string          // paths that inspect the hidden objects
	pairs   map[kind][]pair
	words   map[string]string // further placeholders: visible and hidden objects
}

// newScene fills the engine. What is left to chance, chance decides.
func newScene(e *engine.Engine, dir string, chance random) (*scene, error) {
	s := &scene{
		daemon:      daemon{e.API()},
		random:      chance,
		dataRoot:    filepath.Join(filepath.Dir(e.Socket()), "data"),
		secrets:     newSecrets("zq" + chance.hex(8)),
		unknownStem: "zy" + chance.hex(8),
		hidden:      map[string]string{},
		visible:     map[string]string{},
		pairs:       map[kind][]pair{},
		words:       map[string]string{},
	}
	s.binds = filepath.Join(dir, s.secrets.token("bind"))
	if err := os.Mkdir(s.binds, 0o755); err != nil {
		return nil, err
	}
	for _, step := range []func() error{
		s.makeImages, s.makeNetworks, s.makeSwarm, s.makeHidden, s.makeVisible, s.makeJoined,
		s.makeUnstartable, s.makeChained, s.makeBuilt, s.makeUntagged, s.settle, s.collect,
	} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("setting the scene: %w", err)
		}
	}
	return s, nil
}

func (s *scene) token(kind string) string { return s.secrets.token(kind) }

// ownImage is an image that only a hidden container uses; altTag a second name
// of the image that everybody uses.
func (s *scene) ownImage() string { return s.token("own") + ":1" }
func (s *scene) altTag() string   { return s.token("registry") + ".test/dir/" + s.token("alt") + ":1" }

func (s *scene) makeImages() error {
	repo, tag, _ := strings.Cut(engine.Image, ":")
	id, err := s.daemon.Create("/containers/create", object{"Image": engine.Image, "Cmd": []string{"true"}})
	if err != nil {
		return err
	}
	change := url.QueryEscape("LABEL " + s.token("imagelabel") + "=1")
	alt, altTag, _ := strings.Cut(s.altTag(), ":")
	return errors.Join(
		s.daemon.Post("/commit?container="+id+"&tag=1&repo="+s.token("own")+"&changes="+change, nil),
		s.daemon.Do("DELETE", "/containers/"+id, nil, nil),
		s.daemon.Post("/images/"+repo+":"+tag+"/tag?repo="+url.QueryEscape(alt)+"&tag="+altTag, nil),
	)
}

const sharedNetwork = "vis-shared"

func (s *scene) makeNetworks() error {
	ipam := func(subnet string) object { return object{"Config": []object{{"Subnet": subnet}}} }
	shared, err1 := s.daemon.Create("/networks/create", object{"Name": sharedNetwork, "IPAM": ipam("172.30.0.0/16"), "Attachable": true})
	hidden, err2 := s.daemon.Create("/networks/create", object{"Name": s.token("net"), "IPAM": ipam("172.31.0.0/16"), "Labels": object{s.token("netlabel"): "1"}})
	s.words["visnet"], s.words["visnetid"] = sharedNetwork, shared
	s.words["hidnet"], s.words["hidnetid"] = s.token("net"), hidden
	return errors.Join(err1, err2)
}

// hiddenSpec is a container that says its tokens wherever it can.
func (s *scene) hiddenSpec() object {
	return object{
		"Image":      engine.Image,
		"Hostname":   s.token("host"),
		"Domainname": s.token("domain"),
		"Env":        []string{"SECRET=" + s.token("env")},
		"Cmd":        []string{"sh", "-c", "echo " + s.token("log") + "; while :; do sleep 1000; done # " + s.token("cmd")},
		"Labels":     object{s.token("labelkey"): s.token("labelvalue")},
		"HostConfig": object{},
	}
}

// makeHidden makes the hidden containers that stay as they are.
func (s *scene) makeHidden() error {
	run := s.hiddenSpec()
	run["Image"] = s.ownImage()
	run["HostConfig"] = object{
		"Binds":       []string{s.token("vol") + ":/" + s.token("volpath"), s.binds + ":/" + s.token("bindpath")},
		"NetworkMode": sharedNetwork,
	}
	run["Volumes"] = object{"/anonymous": object{}}
	run["NetworkingConfig"] = object{"EndpointsConfig": object{sharedNetwork: object{
		"Aliases":    []string{s.token("alias")},
		"IPAMConfig": object{"IPv4Address": "172.30.99.77"},
	}}}
	paused := s.hiddenSpec()
	paused["Image"] = s.altTag()
	stopped := s.hiddenSpec()
	stopped["Cmd"] = []string{"echo", s.token("log")}
	donor := s.hiddenSpec()
	donor["Volumes"] = object{"/donated": object{}}
	donor["HostConfig"] = object{"IpcMode": "shareable"}

	return errors.Join(
		s.hide("run", run, "start"),
		s.hide("paused", paused, "start", "pause"),
		s.hide("stopped", stopped, "start"),
		s.hide("created", s.hiddenSpec()),
		s.hide("target", s.hiddenSpec(), "start"),
		s.hide("trapped", s.hiddenSpec(), "start"),
		s.hide("donor", donor, "start"),
		s.daemon.Post("/networks/"+s.token("net")+"/connect", object{"Container": s.token("run")}),
		s.runForever(),
	)
}

// runForever leaves an exec instance in a hidden container.
func (s *scene) runForever() error {
	id, err := s.daemon.exec(s.token("run"), "sh", "-c", "while :; do sleep 1000; done # "+s.token("exec"))
	s.words["hidexec"] = id
	return err
}

// hide makes a hidden container, with the role as the kind of its name, and
// brings it into its state.
func (s *scene) hide(role string, spec object, actions ...string) error {
	id, err := s.makeContainer(s.token(role), spec, actions...)
	s.hidden[role] = id
	return err
}

// show makes a visible container.
func (s *scene) show(role string, spec object, actions ...string) error {
	spec["Labels"] = object{visibleLabel: "yes"}
	if spec["Image"] == nil {
		spec["Image"] = engine.Image
	}
	if spec["Cmd"] == nil {
		spec["Cmd"] = []string{"sh", "-c", "echo hello; while :; do sleep 1000; done"}
	}
	spec["StopSignal"] = "SIGKILL" // sh does not stop for less
	id, err := s.makeContainer(visiblePrefix+role, spec, actions...)
	s.visible[role] = id
	return err
}

func (s *scene) makeContainer(name string, spec object, actions ...string) (string, error) {
	id, err := s.daemon.Create("/containers/create?name="+name, spec)
	if err != nil {
		return "", err
	}
	for _, action := range actions {
		if err := s.daemon.Post("/containers/"+id+"/"+action, nil); err != nil {
			return "", err
		}
	}
	return id, nil
}

// makeVisible makes the visible containers, and the hidden one that links to
// some of them.
func (s *scene) makeVisible() error {
	err := errors.Join(
		s.show("plain", object{
			"Env": []string{"OWN=1"},
			"HostConfig": object{
				"NetworkMode": sharedNetwork, "Binds": []string{"vis-volume:/data"},
			},
		}, "start"),
		s.show("child", object{}, "start"),
		s.show("stopped", object{"Cmd": []string{"true"}}, "start"),
		s.show("paused", object{}, "start", "pause"),
		s.show("parent", object{"HostConfig": object{
			"Links": []string{s.token("target") + ":" + s.token("visalias")},
		}}, "start"),
	)
	parent := s.hiddenSpec()
	parent["HostConfig"] = object{"Links": []string{
		"vis-child:" + s.token("linkalias"),
		s.token("trapped") + ":vis-trap", // a hidden container one of whose names looks visible
	}}
	err = errors.Join(err, s.hide("parent", parent, "start"))
	for i := range toys {
		err = errors.Join(err, s.show(fmt.Sprintf("toy-%d", i), object{"HostConfig": object{"NetworkMode": sharedNetwork}}, "start"))
	}
	for i := range goners {
		err = errors.Join(err, s.show(fmt.Sprintf("gone-%d", i), object{}))
	}
	// Who asks for the short ID of the visible one means the visible one.
	shadow, shadowErr := s.makeContainer(s.visible["plain"][:shortID], s.hiddenSpec(), "start")
	s.hidden["shadow"] = shadow
	err = errors.Join(err, shadowErr)
	s.words["vis"], s.words["visid"] = "vis-plain", s.visible["plain"]
	s.words["visimg"], s.words["visvol"] = engine.Image, "vis-volume"
	return err
}

// makeJoined makes visible containers that share what hidden ones have.
func (s *scene) makeJoined() error {
	err := s.show("joined", object{"HostConfig": object{
		"NetworkMode": "container:" + s.hidden["donor"],
		"PidMode":     "container:" + s.token("donor"),
		"IpcMode":     "container:" + s.hidden["donor"],
		"VolumesFrom": []string{s.token("donor")},
	}}, "start")
	err = errors.Join(err, s.show("broken", object{"HostConfig": object{
		"NetworkMode": "container:" + s.token("created"),
	}}))
	// It cannot start, and the engine keeps the reason, which names the other.
	_ = s.daemon.Post("/containers/vis-broken/start", nil)
	return err
}

// makeBuilt makes a visible container from an image that was committed from a
// hidden one.
func (s *scene) makeBuilt() error {
	id, err := s.makeContainer(s.token("builder"), object{"Image": engine.Image, "Cmd": []string{"true"}}, "start")
	if err != nil {
		return err
	}
	s.hidden["builder"] = id
	if err := s.daemon.Post("/commit?container="+id+"&repo=vis-built&tag=1", nil); err != nil {
		return err
	}
	return s.show("built", object{"Image": "vis-built:1"}, "start")
}
