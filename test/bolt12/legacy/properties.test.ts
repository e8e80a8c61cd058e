import '../../support/use-toy.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LnoError } from '../../../src/base/error.js'
import { toHex } from '../../../src/base/hex.js'
import { decodeStream } from '../../../src/bolt12/decode.js'
import { dumpBy } from '../../../src/bolt12/dump.js'
import { legacyExpectedAmount } from '../../../src/bolt12/legacy/amount.js'
import { checkLegacyOffer, checkLegacyRequest, verifyLegacyInvoiceFor } from '../../../src/bolt12/legacy/check.js'
import { createLegacyInvoice } from '../../../src/bolt12/legacy/create-invoice.js'
import { createLegacyInvoiceRequest } from '../../../src/bolt12/legacy/create-invoice-request.js'
import { createLegacyOffer, type LegacyOfferOptions } from '../../../src/bolt12/legacy/create-offer.js'
import {
  decodeLegacyAs,
  decodeLegacyInvoice,
  decodeLegacyInvoiceRequest,
  decodeLegacyOffer,
  encodeLegacy,
} from '../../../src/bolt12/legacy/decode.js'
import { LEGACY, V0_10_1, V0_10_2, V0_11 } from '../../../src/bolt12/legacy/dialect.js'
import { isLegacyString } from '../../../src/bolt12/legacy/form.js'
import { inspectLegacy } from '../../../src/bolt12/legacy/inspect.js'
import { legacyToJson } from '../../../src/bolt12/legacy/json.js'
import { legacyLayoutOf } from '../../../src/bolt12/legacy/layout.js'
import { MAX_MSAT } from '../../../src/wire/amount.js'
import { chainHashOf } from '../../../src/wire/chains.js'
import { encodeTlv, rows } from '../../../src/wire/tlv.js'
import { arbitraryFields, arbitraryUnknown } from '../../support/arbitrary.js'
import { codeOf } from '../../support/code-of.js'
import { hostileStream } from '../../support/hostile.js'
import { CONTEXT, HASH, REGTEST, SHOP } from './craft.js'

const DIALECTS = [V0_10_1, V0_10_2, V0_11, LEGACY]
const KINDS = ['offer', 'invoice_request', 'invoice'] as const
const CASES = DIALECTS.flatMap((dialect) => KINDS.map((kind) => [kind, dialect.name, dialect] as const))

describe.each(CASES)('%s as of %s', (kind, _, dialect) => {
  const layout = legacyLayoutOf(kind, dialect)
  const { table } = layout

  test('what was written is read, and writing what was read gives the same bytes', () => {
    fc.assert(
      fc.property(arbitraryFields(table), arbitraryUnknown(table), (fields, unknown) => {
        const bytes = encodeTlv(table, fields, unknown)
        const read = decodeStream(layout as never, bytes, {}, []) as ReturnType<typeof decodeLegacyOffer>
        expect(read.fields).toEqual(fields)
        const others = read.records.filter(({ type }) => !rows(table).has(type))
        expect(toHex(encodeTlv<typeof table>(table, read.fields, others))).toBe(toHex(bytes))
      }),
      { numRuns: 15 },
    )
  })

  test('hostile bytes are refused with a code, looked at four times at most, and inspected in peace', () => {
    fc.assert(
      fc.property(hostileStream(table), (bytes) => {
        const touched = { bytes: 0 }
        let code = 'accepted'
        try {
          decodeLegacyAs(kind, bytes, { dialect, touched })
        } catch (error) {
          expect(error).toBeInstanceOf(LnoError)
          code = (error as LnoError).code
        }
        expect(touched.bytes).toBeLessThanOrEqual(4 * bytes.length)
        const seen = inspectLegacy(bytes, { as: kind, dialect, context: CONTEXT })
        if (code !== 'accepted') expect(seen.issues.map((issue) => issue.code)).toContain(code)
        JSON.stringify(legacyToJson(seen))
        const shown = dumpBy(table, bytes).filter(({ depth }) => depth === 0)
        expect(shown.reduce((sum, row) => sum + row.bytes.length, 0)).toBe(bytes.length)
      }),
      { numRuns: 25 },
    )
  })
})

const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })

