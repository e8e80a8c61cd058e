import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { blindHops } from '../../../src/blinding/build.js'
import { encodeEncryptedData } from '../../../src/blinding/encrypted-data.js'
import { MAX_DUMMY_HOPS } from '../../../src/blinding/message-hops.js'
import { encodePacket } from '../../../src/onion/packet.js'
import { encodePaymentPayload, type PaymentPayload } from '../../../src/onion/payment-payload.js'
import type { HtlcTerms } from '../../../src/payments/htlc.js'
import { readHtlc } from '../../../src/payments/onions/read-htlc.js'
import { encodeRecord, joinRecords } from '../../../src/wire/tlv.js'
import { rawPacket } from '../../onion/craft.js'
import {
  alice,
  bob,
  type CraftedHop,
  carol,
  craftHtlc,
  dave,
  FINAL,
  HEIGHT,
  MIN_FINAL,
  PATH_SECRET,
  paymentHash,
  SESSION_KEY,
} from './craft.js'

const constraints = { max_cltv_expiry: 2000, htlc_minimum_msat: 1n }
const payment_relay = { cltv_expiry_delta: 10, fee_proportional_millionths: 0, fee_base_msat: 100 }
const relayTo = (next: { readonly id: Uint8Array }) => ({
  next_node_id: next.id,
  payment_relay,
  payment_constraints: constraints,
})
const end: CraftedHop = {
  node: carol,
  data: { path_id: Uint8Array.of(1, 2, 3), payment_constraints: constraints },
  payload: { ...FINAL, amt_to_forward: 9_000n },
}
const CLEAR: PaymentPayload = { amt_to_forward: 9_900n, outgoing_cltv_value: 1090, short_channel_id: 5n }

const readBy = (node: typeof bob, terms: HtlcTerms, height: number | undefined = HEIGHT) =>
  readHtlc({ terms, nodeSecret: node.secret, nodeId: node.id, height, minFinalCltv: MIN_FINAL })

describe('where the path_key is', () => {
  const path = () => craftHtlc([{ node: bob, data: relayTo(carol) }, end])

  test('beside the onion it makes a hop inside', () => {
    const { terms } = craftHtlc([{ node: bob, data: relayTo(carol) }, end], { inside: true })
    expect(readBy(bob, terms)).toMatchObject({ type: 'forward', position: 'inside' })
  })

  test('in the onion it makes an introduction node', () => {
    expect(readBy(bob, path().terms)).toMatchObject({ type: 'forward', position: 'introduction' })
  })

  test('in both places it is refused', { tags: ['P8'] }, () => {
    const hop = { node: bob, data: relayTo(carol), payload: { current_path_key: alice.id } }
    const { terms } = craftHtlc([hop, end], { inside: true })
    expect(readBy(bob, terms)).toMatchObject({
      type: 'refuse',
      position: 'inside',
      refusal: { rule: 'P8', failure: 'invalid_onion_payload', data: { type: 12n } },
    })
  })

  test('in neither it is refused', { tags: ['P8'] }, () => {
    const [hop] = blindHops(PATH_SECRET, [{ node_id: bob.id, data: encodeEncryptedData(relayTo(carol)) }])
    const payload = encodePaymentPayload({ encrypted_recipient_data: hop!.encrypted_recipient_data })
    const { terms } = craftHtlc([{ node: bob, payload }, end])
    expect(readBy(bob, terms)).toMatchObject({
      type: 'refuse',
      position: 'clear',
      refusal: { rule: 'P8', failure: 'invalid_onion_payload', data: { type: 12n } },
    })
  })

  test('with another one the data do not decrypt', { tags: ['P8'] }, () => {
    const { terms } = craftHtlc([{ node: bob, data: relayTo(carol), payload: { current_path_key: dave.id } }, end])
    expect(readBy(bob, terms)).toMatchObject({
      type: 'refuse',
      position: 'introduction',
      refusal: { rule: 'P8', failure: 'invalid_onion_payload', data: { type: 10n } },
    })
  })

  test.each([
    ['no stream', Uint8Array.of(1)],
    ['a stream with an unknown even type', joinRecords([encodeRecord(16n, new Uint8Array(1))])],
  ])('with data that are %s it is refused', { tags: ['P8'] }, (_, data) => {
    const { terms } = craftHtlc([{ node: bob, data }, end], { inside: true })
    expect(readBy(bob, terms)).toMatchObject({ type: 'refuse', position: 'inside', refusal: { rule: 'P8' } })
  })

  test('what is no point there is refused before anything is peeled', { tags: ['P8'] }, () => {
    const { terms } = craftHtlc([{ node: bob, data: relayTo(carol) }, end], { inside: true })
    const read = readBy(bob, { ...terms, pathKey: new Uint8Array(33) })
    expect(read).toMatchObject({ type: 'refuse', position: 'inside', refusal: { rule: 'P8' } })
    expect(read.sharedSecret).toBeUndefined()
  })

  test.each([
    ['beside the onion', { current_path_key: undefined }, 'inside'],
    ['in it', { current_path_key: alice.id }, 'introduction'],
  ] as const)(
    '%s but without data to decrypt it is refused',
    { tags: ['P14'] },
    (_, { current_path_key }, position) => {
      const inside = position === 'inside'
      const payload = encodePaymentPayload({ ...CLEAR, ...(current_path_key && { current_path_key }) })
      // The data only make the layer addressed to the blinded id; the payload has none.
      const { terms } = craftHtlc([{ node: bob, payload, ...(inside && { data: relayTo(carol) }) }, end], { inside })
      expect(readBy(bob, terms)).toMatchObject({
        type: 'refuse',
        position,
        refusal: { rule: 'P14', failure: 'invalid_onion_payload', data: { type: 10n } },
      })
    },
  )
})

