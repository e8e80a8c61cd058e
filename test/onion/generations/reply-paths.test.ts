import '../../support/use-toy.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blindedPath } from '../../../src/blinding/blinded-path.js'
import { blindHops } from '../../../src/blinding/build.js'
import { buildOnionMessage, peel } from '../../../src/onion/engine.js'
import type { Generation } from '../../../src/onion/generation.js'
import { GENERATIONS } from '../../../src/onion/generations/all.js'
import { modern } from '../../../src/onion/generations/modern.js'
import { modernUncounted } from '../../../src/onion/generations/modern-uncounted.js'
import { obs } from '../../../src/onion/generations/obs.js'
import { obs2 } from '../../../src/onion/generations/obs2.js'
import { buildReplyPath } from '../../../src/onion/reply-path.js'
import { decode, encode } from '../../../src/wire/codec.js'
import { encodeRecord, joinRecords } from '../../../src/wire/tlv.js'
import { codeOf } from '../../support/code-of.js'
import { alice, arrived, bob, carol, carry, ids, nodes, of, outcome, rawMessage, secretFrom } from './cast.js'

const BOTH = [modern, modernUncounted] as const

const pathOf = (generation: Generation, hops: number, seed = 0) =>
  buildReplyPath({
    generation,
    nodeIds: ids(nodes.slice(0, hops)),
    pathId: secretFrom(1, seed),
    sessionKey: secretFrom(2, seed & 0xff, seed >> 8),
  }).path

const requestIn = (generation: Generation, hops: number | undefined, seed = 0) =>
  buildOnionMessage({
    generation,
    via: ids([bob]),
    to: carol.node_id,
    contents: { invoice_request: of(1), ...(hops && { reply_path: pathOf(generation, hops, seed) }) },
    sessionKey: secretFrom(3),
    pathSecret: secretFrom(4),
  })

describe('of the two forms of type 513', () => {
  test('a reply path is read by its own, whatever it holds', () => {
    fc.assert(
      fc.property(fc.constantFrom(...BOTH), fc.integer({ min: 1, max: 6 }), fc.nat(0xffff), (form, hops, seed) => {
        const { firstNode, message } = requestIn(form, hops, seed)
        for (const candidates of [BOTH, [modernUncounted, modern] as const]) {
          const here = arrived(candidates, firstNode, message)
          expect(here.generation.name).toBe(form.name)
          expect(here.reply_path).toEqual(pathOf(form, hops, seed))
        }
        // A node that speaks one of them drops what is in the other.
        const [other] = BOTH.filter((one) => one !== form)
        expect(carry(other!, firstNode, message).decision).toMatchObject({ code: 'ONION_MESSAGE_PAYLOAD', rule: 'O10' })
      }),
      { numRuns: 60 },
    )
  })

  test('a message without one is of the first form, and a relay cannot tell', () => {
    for (const form of BOTH) {
      const { firstNode, message } = requestIn(form, undefined)
      expect(message).toEqual(requestIn(modern, undefined).message)
      expect(arrived(BOTH, firstNode, message).generation).toBe(modern)
      expect(peel(BOTH, bob, requestIn(form, 2).message)).toMatchObject({ kind: 'forward', generation: modern })
    }
  })

  test('an answer is the same bytes in either', () => {
    const answers = BOTH.map((form) => {
      const { firstNode, message } = requestIn(form, 3)
      const { reply_path, generation } = arrived(BOTH, firstNode, message)
      return buildOnionMessage({
        generation,
        to: reply_path!,
        contents: { invoice: of(9) },
        sessionKey: secretFrom(5),
      }).message
    })
    expect(answers[0]).toEqual(answers[1])
  })

  test('the first form says why when neither reads a payload', () => {
    const [hop] = blindHops(secretFrom(1), [{ node_id: alice.node_id, data: of() }])
    const payload = joinRecords([
      encodeRecord(4n, hop!.encrypted_recipient_data),
      encodeRecord(64n, of(1)),
      encodeRecord(70n, of(1)),
    ])
    const message = rawMessage(modern, [{ node_id: hop!.blinded_node_id, payload }], hop!.path_key)
    const decision = peel(BOTH, alice, message)
    expect(decision).toEqual(peel(modern, alice, message))
    expect(outcome(decision)).toBe('ONION_MESSAGE_PAYLOAD')
  })
})

