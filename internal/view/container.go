package view

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// The names and IDs of other containers in what dockerd says about a visible
// one, and what the visible one has from a hidden one. A reference to a container
// that is not visible is replaced as if that container had been removed long ago.

// CutReferences removes hidden containers from the elements of a list.
func (inv *Inventory) CutReferences(elements []Summary) error {
	for i := range elements {
		cut, err := inv.cutElement(&elements[i])
		if err != nil {
			return err
		}
		elements[i].Raw = cut
	}
	return nil
}

// cutElement is CutSummary for an element of a list, which most often says
// nothing of others.
func (inv *Inventory) cutElement(e *Summary) ([]byte, error) {
	others, image := MayRefer(e.Raw, e.Container.ID)
	if !others && !image && !e.Aliased && !e.Unplaced {
		return e.Raw, nil
	}
	return inv.CutSummary(e.Raw)
}

// CutSummary removes hidden containers from the summary of a visible one.
func (inv *Inventory) CutSummary(raw []byte) ([]byte, error) {
	t, err := inv.ties(raw)
	if err != nil {
		return nil, err
	}
	// Podman's list lacks the mode of the network.
	if !t.network && !t.placed && isUnplaced(raw) {
		t.network = inv.HasHiddenNetwork(t.own)
	}
	changes := t.changes()
	changes["Names"] = inv.cutNames
	if t.network {
		changes["Ports"] = zero
	}
	return rawjson.Edit(raw, changes)
}

// CutInspect removes hidden containers from the inspect of a visible one.
func (inv *Inventory) CutInspect(raw []byte) ([]byte, error) {
	t, err := inv.ties(raw)
	if err != nil {
		return nil, err
	}
	changes := t.changes()
	for _, key := range []string{"HostnamePath", "HostsPath", "ResolvConfPath", "LogPath"} {
		changes[key] = t.cutPath
	}
	changes["Config"] = t.cutConfig
	if t.some {
		// The error of a failed start names the other container.
		changes["State"] = cutStateError
	}
	if t.namespace {
		// The security label of an IPC or PID namespace goes with it.
		changes["MountLabel"] = zero
		changes["ProcessLabel"] = zero
	}
	return rawjson.Edit(raw, changes)
}

// CutImage removes from summaries, a list of them or an inspect what a
// description of the image says beside what it is: the containerd image store
// writes the name under which the image was loaded, which may be a hidden one's.
func CutImage(raw []byte) ([]byte, error) {
	if body := rawjson.Trim(raw); len(body) > 0 && body[0] == '[' {
		return rawjson.EachElement(raw, CutImage)
	}
	return rawjson.Within(raw, "ImageManifestDescriptor", fitDescriptor)
}

// descriptorShape is the allow list of the description of an image.
var descriptorShape = engineapi.Shape("ContainerInspect").Member("ImageManifestDescriptor")

func fitDescriptor(raw []byte) ([]byte, error) { return descriptorShape.Fit(raw) }

// RefersToVisibleOnly reports whether the container of an inspect refers to no
// hidden one.
func (inv *Inventory) RefersToVisibleOnly(raw []byte) (bool, error) {
	t, err := inv.ties(raw)
	return err == nil && !t.some, err
}

// InspectHasHiddenNetwork reports whether the network of the container of an
// inspect is that of a hidden one.
func (inv *Inventory) InspectHasHiddenNetwork(raw []byte) (bool, error) {
	t, err := inv.ties(raw)
	return err != nil || t.network, err
}

// ties is what a visible container has to do with hidden ones.
type ties struct {
	inv       *Inventory
	own       string   // its full ID
	placed    bool     // the answer tells whose network it has
	network   bool     // it has that of a hidden one, over any number of others
	namespace bool     // it has another namespace of a hidden one
	some      bool     // it refers to a hidden one
	aliases   []string // of hidden ones, by links
}

// ties reads a summary or an inspect.
func (inv *Inventory) ties(raw []byte) (*ties, error) {
	var head struct {
		Id string //nolint:revive // The name of the field in the API.
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, err
	}
	t := &ties{inv: inv, own: head.Id}
	// Read as it is edited, so that nothing is edited that was not read.
	_, err := rawjson.Edit(raw, map[string]func([]byte) ([]byte, error){
		"HostConfig":      t.readHostConfig,
		"NetworkSettings": t.readNetworkSettings,
	})
	return t, err
}

// readHostConfig notes what HostConfig refers to.
func (t *ties) readHostConfig(raw []byte) ([]byte, error) {
	return rawjson.EditMembers(raw, func(key string, value []byte) ([]byte, error) {
		switch {
		case strings.EqualFold(key, "VolumesFrom") || strings.EqualFold(key, "Links"):
			return nil, t.readRefs(value)
		case len(value) > 0 && value[0] == '"':
			t.readMode(key, text(value))
		}
		return nil, nil
	})
}

