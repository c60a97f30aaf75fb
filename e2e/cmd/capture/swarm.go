package main

import (
	"context"
	"fmt"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
)

// captureSwarm makes the engine a swarm of one node with a visible and a hidden
// service, and writes the answers about services and tasks. It comes last,
// because it changes what the engine answers elsewhere.
func captureSwarm(ctx context.Context, recorder *recorder, client *client) error {
	if _, err := client.post(ctx, "/swarm/init", map[string]string{
		"ListenAddr": "127.0.0.1:2377", "AdvertiseAddr": "127.0.0.1",
	}); err != nil {
		return err
	}
	services := map[string]string{}
	for _, name := range []string{"api", canary + "api"} {
		id, err := client.post(ctx, "/services/create", serviceSpec(name))
		if err != nil {
			return err
		}
		services[name] = id
	}
	task, err := awaitTask(ctx, client, services["api"])
	if err != nil {
		return err
	}

	for _, c := range []capture{
		{file: "ServiceList.json", target: "/services"},
		{file: "ServiceInspect.json", target: "/services/api"},
		{file: "TaskList.json", target: "/tasks"},
		{file: "TaskInspect.json", target: "/tasks/" + task},
		{file: "ContainerList.swarm.json", target: "/containers/json"},
	} {
		if err := recorder.answer(ctx, c.file, c.target); err != nil {
			return err
		}
	}
	return nil
}

// serviceSpec is the body of ServiceCreate for a service whose labels and
// environment carry its name.
func serviceSpec(name string) any {
	return map[string]any{
		"Name":   name,
		"Labels": map[string]string{"service.label": name},
		"TaskTemplate": map[string]any{
			"ContainerSpec": map[string]any{
				"Image":  engine.Image,
				"Args":   []string{"sh", "-c", "sleep 10000", name + "-argument"},
				"Env":    []string{"PASSWORD=" + name + "-env"},
				"Labels": map[string]string{"container.label": name},
			},
		},
	}
}

// awaitTask waits until the tasks of all services have a container and returns
// the ID of the given service's task.
func awaitTask(ctx context.Context, client *client, service string) (string, error) {
	deadline := time.Now().Add(answerTimeout)
	for {
		var tasks []struct {
			ID, ServiceID string
			Status        struct{ State string }
		}
		if err := client.get(ctx, "/tasks", &tasks); err != nil {
			return "", err
		}

		id, up := "", 0
		for _, task := range tasks {
			if task.Status.State == "running" {
				up++
			}
			if task.ServiceID == service {
				id = task.ID
			}
		}
		if up == 2 && id != "" {
			return id, nil
		}
		if time.Now().After(deadline) {
			return "", fmt.Errorf("the tasks do not run: %+v", tasks)
		}
		time.Sleep(200 * time.Millisecond)
	}
}
