import { LnoError } from '../../base/error.js'
import { type BlindedHop, type BlindedPath, blindedHop } from '../../blinding/blinded-path.js'
import { array, type Codec, mapped, point, struct } from '../../wire/codec.js'
import type { WireCode } from '../../wire/codes.js'

/** Hops up to the end of the value, at least one: nothing counts them. */
export const hopsToTheEnd: Codec<readonly BlindedHop[]> = /* @__PURE__ */ array(blindedHop, 1)

/** A reply path as BOLT 4 had it before November 2022: introduction node, `path_key`, hops without a count. */
export const uncountedPath: Codec<BlindedPath> = /* @__PURE__ */ mapped(
  /* @__PURE__ */ struct('blinded_path', { first_node_id: point, first_path_key: point, path: hopsToTheEnd }),
  'blinded_path',
  ({ first_node_id: node_id, ...path }): BlindedPath => ({ first_node_id: { node_id }, ...path }),
  (path) => ({ ...path, first_node_id: nodeIdOf(path) }),
)

/** The id of the node that a path begins at: forms that know no channels have no other name for it. */
export function nodeIdOf({ first_node_id: first }: BlindedPath): Uint8Array {
  if ('node_id' in first) return first.node_id
  throw new LnoError('VALUE_OUT_OF_RANGE' satisfies WireCode, 'this form names no node by a channel', {
    path: ['first_node_id'],
  })
}