/** Any offer that we make and that can be answered: what is optional is there or not. */
const offerOptions: fc.Arbitrary<LegacyOfferOptions> = fc
  .record({
    price: fc.oneof(
      fc.record({ amountMsat: fc.bigInt({ min: 1n, max: MAX_MSAT / 1_000_000n }) }),
      fc.record({
        price: fc.record({ currency: fc.constantFrom('EUR', 'JPY'), amount: fc.bigInt({ min: 1n, max: 9999n }) }),
      }),
      fc.constant({}),
    ),
    description: fc.string({ unit: 'binary', maxLength: 20 }),
    issuer: optional(fc.string({ unit: 'binary', maxLength: 20 })),
    quantityMin: optional(fc.bigInt({ min: 1n, max: 10n })),
    quantityMax: optional(fc.bigInt({ min: 10n, max: 100n })),
    absoluteExpiry: optional(fc.bigInt({ min: 1000n, max: 2n ** 64n - 1n })),
    chains: optional(fc.constantFrom([chainHashOf('bitcoin')], [REGTEST], [chainHashOf('bitcoin'), REGTEST])),
    features: optional(fc.uint8Array({ maxLength: 4 }).map((all) => all.map((byte) => byte & 0xaa))),
    recurrence: optional(fc.record({ time_unit: fc.nat(5), period: fc.nat(0xffff) })),
    sign: fc.boolean(),
  })
  .map(({ price, ...rest }) => ({ ...rest, ...price, nodeKey: SHOP.secret, aux: HASH }) as LegacyOfferOptions)

test('an offer that we make is answered by a request that we accept, with an invoice that we accept', () => {
  const chains = [chainHashOf('bitcoin'), REGTEST]
  const context = { now: 1000n, chains }
  const convert = (_: string, amount: bigint) => amount * 1234n
  fc.assert(
    fc.property(
      offerOptions,
      fc.record({
        dialect: fc.constantFrom(...DIALECTS),
        quantity: fc.bigInt({ min: 10n, max: 10n }),
        tip: fc.option(fc.bigInt({ min: 0n, max: 1000n }), { nil: undefined }),
        note: optional(fc.string({ unit: 'binary', maxLength: 20 })),
        seed: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      }),
      (options, chosen) => {
        const made = createLegacyOffer(options)
        const text = encodeLegacy(made)
        expect(isLegacyString(text)).toBe(true)
        const offer = decodeLegacyOffer(text)
        expect(offer).toEqual(made)
        expect(checkLegacyOffer(offer, context)).toEqual({ ok: true, issues: [] })

        const many = options.quantityMin !== undefined || options.quantityMax !== undefined
        const quantity = many ? chosen.quantity : undefined
        const price = legacyExpectedAmount(offer, quantity, convert)
        const amountMsat =
          offer.fields.amount !== undefined && chosen.tip === undefined
            ? undefined
            : (price ?? 1n) + ((price ?? 0n) * (chosen.tip ?? 0n)) / 1000n
        const { request } = createLegacyInvoiceRequest(offer, {
          random: (length) => chosen.seed.subarray(0, length),
          dialect: chosen.dialect,
          ...(quantity !== undefined && { quantity }),
          ...(amountMsat !== undefined && { amountMsat }),
          ...(chosen.note !== undefined && { payerNote: chosen.note }),
          ...(options.recurrence && { recurrenceCounter: 0 }),
        })
        const read = decodeLegacyInvoiceRequest(encodeLegacy(request), { dialect: chosen.dialect })
        expect(checkLegacyRequest(read, offer, context)).toEqual({ ok: true, issues: [] })

        const invoice = createLegacyInvoice(read, {
          offer,
          nodeKey: SHOP.secret,
          paymentHash: HASH,
          createdAt: 1000n,
          aux: HASH,
          ...(price !== undefined && amountMsat === undefined && { amountMsat: price }),
        })
        const authorisedMsat = amountMsat ?? price
        const answer = decodeLegacyInvoice(encodeLegacy(invoice), { dialect: chosen.dialect })
        expect(verifyLegacyInvoiceFor({ offer, request, ...context, authorisedMsat }, answer)).toEqual({
          ok: true,
          issues: [],
        })
        expect(codeOf(() => decodeLegacyInvoice(invoice.bytes))).toBe('accepted')
      },
    ),
    { numRuns: 100 },
  )
})
