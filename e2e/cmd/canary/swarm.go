package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
)

// makeSwarm makes a swarm of one node with a hidden and a visible service.
func (s *scene) makeSwarm() error {
	if err := s.daemon.Post("/swarm/init", object{"ListenAddr": "127.0.0.1:2377", "AdvertiseAddr": "127.0.0.1"}); err != nil {
		return err
	}
	data := base64.StdEncoding.EncodeToString([]byte(s.token("data")))
	configID, err1 := s.daemon.Create("/configs/create", object{"Name": s.token("config"), "Data": data})
	secretID, err2 := s.daemon.Create("/secrets/create", object{"Name": s.token("secret"), "Data": data})
	hidden, err3 := s.daemon.Create("/services/create", s.serviceSpec(s.token("service"),
		object{s.token("servicelabel"): "1"}, []string{"SECRET=" + s.token("serviceenv")}))
	_, err4 := s.daemon.Create("/services/create", s.serviceSpec(visiblePrefix+"service",
		object{visibleLabel: "yes"}, nil))
	s.words["hidsvc"], s.words["hidcfg"], s.words["hidsec"] = hidden, configID, secretID
	return errors.Join(err1, err2, err3, err4, s.waitTask())
}

func (s *scene) serviceSpec(name string, labels object, env []string) object {
	return object{
		"Name":   name,
		"Labels": labels,
		"TaskTemplate": object{"ContainerSpec": object{
			"Image":   engine.Image,
			"Command": []string{"sh", "-c", "while :; do sleep 1000; done"},
			"Env":     env,
			"Labels":  labels,
		}},
		"Mode": object{"Replicated": object{"Replicas": 1}},
	}
}

// swarmTask is a subset of moby's swarm.Task.
type swarmTask struct {
	ID        string
	ServiceID string
	Slot      int
	Status    struct {
		State           string
		ContainerStatus struct{ ContainerID string }
	}
}

// waitTask waits until both services run, and keeps the hidden task.
func (s *scene) waitTask() error {
	timeout := again.Patient.Last()
	for deadline := time.Now().Add(timeout); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		var tasks []swarmTask
		if err := s.daemon.Get("/tasks", &tasks); err != nil {
			return err
		}
		running := 0
		for _, t := range tasks {
			if t.Status.State != "running" {
				continue
			}
			running++
			if t.ServiceID == s.words["hidsvc"] {
				s.words["hidtask"] = t.ID
				s.hidden["task"] = t.Status.ContainerStatus.ContainerID
			} else {
				s.visible["task"] = t.Status.ContainerStatus.ContainerID
			}
		}
		if running == 2 {
			return nil
		}
	}
	return fmt.Errorf("the services do not run after %s", timeout)
}

// hiddenTaskName is the name of the container of the hidden task.
func (s *scene) hiddenTaskName() string {
	return s.token("service") + ".1." + s.words["hidtask"]
}
