import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.js'
import { isLnoError } from '../../../src/base/error.js'
import type { InvoicePath } from '../../../src/bolt12/create-invoice.js'
import { decodePacket } from '../../../src/onion/packet.js'
import { decodePaymentPayload, type PaymentPayload } from '../../../src/onion/payment-payload.js'
import { HEIGHT_TOLERANCE } from '../../../src/payments/block-clock.js'
import { type BuildPayment, buildPayment } from '../../../src/payments/onions/build-payment.js'
import { type BuildPaymentPath, buildPaymentPath } from '../../../src/payments/onions/payment-path.js'
import { planHops } from '../../../src/payments/onions/payment-route.js'
import { MAX_LOCAL_HOPS, readHtlc } from '../../../src/payments/onions/read-htlc.js'
import { onionRoom } from '../../../src/payments/onions/room.js'
import { codeOf } from '../../support/code-of.js'
import { node, secretOf } from '../../support/keys.js'
import { alice, bob, carol, dave, HEIGHT, MIN_FINAL, paymentHash, SESSION_KEY } from './craft.js'

const payer = node(0x31)
const TERMS = { feeBaseMsat: 1_000, feeProportionalMillionths: 100, cltvExpiryDelta: 40 }
const LIMITS = { htlcMinimumMsat: 1n, htlcMaximumMsat: 10n ** 12n }

/** A path over `relays` to Dave. */
function pathOver(relays: readonly (typeof bob)[], change: Partial<BuildPaymentPath> = {}): InvoicePath {
  return buildPaymentPath({
    relays: relays.map(({ id }) => ({ nodeId: id, ...TERMS, ...LIMITS })),
    nodeId: dave.id,
    pathId: Uint8Array.of(1, 2, 3),
    minFinalCltv: MIN_FINAL,
    usableUntil: HEIGHT + 500,
    ...LIMITS,
    sessionKey: secretOf(0x55),
    ...change,
  })
}

const over = (path: InvoicePath, change: Partial<BuildPayment> = {}): BuildPayment => ({
  nodeSecret: payer.secret,
  nodeId: payer.id,
  clear: [],
  path,
  amountMsat: 100_000n,
  totalMsat: 300_000n,
  height: HEIGHT,
  paymentHash,
  sessionKey: SESSION_KEY,
  ...change,
})

const clearHop = (relay: typeof bob, shortChannelId: bigint) => ({ nodeId: relay.id, shortChannelId, ...TERMS })

const told = (payment: BuildPayment): readonly PaymentPayload[] =>
  planHops(payment).hops.map(({ payload }) => decodePaymentPayload(payload).fields)
const types = (payment: BuildPayment): readonly string[] =>
  planHops(payment).hops.map(({ payload }) =>
    decodePaymentPayload(payload)
      .records.map(({ type }) => String(type))
      .join(' '),
  )

