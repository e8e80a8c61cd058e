import { chainHashOf } from '../wire/chains.js'

export { type ChainName, chainHashOf, chainName } from '../wire/chains.js'

/** The chains that an offer is for: those that it lists, or bitcoin. */
export function chainsOf(offerChains: readonly Uint8Array[] | undefined): readonly Uint8Array[] {
  return offerChains ?? [chainHashOf('bitcoin')]
}