describe('a hop in the clear', () => {
  test('passes on over a channel, without a path_key', () => {
    const { terms } = craftHtlc([{ node: alice, payload: CLEAR }, { node: bob, data: relayTo(carol) }, end])
    const read = readBy(alice, terms)
    expect(read).toMatchObject({
      type: 'forward',
      position: 'clear',
      next: { short_channel_id: 5n },
      amountMsat: 9_900n,
      cltvExpiry: 1090,
    })
    expect('pathKey' in read).toBe(false)
  })

  test('takes odd types that it does not know', () => {
    const others = [encodeRecord(65537n, Uint8Array.of(1))]
    const { terms } = craftHtlc([{ node: alice, payload: CLEAR, others }, end])
    expect(readBy(alice, terms).type).toBe('forward')
  })

  test.each([
    ['amt_to_forward', 2n],
    ['outgoing_cltv_value', 4n],
    ['short_channel_id', 6n],
  ] as const)('without %s is refused', { tags: ['P14'] }, (name, type) => {
    const { [name]: _, ...payload } = CLEAR
    const { terms } = craftHtlc([{ node: alice, payload }, end])
    expect(readBy(alice, terms)).toMatchObject({
      type: 'refuse',
      position: 'clear',
      refusal: { rule: 'P14', failure: 'invalid_onion_payload', data: { type } },
    })
  })

  test('is never the end of a payment', () => {
    const { terms } = craftHtlc([{ node: alice, payload: { ...CLEAR, amt_to_forward: 10_000n } }])
    expect(readBy(alice, terms)).toMatchObject({
      type: 'refuse',
      final: true,
      refusal: {
        failure: 'incorrect_or_unknown_payment_details',
        data: { htlc_msat: 10_000n, height: HEIGHT },
      },
    })
  })

  test.each([
    ['more than came in', { amt_to_forward: 10_001n }, 'fee_insufficient'],
    ['for longer than the HTLC that came in', { outgoing_cltv_value: 1101 }, 'incorrect_cltv_expiry'],
    ['for too short', { outgoing_cltv_value: 1002 }, 'expiry_too_soon'],
  ])('passes nothing on %s, whatever its terms', (_, change, failure) => {
    const { terms } = craftHtlc([{ node: alice, payload: { ...CLEAR, ...change } }, end])
    expect(readBy(alice, terms)).toMatchObject({ type: 'refuse', refusal: { failure } })
  })
})

describe('what cannot be read', () => {
  const good = () => craftHtlc([{ node: bob, data: relayTo(carol) }, end]).terms
  const altered = (at: number, value: number) => {
    const terms = good()
    const onion = Uint8Array.from(terms.onion)
    onion[at] = value
    return { ...terms, onion }
  }

  test.each([
    ['another version', () => altered(0, 1), 'invalid_onion_version'],
    ['a key that is no point', () => altered(1, 9), 'invalid_onion_key'],
    ['an altered payload', () => altered(100, altered(0, 0).onion[100]! ^ 1), 'invalid_onion_hmac'],
    ['another payment hash', () => ({ ...good(), paymentHash: new Uint8Array(32) }), 'invalid_onion_hmac'],
    ['another length', () => ({ ...good(), onion: good().onion.subarray(1) }), 'invalid_onion_version'],
  ])('%s is refused by name, without a shared secret', (_, terms, failure) => {
    const read = readBy(bob, terms())
    expect(read).toMatchObject({ type: 'refuse', position: 'clear', refusal: { failure } })
    expect(read.sharedSecret).toBeUndefined()
  })

  test('a payload with an unknown even type is refused by that type', () => {
    const { terms } = craftHtlc([{ node: alice, payload: CLEAR, others: [encodeRecord(20n, new Uint8Array(1))] }, end])
    expect(readBy(alice, terms)).toMatchObject({
      type: 'refuse',
      position: 'clear',
      refusal: { failure: 'invalid_onion_payload', data: { type: 20n } },
    })
  })

  test('such a payload with a path_key is that of an introduction node', () => {
    const others = [encodeRecord(20n, new Uint8Array(1))]
    const { terms } = craftHtlc([{ node: bob, data: relayTo(carol), others }, end])
    expect(readBy(bob, terms)).toMatchObject({ type: 'refuse', position: 'introduction' })
  })

  test('a payload of an impossible length is refused, with a shared secret', () => {
    const plain = new Uint8Array(1300)
    plain[0] = 1
    const packet = rawPacket(plain, bob.id, { sessionKey: SESSION_KEY, associatedData: paymentHash })
    const read = readBy(bob, { ...good(), onion: encodePacket(packet) })
    expect(read).toMatchObject({ type: 'refuse', position: 'clear', refusal: { failure: 'invalid_onion_payload' } })
    expect(read.sharedSecret).toHaveLength(32)
  })
})

