package dpf

import "github.com/docker-proxy-filter/dpf/internal/scrub"

// newScrubber compiles the scrub options of config.
func newScrubber(config *Config) (*scrub.Scrubber, error) {
	return scrub.New(&scrub.Config{
		Envs:       config.ScrubEnvs,
		KeepEnvs:   config.KeepEnvs,
		MaskEnvs:   config.MaskEnvs,
		MaskLabels: config.MaskLabels,
		Commands:   config.ScrubCommands,
		Mounts:     config.ScrubMounts,
	})
}
