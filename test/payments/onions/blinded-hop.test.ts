import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { type EncryptedData, encodeEncryptedData } from '../../../src/blinding/encrypted-data.js'
import { decodePaymentPayload, PAYMENT_PAYLOAD, type PaymentPayload } from '../../../src/onion/payment-payload.js'
import { BLINDED_HOP_RULES, type BlindedHopRead } from '../../../src/payments/onions/blinded-hop.js'
import { readHtlc } from '../../../src/payments/onions/read-htlc.js'
import { encodeRecord, encodeTlv, type TlvRecord } from '../../../src/wire/tlv.js'
import { bob, carol, craftHtlc, FINAL, HEIGHT, MIN_FINAL } from './craft.js'

const CONSTRAINTS = { max_cltv_expiry: 1100, htlc_minimum_msat: 10_000n }
const RELAY = { cltv_expiry_delta: 40, fee_proportional_millionths: 1000, fee_base_msat: 10 }
const relayData: EncryptedData = { next_node_id: carol.id, payment_relay: RELAY, payment_constraints: CONSTRAINTS }
const finalData: EncryptedData = { path_id: new Uint8Array(16).fill(9), payment_constraints: CONSTRAINTS }

/** A good hop, or what is wrong with it. */
interface Example {
  readonly final?: boolean
  readonly data?: EncryptedData
  readonly payload?: PaymentPayload
  readonly others?: readonly TlvRecord[]
  readonly amountMsat?: bigint
  readonly cltvExpiry?: number
  readonly height?: number
}

function without<T extends object, K extends keyof T>(object: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = object
  return rest
}

/** What `readHtlc` makes of it, at an introduction node or inside the path. */
function readWhole(example: Example, inside: boolean) {
  const { final = false, data = final ? finalData : relayData, payload = final ? FINAL : {}, others } = example
  const hop = { node: bob, data, payload, ...(others && { others }) }
  const last = { node: carol, data: finalData, payload: FINAL }
  const { terms } = craftHtlc(final ? [hop] : [hop, last], { inside, ...amounts(example) })
  const { height = HEIGHT } = example
  return readHtlc({ terms, nodeSecret: bob.secret, nodeId: bob.id, height, minFinalCltv: MIN_FINAL })
}

function amounts({ amountMsat, cltvExpiry }: Example) {
  return { ...(amountMsat !== undefined && { amountMsat }), ...(cltvExpiry !== undefined && { cltvExpiry }) }
}

/** The ids of all rules that refuse it. */
function refusing(example: Example): readonly string[] {
  const { final = false, data = final ? finalData : relayData, payload = final ? FINAL : {}, others = [] } = example
  const records = [...others, encodeRecord(10n, encodeEncryptedData(data))]
  const hop: BlindedHopRead = {
    payload: decodePaymentPayload(encodeTlv(PAYMENT_PAYLOAD, payload, records)),
    data,
    final,
    amountMsat: 10_000n,
    cltvExpiry: 1100,
    height: HEIGHT,
    minFinalCltv: MIN_FINAL,
    ...amounts(example),
    ...(example.height !== undefined && { height: example.height }),
  }
  return BLINDED_HOP_RULES.filter(({ role }) => role === 'any' || (role === 'final') === final)
    .filter(({ refuses }) => refuses(hop) !== undefined)
    .map(({ id }) => id)
}

const odd = encodeRecord(65537n, Uint8Array.of(1))

/** Each rule with the least that it refuses. */
const COUNTER_EXAMPLES: readonly (readonly [id: string, failure: string, example: Example])[] = [
  ['P10 features', 'invalid_onion_payload', { data: { ...relayData, allowed_features: Uint8Array.of(2) } }],
  [
    'P10 features',
    'invalid_onion_payload',
    { final: true, data: { ...finalData, allowed_features: Uint8Array.of(1) } },
  ],
  ['P10 both', 'invalid_onion_payload', { data: { ...relayData, short_channel_id: 1n } }],
  ['P9 expiry', 'incorrect_or_unknown_payment_details', { cltvExpiry: 1101 }],
  ['P9 expiry', 'incorrect_or_unknown_payment_details', { final: true, cltvExpiry: 1101 }],
  ['P9 amount', 'incorrect_or_unknown_payment_details', { amountMsat: 9_999n }],
  [
    'P9 amount',
    'incorrect_or_unknown_payment_details',
    { final: true, amountMsat: 9_999n, payload: { ...FINAL, amt_to_forward: 9_999n } },
  ],
  ['P11 others', 'invalid_onion_payload', { others: [odd] }],
  ['P11 others', 'invalid_onion_payload', { payload: { amt_to_forward: 1n } }],
  ['P11 next', 'invalid_onion_payload', { data: without(relayData, 'next_node_id') }],
  ['P11 relay', 'invalid_onion_payload', { data: without(relayData, 'payment_relay') }],
  ['P13 others', 'invalid_onion_payload', { final: true, others: [odd] }],
  ['P13 others', 'invalid_onion_payload', { final: true, payload: { ...FINAL, payment_metadata: Uint8Array.of(1) } }],
  ['P13 amt_to_forward', 'invalid_onion_payload', { final: true, payload: without(FINAL, 'amt_to_forward') }],
  ['P13 outgoing_cltv_value', 'invalid_onion_payload', { final: true, payload: without(FINAL, 'outgoing_cltv_value') }],
  ['P13 total_amount_msat', 'invalid_onion_payload', { final: true, payload: without(FINAL, 'total_amount_msat') }],
  ['P13 amount', 'final_incorrect_htlc_amount', { final: true, payload: { ...FINAL, amt_to_forward: 10_001n } }],
  ['P13 expiry', 'final_incorrect_cltv_expiry', { final: true, payload: { ...FINAL, outgoing_cltv_value: 1101 } }],
  ['P13 height', 'incorrect_or_unknown_payment_details', { final: true, height: 1083 }],
  [
    'B9 cut short',
    'incorrect_or_unknown_payment_details',
    { final: true, data: { ...finalData, next_node_id: carol.id } },
  ],
]