// readMode notes what a mode shares. Any member that joins a container is taken
// for a mode.
func (t *ties) readMode(key, mode string) {
	isNetwork := strings.EqualFold(key, networkMode)
	t.placed = t.placed || isNetwork && mode != ""
	if !t.inv.leadsToHidden(key, mode) {
		return
	}
	t.some = true
	if isNetwork {
		t.network = true
	} else {
		t.namespace = true
	}
}

// readNetworkSettings notes what the networks link to.
func (t *ties) readNetworkSettings(raw []byte) ([]byte, error) {
	return withinNetworks(raw, func(value []byte) ([]byte, error) { return nil, t.readRefs(value) })
}

// readRefs notes the hidden containers in a list of references.
func (t *ties) readRefs(raw []byte) error {
	var refs []string
	if err := json.Unmarshal(raw, &refs); err != nil {
		return err
	}
	for _, ref := range refs {
		if t.inv.shows(ref) {
			continue
		}
		t.some = true
		t.aliases = append(t.aliases, ref[strings.LastIndexAny(ref, ":/")+1:])
	}
	return nil
}

// changes are those of a summary and of an inspect.
func (t *ties) changes() map[string]func([]byte) ([]byte, error) {
	changes := map[string]func([]byte) ([]byte, error){
		"HostConfig":              t.cutHostConfig,
		"NetworkSettings":         t.cutNetworkSettings,
		"Mounts":                  t.cutSources,
		"ImageManifestDescriptor": fitDescriptor,
	}
	return changes
}

// cutHostConfig replaces the modes that join a hidden container, and removes
// hidden containers from everything else.
func (t *ties) cutHostConfig(raw []byte) ([]byte, error) {
	changes := map[string]func([]byte) ([]byte, error){
		"VolumesFrom":     t.inv.cutRefs,
		"Links":           t.inv.cutRefs,
		"Binds":           t.cutBinds,
		"Mounts":          t.cutSources,
		"CgroupParent":    t.cutPath,
		"ContainerIDFile": t.cutPath,
	}
	if t.network {
		// Podman: the ports of the container that has the network.
		changes["PortBindings"] = zero
	}
	if t.namespace {
		changes["SecurityOpt"] = cutSecurityLabels
	}
	cut, err := rawjson.Edit(raw, changes)
	if err != nil {
		return nil, err
	}
	return rawjson.EditMembers(cut, func(_ string, value []byte) ([]byte, error) { return t.inv.cutMode(value) })
}

// cutMode replaces a mode that joins a hidden container.
func (inv *Inventory) cutMode(raw []byte) ([]byte, error) {
	if len(raw) == 0 || raw[0] != '"' {
		return nil, nil
	}
	if mode := text(raw); Joins(mode) && inv.known(strings.TrimPrefix(mode, joins)) == nil {
		return []byte(`"` + joins + engineapi.UnknownID + `"`), nil
	}
	return nil, nil
}

// cutSecurityLabels removes the labels that dockerd takes over from the
// container whose namespace is shared.
func cutSecurityLabels(raw []byte) ([]byte, error) {
	return rawjson.EachElement(raw, func(option []byte) ([]byte, error) {
		if strings.HasPrefix(text(option), "label") {
			return nil, rawjson.ErrOmit
		}
		return option, nil
	})
}

// cutNetworkSettings removes hidden containers from the links of every network,
// and all where the network is that of a hidden one: Podman says of the one what
// it says of the other.
func (t *ties) cutNetworkSettings(raw []byte) ([]byte, error) {
	if t.network {
		return rawjson.EditMembers(raw, func(_ string, value []byte) ([]byte, error) { return rawjson.Zero(value), nil })
	}
	return withinNetworks(raw, t.inv.cutRefs)
}

// withinNetworks changes the links of every network.
func withinNetworks(raw []byte, change func(links []byte) ([]byte, error)) ([]byte, error) {
	return rawjson.Within(raw, "Networks", func(networks []byte) ([]byte, error) {
		return rawjson.EditMembers(networks, func(_ string, network []byte) ([]byte, error) {
			return rawjson.Within(network, "Links", change)
		})
	})
}

func zero(raw []byte) ([]byte, error) { return rawjson.Zero(raw), nil }

// cutConfig empties what a container has from the one whose network or host name
// it shares, and removes the variables that its links set.
func (t *ties) cutConfig(raw []byte) ([]byte, error) {
	var err error
	if t.network || t.namespace {
		if raw, err = cutHostname(raw); err != nil {
			return nil, err
		}
	}
	if len(t.aliases) == 0 {
		return raw, nil
	}
	return rawjson.Within(raw, "Env", t.cutEnv)
}

// cutHostname empties the name and the address of a host in a configuration.
func cutHostname(config []byte) ([]byte, error) {
	return rawjson.Set(config, map[string]string{"Hostname": `""`, "Domainname": `""`, "MacAddress": `""`})
}

// cutEnv removes the variables by which a link tells of the other container.
func (t *ties) cutEnv(raw []byte) ([]byte, error) {
	return rawjson.EachElement(raw, func(variable []byte) ([]byte, error) {
		if t.setByLink(text(variable)) {
			return nil, rawjson.ErrOmit
		}
		return variable, nil
	})
}

