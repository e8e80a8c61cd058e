import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LnoError } from '../../src/base/error.js'
import { toHex } from '../../src/base/hex.js'
import { createOffer, encodeOffer, type OfferOptions } from '../../src/bolt12/create-offer.js'
import { decodeInvoiceRequest, decodeOffer, decodeStream } from '../../src/bolt12/decode.js'
import { checkOffer, inspect } from '../../src/bolt12/inspect.js'
import { toJson } from '../../src/bolt12/json.js'
import {
  INVOICE_ERROR_LAYOUT,
  INVOICE_LAYOUT,
  INVOICE_REQUEST_LAYOUT,
  type Kind,
  layoutOf,
  OFFER_LAYOUT,
  PAYER_PROOF_LAYOUT,
} from '../../src/bolt12/layout.js'
import { decodeString } from '../../src/bolt12/string.js'
import { MAX_MSAT } from '../../src/wire/amount.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { encodeTlv, rows } from '../../src/wire/tlv.js'
import { arbitraryFields, arbitraryPoint, arbitraryUnknown } from '../support/arbitrary.js'
import { codeOf } from '../support/code-of.js'
import { hostileStream } from '../support/hostile.js'
import { pathOf } from './craft.js'

const LAYOUTS = [OFFER_LAYOUT, INVOICE_REQUEST_LAYOUT, INVOICE_LAYOUT, INVOICE_ERROR_LAYOUT, PAYER_PROOF_LAYOUT].map(
  ({ kind }) => [kind, layoutOf(kind)] as const,
)

describe.each(LAYOUTS)('%s', (kind: Kind, layout) => {
  const { table } = layout

  test('what was written is read, and writing what was read gives the same bytes', { tags: ['T8'] }, () => {
    fc.assert(
      fc.property(arbitraryFields(table), arbitraryUnknown(table), (fields, unknown) => {
        const bytes = encodeTlv(table, fields, unknown)
        const read = decodeStream(layout as never, bytes, {}, []) as ReturnType<typeof decodeOffer>
        expect(read.fields).toEqual(fields)
        const others = read.records.filter(({ type }) => !rows(table).has(type))
        expect(toHex(encodeTlv(table, read.fields, others))).toBe(toHex(bytes))
        expect(read.bytes).toBe(bytes)
      }),
      { numRuns: 25 },
    )
  })

  test('hostile bytes are refused with a code, and looked at four times at most', () => {
    fc.assert(
      fc.property(hostileStream(table), (bytes) => {
        const touched = { bytes: 0 }
        try {
          decodeStream(layout, bytes, { touched, verifySignature: false })
        } catch (error) {
          expect(error).toBeInstanceOf(LnoError)
        }
        expect(touched.bytes).toBeLessThanOrEqual(4 * bytes.length)
        JSON.stringify(toJson(inspect(bytes, { as: kind }))) // neither of the two throws
      }),
      { numRuns: 60 },
    )
  })
})

describe('offers', () => {
  const bytes = (maxLength: number) => fc.uint8Array({ maxLength })
  const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
  const price = fc.oneof(
    fc.record({ amountMsat: fc.bigInt({ min: 1n, max: MAX_MSAT }) }),
    fc.record({
      price: fc.record({
        currency: fc.constantFrom('EUR', 'JPY'),
        amount: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
      }),
    }),
    fc.constant({}),
  )
  const options: fc.Arbitrary<OfferOptions> = fc
    .tuple(
      price,
      fc.record({
        description: fc.string({ unit: 'binary', minLength: 1 }),
        issuer: optional(fc.string({ unit: 'binary' })),
        issuerId: arbitraryPoint(),
        paths: optional(fc.array(fc.integer({ min: 1, max: 3 }).map(pathOf), { minLength: 1, maxLength: 2 })),
        quantityMax: optional(fc.oneof(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), fc.constant('unlimited' as const))),
        absoluteExpiry: optional(fc.bigInt({ min: 100n, max: 2n ** 64n - 1n })),
        chains: optional(fc.constantFrom([chainHashOf('bitcoin')], [chainHashOf('bitcoin'), chainHashOf('regtest')])),
        metadata: optional(bytes(40)),
        features: optional(bytes(4).map((all) => all.map((byte) => byte & 0xaa))),
        records: fc.uniqueArray(
          fc.record({
            type: fc.bigInt({ min: 0n, max: 499_999_999n }).map((n) => 1_000_000_001n + 2n * n),
            value: bytes(20),
          }),
          { maxLength: 3, selector: ({ type }) => type },
        ),
      }),
    )
    .map(([a, b]) => ({ ...a, ...b }) as OfferOptions)

  test('every offer that we make is read again and may be answered', () => {
    fc.assert(
      fc.property(options, (made) => {
        const { offer, text } = createOffer(made)
        expect(decodeOffer(text)).toEqual(offer)
        expect(decodeOffer(text.toUpperCase()).bytes).toEqual(offer.bytes)
        expect(encodeOffer(decodeOffer(decodeString(text).bytes))).toBe(text)
        expect(checkOffer(offer, { now: 100n, chains: [chainHashOf('bitcoin')] })).toEqual({ ok: true, issues: [] })
      }),
      { numRuns: 60 },
    )
  })
})

test('one bit flipped in any byte of a signed request is refused', { tags: ['RR4'] }, () => {
  const { bytes } = decodeString(
    'lnr1qqyqqqqqqqqqqqqqqcp4256ypqqkgzshgysy6ct5dpjk6ct5d93kzmpq23ex2ct5d9ek293pqthvwfzadd7jejes8q9lhc4rvjxd022zv5l44g6qah82ru5rdpnpjkppqvjx204vgdzgsqpvcp4mldl3plscny0rt707gvpdh6ndydfacz43euzqhrurageg3n7kafgsek6gz3e9w52parv8gs2hlxzk95tzeswywffxlkeyhml0hh46kndmwf4m6xma3tkq2lu04qz3slje2rfthc89vss',
  )
  expect(codeOf(() => decodeInvoiceRequest(bytes))).toBe('accepted')
  fc.assert(
    fc.property(fc.array(fc.nat(7), { minLength: bytes.length, maxLength: bytes.length }), (bits) => {
      for (let at = 0; at < bytes.length; at++) {
        const flipped = bytes.slice()
        flipped[at]! ^= 1 << bits[at]!
        expect(
          codeOf(() => decodeInvoiceRequest(flipped)),
          `byte ${at}, bit ${bits[at]}`,
        ).not.toBe('accepted')
      }
    }),
    { numRuns: 1 },
  )
})
