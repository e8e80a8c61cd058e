import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { equalBytes } from '../../../src/base/bytes.js'
import type { BlindedPath } from '../../../src/blinding/blinded-path.js'
import { blindHops } from '../../../src/blinding/build.js'
import { buildOnionMessage, forwardMessage, type PeelDecision, peel } from '../../../src/onion/engine.js'
import { GENERATIONS } from '../../../src/onion/generations/all.js'
import { withType } from '../../../src/onion/onion-message.js'
import { buildReplyPath } from '../../../src/onion/reply-path.js'
import { decode, encode } from '../../../src/wire/codec.js'
import { encodeTlv } from '../../../src/wire/tlv.js'
import {
  alice,
  arrived,
  bob,
  candidatesFor,
  carol,
  ids,
  nodes,
  rawMessage,
  secretFrom,
} from '../../onion/generations/cast.js'
import { arbitraryOf, arbitraryPoint } from '../../support/arbitrary.js'
import { codeOf } from '../../support/code-of.js'
import { damaged, hostileStream } from '../../support/hostile.js'

/** Every decision is one of the three, and one to pass on can be carried out: nothing throws. */
function follow(decision: PeelDecision): void {
  expect(decision.kind).toMatch(/^(forward|deliver|drop)$/)
  if (decision.kind === 'drop') expect(decision.code).toMatch(/^[A-Z_]+$/)
  if (decision.kind === 'forward') forwardMessage(decision)
}

