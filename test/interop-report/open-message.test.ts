import { expect, test } from 'vitest'
import { isOnionMessage, openOnion } from '../../interop/report/open-message.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import { createLegacyInvoiceRequest } from '../../src/bolt12/legacy/create-invoice-request.js'
import { createLegacyOffer } from '../../src/bolt12/legacy/create-offer.js'
import { buildOnionMessage } from '../../src/onion/engine.js'
import { GENERATIONS } from '../../src/onion/generations/all.js'
import { buildReplyPath } from '../../src/onion/reply-path.js'
import { node, secretOf } from '../support/keys.js'

const reading = { at: 1_700_000_000_000, network: 'bitcoin' }
const [alice, bob] = [node(0x41), node(0x42)]
const self = ({ secret, id }: typeof alice) => ({ secret, node_id: id })

test.each(GENERATIONS)(
  'a message of form $name is opened at each hop, its reply path and contents too',
  (generation) => {
    const { path } = buildReplyPath({
      generation,
      nodeIds: [alice.id],
      pathId: secretOf(1),
      sessionKey: secretOf(2),
    })
    const offer = createLegacyOffer({ nodeKey: bob.secret, description: 'tea', amountMsat: 1000n, aux: secretOf(6) })
    const { request } = createLegacyInvoiceRequest(offer, { random: (length) => new Uint8Array(length).fill(3) })
    const { message } = buildOnionMessage({
      generation,
      via: [alice.id],
      to: bob.id,
      contents: { invoice_request: request.bytes, reply_path: path },
      sessionKey: secretOf(4),
      pathSecret: secretOf(5),
    })
    const form = generation.messageType === 513 ? '513' : generation.name
    expect(isOnionMessage(message)).toBe(true)
    expect(openOnion(message, undefined, reading).view).toEqual({ kind: 'sealed', packet: 1366, form })
    expect(openOnion(message, self(bob), reading).view).toMatchObject({ kind: 'drop', form, code: 'ONION_HMAC' })
    const { view, forwards } = openOnion(message, self(alice), reading)
    expect(view).toEqual({ kind: 'forward', packet: 1366, form, localHops: 0, next: toHex(bob.id) })
    expect(openOnion(forwards!, self(bob), reading).view).toMatchObject({
      kind: 'deliver',
      packet: 1366,
      form: generation.name,
      reply_path: { first_node_id: toHex(alice.id) },
      contents: { type: '64', object: { type: 'bolt12 invoice_request', form: '2021' } },
    })
    expect(openOnion(forwards!, self(bob), reading).view).not.toHaveProperty('path_id')
  },
)

test.each(GENERATIONS)('what came over a path of form $name shows by what it is known', (generation) => {
  const { path, proof } = buildReplyPath({
    generation,
    nodeIds: [alice.id],
    pathId: secretOf(1),
    sessionKey: secretOf(2),
  })
  const contents = { invoice_error: fromHex('050161') }
  const { message } = buildOnionMessage({ generation, to: path, contents, sessionKey: secretOf(4) })
  const { view } = openOnion(message, self(alice), reading)
  expect(view).toMatchObject({
    [generation.pathProof]: toHex(proof),
    contents: { object: { type: 'bolt12 invoice_error' } },
  })
})
