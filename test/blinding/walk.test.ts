import '../support/use-toy.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assertPathId, isDummyHop } from '../../src/blinding/arrival.js'
import { buildBlindedPath } from '../../src/blinding/build.js'
import { ENCRYPTED_DATA } from '../../src/blinding/encrypted-data.js'
import { joinToPath } from '../../src/blinding/join.js'
import { messageHops } from '../../src/blinding/message-hops.js'
import { unblindHop } from '../../src/blinding/unblind.js'
import { codeOf } from '../support/code-of.js'
import { node } from '../support/keys.js'

const scalar = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Uint8Array.of(1, ...bytes.subarray(1)))
const nodeBytes = fc.uniqueArray(fc.integer({ min: 1, max: 0xfe }), { minLength: 2, maxLength: 9 })

describe('any route into any path', () => {
  test('is walked to its end, by these nodes in this order only', { tags: ['B1', 'B6', 'B8'] }, () => {
    fc.assert(
      fc.property(nodeBytes, fc.nat(8), fc.nat(4), scalar, scalar, (bytes, split, dummyHops, ours, theirs) => {
        const nodes = bytes.map(node)
        const relays = nodes.slice(0, split % nodes.length)
        const inPath = nodes.slice(relays.length)
        const us = nodes[nodes.length - 1]!
        const pathId = theirs.subarray(8, 24)
        const hops = messageHops({ nodeIds: inPath.map(({ id }) => id), pathId, dummyHops })
        const { path } = buildBlindedPath({ hops, sessionKey: theirs })
        const route = joinToPath({ path, relays: relays.map(({ id }) => id), sessionKey: ours })
        expect(route.hops).toHaveLength(nodes.length + dummyHops)
        expect(route.first_node_id).toEqual(nodes[0]!.id)

        let path_key = route.path_key
        route.hops.forEach(({ encrypted_recipient_data }, i) => {
          const read = (secret: Uint8Array) =>
            unblindHop({
              nodeSecret: secret,
              path_key,
              encryptedRecipientData: encrypted_recipient_data,
              table: ENCRYPTED_DATA,
            })
          const at = nodes[i] ?? us
          const stranger = nodes[(nodes.indexOf(at) + 1) % nodes.length]!
          expect(codeOf(() => read(stranger.secret))).toBe('BLINDED_DATA_UNDECRYPTABLE')
          const hop = read(at.secret)
          const last = i === route.hops.length - 1
          expect(hop.data.fields.next_node_id).toEqual(last ? undefined : (nodes[i + 1] ?? us).id)
          expect(isDummyHop(hop.data.fields, at.id)).toBe(i >= nodes.length - 1 && !last)
          expect(codeOf(() => assertPathId(hop.data.fields, pathId))).toBe(last ? 'accepted' : 'BLINDED_PATH_CUT_SHORT')
          path_key = hop.next_path_key
        })
      }),
      { numRuns: 60 },
    )
  })
})
