package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// visibleLabel is the label of the visible containers.
const visibleLabel = "homepage.group"

// A list, and how many of its containers are visible.
var listSizes = map[int]int{50: 5, 1000: 100, 10000: 100}

// eventList is the length of the list that the events are about.
const eventList = 1000

// scene is what the canned engine answers: the recorded answers of a real
// one, multiplied.
type scene struct {
	lists   map[int][]byte
	shown   map[int][]byte // the visible containers of lists, for requests with a filter
	inspect []byte
	top     []byte
	version []byte
	logs    []byte
	chunk   []byte // of the stream of 1 GB
	hidden  [][]byte
	visible [][]byte // events, cut before the digits of timeNano
}

// inspectFile is a recorded inspect that refers to no other container.
const inspectFile = "ContainerInspect.db.json"

// summary is an element of the list, in dockerd's order of the keys.
type summary struct {
	Id              string //nolint:revive // The name of the field in the API.
	Names           []string
	Image           json.RawMessage
	ImageID         json.RawMessage
	Command         json.RawMessage
	Created         json.RawMessage
	Ports           json.RawMessage
	Labels          map[string]string
	State           json.RawMessage
	Status          json.RawMessage
	HostConfig      struct{ NetworkMode string }
	NetworkSettings json.RawMessage
	Mounts          json.RawMessage
}

// newScene builds the answers from those recorded in dir.
func newScene(dir string) (*scene, error) {
	s := &scene{lists: map[int][]byte{}, shown: map[int][]byte{}}
	for name, body := range map[string]*[]byte{
		inspectFile: &s.inspect, "ContainerTop.json": &s.top, "SystemVersion.json": &s.version,
	} {
		var err error
		if *body, err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	models, err := readModels(filepath.Join(dir, "ContainerList.json"))
	if err != nil {
		return nil, err
	}
	for n, visible := range listSizes {
		elements := multiply(models, n, visible)
		if n == eventList {
			s.addEvents(elements)
		}
		if s.lists[n], err = encode(elements); err != nil {
			return nil, err
		}
		if s.shown[n], err = encode(withLabel(elements)); err != nil {
			return nil, err
		}
	}
	s.logs = logFrames(100)
	s.chunk = bytes.Repeat(s.inspect, 64<<10/len(s.inspect)+1)[:64<<10]
	return s, nil
}

// readModels returns the recorded containers that refer to no other one.
func readModels(file string) ([]summary, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all, models []summary
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	for _, m := range all {
		if len(m.Names) == 1 && (m.HostConfig.NetworkMode == "default" || m.HostConfig.NetworkMode == "front") {
			models = append(models, m)
		}
	}
	if len(models) == 0 {
		return nil, fmt.Errorf("%s has no plain container", file)
	}
	return models, nil
}

// multiply makes n containers of the models, some of them visible.
func multiply(models []summary, n, visible int) []summary {
	elements := make([]summary, 0, n)
	for i := range n {
		c := models[i%len(models)]
		c.Id = containerID(i)
		c.Names = []string{fmt.Sprintf("/stack-%d-app-%d-1", i/8, i)}
		c.Labels = labels(i)
		if i%(n/visible) == 0 {
			delete(c.Labels, "org.opencontainers.image.title")
			c.Labels[visibleLabel] = "media"
		}
		elements = append(elements, c)
	}
	return elements
}

// withLabel are the visible ones of the containers, as the filter label of the
// engine selects them.
func withLabel(elements []summary) []summary {
	var shown []summary
	for _, c := range elements {
		if c.Labels[visibleLabel] != "" {
			shown = append(shown, c)
		}
	}
	return shown
}

func containerID(i int) string {
	sum := sha256.Sum256(fmt.Append(nil, i))
	return hex.EncodeToString(sum[:])
}

// labels are 14 labels as Compose and image builders set them.
func labels(i int) map[string]string {
	stack := fmt.Sprintf("stack-%d", i/8)
	return map[string]string{
		"com.docker.compose.config-hash":          containerID(i + 1),
		"com.docker.compose.container-number":     "1",
		"com.docker.compose.depends_on":           "",
		"com.docker.compose.image":                "sha256:" + containerID(i+2),
		"com.docker.compose.oneoff":               "False",
		"com.docker.compose.project":              stack,
		"com.docker.compose.project.config_files": "/srv/" + stack + "/compose.yaml",
		"com.docker.compose.project.working_dir":  "/srv/" + stack,
		"com.docker.compose.service":              fmt.Sprintf("app-%d", i),
		"com.docker.compose.version":              "2.26.1",
		"org.opencontainers.image.created":        "2026-11-01T10:00:00Z",
		"org.opencontainers.image.revision":       containerID(i + 3)[:40],
		"org.opencontainers.image.source":         fmt.Sprintf("https://example.com/team/app-%d", i),
		"org.opencontainers.image.title":          fmt.Sprintf("app-%d", i),
	}
}

// addEvents makes an event of each container, with its labels in it as
// dockerd does.
func (s *scene) addEvents(elements []summary) {
	for _, c := range elements {
		attributes := map[string]string{"image": "app:1", "name": c.Names[0][1:], "execID": containerID(7)}
		for key, value := range c.Labels {
			attributes[key] = value
		}
		// A map of strings cannot fail to encode.
		encoded, _ := json.Marshal(attributes)
		event := fmt.Appendf(nil, `{"status":"exec_start: true","id":"%s","from":"app:1","Type":"container","Action":"exec_start: true","Actor":{"ID":"%s","Attributes":%s},"scope":"local","time":1795557796,"timeNano":`, c.Id, c.Id, encoded)
		if c.Labels[visibleLabel] == "" {
			s.hidden = append(s.hidden, event)
		} else {
			s.visible = append(s.visible, event)
		}
	}
}

// encode encodes as dockerd does, with the newline.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	err := json.NewEncoder(&b).Encode(v)
	return b.Bytes(), err
}

// logFrames are lines in the framing of a container without a terminal.
func logFrames(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		line := fmt.Sprintf("2026-11-24T22:00:%02d.000000000Z GET /page/%d 200 in 12 ms\n", i%60, i)
		b.Write([]byte{1, 0, 0, 0, 0, 0, 0, byte(len(line))})
		b.WriteString(line)
	}
	return b.Bytes()
}
