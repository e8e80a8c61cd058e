// What Core Lightning's `bcli` asks of Bitcoin Core's command `bitcoin-cli`, answered from a btcd on regtest. README.md
// lists the calls. Plain JavaScript: a node that polls starts it every second, so it must start at once.
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'

/** What btcd relays at the least, in BTC a 1000 virtual bytes: its default, which the chain of the lab leaves alone. */
const RELAY_FEE = 0.00001

/** The version of Bitcoin Core that is claimed: `bcli` wants 22 or newer since 2024, 0.16 before. */
const CORE_VERSION = 280000

/** Names of amounts in answers, which Bitcoin Core writes with eight digits, never as 1e-5. */
const AMOUNTS = new Set([
  'value',
  'feerate',
  'mempoolminfee',
  'minrelaytxfee',
  'relayfee',
  'incrementalfee',
  'incrementalrelayfee',
])

/** Errors of Bitcoin Core; the command ends with the number as its exit code. */
const MISC_ERROR = -1
const NOT_FOUND = -5
const INVALID_PARAMETER = -8
const METHOD_NOT_FOUND = -32601

class CoreError extends Error {
  constructor(code, message) {
    super(message)
    this.code = code
  }
}

/** Nobody answers. */
class NoConnection extends Error {}

/** Each call: its words as they were given, and how to ask btcd. */
const CALLS = {
  getblockchaininfo: async (_, btcd) => ({
    ...(await btcd('getblockchaininfo')),
    verificationprogress: 1,
    // btcd has no word for it. A chain of one node that mines is never behind.
    initialblockdownload: false,
  }),
  getnetworkinfo: async (_, btcd) => {
    const { protocolversion, connections, timeoffset } = await btcd('getinfo')
    return {
      version: CORE_VERSION,
      subversion: '/btcd behind a stand-in for bitcoin-cli/',
      protocolversion,
      localrelay: true,
      timeoffset,
      networkactive: true,
      connections,
      networks: [],
      relayfee: RELAY_FEE,
      incrementalfee: RELAY_FEE,
      localaddresses: [],
      warnings: '',
    }
  },
  getblockcount: (_, btcd) => btcd('getblockcount'),
  getbestblockhash: (_, btcd) => btcd('getbestblockhash'),
  getblockhash: ([height], btcd) =>
    btcd('getblockhash', wholeNumber(height)).catch((error) => {
      // btcd says -1; `bcli` takes an 8 alone for "not yet".
      throw error.code === -1 ? new CoreError(INVALID_PARAMETER, 'Block height out of range') : error
    }),
  getblock: ([hash, verbosity = '1'], btcd) => btcd('getblock', hash, wholeNumber(verbosity)),
  gettxout: async ([txid, vout, mempool = 'true'], btcd) => {
    try {
      return await btcd('gettxout', txid, wholeNumber(vout), mempool !== 'false')
    } catch (error) {
      // Where there is no such transaction or output, Bitcoin Core answers null and no error.
      if (error.code === NOT_FOUND || /vout/i.test(error.message)) return null
      throw error
    }
  },
  getmempoolinfo: async (_, btcd) => ({
    loaded: true,
    ...(await btcd('getmempoolinfo')),
    mempoolminfee: RELAY_FEE,
    minrelaytxfee: RELAY_FEE,
    incrementalrelayfee: RELAY_FEE,
  }),
  estimatesmartfee: async ([target], btcd) => {
    const blocks = wholeNumber(target)
    // btcd has an estimate once enough transactions were mined, never on a fresh chain: what it relays, then.
    const estimate = await btcd('estimatefee', blocks).catch(() => 0)
    return { feerate: Math.max(estimate, RELAY_FEE), blocks }
  },
  // Its second word, the highest fee, is for btcd to know: it has a limit of its own.
  sendrawtransaction: ([hex], btcd) =>
    btcd('sendrawtransaction', hex).catch((error) => {
      // Bitcoin Core sends it once more, and is content.
      const known = /already have transaction in mempool ([0-9a-f]{64})/.exec(error.message)
      if (known === null) throw error
      return known[1]
    }),
  getrawtransaction: ([txid, verbose = '0'], btcd) =>
    btcd('getrawtransaction', txid, verbose === 'true' || verbose === '1' ? 1 : 0),
  getrawmempool: (_, btcd) => btcd('getrawmempool'),
  // The chain of a run has one node.
  getpeerinfo: async () => [],
  getblockfrompeer: async () => {
    throw new CoreError(MISC_ERROR, 'Peer does not exist')
  },
  echo: async (words) => words,
  help: async ([about]) => {
    if (about === undefined) return Object.keys(CALLS).sort().join('\n')
    if (!Object.hasOwn(CALLS, about)) return `help: unknown command: ${about}`
    return `${about}\n\nAnswered from btcd by a stand-in for bitcoin-cli.`
  },
  // Of a person, or of a test: mines blocks.
  generate: ([count], btcd) => btcd('generate', wholeNumber(count)),
}