describe('hops to ourselves', () => {
  const dummies = (count: number): readonly CraftedHop[] =>
    Array.from({ length: count }, () => ({
      node: carol,
      data: { next_node_id: carol.id, payment_relay: { ...payment_relay, cltv_expiry_delta: 1, fee_base_msat: 1 } },
    }))

  test('are peeled, and the HTLC is held against what they leave', () => {
    const { terms, sharedSecrets } = craftHtlc([...dummies(3), end], { inside: true })
    const read = readBy(carol, terms)
    expect(read).toMatchObject({ type: 'receive', position: 'inside', final: false, pathId: Uint8Array.of(1, 2, 3) })
    expect(read.sharedSecret).toEqual(sharedSecrets[0])
  })

  test('leave the place of the HTLC to the layer that came', () => {
    const { terms } = craftHtlc([...dummies(2), { ...end, payload: { ...FINAL, amt_to_forward: 9_999n } }])
    expect(readBy(carol, terms)).toMatchObject({
      type: 'refuse',
      position: 'introduction',
      final: false,
      refusal: { rule: 'P13', failure: 'final_incorrect_htlc_amount' },
    })
  })

  test('are peeled so often and no more', () => {
    const most = craftHtlc([...dummies(MAX_DUMMY_HOPS), end], { inside: true }).terms
    expect(readBy(carol, most).type).toBe('receive')
    const more = craftHtlc([...dummies(MAX_DUMMY_HOPS + 1), end], { inside: true }).terms
    expect(readBy(carol, more)).toMatchObject({ type: 'refuse', refusal: { why: expect.stringContaining('in a row') } })
  })

  test('that are the end of an onion were cut off', { tags: ['B9'] }, () => {
    const { terms } = craftHtlc([{ ...dummies(1)[0]!, payload: FINAL }], { inside: true })
    expect(readBy(carol, terms)).toMatchObject({ type: 'refuse', refusal: { rule: 'B9' } })
  })
})

test('without a height nothing is taken or passed on, and the place is known all the same', () => {
  const relayed = craftHtlc([{ node: bob, data: relayTo(carol) }, end]).terms
  const taken = craftHtlc([end], { inside: true }).terms
  const read = (node: typeof bob, terms: HtlcTerms) =>
    readHtlc({ terms, nodeSecret: node.secret, nodeId: node.id, height: undefined, minFinalCltv: MIN_FINAL })
  expect(read(bob, relayed)).toMatchObject({
    type: 'refuse',
    position: 'introduction',
    refusal: { failure: 'temporary_node_failure' },
  })
  expect(read(carol, taken)).toMatchObject({ type: 'refuse', position: 'inside', final: true })
})

test('what is passed on is read by the next hop, path_key and all', { tags: ['B8'] }, () => {
  const first = craftHtlc([{ node: alice, payload: CLEAR }, { node: bob, data: relayTo(carol) }, end]).terms
  const second = readBy(alice, first)
  if (second.type !== 'forward') throw new Error(second.type)
  const third = readBy(bob, { ...second, paymentHash })
  if (third.type !== 'forward') throw new Error(third.type)
  expect(third.pathKey).toHaveLength(33)
  expect(readBy(carol, { ...third, paymentHash })).toMatchObject({ type: 'receive', amountMsat: 9_000n })
})

test('a path may give the next hop another path_key', { tags: ['B8'] }, () => {
  const { terms } = craftHtlc([{ node: bob, data: { ...relayTo(carol), next_path_key_override: dave.id } }, end])
  expect(readBy(bob, terms)).toMatchObject({ type: 'forward', pathKey: dave.id })
})
