import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toHex } from '../../src/base/hex.js'
import type { Availability } from '../driver.js'
import { type GoProgram, goProgram } from '../lib/go.js'
import { runProgram } from '../lib/run.js'
import { startService } from '../lib/service.js'
import { type Block, blockFromHex } from './blocks.js'
import { type ChainRpc, chainRpc, type RpcAccess } from './rpc.js'
import { FAUCET_ADDRESS, FAUCET_SCRIPT, type Outpoint, type Output, scriptOf, spendOfFaucet } from './transaction.js'

/** A regtest chain of this run alone: btcd as a process, whose blocks pay to a faucet. */
export interface Chain {
  readonly rpc: ChainRpc
  readonly access: RpcAccess
  /** PEM file of btcd's certificate, made for this run. */
  readonly certificateFile: string
  /** Folder for `bitcoin-cli -datadir=`: a `bitcoin.conf` that leads to this chain. */
  readonly bitcoinDir: string
  height(): Promise<number>
  /** Mines blocks; returns their hashes. */
  mine(count: number): Promise<readonly string[]>
  /**
   * Sends money of the faucet to segwit addresses, in one transaction that waits for the next block.
   * @returns its txid
   */
  fund(payments: readonly { readonly address: string; readonly sat: bigint }[]): Promise<string>
  /** Blocks above a height, lowest first: what a node that was told of all up to there has yet to hear. */
  blocksSince(height: number): Promise<readonly Block[]>
  log(): string
  readonly files: readonly { readonly name: string; readonly path: string }[]
  stop(): Promise<void>
}

/** The stand-in for Bitcoin Core's command, over btcd. */
export const BITCOIN_CLI = fileURLToPath(new URL('bitcoin-cli', import.meta.url))

/** Blocks that a coinbase waits for: a rule of consensus. */
const MATURITY = 100

/** Blocks at the start: some fifty coinbases can be spent at once. */
const FIRST_BLOCKS = 150

/** Satoshi that the faucet gives for a block: far above the least that is relayed. */
const FEE_SAT = 10_000n

/** Milliseconds until btcd takes calls; it takes one or two seconds, more on a busy machine. */
const START_MS = 120_000

const PROGRAM: GoProgram = { name: 'btcd', module: 'github.com/btcsuite/btcd', package: 'github.com/btcsuite/btcd' }

/** Builds or finds btcd. Never throws. */
export async function prepareChain(tell: (line: string) => void): Promise<Availability> {
  try {
    const { output } = await runProgram(await goProgram(PROGRAM, tell), ['--version'])
    const version = /version (\S+)/.exec(output)?.[1]
    if (version === undefined) return { ok: false, reason: `btcd was built and does not run: ${output.trim()}` }
    return { ok: true, version, how: 'built' }
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : `${error}` }
  }
}

/**
 * Starts a chain with 150 blocks, in an empty folder of its own.
 * @throws Error btcd cannot be had, or did not start
 */
