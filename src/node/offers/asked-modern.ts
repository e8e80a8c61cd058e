import { toHex } from '../../base/hex.js'
import { createInvoice } from '../../bolt12/create-invoice.js'
import { createInvoiceError } from '../../bolt12/create-invoice-error.js'
import { decodeInvoiceRequest } from '../../bolt12/decode.js'
import { sha256 } from '../../crypto/hash.js'
import type { Asked } from './asked.js'
import { decideRequest } from './decide.js'
import { offerIdOf } from './own-offer.js'

/** Why a request is ignored that its offer alone would allow; Core Lightning up to 24.05 sends such. */
const DOUBTFUL = 'it shows no path and came over a peer of which paths lead to this node: it may have come over one'

/**
 * A request of today's form; its signature is verified, whatever it asks for: good and bad guesses cost the same (pitfall 23).
 * @throws LnoError as `decodeInvoiceRequest`
 */
export function readAsked(bytes: Uint8Array): Asked {
  const request = decodeInvoiceRequest(bytes)
  const { invreq_metadata: metadata, invreq_payer_note: payerNote, invreq_quantity: quantity } = request.fields
  const metadataHash = toHex(sha256(metadata ?? new Uint8Array(0)))
  const requestHash = sha256(request.bytes)
  return {
    requestHash,
    offerId: offerIdOf(request.records),
    metadataHash,
    isDerivable: true,
    payerNote,
    quantity,
    decide: (own, { live, overPath, pathOf, isDoubtful, ...at }) => {
      const decision = decideRequest({
        ...at,
        request,
        requestHash: toHex(requestHash),
        metadataHash,
        known:
          own?.form === 'modern'
            ? {
                offer: own.offer,
                disabled: own.stored.disabled !== undefined,
                singleUse: own.stored.single_use === 1,
                used: own.stored.used !== undefined,
                live,
              }
            : undefined,
        arrivedOn:
          own !== undefined && pathOf === own.id ? 'offer_path' : overPath || isDoubtful ? 'other_path' : 'no_path',
      })
      if (isDoubtful && decision.do === 'ignore' && decision.code === 'INVREQ_WRONG_PATH') {
        return { ...decision, why: DOUBTFUL }
      }
      if (decision.do !== 'error') return decision
      const { code, answer } = decision
      return { do: 'error', code, error: answer.error, bytes: createInvoiceError(answer).bytes }
    },
    refusal: (error) => createInvoiceError({ error }).bytes,
    invoice: (_, { expectedMsat, receivable, createdAt, signingKey, aux }) =>
      createInvoice(request, {
        createdAt,
        paymentHash: receivable.paymentHash,
        paths: receivable.paths,
        features: receivable.features,
        ...(expectedMsat !== undefined && { expectedMsat }),
        signingKey,
        aux,
      }),
  }
}
