#!/usr/bin/env node
// As much of an Eclair as its driver sees of a process: it reads its folder's eclair.conf, answers `getinfo` to whoever
// has the password, and ends by SIGTERM.
const { readFileSync } = require('node:fs')
const { createServer } = require('node:http')
const { join } = require('node:path')

const argv = process.argv.slice(2)
const dir = argv.find((word) => word.startsWith('-Declair.datadir=')).slice('-Declair.datadir='.length)
const conf = readFileSync(join(dir, 'eclair.conf'), 'utf8')
const setting = (key) => JSON.parse(new RegExp(`^eclair[.]${key} = (.*)$`, 'm').exec(conf)[1])
console.log(JSON.stringify({ argv }))
const wanted = `Basic ${Buffer.from(`:${setting('api.password')}`).toString('base64')}`
createServer((request, response) => {
  if (request.headers.authorization !== wanted) {
    response.writeHead(401).end('The supplied authentication is invalid')
    return
  }
  response.end(JSON.stringify({ version: '0.14.1', nodeId: `03${'cd'.repeat(32)}`, network: 'regtest' }))
}).listen(setting('api.port'), '127.0.0.1')
process.on('SIGTERM', () => {
  console.log('told to end')
  process.exit(0)
})
