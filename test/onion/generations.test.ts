import { describe, expect, test } from 'vitest'
import { buildBlindedPath } from '../../src/blinding/build.js'
import { buildOnionMessage, forwardMessage, type PeelDecision, peel } from '../../src/onion/engine.js'
import type { Generation } from '../../src/onion/generation.js'
import { modern } from '../../src/onion/generations/modern.js'
import { encodeTlv } from '../../src/wire/tlv.js'
import { node, secretOf } from '../support/keys.js'
import { halfBlinded, renumbered } from './made-up-generation.js'

const [alice, bob, carol] = [0x41, 0x42, 0x43].map((byte) => {
  const { secret, id } = node(byte)
  return { secret, node_id: id }
}) as [Self, Self, Self]
type Self = { readonly secret: Uint8Array; readonly node_id: Uint8Array }
const of = (...bytes: number[]) => Uint8Array.from(bytes)
const secrets = { sessionKey: secretOf(3), pathSecret: secretOf(4) }

function passedOn(decision: PeelDecision) {
  if (decision.kind !== 'forward') throw new Error(decision.kind === 'drop' ? decision.why : decision.kind)
  return forwardMessage(decision).message
}
function delivered(decision: PeelDecision) {
  if (decision.kind !== 'deliver') throw new Error(decision.kind === 'drop' ? decision.why : decision.kind)
  return decision
}

/** A path back to Alice over Bob, in the generation's own numbers. */
const replyPath = (generation: Generation) =>
  buildBlindedPath({
    hops: [
      { node_id: bob.node_id, data: encodeTlv(generation.encryptedDataTable, { next_node_id: alice.node_id }) },
      { node_id: alice.node_id, data: encodeTlv(generation.encryptedDataTable, { path_id: of(7) }) },
    ],
    sessionKey: secretOf(9),
  }).path

describe.each([modern, renumbered, halfBlinded])('generation $name', (generation) => {
  const request = buildOnionMessage({
    generation,
    via: [bob.node_id],
    to: carol.node_id,
    contents: { invoice_request: of(1, 2), reply_path: replyPath(generation) },
    ...secrets,
  })

  test('takes a request through a relay, and the answer back over its reply path', () => {
    const here = delivered(peel(generation, carol, passedOn(peel(generation, bob, request.message))))
    expect(here.contents).toEqual({ type: generation.payloadTable.invoice_request.type, value: of(1, 2) })
    expect(here.reply_path).toEqual(replyPath(generation))

    const answer = buildOnionMessage({ generation, to: here.reply_path!, contents: { invoice: of(3) }, ...secrets })
    expect(answer.firstNode).toEqual(bob.node_id)
    const back = delivered(peel(generation, alice, passedOn(peel(generation, bob, answer.message))))
    expect(back.contents).toEqual({ type: generation.payloadTable.invoice.type, value: of(3) })
    expect(back.path_id).toEqual(of(7))
  })

  test('names the codec of the reply paths in its payloads', () => {
    expect(generation.replyPathCodec).toBe(generation.payloadTable.reply_path.codec)
  })

  test('keeps its peer message’s type on the way', () => {
    const type = (message: Uint8Array) => message[0]! * 256 + message[1]!
    expect(type(request.message)).toBe(generation.messageType)
    expect(type(passedOn(peel(generation, bob, request.message)))).toBe(generation.messageType)
  })

  test('is not mistaken for another', () => {
    for (const other of [modern, renumbered, halfBlinded].filter((one) => one !== generation)) {
      expect(peel(other, bob, request.message)).toMatchObject({ kind: 'drop', code: 'ONION_MESSAGE_MALFORMED' })
    }
  })
})

describe('a generation whose senders name their own hops in the clear', () => {
  test('needs no path_key before a given path begins, and one from there on', () => {
    const plain = buildOnionMessage({
      generation: halfBlinded,
      via: [bob.node_id],
      to: carol.node_id,
      contents: { invoice: of(1) },
      ...secrets,
    })
    expect(plain.path_key).toBeUndefined()
    const decision = peel(halfBlinded, bob, plain.message)
    expect(decision).toMatchObject({ kind: 'forward', next: { next_node_id: carol.node_id } })
    if (decision.kind === 'forward') expect(forwardMessage(decision).path_key).toBeUndefined()

    const answer = buildOnionMessage({
      generation: halfBlinded,
      via: [carol.node_id],
      to: replyPath(halfBlinded),
      contents: { invoice: of(3) },
      ...secrets,
    })
    const atBob = peel(halfBlinded, bob, passedOn(peel(halfBlinded, carol, answer.message)))
    if (atBob.kind !== 'forward') throw new Error('not passed on')
    expect(forwardMessage(atBob).path_key).toBeDefined()
    expect(delivered(peel(halfBlinded, alice, forwardMessage(atBob).message)).path_id).toEqual(of(7))
  })
})
