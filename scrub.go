package dpf

import (
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/option"
	"github.com/docker-proxy-filter/dpf/internal/scrub"
)

// newScrubber compiles the scrub options of config.
func newScrubber(config *Config) (*scrub.Scrubber, error) {
	s, err := scrub.New(&scrub.Config{
		Envs:       config.ScrubEnvs,
		KeepEnvs:   config.KeepEnvs,
		MaskEnvs:   config.MaskEnvs,
		MaskLabels: config.MaskLabels,
		Commands:   config.ScrubCommands,
		Mounts:     config.ScrubMounts,
	})
	if err != nil {
		return nil, err
	}
	return s, checkKeys(config)
}

// checkKeys refuses globs that match no key: a mask would show what it seems to
// mask.
func checkKeys(config *Config) error {
	if err := checkKeyGlobs("keepEnvs", config.KeepEnvs); err != nil {
		return err
	}
	if err := checkKeyGlobs("maskEnvs", config.MaskEnvs); err != nil {
		return err
	}
	return checkKeyGlobs("maskLabels", config.MaskLabels)
}

func checkKeyGlobs(name string, globs []string) error {
	for i, glob := range globs {
		if strings.Contains(glob, "=") {
			return option.At(name, i, glob, "the glob is for keys, which have no =")
		}
	}
	return nil
}
