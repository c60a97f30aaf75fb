package main

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
)

// unasked are the read operations that are not asked, and why.
var unasked = map[string]string{
	"ImageSearch":         "asks a registry outside",
	"SwarmUnlockkey":      "asked by its path, as one of what is refused",
	"PluginList":          "likewise",
	"PluginInspect":       "likewise",
	"GetPluginPrivileges": "likewise",
	"-":                   "routes without a description: the checkpoints, and what is refused",
}

// TestPlanAsksEveryRead holds the plan against the table of operations.
func TestPlanAsksEveryRead(t *testing.T) {
	s := newScene(engine.API{})
	s.fixed.setAbsent("vis-web")
	s.visible = []string{"vis-web", "vis-stopped"}
	asked := map[string]bool{}
	for _, r := range newPlan(s) {
		asked[r.operation] = true
	}
	file, err := os.Open("../../../testdata/operations.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reads := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) < 3 || fields[0] != "GET" && fields[0] != "HEAD" {
			continue
		}
		reads++
		if !asked[fields[2]] && unasked[fields[2]] == "" {
			t.Errorf("%s %s (%s) is not asked", fields[0], fields[1], fields[2])
		}
	}
	if reads < 40 {
		t.Errorf("the table has %d reads: it was not read", reads)
	}
}