export function onionMessages(runs: number): void {
  describe.each(GENERATIONS)('onion messages of form $name', (generation) => {
    const candidates = candidatesFor(generation)
    const { layout, replyPathCodec, payloadTable, encryptedDataTable, messageType } = generation
    const path = (hops: number, seed: number) =>
      buildReplyPath({
        generation,
        nodeIds: ids(nodes.slice(0, hops)),
        pathId: secretFrom(1, seed & 0xff, seed >> 8),
        sessionKey: secretFrom(2, seed & 0xff, seed >> 8),
      })

    test('what is built arrives, with the proof of its path, whoever made it and however long it is', () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 6 }),
          fc.integer({ min: 0, max: 3 }),
          fc.nat(0xffff),
          fc.uint8Array({ maxLength: 300 }),
          fc.constantFrom('standard', 'exact'),
          (hops, relays, seed, contents, size) => {
            const made = path(hops, seed)
            const reply_path = path(3, seed + 1).path
            const built = buildOnionMessage({
              generation,
              via: ids(nodes.slice(6, 6 + relays)),
              to: made.path,
              contents: { invoice_request: contents, reply_path },
              size: size as 'standard' | 'exact',
              sessionKey: secretFrom(3, seed & 0xff),
              pathSecret: secretFrom(4, seed & 0xff),
            })
            const here = arrived(candidates, built.firstNode, built.message)
            expect(here.path_id).toEqual(made.proof)
            expect(equalBytes(here.contents!.value, contents)).toBe(true)
            expect(here.reply_path).toEqual(reply_path)
          },
        ),
        { numRuns: runs },
      )
    })

    test('a peer message is read as it was written, and written again it is the same', () => {
      const key =
        generation.pathBlinding === 'every hop' ? arbitraryPoint() : fc.option(arbitraryPoint(), { nil: undefined })
      fc.assert(
        fc.property(key, fc.uint8Array({ maxLength: 200 }), (path_key, onion_message_packet) => {
          const written = layout.write({ ...(path_key && { path_key }), onion_message_packet })
          const read = layout.read(written)
          expect(read).toEqual({ ...(path_key && { path_key }), onion_message_packet })
          expect(layout.write(read)).toEqual(written)
        }),
        { numRuns: runs },
      )
    })

    test('a peer message of a stranger is read or refused with a code', () => {
      const written = fc
        .tuple(arbitraryPoint(), fc.uint8Array({ maxLength: 100 }))
        .map(([path_key, onion_message_packet]) => layout.write({ path_key, onion_message_packet }))
      fc.assert(
        fc.property(fc.oneof(damaged(written), fc.uint8Array({ maxLength: 200 })), (body) => {
          expect(codeOf(() => layout.read(body))).toMatch(/^(accepted|ONION_MESSAGE_MALFORMED)$/)
          follow(peel(candidates, alice, withType(messageType, body)))
        }),
        { numRuns: 2 * runs },
      )
    })

    test('a reply path is read as it was written; one of a stranger is written again as it was, or refused', () => {
      const any = arbitraryOf<BlindedPath>(replyPathCodec)
      fc.assert(
        fc.property(any, damaged(any.map((value) => encode(replyPathCodec, value))), (value, suffered) => {
          expect(decode(replyPathCodec, encode(replyPathCodec, value))).toEqual(value)
          let read: BlindedPath | undefined
          const code = codeOf(() => {
            read = decode(replyPathCodec, suffered)
          })
          if (code === 'accepted') expect(encode(replyPathCodec, read!)).toEqual(suffered)
        }),
        { numRuns: runs },
      )
    })

    test('payloads and data of a stranger, under good keys, end in a decision', () => {
      const behind = { node_id: bob.node_id, payload: Uint8Array.of(64, 0) }
      fc.assert(
        fc.property(
          hostileStream(payloadTable).filter(({ length }) => length >= 2 && length < 1200),
          hostileStream(encryptedDataTable).filter(({ length }) => length < 1000),
          fc.boolean(),
          fc.boolean(),
          (payload, data, last, plain) => {
            const [hop] = blindHops(secretFrom(5), [{ node_id: alice.node_id, data }])
            const orders = encodeTlv(payloadTable, { encrypted_recipient_data: hop!.encrypted_recipient_data })
            const isPlain = plain && generation.pathBlinding === 'given paths'
            for (const mine of [payload, orders]) {
              const node_id = isPlain ? alice.node_id : hop!.blinded_node_id
              const hops = [{ node_id, payload: mine }, ...(last ? [] : [behind])]
              follow(peel(candidates, alice, rawMessage(generation, hops, isPlain ? undefined : hop!.path_key)))
            }
          },
        ),
        { numRuns: 2 * runs },
      )
    })

    test('one bit changed, or an end cut off, and nobody passes it on or keeps it', () => {
      const { message } = buildOnionMessage({
        generation,
        to: path(3, 1).path,
        contents: { invoice: Uint8Array.of(1) },
        size: 600,
        sessionKey: secretFrom(6),
      })
      const first = peel(candidates, nodes[0]!, message)
      if (first.kind !== 'forward') throw new Error(first.kind)
      const second = forwardMessage(first).message
      fc.assert(
        fc.property(
          fc.constantFrom(message, second),
          fc.constantFrom(...nodes.slice(0, 3)),
          fc.nat(),
          fc.nat(7),
          (good, self, at, bit) => {
            const flipped = good.slice()
            flipped[at % good.length]! ^= 1 << bit
            for (const given of [flipped, good.subarray(0, at % good.length)]) {
              expect(peel(candidates, self, given).kind).toBe('drop')
            }
          },
        ),
        { numRuns: 3 * runs },
      )
    })

    test('a message that suffered worse is dropped, or passed on as what it was', () => {
      const { message } = buildOnionMessage({
        generation,
        to: path(3, 1).path,
        contents: { invoice: Uint8Array.of(1) },
        size: 600,
        sessionKey: secretFrom(6),
      })
      fc.assert(
        fc.property(damaged(fc.constant(message)), fc.constantFrom(...[alice, bob, carol]), (given, self) => {
          const decision = peel(candidates, self, given)
          follow(decision)
          // What stands behind the packet is ignored, so a message that only grew is what it was.
          if (decision.kind === 'forward') follow(peel(candidates, bob, forwardMessage(decision).message))
        }),
        { numRuns: 2 * runs },
      )
    })
  })
}