export async function startChain(options: {
  readonly dir: string
  /** Told of when the run ends early. */
  readonly signal?: AbortSignal
}): Promise<Chain> {
  const { dir, signal } = options
  const program = await goProgram(PROGRAM, () => undefined)
  const home = join(dir, 'btcd')
  const bitcoinDir = join(dir, 'bitcoin')
  for (const folder of [dir, home, bitcoinDir]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  const user = 'lab'
  const password = toHex(randomBytes(16))
  const certificateFile = join(home, 'rpc.cert')
  const logFile = join(dir, 'btcd.log')
  const configuration = join(home, 'btcd.conf')
  const settings = {
    regtest: 1,
    datadir: join(home, 'data'),
    logdir: join(home, 'logs'),
    // Nobody else's node: it calls nobody, and takes calls of its RPC alone, on a port that the system picks.
    nolisten: 1,
    nodnsseed: 1,
    rpclisten: '127.0.0.1:0',
    rpccert: certificateFile,
    rpckey: join(home, 'rpc.key'),
    rpcuser: user,
    rpcpass: password,
    // A stand-in that is asked by several nodes at once opens a connection a call.
    rpcmaxclients: 200,
    rpcmaxwebsockets: 200,
    txindex: 1,
    relaynonstd: 1,
    trickleinterval: '100ms',
    utxocachemaxsize: 16,
    miningaddr: FAUCET_ADDRESS,
  }
  // Passwords never stand in a list of arguments, which everybody on the machine can read.
  writePrivate(
    configuration,
    ['[Application Options]', ...Object.entries(settings).map(([key, value]) => `${key}=${value}`)].join('\n'),
  )
  const service = startService({
    command: program,
    args: [`--configfile=${configuration}`],
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home },
    logFile,
    ...(signal && { signal }),
  })
  try {
    const [, port] = await service.line(/RPC server listening on 127\.0\.0\.1:(\d+)/, START_MS)
    const certificate = readFileSync(certificateFile, 'utf8')
    const access = { host: '127.0.0.1', port: Number(port), user, password, certificate }
    const rpc = chainRpc(access)
    const cli = { regtest: 1, rpcconnect: access.host, rpcport: access.port, rpcuser: user, rpcpassword: password }
    writePrivate(
      join(bitcoinDir, 'bitcoin.conf'),
      [...Object.entries(cli).map(([key, value]) => `${key}=${value}`), `rpccert=${certificateFile}`].join('\n'),
    )
    const faucet = faucetOf(rpc)
    const chain: Chain = {
      rpc,
      access,
      certificateFile,
      bitcoinDir,
      height: () => rpc.call<number>('getblockcount'),
      mine: faucet.mine,
      fund: faucet.fund,
      async blocksSince(height) {
        const top = await rpc.call<number>('getblockcount')
        const blocks: Block[] = []
        for (let at = height + 1; at <= top; at++) {
          const hash = await rpc.call<string>('getblockhash', at)
          blocks.push(blockFromHex(await rpc.call<string>('getblock', hash, 0), at))
        }
        return blocks
      },
      log: service.log,
      files: [{ name: 'btcd', path: logFile }],
      stop: service.stop,
    }
    await chain.mine(FIRST_BLOCKS)
    return chain
  } catch (error) {
    await service.stop()
    throw error
  }
}

function writePrivate(path: string, text: string): void {
  writeFileSync(path, `${text}\n`, { mode: 0o600 })
  chmodSync(path, 0o600)
}

/** Mines to the faucet's script, and pays out of the coinbases that may be spent, oldest first. */
function faucetOf(rpc: ChainRpc): Pick<Chain, 'mine' | 'fund'> {
  const hashes: string[] = []

  /** Takes the oldest coinbase. */
  const takeCoinbase = async (): Promise<{ readonly outpoint: Outpoint; readonly sat: bigint }> => {
    const hash = hashes[0]
    const block =
      hash === undefined
        ? undefined
        : await rpc.call<{ readonly tx: readonly string[]; readonly confirmations: number }>('getblock', hash, 1)
    const txid = block?.tx[0]
    if (block === undefined || txid === undefined || block.confirmations < MATURITY)
      throw new Error('the faucet is empty until more blocks are mined')
    hashes.shift()
    const out = await rpc.call<{ readonly value: number } | null>('gettxout', txid, 0)
    return { outpoint: { txid, vout: 0 }, sat: BigInt(Math.round((out?.value ?? 0) * 1e8)) }
  }

  return {
    async mine(count) {
      const mined = await rpc.call<readonly string[]>('generate', count)
      hashes.push(...mined)
      return mined
    },
    async fund(payments) {
      const outputs: Output[] = payments.map(({ address, sat }) => ({ script: scriptOf(address), sat }))
      const needed = outputs.reduce((sum, { sat }) => sum + sat, FEE_SAT)
      const inputs: Outpoint[] = []
      let got = 0n
      while (got < needed) {
        const { outpoint, sat } = await takeCoinbase()
        inputs.push(outpoint)
        got += sat
      }
      // What is left goes back to where everybody may take it, and is not looked for again.
      if (got > needed) outputs.push({ script: FAUCET_SCRIPT, sat: got - needed })
      return rpc.call<string>('sendrawtransaction', toHex(spendOfFaucet(inputs, outputs)))
    },
  }
}
