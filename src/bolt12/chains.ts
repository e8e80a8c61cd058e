import { equalBytes } from '../base/bytes.js'
import { fromHex } from '../base/hex.js'

/** The chains that have a name here; `--network` takes these. */
export type ChainName = 'bitcoin' | 'testnet' | 'testnet4' | 'signet' | 'regtest'

/** Hashes of the genesis blocks, in the byte order of the wire. */
const CHAINS: Readonly<Record<ChainName, string>> = {
  bitcoin: '6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000',
  testnet: '43497fd7f826957108f4a30fd9cec3aeba79972084e90ead01ea330900000000',
  testnet4: '43f08bdab050e35b567c864b91f47f50ae725ae2de53bcfbbaf284da00000000',
  signet: 'f61eee3b63a380a477a063af32b2bbc97c9ff9f01f2c4225e973988108000000',
  regtest: '06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f',
}

/** The chain hash (32 bytes) of a network. */
export function chainHashOf(name: ChainName): Uint8Array {
  return fromHex(CHAINS[name])
}

/** The name of a chain hash, or undefined for a chain without one here. */
export function chainName(hash: Uint8Array): ChainName | undefined {
  for (const name of Object.keys(CHAINS) as ChainName[]) if (equalBytes(chainHashOf(name), hash)) return name
  return undefined
}

/** The chains that an offer is for: those that it lists, or bitcoin. */
export function chainsOf(offerChains: readonly Uint8Array[] | undefined): readonly Uint8Array[] {
  return offerChains ?? [chainHashOf('bitcoin')]
}