describe('a reply path', () => {
  const withPath = (generation: Generation, value: Uint8Array) => {
    const [hop] = blindHops(secretFrom(1), [{ node_id: alice.node_id, data: of() }])
    const { reply_path, invoice_request } = generation.payloadTable
    const payload = joinRecords([encodeRecord(reply_path.type, value), encodeRecord(invoice_request.type, of(1))])
    const [node_id, path_key] = generation === obs ? [alice.node_id] : [hop!.blinded_node_id, hop!.path_key]
    const candidates = generation.messageType === 513 ? BOTH : generation
    return peel(candidates, alice, rawMessage(generation, [{ node_id, payload }], path_key))
  }

  test('that counts no hops is read as one without, which nobody sends to', () => {
    const { first_node_id, first_path_key } = pathOf(modern, 1)
    const none = encode(blindedPath, { first_node_id, first_path_key, path: [] })
    expect(none.at(-1)).toBe(0)
    const decision = withPath(modern, none)
    if (decision.kind !== 'deliver') throw new Error(outcome(decision))
    expect(decision.generation).toBe(modern)
    expect(decision.reply_path?.path).toEqual([])
    const answer = () =>
      buildOnionMessage({
        generation: modern,
        to: decision.reply_path!,
        contents: { invoice: of(1) },
        sessionKey: secretFrom(5),
      })
    expect(codeOf(answer)).toBe('BLINDED_PATH_EMPTY')
  })

  test('without a count and without hops is none', () => {
    for (const generation of [modernUncounted, obs2]) {
      expect(
        outcome(withPath(generation, encode(generation.replyPathCodec, pathOf(generation, 1)).subarray(0, 66))),
      ).toBe('ONION_MESSAGE_PAYLOAD')
    }
    expect(outcome(withPath(obs, encode(obs.replyPathCodec, pathOf(obs, 1)).subarray(0, 33)))).toBe(
      'ONION_MESSAGE_PAYLOAD',
    )
    for (const generation of GENERATIONS) expect(outcome(withPath(generation, of()))).toBe('ONION_MESSAGE_PAYLOAD')
  })

  test('with a byte too many or too few is none', () => {
    for (const generation of GENERATIONS) {
      const value = encode(generation.replyPathCodec, pathOf(generation, 2))
      expect(outcome(withPath(generation, value))).toBe('deliver')
      expect(outcome(withPath(generation, of(...value, 0)))).toBe('ONION_MESSAGE_PAYLOAD')
      expect(outcome(withPath(generation, value.subarray(0, -1)))).toBe('ONION_MESSAGE_PAYLOAD')
    }
  })

  test('can name its first node by a channel in today’s form alone', () => {
    const named = { ...pathOf(modern, 2), first_node_id: { short_channel_id: 5n, direction: 0 } as const }
    expect(decode(modern.replyPathCodec, encode(modern.replyPathCodec, named))).toEqual(named)
    for (const { replyPathCodec } of [modernUncounted, obs2, obs]) {
      expect(codeOf(() => encode(replyPathCodec, named))).toBe('VALUE_OUT_OF_RANGE')
    }
    const value = encode(modern.replyPathCodec, named)
    const uncounted = of(...value.subarray(0, 9 + 33), ...value.subarray(9 + 34))
    expect(outcome(withPath(modernUncounted, uncounted))).toBe('ONION_MESSAGE_PAYLOAD')
  })

  test('of the oldest form begins with a node that is not in disguise', () => {
    const path = pathOf(obs, 3)
    expect(path.path[0]!.blinded_node_id).toEqual(nodes[0]!.node_id)
    expect(encode(obs.replyPathCodec, path)).toHaveLength(33 + 3 * 35 + 2 * 51)
    const read = decode(obs.replyPathCodec, encode(obs.replyPathCodec, path))
    expect(read).toEqual(path)
    expect(read.first_node_id).toEqual({ node_id: nodes[0]!.node_id })
    for (const generation of [modern, modernUncounted, obs2]) {
      expect(pathOf(generation, 3).path[0]!.blinded_node_id).not.toEqual(nodes[0]!.node_id)
    }
  })

  test('hides how long the hops’ orders are where the form knows padding', () => {
    const lengths = (generation: Generation) =>
      pathOf(generation, 3).path.map(({ encrypted_recipient_data }) => encrypted_recipient_data.length)
    for (const generation of [modern, modernUncounted, obs2]) expect(new Set(lengths(generation)).size).toBe(1)
    expect(lengths(obs)).toEqual([51, 51, 0])
  })

  test('shares no secret between two forms when it is given two', () => {
    const keys = GENERATIONS.map((generation, seed) => pathOf(generation, 2, seed).first_path_key)
    expect(new Set(keys.map(String)).size).toBe(GENERATIONS.length)
  })
})