describe('what a payer tells each hop', () => {
  test('is in a path what the rules name and nothing else', { tags: ['P5', 'B4', 'B5'] }, () => {
    expect(types(over(pathOver([bob, carol])))).toEqual(['10 12', '10', '2 4 10 18'])
    expect(types(over(pathOver([])))).toEqual(['2 4 10 12 18'])
    const path = pathOver([bob])
    const [introduction, last] = told(over(path))
    expect(introduction!.current_path_key).toEqual(path.path.first_path_key)
    expect([introduction, last].map((hop) => hop!.encrypted_recipient_data)).toEqual(
      path.path.path.map((hop) => hop.encrypted_recipient_data),
    )
    expect(last).toMatchObject({ amt_to_forward: 100_000n, total_amount_msat: 300_000n })
  })

  test('is for the recipient the height of now, a little ahead', { tags: ['P6'] }, () => {
    const heightTold = (change: Partial<BuildPayment>) =>
      told(over(pathOver([bob]), change)).at(-1)!.outgoing_cltv_value
    expect(heightTold({})).toBe(HEIGHT + HEIGHT_TOLERANCE)
    expect(heightTold({ finalDelta: 0 })).toBe(HEIGHT)
    expect(heightTold({ finalDelta: 37, height: 7 })).toBe(44)
    const path = pathOver([bob])
    expect(planHops(over(path, { finalDelta: 5 })).cltvExpiry).toBe(HEIGHT + 5 + path.payinfo.cltv_expiry_delta)
  })

  test('is in the clear amount, expiry and channel', { tags: ['P7'] }, () => {
    const path = pathOver([carol])
    const payment = over(path, { clear: [clearHop(alice, 5n), clearHop(bob, 6n)], finalDelta: 0 })
    expect(types(payment)).toEqual(['2 4 6', '2 4 6', '10 12', '2 4 10 18'])
    const [first, second] = told(payment)
    const intoPath = HEIGHT + path.payinfo.cltv_expiry_delta
    // Into the path: 100 000 + 1000 + 10; Bob takes 1000 + 10 of that, Alice 1000 + 10 of what Bob gets.
    expect(second).toEqual({ amt_to_forward: 101_010n, outgoing_cltv_value: intoPath, short_channel_id: 6n })
    expect(first).toEqual({ amt_to_forward: 102_020n, outgoing_cltv_value: intoPath + 40, short_channel_id: 5n })
    const { terms, feeMsat, first: peer } = buildPayment(payment)
    expect(terms).toMatchObject({ amountMsat: 103_030n, cltvExpiry: intoPath + 80 })
    expect(feeMsat).toBe(3_030n)
    expect(peer).toEqual(alice.id)
  })

  test('is addressed to the introduction node by its id, to the others by what hides them', { tags: ['B5'] }, () => {
    const path = pathOver([bob, carol])
    expect(planHops(over(path)).hops.map(({ node_id }) => node_id)).toEqual([
      bob.id,
      ...path.path.path.slice(1).map(({ blinded_node_id }) => blinded_node_id),
    ])
  })
})

describe('a path whose introduction node is named by a channel', () => {
  const path = pathOver([bob], { firstNodeId: { short_channel_id: 8n, direction: 1 } })

  test('is used once somebody knows the node', () => {
    expect(buildPayment(over(path, { introduction: bob.id })).first).toEqual(bob.id)
  })

  test('is not used before', () => {
    expect(codeOf(() => buildPayment(over(path)))).toBe('BLINDED_PATH_UNRESOLVED')
  })
})

