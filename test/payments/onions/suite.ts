import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_DUMMY_HOPS } from '../../../src/blinding/message-hops.js'
import type { HtlcFailure, HtlcTerms } from '../../../src/payments/htlc.js'
import { type BuiltPayment, buildPayment } from '../../../src/payments/onions/build-payment.js'
import { passFailureBack, passFulfilBack } from '../../../src/payments/onions/pass-back.js'
import { buildPaymentPath } from '../../../src/payments/onions/payment-path.js'
import { type ForwardHtlc, type ReadHtlc, readHtlc } from '../../../src/payments/onions/read-htlc.js'
import { unknownDetails } from '../../../src/payments/onions/refusal.js'
import { refuseHtlc } from '../../../src/payments/onions/refuse.js'
import { readFulfilled, readReturned } from '../../../src/payments/onions/returned.js'
import type { ForwardingTerms } from '../../../src/payments/step.js'
import { encodeRecord } from '../../../src/wire/tlv.js'
import { node, secretOf } from '../../support/keys.js'
import { type CraftedHop, craftHtlc } from './craft.js'

type Node = ReturnType<typeof node>
interface Hop extends ForwardingTerms {
  readonly node: Node
}

const HEIGHT = 1_000
const HASH = new Uint8Array(32).fill(0x77)
const PATH_ID = new Uint8Array(120).fill(4)

/** Terms of which three add up to what a payinfo can say. */
const terms = (high: boolean) => ({
  feeBaseMsat: fc.oneof(fc.constant(0), fc.nat(2_000)),
  feeProportionalMillionths: fc.oneof(fc.constant(0), fc.nat(high ? 2_500_000 : 50_000)),
  cltvExpiryDelta: fc.nat(144),
})

interface Journey {
  readonly clear: readonly Hop[]
  readonly relays: readonly Hop[]
  readonly dummyHops: number
  readonly amountMsat: bigint
  readonly furtherMsat: bigint
  readonly minFinalCltv: number
  readonly weAreFirst: boolean
  readonly pad: boolean
}

let nodes: readonly Node[] | undefined

function journey(): fc.Arbitrary<Journey> {
  nodes ??= Array.from({ length: 7 }, (_, i) => node(0x21 + i))
  const hops = (from: number, most: number) =>
    fc
      .array(fc.oneof(fc.record(terms(false)), fc.record(terms(true))), { maxLength: most })
      .map((list) => list.map((hop, i): Hop => ({ ...hop, node: nodes![from + i]! })))
  return fc.record({
    clear: hops(0, 2),
    relays: hops(2, 3),
    dummyHops: fc.nat(1),
    amountMsat: fc.oneof(fc.bigInt(1n, 3_000n), fc.bigInt(1n, 10n ** 12n)),
    furtherMsat: fc.oneof(fc.constant(0n), fc.bigInt(1n, 10n ** 12n)),
    minFinalCltv: fc.integer({ min: 1, max: 144 }),
    weAreFirst: fc.boolean(),
    pad: fc.boolean(),
  })
}

const payer = () => node(0x31)
const recipient = () => node(0x32)

/** The HTLC of a journey, and the real hops that it comes by. */
function sendOff(journey: Journey): { readonly built: BuiltPayment; readonly hops: readonly Hop[] } {
  const { relays, dummyHops, amountMsat, furtherMsat, minFinalCltv, pad } = journey
  const weAreFirst = journey.weAreFirst && relays.length > 0
  const clear = weAreFirst ? [] : journey.clear
  const self = weAreFirst ? relays[0]!.node : payer()
  const limits = { htlcMinimumMsat: 1n, htlcMaximumMsat: 10n ** 15n }
  const path = buildPaymentPath({
    relays: relays.map(({ node: { id: nodeId }, ...hop }) => ({ ...hop, nodeId, ...limits })),
    nodeId: recipient().id,
    pathId: PATH_ID,
    minFinalCltv,
    usableUntil: HEIGHT + 10,
    ...limits,
    sessionKey: secretOf(0x55),
    dummyHops,
    pad,
  })
  const built = buildPayment({
    nodeSecret: self.secret,
    nodeId: self.id,
    clear: clear.map(({ node: { id: nodeId }, ...hop }, i) => ({ ...hop, nodeId, shortChannelId: BigInt(i) })),
    path,
    amountMsat,
    totalMsat: amountMsat + furtherMsat,
    height: HEIGHT,
    paymentHash: HASH,
    sessionKey: secretOf(0x66),
  })
  return { built, hops: [...clear, ...(weAreFirst ? relays.slice(1) : relays)] }
}

