import { equalBytes } from '../base/bytes.js'
import { fromHex } from '../base/hex.js'

/** Hashes of the genesis blocks, in the byte order of the wire (BOLT 0 "chain_hash"). */
const CHAIN_HASHES = {
  bitcoin: '6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000',
  testnet: '43497fd7f826957108f4a30fd9cec3aeba79972084e90ead01ea330900000000',
  testnet4: '43f08bdab050e35b567c864b91f47f50ae725ae2de53bcfbbaf284da00000000',
  signet: 'f61eee3b63a380a477a063af32b2bbc97c9ff9f01f2c4225e973988108000000',
  regtest: '06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f',
} as const

/** The chains that have a name here. */
export type ChainName = keyof typeof CHAIN_HASHES

/** The networks that a node can be told to be on (`--network`). */
export const NETWORKS = ['bitcoin', 'testnet', 'signet', 'regtest'] as const satisfies readonly ChainName[]
export type NetworkName = (typeof NETWORKS)[number]

/** The chain hash (32 bytes, a new array) of a network. */
export function chainHashOf(name: ChainName): Uint8Array {
  return fromHex(CHAIN_HASHES[name])
}

/** The name of a chain hash, or undefined for a chain without one here. */
export function chainName(hash: Uint8Array): ChainName | undefined {
  for (const name of Object.keys(CHAIN_HASHES) as ChainName[]) if (equalBytes(chainHashOf(name), hash)) return name
  return undefined
}

/** True for a name that `--network` takes. */
export function isNetworkName(name: string): name is NetworkName {
  return (NETWORKS as readonly string[]).includes(name)
}

/** The chains that stand in both lists. */
export function commonChains(a: readonly Uint8Array[], b: readonly Uint8Array[]): readonly Uint8Array[] {
  return a.filter((chain) => b.some((other) => equalBytes(chain, other)))
}
