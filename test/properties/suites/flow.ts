import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { equalBytes } from '../../../src/base/bytes.js'
import { toHex } from '../../../src/base/hex.js'
import { blindedPath } from '../../../src/blinding/blinded-path.js'
import { expectedAmount } from '../../../src/bolt12/amount.js'
import { createInvoice } from '../../../src/bolt12/create-invoice.js'
import { createInvoiceRequest } from '../../../src/bolt12/create-invoice-request.js'
import { decodeInvoice, decodeInvoiceRequest, decodeOffer } from '../../../src/bolt12/decode.js'
import { checkOffer } from '../../../src/bolt12/inspect.js'
import { OFFER, type OfferMessage } from '../../../src/bolt12/offer.js'
import { encodeString } from '../../../src/bolt12/string.js'
import { blindedPayinfo } from '../../../src/bolt12/subtypes.js'
import { verifyInvoiceFor } from '../../../src/bolt12/verify-invoice.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { decideRequest } from '../../../src/node/offers/decide.js'
import { MAX_MSAT } from '../../../src/wire/amount.js'
import { chainHashOf } from '../../../src/wire/chains.js'
import { array, featureBits } from '../../../src/wire/codec.js'
import { encodeTlv } from '../../../src/wire/tlv.js'
import { arbitraryFields, arbitraryOf, arbitraryUnknown } from '../../support/arbitrary.js'
import { codeOf } from '../../support/code-of.js'
import { node } from '../../support/keys.js'

const NOW = 1_700_000_000n

/** Whose secret a point of the generators is. */
const nodes = Array.from({ length: 8 }, (_, i) => node(i + 1))
const secretOf = (point: Uint8Array): Uint8Array => {
  const found = nodes.find(({ id }) => equalBytes(id, point))
  if (found === undefined) throw new Error('a point of which nobody knows the secret')
  return found.secret
}

/** One cent is worth 1234 msat, whatever the currency: what a rate is does not matter here. */
const convert = (_: string, amount: bigint) => amount * 1234n

const chainsOf = ({ fields }: OfferMessage) => fields.offer_chains ?? [chainHashOf('bitcoin')]

/**
 * Any offer that a reader accepts, not only such as we write: every field there or not, features of tomorrow, unknown odd
 * records, chains nobody has heard of.
 */
const acceptedOffer: fc.Arbitrary<OfferMessage> = fc
  .tuple(
    arbitraryFields(OFFER, {
      [featureBits.name]: fc.uint8Array({ maxLength: 4 }).map((bits) => bits.map((byte) => byte & 0xaa)),
    }),
    arbitraryUnknown(OFFER).map((records) => records.filter(({ type }) => type < 80n)),
    fc.bigInt({ min: 1n, max: MAX_MSAT / 1_000_000n }),
    fc.bigInt({ min: NOW, max: 2n ** 64n - 1n }),
  )
  .map(([fields, unknown, amount, expiry]) => {
    const { offer_amount, offer_absolute_expiry, offer_description = '', ...rest } = fields
    return encodeTlv(
      OFFER,
      {
        ...rest,
        offer_description,
        ...(offer_amount !== undefined && { offer_amount: amount }),
        ...(offer_absolute_expiry !== undefined && { offer_absolute_expiry: expiry }),
      },
      unknown,
    )
  })
  .filter((bytes) => codeOf(() => decodeOffer(bytes)) === 'accepted')
  .map((bytes) => decodeOffer(encodeString('lno', bytes)))
  .filter((offer) => checkOffer(offer, { now: NOW, chains: chainsOf(offer) }).ok)

/** What the payer chooses, by numbers that fit any offer. */
const choice = fc.record({
  quantity: fc.bigInt({ min: 1n, max: 100n }),
  /** On top of the price. */
  tip: fc.bigInt({ min: 1n, max: 1_000_000n }),
  exact: fc.boolean(),
  note: fc.option(fc.string({ unit: 'binary', maxLength: 30 }), { nil: undefined }),
  seed: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  /** Which of the offer's paths the request takes. */
  way: fc.nat(),
  paths: arbitraryOf(array(blindedPath, 1)).filter((all) => all.every(({ path }) => path.length > 0)),
  payinfo: arbitraryOf(blindedPayinfo).map((payinfo) => ({ ...payinfo, features: new Uint8Array(0) })),
  relativeExpiry: fc.integer({ min: 60, max: 100_000 }),
})

export function flow(runs: number): void {
  describe('an offer that a payer accepts', () => {
    test('yields a request that its issuer accepts, whose invoice the payer accepts', {
      tags: ['RW1', 'RR7', 'IW2', 'IR7', 'IR8', 'IR13'],
    }, () => {
      const seen = new Set<string>()
      fc.assert(
        fc.property(acceptedOffer, choice, (offer, chosen) => {
          const { fields } = offer
          for (const name of Object.keys(fields)) seen.add(name)
          if (fields.offer_issuer_id === undefined) seen.add('paths alone')
          if (offer.records.length > Object.keys(fields).length) seen.add('unknown records')
          const chains = chainsOf(offer)
          let state: Uint8Array = chosen.seed
          const random = (length: number) => {
            state = sha256(state)
            return state.subarray(0, length)
          }

          const most = fields.offer_quantity_max
          const quantity =
            most === undefined ? undefined : most === 0n || chosen.quantity <= most ? chosen.quantity : most
          const price = expectedAmount(fields, quantity, convert)
          const amountMsat = price !== undefined && chosen.exact ? undefined : (price ?? 0n) + chosen.tip
          const { request: made } = createInvoiceRequest(offer, {
            random,
            ...(quantity !== undefined && { quantity }),
            ...(amountMsat !== undefined && { amountMsat }),
            ...(chosen.note !== undefined && { payerNote: chosen.note }),
          })

          const paths = fields.offer_paths
          const way = paths?.[chosen.way % paths.length]
          const signer = fields.offer_issuer_id ?? way!.path[way!.path.length - 1]!.blinded_node_id
          const request = decodeInvoiceRequest(made.bytes)
          const decision = decideRequest({
            request,
            requestHash: toHex(sha256(request.bytes)),
            metadataHash: toHex(sha256(request.fields.invreq_metadata!)),
            known: { offer, disabled: false, singleUse: false, live: [] },
            arrivedOn: way ? 'offer_path' : 'no_path',
            hasReplyPath: true,
            now: NOW,
            chains,
            convert,
          })
          if (decision.do !== 'invoice') throw new Error(`the issuer refuses: ${JSON.stringify(decision)}`)
          expect(decision.amountMsat).toBe(amountMsat ?? price)

          const answer = createInvoice(request, {
            createdAt: NOW,
            paymentHash: random(32),
            paths: chosen.paths.map((path) => ({ path, payinfo: chosen.payinfo })),
            ...(decision.expectedMsat !== undefined && { expectedMsat: decision.expectedMsat }),
            relativeExpiry: chosen.relativeExpiry,
            signingKey: secretOf(signer),
            aux: random(32),
          })
          const verdict = verifyInvoiceFor(
            {
              offer,
              request: made,
              sentTo: fields.offer_issuer_id ? undefined : signer,
              arrivedOn: 'reply_path',
              now: NOW + 60n,
              chains,
              authorisedMsat: decision.amountMsat,
            },
            decodeInvoice(answer.bytes),
          )
          expect(verdict).toEqual({ ok: true, issues: [] })
        }),
        { numRuns: runs },
      )
      // A generator that makes hardly anything would prove hardly anything.
      expect([...seen].sort()).toEqual([...Object.keys(OFFER), 'paths alone', 'unknown records'].sort())
    })
  })
}
