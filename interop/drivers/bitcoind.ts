import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { toHex } from '../../src/base/hex.js'
import { freePorts } from '../lib/ports.js'
import { startService } from '../lib/service.js'
import { until } from '../lib/until.js'

/** What lightningd needs of a chain: a command that answers as `bitcoin-cli` does. */
export interface ClnChain {
  /** Bitcoin Core's own command, or a stand-in. */
  readonly bitcoinCli: string
  /** Folder with the `bitcoin.conf` that leads the command to the chain. */
  readonly bitcoinDir: string
}

/** What Eclair needs of a chain: Bitcoin Core itself, with a wallet and ZMQ. */
export interface EclairChain {
  readonly rpc: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly password: string
    readonly wallet: string
  }
  /** `tcp://HOST:PORT`, of hashblock and of rawtx. */
  readonly zmq: { readonly block: string; readonly tx: string }
}

/** A bitcoind on regtest that the user has, for nodes of either kind. */
export interface Bitcoind extends ClnChain, EclairChain {
  /** @throws Error what it answered */
  call<T>(method: string, ...params: readonly unknown[]): Promise<T>
  log(): string
  stop(): Promise<void>
}

/** Milliseconds until it answers. */
const START_MS = 60_000

const WALLET = 'eclair'

/**
 * Starts the user's bitcoind in an empty folder, alone, on free ports of loopback, with a wallet and one block.
 * @param path the program; `bitcoin-cli` is looked for beside it, else in PATH
 * @throws Error when it does not start or answer
 */
export async function startBitcoind(options: { readonly path: string; readonly dir: string }): Promise<Bitcoind> {
  const { path, dir } = options
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const [rpcPort = 0, blockPort = 0, txPort = 0] = await freePorts(3)
  const user = 'lab'
  const password = toHex(randomBytes(16))
  const zmq = { block: `tcp://127.0.0.1:${blockPort}`, tx: `tcp://127.0.0.1:${txPort}` }
  // Passwords never stand in a list of arguments, which everybody on the machine can read.
  const settings = [
    'regtest=1',
    '[regtest]',
    'server=1',
    'listen=0',
    'dnsseed=0',
    'txindex=1',
    'fallbackfee=0.00001',
    `rpcport=${rpcPort}`,
    `rpcuser=${user}`,
    `rpcpassword=${password}`,
    `zmqpubhashblock=${zmq.block}`,
    `zmqpubrawtx=${zmq.tx}`,
  ]
  writeFileSync(join(dir, 'bitcoin.conf'), `${settings.join('\n')}\n`, { mode: 0o600 })

  const service = startService({
    command: path,
    args: [`-datadir=${dir}`, '-printtoconsole'],
    env: { PATH: process.env.PATH, HOME: dir },
    logFile: join(dir, 'bitcoind.log'),
  })
  let over = false
  void service.ended.then(() => {
    over = true
  })
  const call = async <T>(method: string, ...params: readonly unknown[]): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${rpcPort}/`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
      body: JSON.stringify({ jsonrpc: '1.0', id: 1, method, params }),
    })
    const { result, error } = (await answer.json()) as { result: T; error: { message: string } | null }
    if (error) throw new Error(`bitcoind: ${method}: ${error.message}`)
    return result
  }
  try {
    await until(
      'bitcoind answers',
      async () => {
        if (over) return 'ended' as const
        return (await call('getblockchaininfo')) === undefined ? undefined : ('answers' as const)
      },
      START_MS,
    )
    if (over) throw new Error(`bitcoind ended: ${service.log().split('\n').slice(-5).join(' | ')}`)
    await call('createwallet', WALLET)
    // CLN opens no channel at height 0.
    await call('generatetoaddress', 1, await call<string>('getnewaddress'))
  } catch (error) {
    await service.stop()
    throw error
  }
  const beside = join(dirname(path), basename(path).replace('bitcoind', 'bitcoin-cli'))
  return {
    bitcoinCli: existsSync(beside) ? beside : 'bitcoin-cli',
    bitcoinDir: dir,
    rpc: { host: '127.0.0.1', port: rpcPort, user, password, wallet: WALLET },
    zmq,
    call,
    log: service.log,
    stop: service.stop,
  }
}
