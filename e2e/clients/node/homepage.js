// What Homepage does with dockerode, for its services and its discovery.
'use strict'

const Docker = require('dockerode')

const api = new URL(process.env.DOCKER_HOST)
const docker = new Docker({ protocol: 'http', host: api.hostname, port: api.port })
const { WEB, ASKED } = process.env

// status is that of the widget of a service with this container.
async function status (name) {
  const containers = await docker.listContainers({ all: true })
  if (!containers.some((c) => c.Names[0].replace(/^\//, '') === name)) return 'not found'
  const info = await docker.getContainer(name).inspect()
  return info.State.Status
}

async function stats (name) {
  return (await docker.getContainer(name).stats({ stream: false })).id
}

async function main () {
  const discovered = await docker.listContainers({ all: true })
  console.log(JSON.stringify({
    Discovered: discovered.map((c) => c.Names[0].slice(1)),
    Status: { [WEB]: await status(WEB), [ASKED]: await status(ASKED) },
    Stats: await stats(WEB)
  }))
}

main().catch((err) => { console.error(err); process.exit(1) })
