import { type BlindedPath, blindedPath } from '../../src/blinding/blinded-path.js'
import { array, encode } from '../../src/wire/codec.js'
import { node } from '../support/keys.js'

export { craft, type Value } from '../../scripts/lib/lno-vectors/records.js'

export const ALICE = node(0x41)
export const BOB = node(0x42)
export const CAROL = node(0x43)

/** A path from Bob with that many hops; what the hops hold is nobody's business here. */
export function pathOf(hops: number): BlindedPath {
  return {
    first_node_id: { node_id: BOB.id },
    first_path_key: CAROL.id,
    path: Array.from({ length: hops }, (_, i) => ({
      blinded_node_id: CAROL.id,
      encrypted_recipient_data: new Uint8Array(i + 1).fill(i),
    })),
  }
}

/** The value of offer_paths. */
export function pathsBytes(...hops: readonly number[]): Uint8Array {
  return encode(array(blindedPath), hops.map(pathOf))
}
