import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BITCOIN_CLI, type Chain, prepareChain, startChain } from '../chain/btcd.js'
import { type Bitcoind, type ClnChain, type EclairChain, startBitcoind } from './bitcoind.js'

/** The chains of a run, each started when somebody first asks for it. */
export interface Chains {
  /** The user's Bitcoin Core where there is one, else btcd behind a stand-in for `bitcoin-cli`. */
  cln(): Promise<ClnChain>
  /** @throws Error without a Bitcoin Core: Eclair needs its wallet and ZMQ, which btcd has not */
  eclair(): Promise<EclairChain>
  close(): Promise<void>
}

async function startBtcd(): Promise<{ readonly chain: Chain; readonly dir: string }> {
  const ready = await prepareChain(() => undefined)
  if (!ready.ok) throw new Error(ready.reason)
  const dir = mkdtempSync(join(tmpdir(), 'lno-chain-'))
  return { chain: await startChain({ dir }), dir }
}

/** @param bitcoind the user's program, if there is one */
export function labChains(bitcoind: string | undefined): Chains {
  let core: Promise<Bitcoind> | undefined
  let dir: string | undefined
  let btcd: Promise<{ readonly chain: Chain; readonly dir: string }> | undefined
  const startCore = (path: string) => {
    dir ??= mkdtempSync(join(tmpdir(), 'lno-bitcoind-'))
    core ??= startBitcoind({ path, dir })
    return core
  }
  return {
    cln: async () => {
      if (bitcoind !== undefined) return startCore(bitcoind)
      btcd ??= startBtcd()
      const { chain } = await btcd
      return { bitcoinCli: BITCOIN_CLI, bitcoinDir: chain.bitcoinDir }
    },
    eclair: async () => {
      if (bitcoind !== undefined) return startCore(bitcoind)
      throw new Error('name a bitcoind with --bitcoind PATH')
    },
    close: async () => {
      await core?.then((running) => running.stop()).catch(() => undefined)
      await btcd
        ?.then(async (running) => {
          await running.chain.stop()
          rmSync(running.dir, { recursive: true, force: true, maxRetries: 3 })
        })
        .catch(() => undefined)
      if (dir !== undefined) rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
