import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LnoError } from '../../../src/base/error.js'
import { createInvoice } from '../../../src/bolt12/create-invoice.js'
import { createInvoiceRequest } from '../../../src/bolt12/create-invoice-request.js'
import { createOffer } from '../../../src/bolt12/create-offer.js'
import { decodeInvoice, decodeInvoiceRequest, decodePayerProof } from '../../../src/bolt12/decode.js'
import { createLegacyInvoice } from '../../../src/bolt12/legacy/create-invoice.js'
import { createLegacyInvoiceRequest } from '../../../src/bolt12/legacy/create-invoice-request.js'
import { createLegacyOffer } from '../../../src/bolt12/legacy/create-offer.js'
import {
  decodeLegacyInvoice,
  decodeLegacyInvoiceRequest,
  decodeLegacyOffer,
} from '../../../src/bolt12/legacy/decode.js'
import { createPayerProof } from '../../../src/bolt12/proof/create.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { pathOf } from '../../bolt12/craft.js'
import { codeOf } from '../../support/code-of.js'
import { node } from '../../support/keys.js'

const MERCHANT = node(0x41)
const PAYER = node(0x42)
const random = (length: number) => new Uint8Array(length).fill(7)

const { offer } = createOffer({ amountMsat: 1000n, description: 'x', issuerId: MERCHANT.id })
const { request } = createInvoiceRequest(offer, { random, payerKey: PAYER.secret })
const invoice = createInvoice(request, {
  createdAt: 1_700_000_000n,
  paymentHash: sha256(random(32)),
  paths: [
    {
      path: pathOf(1),
      payinfo: {
        fee_base_msat: 0,
        fee_proportional_millionths: 0,
        cltv_expiry_delta: 18,
        htlc_minimum_msat: 1n,
        htlc_maximum_msat: 1000n,
        features: new Uint8Array(0),
      },
    },
  ],
  expectedMsat: 1000n,
  signingKey: MERCHANT.secret,
  aux: random(32),
})

const { proof } = createPayerProof({
  invoice,
  preimage: random(32),
  payerKey: PAYER.secret,
  note: 'y',
  aux: random(32),
})

const legacyOffer = createLegacyOffer({
  nodeKey: MERCHANT.secret,
  aux: random(32),
  description: 'x',
  amountMsat: 1000n,
})
const { request: legacyRequest } = createLegacyInvoiceRequest(legacyOffer, { random, payerKey: PAYER.secret })
const legacyInvoice = createLegacyInvoice(legacyRequest, {
  offer: legacyOffer,
  nodeKey: MERCHANT.secret,
  paymentHash: sha256(random(32)),
  createdAt: 1_700_000_000n,
  aux: random(32),
})

/** A small signed message of each kind, and what accepts it. */
export const SIGNED = {
  invoice_request: { bytes: request.bytes, accept: (bytes: Uint8Array) => decodeInvoiceRequest(bytes) },
  invoice: { bytes: invoice.bytes, accept: (bytes: Uint8Array) => decodeInvoice(bytes) },
  payer_proof: { bytes: proof.bytes, accept: (bytes: Uint8Array) => decodePayerProof(bytes) },
  'offer of 2021': {
    bytes: legacyOffer.bytes,
    // It may go without a signature: a flip in the type of that record makes it one that is not signed.
    accept: (bytes: Uint8Array) => {
      if (decodeLegacyOffer(bytes).fields.signature === undefined)
        throw new LnoError('NOT_SIGNED', 'not signed any more')
    },
  },
  'invoice_request of 2021': {
    bytes: legacyRequest.bytes,
    accept: (bytes: Uint8Array) => decodeLegacyInvoiceRequest(bytes),
  },
  'invoice of 2021': { bytes: legacyInvoice.bytes, accept: (bytes: Uint8Array) => decodeLegacyInvoice(bytes) },
} as const satisfies Record<string, { readonly bytes: Uint8Array; accept(bytes: Uint8Array): unknown }>

/** One bit flipped in each byte, one byte after the other, `runs` times with other bits. */
export function flips(runs: number, kinds: readonly (keyof typeof SIGNED)[]): void {
  describe.each(kinds)('%s', (kind) => {
    const { bytes, accept } = SIGNED[kind]

    test('one bit flipped in any byte is refused', { tags: ['RR4', 'IR10', 'PP12', 'PP13'], timeout: 60_000 }, () => {
      expect(codeOf(() => accept(bytes))).toBe('accepted')
      fc.assert(
        fc.property(fc.array(fc.nat(7), { minLength: bytes.length, maxLength: bytes.length }), (bits) => {
          for (let at = 0; at < bytes.length; at++) {
            const flipped = bytes.slice()
            flipped[at]! ^= 1 << bits[at]!
            if (codeOf(() => accept(flipped)) === 'accepted') {
              throw new Error(`accepted with bit ${bits[at]} of byte ${at} flipped`)
            }
          }
        }),
        { numRuns: runs },
      )
    })
  })
}
