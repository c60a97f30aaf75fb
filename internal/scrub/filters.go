package scrub

import (
	"errors"
	"regexp"
	"strings"
)

// volumeName is the form of the name of a volume.
var volumeName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)

// CheckFilters returns an error for filters that would tell what is scrubbed: the
// answer says whether a guess is right.
func (s *Scrubber) CheckFilters(filters map[string][]string) error {
	for key, values := range filters {
		for _, value := range values {
			if err := s.checkFilter(key, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Scrubber) checkFilter(key, value string) error {
	switch {
	case strings.HasSuffix(strings.TrimSuffix(key, "!"), "label"):
		// label, and of nodes node.label.
		label, _, _ := strings.Cut(value, "=")
		if s.HidesLabel(label) {
			return errors.New(`filters: the label "` + label + `" is masked`)
		}
	case key == "volume" && s.mounts && !volumeName.MatchString(value):
		// dockerd compares it with the sources of bind mounts, too.
		return errors.New(`filters: volume must be the name of a volume: paths of the host are removed (option scrubMounts)`)
	case key == "event" && s.commands:
		verb, rest, _ := strings.Cut(value, ":")
		if strings.TrimSpace(rest) != "" && strings.TrimSpace(verb) != "health_status" {
			return errors.New(`filters: event must not name a command: commands are removed (option scrubCommands)`)
		}
	}
	return nil
}
