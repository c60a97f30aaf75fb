package scrub

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// cutAction removes what stands behind the verb in the action of an event: the
// command line of an exec instance, "exec_create: sh -c ...". Of the others, only
// the health is known.
func cutAction(raw []byte) ([]byte, error) {
	var action string
	if err := json.Unmarshal(raw, &action); err != nil {
		return nil, err
	}
	verb, rest, found := strings.Cut(action, ":")
	if !found {
		return raw, nil
	}
	if verb == "health_status" {
		switch strings.TrimSpace(rest) {
		case "healthy", "unhealthy", "starting", "running", "none":
			return raw, nil
		}
	}
	return rawjson.Encode(verb + ": " + mask)
}

// cutTop empties the column of the command line in the answer of
// ContainerTop. Without such a column there is nothing that could be shown.
func cutTop(raw []byte) ([]byte, error) {
	var top struct {
		Titles    []string
		Processes [][]string
	}
	if err := rawjson.Decode(raw, &top); err != nil {
		return nil, err
	}
	column := -1
	for i, title := range top.Titles {
		if title == "CMD" || title == "COMMAND" {
			column = i
			break
		}
	}
	for i, process := range top.Processes {
		if column < 0 || column >= len(process) {
			return nil, errors.New("the process list has no column of commands")
		}
		// The command is the last column and holds the rest of the line.
		top.Processes[i] = append(process[:column:column], mask)
	}
	return rawjson.Encode(top)
}
