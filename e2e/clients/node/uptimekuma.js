// What Uptime Kuma does with axios: the test of a Docker host, and beats of
// monitors. The arguments are names and IDs of containers.
'use strict'

const axios = require('axios')

const baseURL = process.env.DOCKER_HOST.replace('tcp:', 'http:')

async function beat (container) {
  try {
    const { data } = await axios.request({ url: `/containers/${container}/json`, baseURL, timeout: 20000, headers: { Accept: '*/*' } })
    return data.State.Running ? 'up' : 'down: not running'
  } catch (err) {
    return `down: ${err.message}`
  }
}

async function main () {
  const { data } = await axios.request({ url: '/containers/json?all=true', baseURL, timeout: 5000, headers: { Accept: '*/*' } })
  const beats = []
  for (const container of process.argv.slice(2)) beats.push(await beat(container))
  console.log(JSON.stringify({ Tested: data.length, Beats: beats }))
}

main().catch((err) => { console.error(err); process.exit(1) })
