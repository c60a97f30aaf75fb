package main

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// report collects the rows.
type report struct {
	traefik, goVersion, yaegi string
	begun                     time.Time
	rows                      [][]string
	values                    map[string]float64 // of the last line
}

func newReport(bin string) *report {
	r := &report{traefik: "unknown", goVersion: "unknown", yaegi: "unknown", begun: time.Now(), values: map[string]float64{}}
	if out, err := exec.Command(bin, "version").Output(); err == nil {
		for line := range strings.Lines(string(out)) {
			if version, ok := strings.CutPrefix(line, "Version:"); ok {
				r.traefik = strings.TrimSpace(version)
			}
		}
	}
	if info, err := buildinfo.ReadFile(bin); err == nil {
		r.goVersion = info.GoVersion
		for _, dep := range info.Deps {
			if dep.Path == "github.com/traefik/yaegi" {
				r.yaegi = dep.Version
			}
		}
	}
	return r
}

// add reports the median of values.
func (r *report) add(work, target string, values []float64, unit string, ok bool) {
	r.addWith(work, target, values, unit, ok, "")
}

func (r *report) addWith(work, target string, values []float64, unit string, ok bool, note string) {
	r.addText(work, target, figure(median(values), unit), spread(values, unit), note, ok)
}

// addText prints a row and keeps it.
func (r *report) addText(work, target, measured, spread, note string, ok bool) {
	verdict := "met"
	if !ok {
		verdict = "**missed**"
	}
	r.rows = append(r.rows, []string{work, target, measured, spread, verdict, note})
	fmt.Printf("%-54s %-13s %-16s %-24s %-10s %s\n", work, target, measured, spread, strings.Trim(verdict, "*"), note)
}

// figure formats v; what is added or lost has its sign.
func figure(v float64, unit string) string {
	switch unit {
	case "ms":
		return fmt.Sprintf("%+.3f ms", v)
	case "%":
		return fmt.Sprintf("%+.1f %%", v)
	case "/s":
		return fmt.Sprintf("%.0f/s", v)
	case "MB":
		return fmt.Sprintf("%+.1f MB", v)
	}
	return fmt.Sprintf("%+.3f %s", v, unit)
}

// spread is the smallest and the largest of values.
func spread(values []float64, unit string) string {
	return figure(slices.Min(values), unit) + " … " + figure(slices.Max(values), unit)
}

// write writes the table as Markdown.
func (r *report) write(file string) error {
	var b strings.Builder
	b.WriteString("# Results of `make bench`\n\nWritten by the command. [performance.md](../docs/performance.md) says what the figures mean.\n\n")
	fmt.Fprintf(&b, "- Date: %s, took %.0f s\n", r.begun.UTC().Format("2006-01-02 15:04 MST"), time.Since(r.begun).Seconds())
	fmt.Fprintf(&b, "- Machine: %s, %d cores, %s/%s\n", cpuModel(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(&b, "- Traefik %s, built with %s; Yaegi %s\n", r.traefik, r.goVersion, r.yaegi)
	b.WriteString("- Command: `make bench`\n\n")
	b.WriteString("| Work | Target | Measured | Smallest … largest round | Verdict | Without → with the plugin |\n|---|---|---|---|---|---|\n")
	for _, row := range r.rows {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	b.WriteString("\n`" + r.lastLine() + "`\n")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

// lastLine is the summary.
func (r *report) lastLine() string {
	var b strings.Builder
	b.WriteString("bench:")
	for _, name := range []string{"ping", "list50", "list1000", "list10000", "inspect", "scoped"} {
		fmt.Fprintf(&b, " %s %+.3fms", name, r.values[name])
	}
	fmt.Fprintf(&b, " events %.0f/s", r.values["events"])
	return b.String()
}

// cpuModel is the processor's name, as far as the system tells.
func cpuModel() string {
	data, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(data)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
