package clients

import (
	"testing"

	"github.com/docker-proxy-filter/dpf/e2e/internal/engine"
	"github.com/docker-proxy-filter/dpf/e2e/internal/tools"
	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// entry is a client of the Docker API and what its test says of it. The
// tests hold it to the operations; docs/clients.md is made of it.
type entry struct {
	key        string // of its entry point
	name       string
	version    string
	engines    []string
	swarm      bool     // its engine is a swarm of one node
	operations []string // option operations
	none       []string // operations that find nothing, whatever the option says
	insecure   []string // option insecureAllowOperations
	asserts    string   // beside that it lists the visible containers
	example    string   // how it is told where the API is
	folder     string   // in examples/, if there is one
}

var both = []string{engine.Release20, engine.Release29}

// everything is what the clients use whose tests do all that clients do.
var everything = []string{
	"ContainerList", "ContainerInspect", "ContainerLogs", "ContainerStats", "ContainerRestart",
	"ContainerExec", "ExecStart", "SystemEvents",
}

func and(operations []string, more ...string) []string {
	return append(append([]string(nil), operations...), more...)
}

const everythingAsserted = "inspect, logs, stats, exec, restart, events"

// swarmOperations are what the docker command uses to look at a swarm.
var swarmOperations = []string{
	"ServiceList", "ServiceInspect", "ServiceLogs", "TaskList", "TaskInspect", "TaskLogs",
	"NodeList", "NodeInspect", "NetworkInspect", "NetworkList", "SystemInfo",
}

const swarmAsserted = "service ls, ps, inspect, logs; stack ls, ps, services; node ls, ps; network ls, inspect; config ls and secret ls are empty"

var catalogue = []entry{
	{
		key: "distro-cli", name: "docker CLI", version: "20.10 (Debian 12)", engines: both,
		operations: and(everything, "ExecInspect", "ContainerTop", "ContainerArchive", "SystemInfo"),
		asserts:    everythingAsserted + ", top, cp, info",
		example:    "DOCKER_HOST=tcp://traefik:2375",
	},
	{
		key: "cli", name: "docker CLI", version: tools.DockerCLIVersion, engines: both,
		operations: and(everything, "ExecInspect", "ContainerTop", "ContainerArchive", "SystemInfo"),
		asserts:    everythingAsserted + ", top, cp, info",
		example:    "DOCKER_HOST=tcp://traefik:2375",
	},
	{
		key: "moby", name: "moby client (Go)", version: goVersion("github.com/moby/moby/client"), engines: both,
		operations: everything,
		asserts:    everythingAsserted,
		example:    `client.New(client.WithHost("tcp://traefik:2375"))`,
	},
	{
		key: "dockerode", name: "dockerode (Node.js)", version: npmVersion("dockerode"), engines: both,
		operations: everything,
		asserts:    everythingAsserted,
		example:    "new Docker({protocol: 'http', host: 'traefik', port: 2375})",
	},
	{
		key: "docker-py", name: "docker-py (Python)", version: "5.0.3 (Debian 12)", engines: both,
		operations: and(everything, "ExecInspect"),
		asserts:    everythingAsserted,
		example:    "DOCKER_HOST=tcp://traefik:2375",
	},
	{
		key: "compose", name: "docker compose", version: tools.ComposeVersion, engines: both,
		operations: []string{"ContainerList", "ContainerInspect", "ContainerLogs", "ContainerExec", "ExecStart", "ExecInspect", "ContainerTop", "ContainerStats", "ContainerRestart", "ContainerStop", "ContainerStart", "SystemEvents", "NetworkList", "VolumeList"},
		asserts:    "ls, logs, exec, top, stats, restart, stop, start of a project with a hidden service",
		example:    "DOCKER_HOST=tcp://traefik:2375",
	},
	{
		key: "compose-up", name: "docker compose up, down", version: tools.ComposeVersion, engines: both,
		operations: []string{"ContainerList", "ContainerInspect", "ContainerCreate", "ContainerStart", "ContainerStop", "ContainerDelete", "ImageInspect", "NetworkList", "VolumeList"},
		insecure:   []string{"ContainerCreate"},
		asserts:    "creates and removes a project with `network_mode: none`, of an image that no container uses",
		example:    "DOCKER_HOST=tcp://traefik:2375",
	},
	{
		key: "traefik-provider", name: "Traefik's Docker provider", version: traefik.Version, engines: both,
		operations: []string{"ContainerList", "ContainerInspect", "SystemEvents"},
		asserts:    "routers of the visible containers only, through stop and start, on one event stream",
		example:    "--providers.docker.endpoint=tcp://traefik:2375",
		folder:     "traefik-provider",
	},
	{
		key: "swarm-provider", name: "Traefik's Swarm provider", version: traefik.Version, engines: both, swarm: true,
		operations: []string{"ServiceList", "TaskList", "NetworkList", "NodeInspect"},
		asserts:    "routers and servers of the visible services only, through update, scale to 0 and back, creation and removal",
		example:    "--providers.swarm.endpoint=tcp://traefik:2375",
		folder:     "swarm",
	},
	{
		key: "distro-cli-swarm", name: "docker CLI on a swarm", version: "20.10 (Debian 12)", engines: both, swarm: true,
		operations: swarmOperations,
		none:       []string{"ConfigList", "SecretList"},
		asserts:    swarmAsserted,
		example:    "DOCKER_HOST=tcp://traefik:2375",
	},
	{
		key: "cli-swarm", name: "docker CLI on a swarm", version: tools.DockerCLIVersion, engines: both, swarm: true,
		operations: swarmOperations,
		none:       []string{"ConfigList", "SecretList"},
		asserts:    swarmAsserted,
		example:    "DOCKER_HOST=tcp://traefik:2375",
	},
	{
		key: "homepage-swarm", name: "Homepage's calls on a swarm (dockerode)", version: npmVersion("dockerode"), engines: both, swarm: true,
		operations: []string{"ContainerList", "ContainerStats", "ServiceList", "ServiceInspect", "TaskList"},
		asserts:    "discovery, status, stats of services",
		example:    "docker.yaml: {my-swarm: {host: traefik, port: 2375, swarm: true}}",
	},
	{
		key: "telegraf", name: "Telegraf (docker, docker_log)", version: tools.TelegrafVersion, engines: both,
		operations: []string{"ContainerList", "ContainerInspect", "ContainerStats", "ContainerLogs", "SystemInfo", "SystemDataUsage"},
		asserts:    "metrics, logs, disk usage",
		example:    `endpoint = "tcp://traefik:2375"`,
	},
	{
		key: "prometheus", name: "Prometheus docker_sd", version: tools.PrometheusVersion, engines: both,
		operations: []string{"ContainerList", "NetworkList"},
		asserts:    "targets, through stop and start",
		example:    "docker_sd_configs: [{host: tcp://traefik:2375}]",
	},
	{
		key: "homepage", name: "Homepage's calls (dockerode)", version: npmVersion("dockerode"), engines: both,
		operations: []string{"ContainerList", "ContainerInspect", "ContainerStats"},
		asserts:    "discovery, status, stats",
		example:    "docker.yaml: {my-docker: {host: traefik, port: 2375}}",
		folder:     "homepage",
	},
	{
		key: "uptime-kuma", name: "Uptime Kuma's calls (axios)", version: npmVersion("axios"), engines: both,
		operations: []string{"ContainerList", "ContainerInspect"},
		asserts:    "test of the host, beats by name and ID",
		example:    "TCP / HTTP, http://traefik:2375",
		folder:     "uptime-kuma",
	},
}

func find(t *testing.T, key string) entry {
	t.Helper()
	for _, c := range catalogue {
		if c.key == key {
			return c
		}
	}
	t.Fatalf("no client %q in the catalogue", key)
	return entry{}
}
