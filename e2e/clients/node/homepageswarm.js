// What Homepage does with dockerode for a swarm: status.js, stats.js and the
// discovery, for the services that the arguments name.
'use strict'

const Docker = require('dockerode')

const api = new URL(process.env.DOCKER_HOST)
const docker = new Docker({ protocol: 'http', host: api.hostname, port: api.port })
const [web, asked] = process.argv.slice(2)

function runningTasks (name) {
  return docker.listTasks({ filters: { service: [name], 'desired-state': ['running'] } }).catch(() => [])
}

async function status (name) {
  const service = await docker.getService(name).inspect().catch(() => undefined)
  if (!service) return 'not found'
  const tasks = await runningTasks(name)
  return `running ${tasks.length}/${service.Spec.Mode.Replicated.Replicas}`
}

// stats are those of the task whose container is on this node.
async function stats (name) {
  const containers = await docker.listContainers({ all: true })
  const local = containers.map((c) => c.Id)
  const tasks = await runningTasks(name)
  const task = tasks.find((t) => local.includes(t.Status.ContainerStatus.ContainerID)) ?? tasks.at(0)
  const id = task?.Status.ContainerStatus.ContainerID
  return id && (await docker.getContainer(id).stats({ stream: false })).id
}

async function main () {
  const discovered = await docker.listServices()
  console.log(JSON.stringify({
    Discovered: discovered.map((s) => s.Spec.Name),
    Status: { [web]: await status(web), [asked]: await status(asked) },
    Stats: await stats(web)
  }))
}

main().catch((err) => { console.error(err); process.exit(1) })
