/**
 * Every driver of the lab. A new one is a file beside this and a line here.
 * @module
 */
import type { Driver } from '../driver.js'
import { type Chains, labChains } from './chains.js'
import { clnDriver } from './cln.js'
import { craftedDriver } from './crafted.js'
import { eclairDriver } from './eclair.js'
import { ldk, ldkBare, ldkStock } from './ldk.js'
import { lnd, lndGated } from './lnd.js'
import { lnoDriver } from './lno.js'
import { profileDrivers } from './profiles.js'
import { userBinary } from './user-binary.js'

export interface DriverOptions {
  /** Of this checkout. */
  readonly version: string
  /** `[VERSION=]PATH` of programs that the user has. */
  readonly cln: readonly string[]
  readonly eclair: readonly string[]
  readonly bitcoind?: string
  /** Core Lightning and Eclair from their official images. */
  readonly containers: boolean
}

export interface Drivers {
  /** Ourselves first. */
  readonly all: readonly Driver[]
  /** Ends the chains that they share. */
  close(): Promise<void>
}

/** All drivers that may run here. */
export async function allDrivers(options: DriverOptions): Promise<Drivers> {
  const { version, cln, eclair, bitcoind, containers } = options
  const chains: Chains = labChains(bitcoind)
  const binaries = [
    ...cln.map((text) => clnDriver({ ...userBinary(text), chain: chains.cln })),
    ...eclair.map((text) => eclairDriver({ ...userBinary(text), chain: chains.eclair })),
  ]
  // Loaded where they are asked for: nothing else of the lab knows containers.
  const images = containers ? (await import('../containers/drivers.js')).containerDrivers() : []
  const all = [
    lnoDriver({ version }),
    ldk,
    ldkStock,
    ldkBare,
    lnd,
    lndGated,
    ...binaries,
    ...images,
    ...absent(options),
    craftedDriver(version),
    ...profileDrivers(version),
  ]
  return { all, close: chains.close }
}

/** What nobody gave: in the report with what would bring it. */
function absent({ cln, eclair, containers }: DriverOptions): readonly Driver[] {
  const missing = (name: string, flag: string): Driver => ({
    name,
    cannot: {},
    prepare: async () => ({
      ok: false,
      reason: `not on this machine: ${flag} PATH names a program of yours, --containers runs its image`,
    }),
    start: () => Promise.reject(new Error(`${name} is not here`)),
  })
  return [
    ...(cln.length === 0 && !containers ? [missing('cln', '--cln')] : []),
    ...(eclair.length === 0 && !containers ? [missing('eclair', '--eclair')] : []),
  ]
}