describe('a path that begins with ourselves', () => {
  /** Over Carol so many times and then Bob; named by channels, so that it fits an onion. */
  const overCarol = (times: number) =>
    pathOver([], {
      relays: Array.from({ length: times + 1 }, (_, i) => ({
        nodeId: i < times ? carol.id : bob.id,
        ...TERMS,
        ...LIMITS,
        shortChannelId: i < times - 1 ? 1n : 2n,
      })),
      pad: false,
    })
  const peerOf = (channel: bigint) => (channel === 1n ? carol.id : bob.id)
  const carolPays = { nodeSecret: carol.secret, nodeId: carol.id }

  test('is entered behind us, our own fee kept', () => {
    const path = pathOver([carol, bob])
    const { first, terms, feeMsat, origin } = buildPayment(over(path, carolPays))
    expect(first).toEqual(bob.id)
    expect(origin.introduction).toBe(-1)
    expect(feeMsat).toBe(1_011n) // rounding in the payinfo is in Bob's favour
    expect(types(over(path, carolPays))).toEqual(['10', '2 4 10 18'])
    const read = readHtlc({
      terms,
      nodeSecret: bob.secret,
      nodeId: bob.id,
      height: HEIGHT,
      minFinalCltv: MIN_FINAL,
      forwarding: TERMS,
    })
    expect(read).toMatchObject({ type: 'forward', position: 'inside', next: { node_id: dave.id } })
    if (read.type !== 'forward') return
    const next = { ...read, paymentHash }
    expect(
      readHtlc({
        terms: next,
        nodeSecret: dave.secret,
        nodeId: dave.id,
        height: HEIGHT,
        minFinalCltv: MIN_FINAL,
      }),
    ).toMatchObject({ type: 'receive', amountMsat: 100_000n, pathId: Uint8Array.of(1, 2, 3) })
  })

  test('may name ourselves several times', () => {
    expect(types(over(pathOver([carol, carol, bob]), carolPays))).toEqual(['10', '2 4 10 18'])
    expect(buildPayment(over(overCarol(MAX_LOCAL_HOPS + 1), { ...carolPays, peerOf })).first).toEqual(bob.id)
  })

  test('may name a channel of ours', () => {
    const relays = [{ nodeId: carol.id, ...TERMS, ...LIMITS, shortChannelId: 77n }]
    const path = pathOver([], { relays })
    const known = (channel: bigint) => (channel === 77n ? dave.id : undefined)
    expect(buildPayment(over(path, { ...carolPays, peerOf: known })).first).toEqual(dave.id)
    expect(codeOf(() => buildPayment(over(path, carolPays)))).toBe('NO_PAYMENT_ROUTE')
  })

  test.each<[string, () => BuildPayment]>([
    ['and ends there', () => over(pathOver([]), { nodeSecret: dave.secret, nodeId: dave.id })],
    ['too often', () => over(overCarol(MAX_LOCAL_HOPS + 2), { ...carolPays, peerOf })],
    ['and is over', () => over(pathOver([carol, bob], { usableUntil: HEIGHT }), carolPays)],
    ['with another secret than its own', () => over(pathOver([carol, bob]), { ...carolPays, nodeSecret: bob.secret })],
    ['after others', () => over(pathOver([carol, bob]), { ...carolPays, clear: [clearHop(alice, 5n)] })],
  ])('%s is not used', (_, payment) => {
    expect(codeOf(() => buildPayment(payment()))).toBe('NO_PAYMENT_ROUTE')
  })
})

describe('what does not fit an onion', () => {
  /** A path with `bytes` more than it needs at its end. */
  const long = (bytes: number): InvoicePath => {
    const { path, payinfo } = pathOver([bob, carol])
    const hops = path.path.map((hop, i, all) => ({
      ...hop,
      encrypted_recipient_data: concatBytes(
        hop.encrypted_recipient_data,
        new Uint8Array(i === all.length - 1 ? bytes : 0),
      ),
    }))
    return { path: { ...path, path: hops }, payinfo }
  }

  test('is known to the byte before paying', () => {
    const room = (payment: BuildPayment) => {
      const { path } = payment.path
      const { amountMsat, totalMsat, height, finalDelta = HEIGHT_TOLERANCE } = payment
      return onionRoom(path, { amountMsat, totalMsat, finalExpiry: height + finalDelta })
    }
    // From here on one byte more is one byte less of room: all lengths take three bytes.
    const at = 400 + room(over(long(400)))
    expect(room(over(long(at)))).toBe(0)
    expect(decodePacket(buildPayment(over(long(at))).terms.onion).hop_payloads).toHaveLength(1300)
    for (const bytesOver of [1, 30]) {
      const payment = over(long(at + bytesOver))
      expect(room(payment)).toBe(-bytesOver)
      try {
        buildPayment(payment)
        expect.unreachable()
      } catch (error) {
        expect(isLnoError(error, 'PAYMENT_ONION_TOO_LARGE')).toBe(true)
        expect(isLnoError(error) && error.details).toEqual({ bytesOver })
      }
    }
  })

  test('counts hops in the clear, and what is not known as long as it can be', () => {
    const { path } = pathOver([bob, carol])
    expect(onionRoom(path) - onionRoom(path, { clearHops: 2 })).toBe(2 * (1 + 10 + 6 + 10 + 32))
    expect(onionRoom(path, { amountMsat: 1n, totalMsat: 1n, finalExpiry: 1 }) - onionRoom(path)).toBe(7 + 7 + 3)
    expect(onionRoom(path, { ownHops: 1 })).toBeGreaterThan(onionRoom(path))
  })
})
