package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
)

// object is a JSON object.
type object = map[string]any

// scene is what the engine holds at present. Names that begin with vis- are
// visible and names that begin with hid- are hidden, in every kind of object.
type scene struct {
	api   engine.API
	fixed words // what is there in all scenes
	words words // what only one scene has

	visible []string // names of the visible containers
	hidden  []string // names of the hidden containers that a request may name
	images  []string // names of the hidden images
	present bool     // the hidden objects exist
}

// hiddenImage is a tag that only hidden containers use, hiddenAlias one that is
// put on an image that visible ones use, and hiddenOnUntagged one on an image
// that a visible one uses and that has no other name.
const (
	hiddenImage      = "hid-own:1"
	hiddenAlias      = "registry.test/hid/alias:1"
	hiddenOnUntagged = "hid-late:1"
	visibleImage     = "vis-app:1"
	unaskedImage     = "vis-unasked:1" // its tags come and go, which is told when it is inspected
)

const (
	visibleNetwork, hiddenNetwork = "vis-net", "hid-net"
	visibleVolume, hiddenVolume   = "vis-volume", "hid-volume"
)

// forever is a command that ends at once when it is told to.
var forever = []string{"sh", "-c", "echo started; echo problem >&2; trap exit TERM; while :; do sleep 100000 & wait; done"}

func newScene(api engine.API) *scene {
	return &scene{api: api, fixed: words{}, words: words{}}
}

// create makes a container and takes it through its actions.
func (s *scene) create(name string, spec object, actions ...string) (string, error) {
	full := object{"Image": engine.Image, "Cmd": forever, "Labels": object{}}
	for key, value := range spec {
		full[key] = value
	}
	if labels, ok := full["Labels"].(object); ok {
		if strings.HasPrefix(name, "vis-") {
			labels["show"] = "yes"
		} else {
			labels["hid.label"] = "1"
		}
	}
	id, err := s.api.Create("/containers/create?name="+name, full)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	for _, action := range actions {
		if err := s.api.Post("/containers/"+id+"/"+action, nil); err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
	}
	return id, nil
}

// show makes a visible container that stays.
func (s *scene) show(name string, spec object, actions ...string) error {
	id, err := s.create("vis-"+name, spec, actions...)
	if err == nil {
		s.visible = append(s.visible, "vis-"+name)
		s.fixed.set("vis-"+name, id)
	}
	return err
}

// hide makes a hidden container.
func (s *scene) hide(name string, spec object, actions ...string) error {
	id, err := s.create("hid-"+name, spec, actions...)
	if err == nil {
		s.words.set("hid-"+name, id)
	}
	return err
}

// commit makes an image of a container that is gone afterwards. Without a tag it
// has no name. It returns the ID, which is a digest. The image inherits no label
// that makes its containers visible.
func (s *scene) commit(repo, label string) (string, error) {
	id, err := s.api.Create("/containers/create", object{"Image": engine.Image, "Cmd": []string{"true"}})
	if err != nil {
		return "", err
	}
	target := "/commit?container=" + id + "&comment=" + label
	if name, tag, ok := strings.Cut(repo, ":"); ok {
		target += "&repo=" + name + "&tag=" + tag
	}
	time.Sleep(time.Second) // Images of the same second are listed in any order.
	image, err := s.api.Create(target, object{"Labels": object{label: "1"}, "Cmd": forever})
	return image, errors.Join(err, s.api.Do("DELETE", "/containers/"+id, nil, nil))
}

func (s *scene) tag(image, name string) error {
	repo, tag, _ := strings.Cut(name, ":")
	return s.api.Post("/images/"+image+"/tag?repo="+url.QueryEscape(repo)+"&tag="+tag, nil)
}

func (s *scene) exec(container string, command ...string) (string, error) {
	id, err := s.api.Create("/containers/"+container+"/exec", object{"Cmd": command})
	if err != nil {
		return "", err
	}
	return id, s.api.Post("/exec/"+id+"/start", object{"Detach": true})
}

func hostConfig(members ...any) object {
	config := object{}
	for i := 0; i < len(members); i += 2 {
		config[fmt.Sprint(members[i])] = members[i+1]
	}
	return object{"HostConfig": config}
}

func subnet(cidr string) object { return object{"Config": []object{{"Subnet": cidr}}} }

// makeVisible makes the scene that has nothing hidden.
func (s *scene) makeVisible() error {
	for _, name := range []string{"hid-run", "hid-stopped", "hid-exec", hiddenNetwork, "img-hidden"} {
		s.words.setAbsent(name)
	}
	s.hidden = []string{"hid-run", "hid-stopped"}
	s.images = []string{hiddenImage, hiddenAlias, hiddenOnUntagged}

	untagged, err := s.makeImages()
	if err != nil {
		return err
	}
	network, err := s.api.Create("/networks/create", object{
		"Name": visibleNetwork, "IPAM": subnet("172.30.0.0/16"), "Labels": object{"vis.net": "1"}})
	if err != nil {
		return err
	}
	s.fixed.set(visibleNetwork, network)
	return errors.Join(
		s.makeVisibleContainers(untagged),
		// The name of a container that is not there is kept as it is.
		s.show("waiting", hostConfig("NetworkMode", "container:hid-run")),
		s.show("joined", hostConfig("NetworkMode", "container:vis-web", "VolumesFrom", []string{"vis-web"}), "start"),
		s.makeVisibleExec(),
	)
}

// makeImages makes what the visible containers are made of, and returns the ID
// of an image without a name.
func (s *scene) makeImages() (untagged string, err error) {
	app, err1 := s.commit(visibleImage, "vis.app")
	untagged, err2 := s.commit("", "vis.untagged")
	_, err3 := s.commit("vis-moved:1", "vis.before")
	_, err4 := s.commit(unaskedImage, "vis.unasked")
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return "", err
	}
	s.fixed.set("img-app", app)
	s.fixed.set("img-untagged", untagged)
	return untagged, nil
}

func (s *scene) makeVisibleContainers(untagged string) error {
	web := hostConfig("NetworkMode", visibleNetwork, "Binds", []string{visibleVolume + ":/data"}, "RestartPolicy", object{"Name": "no"})
	web["ExposedPorts"] = object{"80/tcp": object{}}
	web["Env"] = []string{"OWN=1"}
	return errors.Join(
		s.show("web", web, "start"),
		s.show("busy", nil, "start"),
		s.show("child", object{"Volumes": object{"/anonymous": object{}}}, "start"),
		s.show("app", object{"Image": visibleImage}, "start"),
		s.show("untagged", object{"Image": untagged}, "start"),
		s.show("moved", object{"Image": "vis-moved:1"}, "start"),
		func() error { _, err := s.commit("vis-moved:1", "vis.after"); return err }(),
		s.show("stopped", object{"Cmd": []string{"sh", "-c", "echo bye; exit 3"}}, "start", "wait"),
		s.show("paused", nil, "start", "pause"),
		s.show("created", object{"Image": unaskedImage}),
		s.show("ill", object{"Healthcheck": object{"Test": []string{"CMD", "true"}, "Interval": 3600e9}}, "start"),
	)
}

// settle reads the logs of the visible containers: the engine notes their place
// in one that never ran when somebody reads them first.
func (s *scene) settle() error {
	var failed error
	for _, name := range s.visible {
		failed = errors.Join(failed, s.api.Do("GET", "/containers/"+name+"/logs?stdout=1", nil, nil))
	}
	return failed
}

func (s *scene) makeVisibleExec() error {
	id, err := s.exec("vis-web", forever...)
	if err == nil {
		s.fixed.set("vis-exec", id)
	}
	return err
}
