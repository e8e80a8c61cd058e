#!/usr/bin/env node
// As much of a bitcoind as the lab sees of it: it reads its folder's bitcoin.conf, answers what is asked at the start to
// whoever has the password, and says what it was asked.
const { readFileSync } = require('node:fs')
const { createServer } = require('node:http')
const { join } = require('node:path')

const argv = process.argv.slice(2)
const dir = argv.find((word) => word.startsWith('-datadir=')).slice('-datadir='.length)
const conf = readFileSync(join(dir, 'bitcoin.conf'), 'utf8')
const setting = (key) => new RegExp(`^${key}=(.*)$`, 'm').exec(conf)[1]
const wanted = `Basic ${Buffer.from(`${setting('rpcuser')}:${setting('rpcpassword')}`).toString('base64')}`
console.log(JSON.stringify({ argv }))
const RESULTS = {
  getblockchaininfo: { chain: 'regtest', blocks: 0 },
  createwallet: {},
  getnewaddress: 'bcrt1q',
  generatetoaddress: [],
}
createServer((request, response) => {
  if (request.headers.authorization !== wanted) {
    response.writeHead(401).end()
    return
  }
  let text = ''
  request.on('data', (chunk) => {
    text += chunk
  })
  request.on('end', () => {
    const { method, params } = JSON.parse(text)
    console.log(`asked ${method} ${JSON.stringify(params)}`)
    const known = method in RESULTS
    const error = known ? null : { code: -32601, message: 'Method not found' }
    response.writeHead(known ? 200 : 404).end(JSON.stringify({ result: known ? RESULTS[method] : null, error }))
  })
}).listen(Number(setting('rpcport')), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
