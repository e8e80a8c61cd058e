import { toHex } from '../../../base/hex.js'
import { createInvoiceErrorOn } from '../../../bolt12/create-invoice-error.js'
import { createLegacyInvoice } from '../../../bolt12/legacy/create-invoice.js'
import { decodeLegacyInvoiceRequest } from '../../../bolt12/legacy/decode.js'
import type { LegacyDialect } from '../../../bolt12/legacy/dialect.js'
import { LEGACY_INVOICE_REQUEST } from '../../../bolt12/legacy/invoice-request.js'
import { sha256 } from '../../../crypto/hash.js'
import { nodeError } from '../../codes.js'
import type { Asked } from '../asked.js'
import { FINAL_CLTV_DELTA } from '../payment-paths.js'
import { decideLegacyRequest } from './decide.js'

/**
 * A request in the form of 2021; its signature is verified, whatever it asks for.
 * @param dialect how requests are read and invoices written; without it all of them are read, and each is answered as it was
 *   written, which its sender can read
 * @throws LnoError as `decodeLegacyInvoiceRequest`
 */
export function readLegacyAsked(bytes: Uint8Array, dialect?: LegacyDialect): Asked {
  const request = decodeLegacyInvoiceRequest(bytes, dialect && { dialect })
  const { offer_id: offerId, payer_key: payerKey, payer_note: payerNote, quantity } = request.fields
  const payerHash = toHex(sha256(payerKey ?? new Uint8Array(0)))
  const requestHash = sha256(request.bytes)
  return {
    requestHash,
    offerId: offerId === undefined ? '' : toHex(offerId),
    metadataHash: payerHash,
    // Its invoice names no path from whose content it could be known again.
    isDerivable: false,
    payerNote,
    quantity,
    decide: (own, { live, overPath, isDoubtful, hasReplyPath, now, chains, convert }) => {
      const decision = decideLegacyRequest({
        request,
        requestHash: toHex(requestHash),
        payerHash,
        // The id is the sender's to choose, and may be that of an offer of today.
        known:
          own?.form === '2021'
            ? {
                offer: own.offer,
                disabled: own.stored.disabled !== undefined,
                singleUse: own.stored.single_use === 1,
                used: own.stored.used !== undefined,
                live,
              }
            : undefined,
        overPath: overPath || isDoubtful,
        hasReplyPath,
        now,
        chains,
        convert,
      })
      if (decision.do !== 'error') return decision
      const { code, answer } = decision
      return {
        do: 'error',
        code,
        error: answer.error,
        bytes: createInvoiceErrorOn(LEGACY_INVOICE_REQUEST, answer).bytes,
      }
    },
    refusal: (error) => createInvoiceErrorOn(LEGACY_INVOICE_REQUEST, { error }).bytes,
    invoice: (own, { amountMsat, receivable, createdAt, signingKey, aux }) => {
      if (own.form !== '2021') throw nodeError('INTERNAL', 'an invoice of 2021 for an offer of another form')
      return createLegacyInvoice(request, {
        offer: own.offer,
        nodeKey: signingKey,
        paymentHash: receivable.paymentHash,
        createdAt,
        amountMsat,
        cltv: FINAL_CLTV_DELTA,
        ...(receivable.features.length > 0 && { features: receivable.features }),
        ...(dialect && { dialect }),
        aux,
      })
    },
  }
}
