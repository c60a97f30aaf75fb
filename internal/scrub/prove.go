package scrub

import (
	"encoding/json"
	"errors"
	"strings"
)

// inspected is what a client in Go reads of an inspect, however the keys are
// spelled.
type inspected struct {
	Config          inspectedConfig
	ContainerConfig inspectedConfig
}

type inspectedConfig struct {
	Env    []string
	Labels map[string]string
}

// started is the same of how a container is started.
type started struct {
	Path  string
	Args  []string
	State struct {
		Error string
	}
	HostConfig struct {
		Binds           []string
		ContainerIDFile string
	}
	Mounts []struct {
		Source string
	}
}

// prove makes sure that nothing is left in an inspect that has to be removed.
// It reads it as a client does, and knows nothing of places.
func (s *Scrubber) prove(body []byte) error {
	var left inspected
	if err := json.Unmarshal(body, &left); err != nil {
		return err
	}
	if s.concernsEnvs() {
		envs := append(append([]string{}, left.Config.Env...), left.ContainerConfig.Env...)
		if strings.Join(s.variables(envs), "\x00") != strings.Join(envs, "\x00") {
			return errors.New("the environment could not be removed")
		}
	}
	if s.showsLabel(left.Config.Labels) || s.showsLabel(left.ContainerConfig.Labels) {
		return errors.New("a label could not be masked")
	}
	if !s.commands && !s.mounts {
		return nil
	}
	return s.proveStart(body)
}

// proveStart is prove for commands and paths.
func (s *Scrubber) proveStart(body []byte) error {
	var left started
	if err := json.Unmarshal(body, &left); err != nil {
		return err
	}
	if s.commands && left.Path+strings.Join(left.Args, "") != "" {
		return errors.New("the command could not be removed")
	}
	if left.State.Error != "" {
		return errors.New("the error could not be removed")
	}
	if s.mounts && left.paths() != "" {
		return errors.New("a path of the host could not be removed")
	}
	return nil
}

// showsLabel reports whether there is a label whose value should be masked.
func (s *Scrubber) showsLabel(labels map[string]string) bool {
	if len(s.maskLabels) == 0 && !s.mounts {
		return false
	}
	for key, value := range labels {
		if value != mask && s.HidesLabel(key) {
			return true
		}
	}
	return false
}

// paths are the paths of the host that are left.
func (i *started) paths() string {
	left := strings.Join(i.HostConfig.Binds, "") + i.HostConfig.ContainerIDFile
	for _, mount := range i.Mounts {
		left += mount.Source
	}
	return left
}