function wholeNumber(word) {
  if (!/^\d+$/.test(word ?? '')) throw new CoreError(INVALID_PARAMETER, `${word ?? 'nothing'} is no number`)
  return Number(word)
}

/** Options before the method, `-name` or `-name=value`; the method, and its words. */
function readArguments(argv) {
  const options = {}
  let at = 0
  for (; at < argv.length && argv[at].startsWith('-'); at++) {
    const [, name, value = '1'] = /^--?([^=]+)(?:=(.*))?$/s.exec(argv[at]) ?? []
    if (name !== undefined) options[name] = value
  }
  return { options, method: argv[at], words: argv.slice(at + 1) }
}

/** `bitcoin.conf`: lines of `key=value`; sections count as if they were not there. */
function readConfiguration({ datadir, conf }) {
  const path = conf ?? (datadir === undefined ? undefined : join(datadir, 'bitcoin.conf'))
  if (path === undefined) return {}
  let text
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return {}
  }
  const lines = text.split('\n').flatMap((line) => {
    const found = /^\s*([^#=[\s]+)\s*=\s*(.*?)\s*$/.exec(line)
    return found ? [[found[1], found[2]]] : []
  })
  return Object.fromEntries(lines)
}

function ask({ rpcconnect = '127.0.0.1', rpcport = '18334', rpcuser, rpcpassword, rpccert, rpcclienttimeout = '900' }) {
  const ca = rpccert === undefined ? undefined : readFileSync(rpccert)
  return (method, ...params) =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify({ jsonrpc: '1.0', id: 1, method, params })
      const sent = request(
        {
          host: rpcconnect,
          port: Number(rpcport),
          method: 'POST',
          path: '/',
          agent: false,
          ...(ca && { ca }),
          auth: `${rpcuser}:${rpcpassword}`,
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          const chunks = []
          response.on('data', (chunk) => chunks.push(chunk))
          response.once('end', () => {
            const text = Buffer.concat(chunks).toString('utf8')
            if (response.statusCode === 401) return reject(new NoConnection('Authorization failed'))
            try {
              const { result, error } = JSON.parse(text)
              if (error) reject(new CoreError(error.code, error.message))
              else resolve(result)
            } catch {
              reject(new NoConnection(`server returned HTTP error ${response.statusCode}`))
            }
          })
        },
      )
      sent.setTimeout(Number(rpcclienttimeout) * 1000, () => sent.destroy(new Error('timeout on transient error')))
      sent.once('error', (error) => reject(new NoConnection(error.message)))
      sent.end(body)
    })
}

/** As Bitcoin Core's command prints: nothing for null, text as it is, all else as JSON. */
function printed(value) {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return `${value}\n`
  const marked = JSON.stringify(
    value,
    (key, member) => (AMOUNTS.has(key) && typeof member === 'number' ? `\u0000${member.toFixed(8)}\u0000` : member),
    2,
  )
  return `${marked.replace(/"\\u0000([-\d.]+)\\u0000"/g, '$1')}\n`
}

async function inputLines() {
  const chunks = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  const lines = Buffer.concat(chunks).toString('utf8').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

async function main(argv) {
  const { options, method, words } = readArguments(argv)
  if (options.version !== undefined)
    return printed(`btcd behind a stand-in for bitcoin-cli v${CORE_VERSION / 10000}.0.0`)
  const settings = { ...readConfiguration(options), ...options }
  // The password's line comes first, then a word a line.
  const lines = options.stdin !== undefined || options.stdinrpcpass !== undefined ? await inputLines() : []
  if (options.stdinrpcpass !== undefined) settings.rpcpassword = lines.shift() ?? ''
  if (options.stdin !== undefined) words.push(...lines)

  if (method === undefined) throw new NoConnection('too few parameters (need at least command)')
  if (!Object.hasOwn(CALLS, method)) throw new CoreError(METHOD_NOT_FOUND, 'Method not found')
  const patience = Number(settings.rpcwaittimeout ?? 0)
  const end = patience === 0 ? Number.POSITIVE_INFINITY : Date.now() + patience * 1000
  for (;;) {
    try {
      return printed(await CALLS[method](words, ask(settings)))
    } catch (error) {
      if (!(error instanceof NoConnection) || settings.rpcwait === undefined || Date.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

main(process.argv.slice(2)).then(
  (text) => process.stdout.write(text),
  (error) => {
    if (error instanceof CoreError) {
      process.stderr.write(`error code: ${error.code}\nerror message:\n${error.message}\n`)
      process.exitCode = Math.abs(error.code) & 0xff
    } else {
      process.stderr.write(`error: ${error.message}\n`)
      process.exitCode = 1
    }
  },
)
