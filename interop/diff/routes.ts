import fc from 'fast-check'
import { toHex } from '../../src/base/hex.js'
import { type BlindedPath, blindedPath } from '../../src/blinding/blinded-path.js'
import { buildBlindedPath } from '../../src/blinding/build.js'
import { encodeEncryptedData } from '../../src/blinding/encrypted-data.js'
import { padToEqual } from '../../src/blinding/padding.js'
import { encode } from '../../src/wire/codec.js'
import { NODES } from './objects.js'

/** A blinded path for messages with all that its nodes know. */
export interface KnownPath {
  readonly path: BlindedPath
  readonly hex: string
  /** From the introduction node on. */
  readonly nodes: readonly (typeof NODES)[number][]
  /** What each hop was told, before it was encrypted. */
  readonly data: readonly Uint8Array[]
  readonly sessionKey: Uint8Array
  /** Node ids by the channel that leads to them. */
  readonly channels: Readonly<Record<string, string>>
}

/** A secret: any 32 bytes that are neither 0 nor above the order of the group. */
export const secret: fc.Arbitrary<Uint8Array> = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => bytes.map((byte, i) => (i === 0 ? (byte & 0x7f) | 1 : byte)))

/** Distinct nodes: a hop to oneself is peeled at once by us, and passed on by others. */
export const someNodes = (min: number, max: number): fc.Arbitrary<KnownPath['nodes']> =>
  fc.shuffledSubarray(NODES, { minLength: min, maxLength: max })

const scid = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n })

/** Paths of the first so many nodes of `route`: by node id or channel, padded or not, with and without all else that a hop may be told. */
export function knownPath(route: fc.Arbitrary<KnownPath['nodes']>): fc.Arbitrary<KnownPath> {
  return fc
    .record({
      nodes: route,
      scids: fc.array(fc.option(scid, { nil: undefined, freq: 2 }), { minLength: 8, maxLength: 8 }),
      first: fc.oneof(
        { weight: 3, arbitrary: fc.constant(undefined) },
        {
          weight: 1,
          arbitrary: fc.record({ short_channel_id: scid, direction: fc.constantFrom(0 as const, 1 as const) }),
        },
      ),
      pathId: fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 }), { nil: undefined }),
      some: fc.nat(9),
      pad: fc.boolean(),
      sessionKey: secret,
    })
    .map(({ nodes, scids, first, pathId, some, pad, sessionKey }) => {
      const plain = nodes.map((_, i) => {
        const next = nodes[i + 1]
        // No bits is the one set of features that is allowed today.
        const features = some === 0 ? { allowed_features: new Uint8Array(0) } : {}
        if (next === undefined) return encodeEncryptedData({ ...(pathId && { path_id: pathId }), ...features })
        const channel = scids[i]
        const where = channel === undefined ? { next_node_id: next.id } : { short_channel_id: channel }
        return encodeEncryptedData({ ...where, ...features })
      })
      const data = pad ? padToEqual(plain) : plain
      const { path } = buildBlindedPath({
        hops: nodes.map(({ id }, i) => ({ node_id: id, data: data[i]! })),
        sessionKey,
        ...(first && { firstNodeId: first }),
      })
      const channels = Object.fromEntries(
        nodes.slice(1).flatMap(({ id }, i) => (scids[i] === undefined ? [] : [[`${scids[i]}`, toHex(id)]])),
      )
      return { path, hex: toHex(encode(blindedPath, path)), nodes, data, sessionKey, channels }
    })
}