const readAt = (self: Node, htlc: HtlcTerms, minFinalCltv: number, forwarding?: ForwardingTerms): ReadHtlc =>
  readHtlc({
    terms: htlc,
    nodeSecret: self.secret,
    nodeId: self.id,
    height: HEIGHT,
    minFinalCltv,
    ...(forwarding && { forwarding }),
  })

const onward = ({ amountMsat, cltvExpiry, onion, pathKey }: ForwardHtlc): HtlcTerms => ({
  amountMsat,
  cltvExpiry,
  onion,
  paymentHash: HASH,
  ...(pathKey && { pathKey }),
})

/** What every node along the way reads, the recipient last. */
function travel(journey: Journey) {
  const { built, hops } = sendOff(journey)
  const reads: ReadHtlc[] = []
  let htlc = built.terms
  for (const { node: self, ...own } of hops) {
    const read = readAt(self, htlc, journey.minFinalCltv, own)
    reads.push(read)
    if (read.type !== 'forward') return { built, reads, htlc, hops }
    htlc = onward(read)
  }
  reads.push(readAt(recipient(), htlc, journey.minFinalCltv))
  return { built, reads, htlc, hops }
}

/** The properties of payment onions, on whatever group is set up. */
export function paymentOnions(numRuns: number): void {
  test('what a payer builds arrives with what was meant, and every hop gets its fee', { tags: ['P4', 'P12'] }, () => {
    fc.assert(
      fc.property(journey(), (journey) => {
        const { built, reads, htlc, hops } = travel(journey)
        const { amountMsat, furtherMsat, minFinalCltv } = journey
        expect(reads.map(({ type }) => type)).toEqual([...hops.map(() => 'forward'), 'receive'])
        expect(reads.at(-1)).toMatchObject({ pathId: PATH_ID, amountMsat, totalMsat: amountMsat + furtherMsat })
        expect(htlc.amountMsat >= amountMsat).toBe(true)
        expect(htlc.cltvExpiry >= HEIGHT + minFinalCltv).toBe(true)
        // Nothing is lost or made on the way.
        const fees = reads.map((read) => (read.type === 'forward' ? read.incomingMsat - read.amountMsat : 0n))
        expect(built.terms.amountMsat - fees.reduce((sum, fee) => sum + fee, 0n)).toBe(htlc.amountMsat)
        expect(built.feeMsat).toBe(built.terms.amountMsat - amountMsat)
        expect(fees.every((fee, i) => fee >= BigInt(hops[i]?.feeBaseMsat ?? 0))).toBe(true)
        // What rounding leaves to the recipient is a few millionths and a few msat.
        const relays = BigInt(journey.relays.length)
        expect(htlc.amountMsat - amountMsat <= relays * 4n * (1n + (4n * amountMsat) / 1_000_000n)).toBe(true)
      }),
      { numRuns },
    )
  })

  test('what fails on the way is told the payer as the place demands', {
    tags: ['E1', 'E2', 'E3', 'FO2', 'FO4'],
  }, () => {
    fc.assert(
      fc.property(journey(), fc.nat(20), fc.boolean(), (journey, at, paid) => {
        const { built, reads } = travel(journey)
        const { introduction } = built.origin
        const from = paid ? reads.length - 1 : at % reads.length
        if (paid) {
          let attribution: Uint8Array | undefined
          for (const read of [...reads].reverse()) {
            const { position, sharedSecret } = read
            const downstream = attribution && { downstream: attribution }
            attribution = passFulfilBack({ position, sharedSecret: sharedSecret!, holdTime: 7, ...downstream })
          }
          const times = readFulfilled(built.origin, attribution)
          expect(times).toEqual(Array.from({ length: introduction + 1 }, () => 7))
          return
        }
        let failure: HtlcFailure = refuseHtlc({
          ...reads[from]!,
          refusal: unknownDetails(5n, HEIGHT, 'unknown'),
          holdTime: 7,
        })
        for (const read of reads.slice(0, from).reverse()) {
          failure = passFailureBack({ ...read, sharedSecret: read.sharedSecret!, downstream: failure, holdTime: 7 })
        }
        const returned = readReturned({ origin: built.origin, failure })
        const final = from === introduction && reads[from]!.final
        const blinded = from >= introduction && !final
        expect(returned).toMatchObject({
          source: blinded ? Math.max(introduction, 0) : from,
          failure: { name: blinded ? 'invalid_onion_blinding' : 'incorrect_or_unknown_payment_details' },
          blinded,
        })
        if (!final && !blinded) expect(returned.final).toBe(false)
      }),
      { numRuns },
    )
  })

  test('a flipped bit of onion, path_key or payment hash is refused, and never thrown', () => {
    fc.assert(
      fc.property(journey(), fc.nat(20), fc.nat(1_365), fc.nat(7), fc.nat(9), (journey, at, byte, bit, which) => {
        const { built, hops } = sendOff(journey)
        let htlc = built.terms
        for (const { node: self, ...own } of hops.slice(0, at % (hops.length + 1))) {
          const read = readAt(self, htlc, journey.minFinalCltv, own)
          if (read.type !== 'forward') throw new Error(read.type)
          htlc = onward(read)
        }
        const flipped = (bytes: Uint8Array) => {
          const copy = Uint8Array.from(bytes)
          copy[byte % copy.length]! ^= 1 << bit
          return copy
        }
        const spoiled =
          which === 0
            ? { ...htlc, paymentHash: flipped(HASH) }
            : which < 3 && htlc.pathKey
              ? { ...htlc, pathKey: flipped(htlc.pathKey) }
              : { ...htlc, onion: flipped(htlc.onion) }
        const hop = hops[at % (hops.length + 1)]
        const read = readAt(hop?.node ?? recipient(), spoiled, journey.minFinalCltv, hop)
        expect(read.type).toBe('refuse')
        if (read.type === 'refuse') refuseHtlc({ ...read, holdTime: 0 })
      }),
      { numRuns },
    )
  })

  test('nothing that a stranger puts into payload or data is thrown', () => {
    const bytes = fc.uint8Array({ minLength: 2, maxLength: 80 })
    const record = fc
      .record({ type: fc.bigInt(0n, 20n), value: fc.uint8Array({ maxLength: 34 }) })
      .map(({ type, value }) => encodeRecord(type, value).bytes)
    const stream = fc.oneof(
      bytes,
      fc
        .array(record, { minLength: 1, maxLength: 4 })
        .map((records) => Uint8Array.from(records.flatMap((b) => [...b]))),
    )
    const hop = fc.record(
      { data: stream, payload: stream, total_amount_msat: fc.bigInt(0n, 2n ** 64n - 1n) },
      { requiredKeys: [] },
    )
    const amounts = fc.record({
      amountMsat: fc.bigInt(0n, 2n ** 64n - 1n),
      cltvExpiry: fc.nat(0xffffffff),
      inside: fc.boolean(),
    })
    fc.assert(
      fc.property(hop, amounts, ({ data, payload, total_amount_msat }, { inside, ...given }) => {
        const self = recipient()
        const crafted: CraftedHop = {
          node: self,
          ...(data && { data }),
          payload: payload ?? { ...(total_amount_msat !== undefined && { total_amount_msat }) },
        }
        const { terms: htlc } = craftHtlc(
          [
            { ...crafted, payload: pad(crafted.payload!) },
            { node: payer(), payload: Uint8Array.of(0, 0) },
          ],
          {
            ...given,
            inside: inside && data !== undefined,
          },
        )
        const read = readAt(self, htlc, MAX_DUMMY_HOPS)
        expect(['refuse', 'forward']).toContain(read.type)
        if (read.type === 'refuse') refuseHtlc({ ...read, holdTime: 0 })
      }),
      { numRuns },
    )
  })

  test('nothing that comes back is thrown', () => {
    const failure: fc.Arbitrary<HtlcFailure> = fc.oneof(
      fc.record({
        type: fc.constant('fail' as const),
        reason: fc.uint8Array({ maxLength: 300 }),
        attribution: fc.uint8Array({ minLength: 919, maxLength: 921 }),
      }),
      fc.record({
        type: fc.constant('malformed' as const),
        failureCode: fc.nat(0xffff),
        sha256OfOnion: fc.uint8Array({ maxLength: 33 }),
      }),
    )
    const place = fc.constantFrom('clear' as const, 'introduction' as const, 'inside' as const)
    fc.assert(
      fc.property(failure, place, (downstream, position) => {
        const origin = { sharedSecrets: [secretOf(1), secretOf(2)], introduction: 1 }
        const sharedSecret = secretOf(1)
        readReturned({ origin, failure: downstream })
        const passed = passFailureBack({
          position,
          final: false,
          sharedSecret,
          onionHash: HASH,
          downstream,
          holdTime: 3,
        })
        expect(readReturned({ origin, failure: passed }).final).toBe(false)
      }),
      { numRuns },
    )
  })
}

/** A payload has two bytes at least; an empty one has an odd record in it. */
function pad(payload: NonNullable<CraftedHop['payload']>): NonNullable<CraftedHop['payload']> {
  return payload instanceof Uint8Array || Object.keys(payload).length > 0
    ? payload
    : encodeRecord(99n, Uint8Array.of(1)).bytes
}
