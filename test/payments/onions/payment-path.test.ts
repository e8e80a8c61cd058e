import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { ENCRYPTED_DATA, type EncryptedData } from '../../../src/blinding/encrypted-data.js'
import { nextPathKey, readHopData, sharePath } from '../../../src/blinding/unblind.js'
import type { InvoicePath } from '../../../src/bolt12/create-invoice.js'
import { type BuildPaymentPath, buildPaymentPath, type PathRelay } from '../../../src/payments/onions/payment-path.js'
import { codeOf } from '../../support/code-of.js'
import { secretOf } from '../../support/keys.js'
import { alice, bob, carol } from './craft.js'

const relay = (node: typeof bob, change: Partial<PathRelay> = {}): PathRelay => ({
  nodeId: node.id,
  feeBaseMsat: 1_000,
  feeProportionalMillionths: 100,
  cltvExpiryDelta: 40,
  htlcMinimumMsat: 1n,
  htlcMaximumMsat: 1_000_000n,
  ...change,
})

const options = (change: Partial<BuildPaymentPath> = {}): BuildPaymentPath => ({
  relays: [relay(alice), relay(bob, { cltvExpiryDelta: 30, htlcMinimumMsat: 700n, htlcMaximumMsat: 50_000n })],
  nodeId: carol.id,
  pathId: new Uint8Array(100).fill(7),
  minFinalCltv: 18,
  usableUntil: 2_000,
  htlcMinimumMsat: 5n,
  htlcMaximumMsat: 90_000n,
  sessionKey: secretOf(0x55),
  ...change,
})

/** What each hop reads, the last one being Carol. */
function readAll({ path }: InvoicePath, nodes: readonly (typeof bob)[]): readonly EncryptedData[] {
  let key = path.first_path_key
  return path.path.map(({ encrypted_recipient_data }, i) => {
    const share = sharePath(nodes[i]!.secret, key)
    key = nextPathKey(share)
    return readHopData(share, encrypted_recipient_data, ENCRYPTED_DATA).fields
  })
}

const NODES = [alice, bob, carol]

describe('a path to be paid over', () => {
  test('tells each relay its fee and limits and exactly one way on', { tags: ['P1'] }, () => {
    const relays = [relay(alice, { shortChannelId: 99n }), relay(bob)]
    const [first, second, last] = readAll(buildPaymentPath(options({ relays })), NODES)
    expect(first!.short_channel_id).toBe(99n)
    expect(first!.next_node_id).toBeUndefined()
    expect(second!.short_channel_id).toBeUndefined()
    expect(second!.next_node_id).toEqual(carol.id)
    for (const data of [first, second]) {
      expect(data!.payment_relay).toEqual({
        cltv_expiry_delta: 40,
        fee_proportional_millionths: 100,
        fee_base_msat: 1_000,
      })
      expect(data!.payment_constraints).toBeDefined()
      expect(data!.path_id).toBeUndefined()
    }
    expect(last!.path_id).toEqual(new Uint8Array(100).fill(7))
    expect([last!.payment_relay, last!.short_channel_id, last!.next_node_id]).toEqual([undefined, undefined, undefined])
  })

  test('ends for each hop a delay earlier, and asks all for the largest of the minimums', { tags: ['P2'] }, () => {
    const limits = readAll(buildPaymentPath(options()), NODES).map((data) => data.payment_constraints)
    expect(limits).toEqual([
      { max_cltv_expiry: 2_088, htlc_minimum_msat: 700n },
      { max_cltv_expiry: 2_048, htlc_minimum_msat: 700n },
      { max_cltv_expiry: 2_018, htlc_minimum_msat: 700n },
    ])
  })

  test('allows no features', { tags: ['P3'] }, () => {
    for (const data of readAll(buildPaymentPath(options()), NODES)) {
      expect(data.allowed_features ?? new Uint8Array(0)).toHaveLength(0)
    }
  })

  test('costs what its hops cost, rounded up from the end', { tags: ['P4'] }, () => {
    expect(buildPaymentPath(options()).payinfo).toEqual({
      fee_base_msat: 2_001, // 1000 + 1000 · 1.0001, rounded up
      fee_proportional_millionths: 201, // 200.01
      cltv_expiry_delta: 40 + 30 + 18,
      htlc_minimum_msat: 700n,
      htlc_maximum_msat: 50_000n,
      features: new Uint8Array(0),
    })
  })

  test('hides how much each hop is told', { tags: ['B3'] }, () => {
    const lengths = (path: InvoicePath) => path.path.path.map((hop) => hop.encrypted_recipient_data.length)
    const padded = lengths(buildPaymentPath(options({ dummyHops: 2 })))
    expect(padded).toHaveLength(5)
    expect(new Set(padded).size).toBe(1)
    expect(new Set(lengths(buildPaymentPath(options({ pad: false })))).size).toBeGreaterThan(1)
  })

  test('may go on to ourselves a few times, for nothing', () => {
    const path = buildPaymentPath(options({ dummyHops: 2 }))
    const data = readAll(path, [alice, bob, carol, carol, carol])
    for (const dummy of data.slice(2, 4)) {
      expect(dummy.next_node_id).toEqual(carol.id)
      expect(dummy.payment_relay).toEqual({ cltv_expiry_delta: 0, fee_proportional_millionths: 0, fee_base_msat: 0 })
    }
    expect(data[4]!.path_id).toBeDefined()
    expect(path.payinfo).toEqual(buildPaymentPath(options()).payinfo)
  })

  test('begins and ends with ourselves when nobody is before us', () => {
    const path = buildPaymentPath(options({ relays: [] }))
    expect(path.path.first_node_id).toEqual({ node_id: carol.id })
    expect(path.payinfo).toMatchObject({ fee_base_msat: 0, fee_proportional_millionths: 0, cltv_expiry_delta: 18 })
  })

  test('names its introduction node as it is told', () => {
    const firstNodeId = { short_channel_id: 1n, direction: 0 } as const
    expect(buildPaymentPath(options({ firstNodeId })).path.first_node_id).toEqual(firstNodeId)
  })

  test.each<[string, Partial<BuildPaymentPath>, string]>([
    ['over which no amount can pass', { relays: [relay(bob, { htlcMinimumMsat: 90_001n })] }, 'NO_INBOUND'],
    [
      'whose fees are too high to be told',
      { relays: [relay(alice, { feeBaseMsat: 0xffffffff }), relay(bob)] },
      'PAYINFO_OVERFLOW',
    ],
    ['whose delays are too long to be told', { minFinalCltv: 65_500 }, 'PAYINFO_OVERFLOW'],
    ['with too many hops to ourselves', { dummyHops: 11 }, 'BLINDED_PATH_TOO_LONG'],
    ['that fits no onion', { pathId: new Uint8Array(1_200) }, 'PAYMENT_ONION_TOO_LARGE'],
  ])('%s is not made', (_, change, code) => {
    expect(codeOf(() => buildPaymentPath(options(change)))).toBe(code)
  })

  test('is another one with another key', { tags: ['B1'] }, () => {
    const first = buildPaymentPath(options()).path
    const second = buildPaymentPath(options({ sessionKey: secretOf(0x56) })).path
    expect(second.first_path_key).not.toEqual(first.first_path_key)
    expect(second.path[2]).not.toEqual(first.path[2])
  })
})
