package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
)

// settle waits until the engine has nothing more to do: what happens to the
// hidden containers from here on, a request did.
func (s *scene) settle() error {
	for _, role := range []string{"stopped", "builder"} {
		if err := s.awaitExit(s.hidden[role]); err != nil {
			return err
		}
	}
	time.Sleep(2 * time.Second)
	return nil
}

// awaitExit waits until a container has done what it is there for.
func (s *scene) awaitExit(id string) error {
	for deadline := time.Now().Add(again.Patient.Last()); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		var c struct{ State struct{ Status string } }
		if err := s.daemon.Get("/containers/"+id+"/json", &c); err != nil || c.State.Status == "exited" {
			return err
		}
	}
	return fmt.Errorf("the container %s does not exit", id)
}

// endpoints is the subset of an inspect that identifies a container besides
// its ID.
type endpoints struct {
	Image           string
	State           struct{ Pid int }
	Mounts          []struct{ Name string }
	NetworkSettings struct {
		SandboxID string
		Networks  map[string]struct{ EndpointID, MacAddress string }
	}
}

// collect gathers what of the scene is secret and how to refer to it.
func (s *scene) collect() error {
	shared, err := s.visibleVolumes()
	if err != nil {
		return err
	}
	for role, id := range s.hidden {
		var c endpoints
		if err := s.daemon.Get("/containers/"+id+"/json", &c); err != nil {
			return err
		}
		s.addContainer(role, id, c, shared)
		if role == "run" {
			s.words["hidpid"] = itoa(c.State.Pid)
		}
	}
	s.secrets.addWord("address", "172.30.99.77")
	s.secrets.addID("exec ID", s.words["hidexec"])
	s.secrets.addID("network ID", s.words["hidnetid"])
	for _, name := range []string{"hidsvc", "hidtask", "hidcfg", "hidsec"} {
		s.secrets.addWord("swarm ID", s.words[name])
	}
	var own struct{ ID string }
	if err := s.daemon.Get("/images/"+s.ownImage()+"/json", &own); err != nil {
		return err
	}
	s.secrets.addID("image ID", own.ID)
	s.words["hidimg"] = strings.TrimPrefix(own.ID, "sha256:")
	s.makePairs()
	s.watch()
	return nil
}

// addContainer adds the secrets of one hidden container.
func (s *scene) addContainer(role, id string, c endpoints, shared []string) {
	s.secrets.addID("container ID of "+role, id)
	s.secrets.addID("sandbox ID", c.NetworkSettings.SandboxID)
	for _, n := range c.NetworkSettings.Networks {
		s.secrets.addID("endpoint ID", n.EndpointID)
		s.secrets.addWord("MAC address", n.MacAddress)
	}
	for _, m := range c.Mounts {
		if isFullID(m.Name) && !slices.Contains(shared, m.Name) {
			s.secrets.addID("volume name", m.Name)
		}
	}
}

// visibleVolumes are the volumes that visible containers have.
func (s *scene) visibleVolumes() ([]string, error) {
	var names []string
	for _, id := range s.visible {
		var c endpoints
		if err := s.daemon.Get("/containers/"+id+"/json", &c); err != nil {
			return nil, err
		}
		for _, m := range c.Mounts {
			names = append(names, m.Name)
		}
	}
	return names, nil
}

