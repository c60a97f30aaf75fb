// What a client does with dockerode: prints the facts of session_test.go.
'use strict'

const { PassThrough } = require('stream')
const Docker = require('dockerode')

const api = new URL(process.env.DOCKER_HOST)
const docker = new Docker({ protocol: 'http', host: api.hostname, port: api.port })
const { WEB, ASKED } = process.env

const names = (list) => list.map((c) => c.Names[0].slice(1))

// text reads the standard output of a multiplexed stream to its end.
function text (stream) {
  return new Promise((resolve, reject) => {
    const out = new PassThrough()
    const chunks = []
    out.on('data', (chunk) => chunks.push(chunk))
    docker.modem.demuxStream(stream, out, new PassThrough())
    stream.on('end', () => resolve(Buffer.concat(chunks).toString()))
    stream.on('error', reject)
  })
}

async function exec (container) {
  const instance = await container.exec({ Cmd: ['echo', 'through-exec'], AttachStdout: true })
  return text(await instance.start({ hijack: true, stdin: false }))
}

// restart returns the names in the live events until the one of the restart.
async function restart (container) {
  const stream = await docker.getEvents({ filters: { type: ['container'] } })
  const seen = []
  const done = new Promise((resolve) => {
    let rest = ''
    stream.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop()
      for (const line of lines.filter(Boolean)) {
        const event = JSON.parse(line)
        seen.push(event.Actor.Attributes.name)
        if (event.Action === 'restart') resolve()
      }
    })
  })
  await container.restart({ t: 5 })
  await done
  stream.destroy()
  return seen
}

async function refusal (operation) {
  try {
    await operation
    return 'no error'
  } catch (err) {
    return String(err)
  }
}

async function main () {
  const web = docker.getContainer(WEB)
  const hidden = docker.getContainer(ASKED)
  const facts = {
    Listed: names(await docker.listContainers({ all: true })),
    Running: names(await docker.listContainers()),
    Inspected: (await web.inspect()).Id,
    Logs: (await web.logs({ stdout: true, stderr: true })).toString(),
    Stats: (await web.stats({ stream: false })).id,
    Exec: await exec(web),
    Events: await restart(web),
    Hidden: {
      inspect: await refusal(hidden.inspect()),
      logs: await refusal(hidden.logs({ stdout: true })),
      stats: await refusal(hidden.stats({ stream: false })),
      exec: await refusal(hidden.exec({ Cmd: ['true'] })),
      restart: await refusal(hidden.restart())
    }
  }
  console.log(JSON.stringify(facts))
}

main().then(() => process.exit(0), (err) => { console.error(err); process.exit(1) })
