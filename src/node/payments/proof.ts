import type { Random } from '../../base/effects.js'
import { toHex } from '../../base/hex.js'
import { decodeInvoice } from '../../bolt12/decode.js'
import { createPayerProof } from '../../bolt12/proof/create.js'
import type { FieldChoice } from '../../bolt12/proof/selection.js'
import type { Payer } from '../payer/payer.js'
import type { Refunds } from '../refunds/refunds.js'
import { paymentsError } from './codes.js'
import type { Payments } from './payments.js'

/** Where the keys are that asked for invoices. */
export interface ProofParts {
  readonly payments: Payments
  readonly payer: Payer
  readonly refunds: Refunds
  readonly random: Random
}

/** How much of a payment is shown, and to whom. */
export interface ProofWish {
  readonly include: readonly FieldChoice[]
  readonly note: string | undefined
}

/**
 * A proof of a payment that this node made; its payer key stays here.
 * @returns `lnp1…`
 * @throws LnoError `PAYMENT_NOT_FOUND`, `PAYMENT_AMBIGUOUS`, `PAYMENT_UNPROVABLE`, and what `createPayerProof` throws
 */
export async function provePayment(parts: ProofParts, id: string, { include, note }: ProofWish): Promise<string> {
  const { payments, payer, refunds, random } = parts
  const intent = await payments.find(id)
  if (intent === undefined) throw paymentsError('PAYMENT_NOT_FOUND', 'no payment of this node has this id')
  const { invoice, preimage, refund, request_id: requestId } = intent.stored
  if (invoice === undefined || preimage === undefined) {
    throw paymentsError('PAYMENT_UNPROVABLE', 'it is not paid, so that there is no preimage to show')
  }
  const request = requestId && (await payer.show(toHex(requestId)))
  const payerKey = refund ? refunds.payerKey(refunds.find(toHex(refund))) : request?.payer_key
  if (payerKey === undefined) {
    throw paymentsError('PAYMENT_UNPROVABLE', 'its invoice was asked for elsewhere, and so the key that signs is there')
  }
  return createPayerProof({
    invoice: decodeInvoice(invoice, { verifySignature: false }),
    include,
    preimage,
    payerKey,
    aux: random(32),
    ...(note !== undefined && { note }),
  }).text
}
