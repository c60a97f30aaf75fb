package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
)

// makeHidden puts hidden objects beside the visible ones, and on them.
func (s *scene) makeHidden() error {
	s.present = true
	for _, step := range []func() error{
		s.makeHiddenImages, s.makeHiddenNetwork, s.makeHiddenContainers, s.makeHiddenChains, s.makeShadows,
		func() error { return s.doHidden("passing") },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (s *scene) makeHiddenImages() error {
	own, err := s.commit(hiddenImage, "hid.image")
	if err != nil {
		return err
	}
	s.words.set("img-hidden", own)
	return errors.Join(
		s.tag(engine.Image, hiddenAlias),
		s.tag("sha256:"+s.fixed["img-untagged.id"], hiddenOnUntagged),
		s.tag(visibleImage, "vis-app:hidden"),
		s.tag("vis-moved:1", "hid-moved:1"),
	)
}

func (s *scene) makeHiddenNetwork() error {
	id, err := s.api.Create("/networks/create", object{
		"Name": hiddenNetwork, "IPAM": subnet("172.31.0.0/16"), "Labels": object{"hid.net": "1"}})
	if err == nil {
		s.words.set(hiddenNetwork, id)
	}
	return err
}

func (s *scene) makeHiddenContainers() error {
	run := hostConfig("NetworkMode", visibleNetwork, "IpcMode", "shareable",
		"Binds", []string{visibleVolume + ":/data", hiddenVolume + ":/hidden"})
	run["Image"] = hiddenImage
	run["ExposedPorts"] = object{"80/tcp": object{}, "81/tcp": object{}}
	err := errors.Join(
		s.hide("run", run, "start"),
		s.hide("alias", object{"Image": hiddenAlias}, "start"),
		s.hide("late", object{"Image": hiddenOnUntagged}, "start"),
		s.hide("tagged", object{"Image": "vis-app:hidden"}, "start"),
		s.hide("stopped", object{"Cmd": []string{"sh", "-c", "exit 3"}}, "start", "wait"),
		s.hide("paused", nil, "start", "pause"),
		s.hide("created", nil),
		s.hide("netted", hostConfig("NetworkMode", hiddenNetwork), "start"),
		s.api.Post("/networks/"+visibleNetwork+"/connect", object{"Container": "hid-netted", "EndpointConfig": object{"Aliases": []string{"vis-web"}}}),
	)
	id, execErr := s.exec("hid-run", forever...)
	if err := errors.Join(err, execErr); err != nil {
		return err
	}
	s.words.set("hid-exec", id)
	return nil
}

// makeHiddenChains makes hidden containers that share what visible ones have.
func (s *scene) makeHiddenChains() error {
	return errors.Join(
		s.hide("joined", hostConfig("NetworkMode", "container:vis-web", "PidMode", "container:vis-busy"), "start"),
		s.hide("chained", hostConfig("NetworkMode", "container:hid-run", "IpcMode", "container:hid-run"), "start"),
		s.hide("borrower", hostConfig("VolumesFrom", []string{"vis-web", "vis-child"}), "start"),
		s.hide("parent", hostConfig("Links", []string{"vis-child:kid", "vis-busy:vis-friend"}), "start"),
	)
}

// makeShadows makes hidden containers whose names and IDs come in the way of
// the short IDs of visible ones.
func (s *scene) makeShadows() error {
	if _, err := s.create(s.fixed["vis-app.short"], nil); err != nil {
		return err
	}
	const attempts = 100
	digit := s.fixed["vis-web.id"][:1]
	for range attempts {
		id, err := s.create("hid-shadow", nil)
		if err != nil || strings.HasPrefix(id, digit) {
			return err
		}
		if err := s.api.Do("DELETE", "/containers/"+id, nil, nil); err != nil {
			return err
		}
	}
	return fmt.Errorf("no ID of %d begins with %s", attempts, digit)
}

// doHidden is the life of a hidden container and of all that it uses, with
// everything that leaves an event.
func (s *scene) doHidden(name string) error {
	container, network, volume := "hid-"+name, "hid-net-"+name, "hid-volume-"+name
	_, err1 := s.api.Create("/networks/create", object{"Name": network})
	spec := hostConfig("Binds", []string{volume + ":/data", visibleVolume + ":/visible"}, "NetworkMode", visibleNetwork)
	_, err2 := s.create(container, spec, "start", "pause", "unpause", "kill?signal=CHLD", "restart?t=0", "rename?name="+container+"-2", "rename?name="+container)
	_, err3 := s.exec(container, forever...)
	return errors.Join(err1, err2, err3,
		s.api.Post("/networks/"+network+"/connect", object{"Container": container}),
		s.api.Post("/networks/"+network+"/disconnect", object{"Container": container}),
		s.tag(engine.Image, "hid-"+name+":1"),
		s.tag(visibleImage, "vis-app:"+name),
		s.api.Do("DELETE", "/images/hid-"+name+":1", nil, nil),
		s.api.Do("DELETE", "/images/vis-app:"+name, nil, nil),
		s.api.Do("DELETE", "/containers/"+container+"?force=1&v=1", nil, nil),
		s.api.Do("DELETE", "/networks/"+network, nil, nil),
		s.api.Do("DELETE", "/volumes/"+volume, nil, nil),
	)
}

// makeReferring makes visible containers that refer to hidden ones, in turn
// with hidden ones.
func (s *scene) makeReferring() error {
	donor := hostConfig("IpcMode", "shareable", "NetworkMode", "bridge")
	donor["Volumes"] = object{"/donated": object{}}
	built, err := s.commit("vis-built:1", "vis.built")
	if err != nil {
		return err
	}
	s.fixed.set("img-built", built)
	err = errors.Join(
		s.hide("donor", donor, "start"),
		s.show("late-joined", hostConfig("NetworkMode", "container:hid-donor", "IpcMode", "container:hid-donor"), "start"),
		s.show("late-processes", hostConfig("PidMode", "container:hid-donor")), // it would not outlive the other
		s.hide("between", nil, "start"),
		s.show("late-chained", hostConfig("NetworkMode", "container:vis-late-joined"), "start"),
		s.show("late-borrower", hostConfig("VolumesFrom", []string{"hid-donor:ro", "vis-web"}), "start"),
		s.hide("target", nil, "start"),
		s.show("late-linked", hostConfig("Links", []string{"hid-target:secret", "vis-busy:friend"}), "start"),
		s.hide("late-parent", hostConfig("Links", []string{"vis-late-linked:kid"}), "start"),
		s.show("late-broken", hostConfig("NetworkMode", "container:hid-created")),
		s.show("late-built", object{"Image": "vis-built:1"}, "start"),
		s.hide("after", object{"Image": "vis-built:1"}, "start"),
	)
	// It cannot start, and the engine keeps the reason, which names the other.
	_ = s.api.Post("/containers/vis-late-broken/start", nil)
	s.hidden = append(s.hidden, "hid-donor", "hid-between")
	return err
}

// removeHidden removes all that is hidden.
func (s *scene) removeHidden() error {
	s.present = false
	var containers []struct {
		ID     string `json:"Id"`
		Labels map[string]string
	}
	if err := s.api.Get("/containers/json?all=1", &containers); err != nil {
		return err
	}
	var failed error
	for i := range containers {
		if containers[i].Labels["show"] == "" {
			failed = errors.Join(failed, s.api.Do("DELETE", "/containers/"+containers[i].ID+"?force=1&v=1", nil, nil))
		}
	}
	for _, image := range []string{hiddenImage, hiddenAlias, hiddenOnUntagged, "vis-app:hidden", "hid-moved:1"} {
		failed = errors.Join(failed, s.api.Do("DELETE", "/images/"+image+"?force=1", nil, nil))
	}
	return errors.Join(failed,
		s.api.Do("DELETE", "/networks/"+hiddenNetwork, nil, nil),
		s.api.Do("DELETE", "/volumes/"+hiddenVolume, nil, nil),
	)
}
