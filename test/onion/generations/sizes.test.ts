import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { equalBytes } from '../../../src/base/bytes.js'
import { buildOnionMessage, type MessageContents, type PacketSize, peel } from '../../../src/onion/engine.js'
import type { Generation } from '../../../src/onion/generation.js'
import { GENERATIONS } from '../../../src/onion/generations/all.js'
import { buildReplyPath } from '../../../src/onion/reply-path.js'
import { codeOf } from '../../support/code-of.js'
import { alice, bob, candidatesFor, carry, ids, of, outcome, secretFrom } from './cast.js'

/** Core Lightning v0.10.2 hangs up on a 385 or 387 that is not whole: whatever is sent must be, at every size. */

/** Bytes of a peer message, its type included. */
const LARGEST_MESSAGE = 65535

const build = (generation: Generation, contents: MessageContents, size: PacketSize = 'standard') =>
  buildOnionMessage({
    generation,
    to: alice.node_id,
    contents,
    size,
    sessionKey: secretFrom(1),
    pathSecret: secretFrom(2),
  }).message

const invoice = (length: number) => ({ invoice: new Uint8Array(length).fill(7) })

/** What stands in a packet beside the value of a lone hop: overhead, length, encrypted data, type and length, HMAC. */
const beside = ({ pathBlinding }: Generation) => 66 + 3 + (pathBlinding === 'every hop' ? 2 + 16 : 0) + 1 + 3 + 32

describe.each(GENERATIONS)('$name', (generation) => {
  const [one, two] = [1366, 32834].map((size) => size - beside(generation)) as [number, number]
  const most = generation.layout.maxPacket - beside(generation)

  /** Length of the packet, once it is seen that the message is whole and arrives. */
  function whole(contents: ReturnType<typeof invoice>, size?: PacketSize): number {
    const message = build(generation, contents, size)
    expect(message.length).toBeLessThanOrEqual(LARGEST_MESSAGE)
    const { path_key, onion_message_packet } = generation.layout.read(message.subarray(2))
    const head = generation.pathBlinding === 'every hop' ? 2 + 33 + 2 : 2 + 2
    expect(message).toHaveLength(head + onion_message_packet.length)
    expect(path_key?.length).toBe(generation.pathBlinding === 'every hop' ? 33 : undefined)
    const decision = peel(candidatesFor(generation), alice, message, { maxPacket: LARGEST_MESSAGE })
    if (decision.kind !== 'deliver') throw new Error(outcome(decision))
    expect(equalBytes(decision.contents!.value, contents.invoice)).toBe(true)
    // One byte less, and it is not.
    expect(outcome(peel(generation, alice, message.subarray(0, -1)))).toBe('ONION_MESSAGE_MALFORMED')
    return onion_message_packet.length
  }

  test('is 1366 bytes, then 32834, and nothing beyond', { tags: ['O4'] }, () => {
    expect(whole(invoice(253))).toBe(1366)
    expect(whole(invoice(one))).toBe(1366)
    expect(whole(invoice(one + 1))).toBe(32834)
    expect(whole(invoice(two))).toBe(32834)
    expect(codeOf(() => build(generation, invoice(two + 1)))).toBe('ONION_MESSAGE_TOO_LARGE')
    expect(codeOf(() => build(generation, invoice(65535)))).toBe('ONION_MESSAGE_TOO_LARGE')
  })

  test('is of any exact size up to what a peer message holds', { tags: ['O4'] }, () => {
    for (const length of [253, one, one + 1, two + 1, most]) {
      expect(whole(invoice(length), 'exact')).toBe(length + beside(generation))
    }
    expect(codeOf(() => build(generation, invoice(most + 1), 'exact'))).toBe('ONION_MESSAGE_TOO_LARGE')
    expect(codeOf(() => build(generation, invoice(253), generation.layout.maxPacket + 1))).toBe(
      'ONION_MESSAGE_TOO_LARGE',
    )
    expect(whole(invoice(253), generation.layout.maxPacket)).toBe(generation.layout.maxPacket)
    expect(codeOf(() => build(generation, invoice(253), 253 + beside(generation) - 1))).toBe('ONION_TOO_LARGE')
  })

  test('keeps its size over a path, whose relays have room for all that they add', () => {
    const { path, proof } = buildReplyPath({
      generation,
      nodeIds: ids([alice, bob]),
      pathId: secretFrom(3),
      sessionKey: secretFrom(4),
    })
    for (const size of [400, 777, 1366, 32834, generation.layout.maxPacket]) {
      const { firstNode, message } = buildOnionMessage({
        generation,
        to: path,
        contents: { invoice_error: of(5, 1, 33) },
        size,
        sessionKey: secretFrom(1),
      })
      const first = peel(generation, alice, message, { maxPacket: LARGEST_MESSAGE })
      if (first.kind !== 'forward') throw new Error(outcome(first))
      if (size <= 32834) {
        const { seen, decision } = carry(generation, firstNode, message)
        expect(decision).toMatchObject({ kind: 'deliver', path_id: proof })
        for (const each of seen) {
          expect(generation.layout.read(each.subarray(2)).onion_message_packet).toHaveLength(size)
        }
      }
    }
  })
})

test('the largest packets leave room for the path_key that relays add', () => {
  for (const { name, layout } of GENERATIONS) {
    const packet = { onion_message_packet: new Uint8Array(layout.maxPacket) }
    const written = layout.write({ ...packet, path_key: alice.node_id })
    expect([name, written.length + 2]).toEqual([name, LARGEST_MESSAGE])
    const read = layout.read(written)
    expect(read.path_key).toEqual(alice.node_id)
    expect(equalBytes(read.onion_message_packet, packet.onion_message_packet)).toBe(true)
  }
})
