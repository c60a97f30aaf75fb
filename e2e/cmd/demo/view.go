package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// client asks one address of the Docker API.
type client struct{ base string }

// get returns the status and the body of an answer.
func (c client) get(target string) (int, []byte, error) {
	resp, err := http.Get(c.base + target)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}

// container is what the demo reads of a container.
type container struct {
	Names  []string
	Image  string
	State  string
	Labels map[string]string
}

// name is the primary name.
func (c container) name() string {
	for _, name := range c.Names {
		if strings.Count(name, "/") == 1 {
			return name[1:]
		}
	}
	return ""
}

func (c client) list() ([]container, error) {
	status, body, err := c.get("/containers/json?all=1")
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("listing the containers: status %d: %s", status, body)
	}
	var list []container
	return list, json.Unmarshal(body, &list)
}

// view is the policy of the demo: an option, and a container on either side.
type view struct {
	option          string // as in the dynamic configuration
	visible, hidden string // names; hidden is empty if there is but one container
}

// chooseView shows the containers with a label homepage.group if there are
// such and others, and the first container otherwise.
func chooseView(c client) (*view, error) {
	list, err := c.list()
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errors.New("the engine has no container to show")
	}
	v := &view{option: "containerLabels: [homepage.group]"}
	for _, c := range list {
		if _, ok := c.Labels["homepage.group"]; ok {
			v.visible = c.name()
		} else {
			v.hidden = c.name()
		}
	}
	if v.visible != "" && v.hidden != "" {
		return v, nil
	}
	v = &view{visible: list[0].name()}
	v.option = fmt.Sprintf("match: exact\n          containerNames: [%q]", v.visible)
	if len(list) > 1 {
		v.hidden = list[1].name()
	}
	return v, nil
}

// dynamic is the routing configuration.
func (v *view) dynamic(upstream string) string {
	return fmt.Sprintf(`http:
  routers:
    docker:
      entryPoints: [docker]
      rule: PathPrefix(`+"`/`"+`)
      middlewares: [dpf]
      service: socket-proxy
  middlewares:
    dpf:
      plugin:
        dpf:
          %s
          scrubEnvs: true
  services:
    socket-proxy:
      loadBalancer:
        servers: [{url: %q}]
`, v.option, upstream)
}

// show prints what a client sees with and without the plugin.
func show(direct, through client, v *view) error {
	fmt.Printf("Policy:        %s, scrubEnvs: true\n", strings.Join(strings.Fields(v.option), " "))
	for _, side := range []struct {
		title string
		c     client
	}{{"Containers, seen directly", direct}, {"Containers, seen through the plugin", through}} {
		list, err := side.c.list()
		if err != nil {
			return err
		}
		fmt.Printf("\n%s:\n", side.title)
		for _, c := range list {
			fmt.Printf("  %-24s %-10s %s\n", c.name(), c.State, c.Image)
		}
	}
	if err := showEnv(direct, through, v.visible); err != nil {
		return err
	}
	if v.hidden == "" {
		return nil
	}
	status, body, err := through.get("/containers/" + v.hidden + "/json")
	if err != nil {
		return err
	}
	fmt.Printf("\nInspect of %s, which is hidden, through the plugin:\n  %d %s", v.hidden, status, body)
	if status != http.StatusNotFound {
		return fmt.Errorf("a hidden container answered %d", status)
	}
	return nil
}

// showEnv prints the environment of a visible container on both sides. Of the
// values only the length is shown: the engine may be the user's own.
func showEnv(direct, through client, name string) error {
	fmt.Printf("\nEnvironment of %s:\n", name)
	for _, side := range []struct {
		title string
		c     client
	}{{"directly", direct}, {"plugin", through}} {
		_, body, err := side.c.get("/containers/" + name + "/json")
		if err != nil {
			return err
		}
		var inspect struct{ Config struct{ Env []string } }
		if err := json.Unmarshal(body, &inspect); err != nil {
			return fmt.Errorf("inspect of %s: %w", name, err)
		}
		for i, variable := range inspect.Config.Env {
			key, value, _ := strings.Cut(variable, "=")
			inspect.Config.Env[i] = key + "=" + strings.Repeat("*", min(len(value), 8))
		}
		fmt.Printf("  %-10s %v\n", side.title, inspect.Config.Env)
	}
	return nil
}