/** Good hops that come as close as they can. */
const GOOD: readonly (readonly [what: string, example: Example])[] = [
  ['a relay', {}],
  ['a relay told a channel', { data: { ...without(relayData, 'next_node_id'), short_channel_id: 7n } }],
  ['a relay without limits', { data: without(relayData, 'payment_constraints') }],
  [
    'a relay whose features are listed, and none are',
    { data: { ...relayData, allowed_features: Uint8Array.of(0, 0) } },
  ],
  ['an end', { final: true }],
  ['an end without limits', { final: true, data: without(finalData, 'payment_constraints') }],
  ['an end that gets its HTLC at the last moment', { final: true, height: 1082 }],
  ['an end that gets more than was sent', { final: true, payload: { ...FINAL, amt_to_forward: 9_999n } }],
]

describe('a hop of a blinded path', () => {
  for (const rule of ['P9', 'P10', 'P11', 'P13', 'B9'] as const) {
    test.each(COUNTER_EXAMPLES.filter(([id]) => id.startsWith(`${rule} `)))(
      '%s is refused, by that alone (%#)',
      { tags: [rule] },
      (id, failure, example) => {
        expect(refusing(example)).toEqual([id])
        for (const inside of [false, true]) {
          expect(readWhole(example, inside)).toMatchObject({ type: 'refuse', refusal: { rule, failure } })
        }
      },
    )
  }

  test('every rule has its counter-example', () => {
    expect(new Set(COUNTER_EXAMPLES.map(([id]) => id))).toEqual(new Set(BLINDED_HOP_RULES.map(({ id }) => id)))
  })

  test.each(GOOD)('%s is taken', { tags: ['P9', 'P10', 'P11', 'P13'] }, (_, example) => {
    expect(refusing(example)).toEqual([])
    for (const inside of [false, true]) {
      expect(readWhole(example, inside)).toMatchObject({
        type: example.final ? 'receive' : 'forward',
        position: inside ? 'inside' : 'introduction',
        final: example.final ?? false,
      })
    }
  })

  test('passes on what is left of amount and blocks, the part of a msat given away', { tags: ['P12'] }, () => {
    expect(readWhole({}, true)).toMatchObject({
      next: { node_id: carol.id },
      amountMsat: 9_981n, // 9990 / 1.001 = 9980.02
      cltvExpiry: 1060,
      incomingMsat: 10_000n,
      incomingExpiry: 1100,
    })
  })

  test('of which a fee above twice the amount leaves exactly what the path counts with', { tags: ['P12'] }, () => {
    const payment_relay = { cltv_expiry_delta: 0, fee_proportional_millionths: 2_500_000, fee_base_msat: 1 }
    expect(readWhole({ data: { ...relayData, payment_relay } }, false)).toMatchObject({ amountMsat: 2_857n }) // 9999 / 3.5
  })

  test.each([
    ['the base fee takes all', { ...RELAY, fee_base_msat: 10_000 }],
    ['the delay is longer than the time there is', { ...RELAY, cltv_expiry_delta: 1101 }],
  ])('passes nothing on when %s', { tags: ['P12'] }, (_, payment_relay) => {
    const data = { ...relayData, payment_relay }
    expect(refusing({ data })).toEqual([])
    expect(readWhole({ data }, true)).toMatchObject({ type: 'refuse', refusal: { rule: 'P12' } })
  })

  test('tells what it is for, and what its sender means to send in all', () => {
    const payload = { ...FINAL, amt_to_forward: 9_000n, total_amount_msat: 90_000n }
    expect(readWhole({ final: true, payload }, true)).toMatchObject({
      pathId: finalData.path_id,
      amountMsat: 9_000n,
      totalMsat: 90_000n,
      expiry: 1100,
    })
  })
})
