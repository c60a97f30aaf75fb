package dpf

import (
	"fmt"
	"strings"
	"testing"
)

func TestListCutsReferencesToHidden(t *testing.T) {
	engine := testEngine()
	engine.containers[0].summary = `,"Names":["/secret/alias","/web"],"HostConfig":{"NetworkMode":"container:` + id("ab2") + `"}`
	engine.containers[0].inspect = `,"HostConfig":{"Links":["/secret:/web/s"]}`
	h := newTestFilter(t, engine, testConfig())
	for _, target := range []string{"/containers/json", "/containers/web/json"} {
		t.Run(target, func(t *testing.T) {
			rec := do(h, "GET", target, "")
			if body := rec.Body.String(); rec.Code != 200 || strings.Contains(body, "secret") || strings.Contains(body, id("ab2")) {
				t.Errorf("%s: got %d %s", target, rec.Code, body)
			}
		})
	}
}

// A filter on a label would tell its masked value.
func TestMaskedLabelCannotBeAskedFor(t *testing.T) {
	for _, selector := range [][]string{{"homepage.group"}, nil} {
		t.Run(fmt.Sprint(selector), func(t *testing.T) {
			engine := testEngine()
			config := CreateConfig()
			config.ContainerLabels = selector
			config.MaskLabels = []string{"secret*"}
			h := newTestFilter(t, engine, config)
			for _, path := range []string{"/containers/json", "/events", "/networks", "/volumes", "/images/json"} {
				rec := do(h, "GET", path+"?filters=%7B%22label%22%3A%5B%22secret.key%3Dguess%22%5D%7D", "")
				if rec.Code != 400 || !strings.Contains(rec.Body.String(), "is masked") {
					t.Errorf("%s: got %d %s", path, rec.Code, rec.Body.String())
				}
			}
			if len(engine.requests) != 0 {
				t.Errorf("got upstream requests %v", engine.requests)
			}
		})
	}
}

// A label that is masked still selects, and is masked in events, too.
func TestMaskedLabelSelects(t *testing.T) {
	event := `{"Type":"container","Action":"start","Actor":{"ID":"` + id("aa1") + `","Attributes":{"homepage.group":"media","image":"x","name":"web"}}}` + "\n"
	engine := chunkedEngine("application/json", []string{event})
	config := testConfig()
	config.ContainerLabels = []string{"homepage.group=media"}
	config.MaskLabels = []string{"homepage.*", "name"}
	h := newTestFilter(t, engine, config)
	if got, want := do(h, "GET", "/events", "").Body.String(), strings.Replace(event, "media", "***", 1); got != want {
		t.Errorf("events: got %s, want %s", got, want)
	}
	for _, target := range []string{"/containers/json", "/containers/web/json"} {
		t.Run(target, func(t *testing.T) {
			rec := do(h, "GET", target, "")
			if got := rec.Body.String(); rec.Code != 200 || !strings.Contains(got, `"homepage.group":"***"`) || strings.Contains(got, "media") {
				t.Errorf("%s: got %d %s", target, rec.Code, got)
			}
		})
	}
}

// Without a selector the masks hold as well.
func TestMasksWithoutSelector(t *testing.T) {
	event := `{"Type":"container","Action":"start","Actor":{"ID":"x","Attributes":{"secret":"pw","name":"web"}}}` + "\n"
	engine := chunkedEngine("application/json", []string{event + "garbage pw\n"})
	config := CreateConfig()
	config.MaskLabels = []string{"secret"}
	h := newTestFilter(t, engine, config)
	if got, want := do(h, "GET", "/events", "").Body.String(), strings.Replace(event, "pw", "***", 1); got != want {
		t.Errorf("events: got %s, want %s", got, want)
	}
	do(h, "GET", "/containers/web/logs?details=1&stdout=1", "")
	if got := engine.last(); got != "GET /containers/web/logs?stdout=1" {
		t.Errorf("got upstream request %s", got)
	}
}