// setByLink reports whether a variable is ALIAS_NAME, ALIAS_PORT…, or ALIAS_ENV_…
// of a hidden container.
func (t *ties) setByLink(variable string) bool {
	for _, alias := range t.aliases {
		prefix := strings.ToUpper(strings.ReplaceAll(alias, "-", "_")) + "_"
		if !strings.HasPrefix(variable, prefix) {
			continue
		}
		rest := variable[len(prefix):]
		if strings.HasPrefix(rest, "NAME=") || strings.HasPrefix(rest, "PORT") || strings.HasPrefix(rest, "ENV_") {
			return true
		}
	}
	return false
}

func cutStateError(state []byte) ([]byte, error) {
	return rawjson.Set(state, map[string]string{"Error": `""`})
}

// cutPath empties a path with the ID of a container that is not visible.
func (t *ties) cutPath(raw []byte) ([]byte, error) {
	for _, id := range fullIDs.FindAllString(text(raw), -1) {
		if id != t.own && !t.inv.hasID(id) {
			return rawjson.Zero(raw), nil
		}
	}
	return raw, nil
}

// isForeign reports whether a path leads into the directory of a container that
// is not visible. Other paths hold the IDs of layers and volumes.
func (t *ties) isForeign(path string) bool {
	for _, dir := range containerDir.FindAllString(path, -1) {
		id := dir[len(dir)-fullIDLength:]
		if id != t.own && !t.inv.hasID(id) {
			return true
		}
	}
	return false
}

// cutSources empties the sources of mounts that are directories of hidden
// containers.
func (t *ties) cutSources(raw []byte) ([]byte, error) {
	return rawjson.EachElement(raw, func(mount []byte) ([]byte, error) {
		return rawjson.Within(mount, "Source", func(source []byte) ([]byte, error) {
			if t.isForeign(text(source)) {
				return rawjson.Zero(source), nil
			}
			return nil, nil
		})
	})
}

// cutBinds removes the mounts of directories of hidden containers.
func (t *ties) cutBinds(raw []byte) ([]byte, error) {
	return rawjson.EachElement(raw, func(bind []byte) ([]byte, error) {
		if t.isForeign(text(bind)) {
			return nil, rawjson.ErrOmit
		}
		return bind, nil
	})
}

// cutNames keeps the primary name and the link aliases "/parent/alias" of
// visible parents.
func (inv *Inventory) cutNames(raw []byte) ([]byte, error) {
	var names []string
	if err := json.Unmarshal(raw, &names); err != nil {
		return nil, err
	}
	kept := make([]string, 0, len(names))
	for _, name := range names {
		parent, _, isAlias := strings.Cut(strings.TrimPrefix(name, "/"), "/")
		if !isAlias || inv.Exact(parent) != nil {
			kept = append(kept, name)
		}
	}
	if len(kept) == len(names) {
		return raw, nil
	}
	return json.Marshal(kept)
}

// cutRefs removes the references to hidden containers from a list of them.
func (inv *Inventory) cutRefs(raw []byte) ([]byte, error) {
	return rawjson.EachElement(raw, func(ref []byte) ([]byte, error) {
		if !inv.shows(text(ref)) {
			return nil, rawjson.ErrOmit
		}
		return ref, nil
	})
}

// shows reports whether a reference "ref", "ref:mode" or "/ref:/self/alias" is
// to a visible container.
func (inv *Inventory) shows(ref string) bool {
	name, _, _ := strings.Cut(ref, ":")
	return inv.Knows(name)
}

// CutNetworks empties the network counters of a line of ContainerStats.
func CutNetworks(line []byte) ([]byte, error) {
	return rawjson.Set(line, map[string]string{"networks": "{}"})
}

// CutWaitError empties the error in the answer of ContainerWait.
func CutWaitError(line []byte) ([]byte, error) {
	return rawjson.Within(line, "Error", func(e []byte) ([]byte, error) {
		return rawjson.Set(e, map[string]string{"Message": `""`})
	})
}

// Inspected is the part of a ContainerInspectResponse that decides.
type Inspected struct {
	Container   policy.Container
	NetworkMode string // empty: the answer does not tell
}

// Inspect reads an answer of ContainerInspect.
func Inspect(body []byte) (*Inspected, error) {
	var inspect struct {
		Id     string //nolint:revive // The name of the field in the API.
		Name   string
		Config struct {
			Labels map[string]string
		}
		HostConfig struct {
			NetworkMode string
		}
	}
	if err := json.Unmarshal(body, &inspect); err != nil {
		return nil, err
	}
	if !engineapi.FullID.MatchString(inspect.Id) {
		return nil, errors.New("the inspect has no container ID")
	}
	c := policy.Container{ID: inspect.Id, Name: strings.TrimPrefix(inspect.Name, "/"), Labels: inspect.Config.Labels}
	return &Inspected{Container: c, NetworkMode: inspect.HostConfig.NetworkMode}, nil
}