// makePairs lists the references to hidden objects with their counterparts.
func (s *scene) makePairs() {
	c := s.namePairs("name", s.token("run"))
	c = append(c, s.idPairs("ID", s.hidden["run"])...)
	for _, role := range []string{"paused", "stopped", "created"} {
		c = append(c,
			pair{role + " by name", plain(s.token(role)), plain(s.unknownName(s.token(role)))},
			pair{role + " by ID", plain(s.hidden[role]), plain(s.random.hex(64))})
	}
	c = append(c, prefixPairs(s.random.branch(), values(s.hidden), values(s.visible), 1, 2, 3)...)
	alias := func(form, ref string) {
		unknown := "vis-parent/" + s.unknownName(s.token("visalias"))
		if !strings.HasPrefix(ref, "vis-") {
			unknown = s.unknownName(ref)
		}
		c = append(c, pair{form, plain(ref), plain(unknown)})
	}
	alias("link alias of a hidden parent", s.token("parent")+"/"+s.token("linkalias"))
	alias("link alias of a hidden pair", s.token("parent")+"/vis-trap")
	alias("link alias of a hidden child", "vis-parent/"+s.token("visalias"))
	c = append(c, pair{"task container", plain(s.hiddenTaskName()), plain(s.unknownName(s.hiddenTaskName()))})
	// Not references, but what a filter by name may hit.
	c = append(c,
		pair{"alias", plain(s.token("linkalias")), plain(s.unknownName(s.token("linkalias")))},
		pair{"visible looking alias", plain("vis-trap"), plain("vis-trqp")},
		pair{"alias of a parent", plain(s.token("parent")), plain(s.unknownName(s.token("parent")))})
	s.pairs[container] = c

	s.pairs[exec] = s.idPairs("ID", s.words["hidexec"])
	s.pairs[network] = append(s.namePairs("name", s.token("net")), s.idPairs("ID", s.words["hidnetid"])...)
	s.pairs[volume] = s.namePairs("name", s.token("vol"))
	s.pairs[image] = s.imagePairs()
	s.pairs[service] = s.swarmPairs(s.token("service"), s.words["hidsvc"])
	s.pairs[task] = s.swarmPairs(s.token("service")+".1", s.words["hidtask"])
	s.pairs[config] = s.swarmPairs(s.token("config"), s.words["hidcfg"])
	s.pairs[secret] = s.swarmPairs(s.token("secret"), s.words["hidsec"])
	for _, text := range []string{
		s.token("labelkey"), s.token("labelkey") + "=" + s.token("labelvalue"),
		s.token("netlabel"), s.token("imagelabel"), s.token("servicelabel"),
	} {
		s.pairs[label] = append(s.pairs[label], pair{strings.ReplaceAll(text, s.secrets.stem+"-", ""), plain(text), plain(s.unknownName(text))})
	}
	// Nodes and plugins: nothing of them is hidden, two unknown ones must do.
	s.pairs[other] = []pair{{"name", plain(s.token("none")), plain(s.unknownName(s.token("none")))}}
}

func (s *scene) imagePairs() []pair {
	pairs := s.namePairs("own image", s.ownImage())
	pairs = append(pairs, s.idPairs("image ID", s.words["hidimg"])...)
	for form, name := range map[string]string{
		"second tag":        s.altTag(),
		"own image, long":   "docker.io/library/" + s.ownImage(),
		"own image, latest": s.token("own"),
	} {
		pairs = append(pairs, pair{form, plain(name), plain(s.unknownName(name))})
	}
	slices.SortFunc(pairs, func(a, b pair) int { return strings.Compare(a.form, b.form) })
	return pairs
}

func (s *scene) swarmPairs(name, id string) []pair {
	unknown := s.random.swarmID()
	return append(s.namePairs("name", name),
		pair{"ID", plain(id), plain(unknown)},
		pair{"ID prefix", plain(id[:shortID]), plain(unknown[:shortID])})
}

// watch lists the inspects of what must not change. The task's own inspect
// has the time of its last report.
func (s *scene) watch() {
	for _, id := range values(s.hidden) {
		s.watched = append(s.watched, "/containers/"+id+"/json")
	}
	s.watched = append(s.watched,
		"/images/"+s.ownImage()+"/json",
		"/images/"+s.altTag()+"/json",
		"/networks/"+s.words["hidnetid"],
		"/volumes/"+s.token("vol"),
		"/services/"+s.words["hidsvc"],
		"/configs/"+s.words["hidcfg"],
		"/secrets/"+s.words["hidsec"])
}

// values are the values of m in the order of its keys.
func values(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	all := make([]string, 0, len(m))
	for _, key := range keys {
		all = append(all, m[key])
	}
	return all
}

// sorts are the kinds of secrets that the engine tells to who only reads.
func (s *scene) sorts() []string {
	return []string{
		"run", "paused", "stopped", "created", "parent", "target", "trapped", "donor", "builder",
		"host", "domain", "env", "cmd", "labelkey", "labelvalue", "log", "exec",
		"vol", "volpath", "bind", "bindpath", "alias", "linkalias", "visalias",
		"own", "imagelabel", "registry", "alt", "net", "netlabel",
		"service", "servicelabel", "serviceenv", "config", "secret",
		"container ID of run", "container ID of stopped", "container ID of task",
		"exec ID", "image ID", "network ID", "endpoint ID", "sandbox ID", "volume name", "swarm ID",
		"address", "MAC address",
	}
}

func isFullID(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
