#!/usr/bin/env node
// As much of a lightningd as its driver sees of a process: `--version` from a file beside it, its arguments on standard
// output, a socket that answers `getinfo`, an end by SIGTERM. With --fail it ends at once.
const { readFileSync } = require('node:fs')
const { createServer } = require('node:net')
const { join } = require('node:path')

const argv = process.argv.slice(2)
if (argv.includes('--version')) {
  console.log(readFileSync(join(__dirname, 'version'), 'utf8').trim())
  process.exit(0)
}
if (argv.includes('--fail')) {
  console.error("lightningd: --fail: unrecognized option '--fail'")
  process.exit(1)
}
console.log(JSON.stringify({ argv, env: Object.keys(process.env).sort() }))
const path = argv.find((word) => word.startsWith('--rpc-file=')).slice('--rpc-file='.length)
const server = createServer((socket) => {
  socket.once('data', (text) => {
    const { id } = JSON.parse(text)
    const result = { id: `02${'ab'.repeat(32)}`, alias: 'SILENTARTIST', network: 'regtest', blockheight: 1 }
    socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`)
  })
  socket.on('error', () => undefined)
})
server.listen(path, () => console.log('listening'))
process.on('SIGTERM', () => {
  console.log('told to end')
  process.exit(0)
})
