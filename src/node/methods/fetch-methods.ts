import * as v from 'valibot'
import { toHex } from '../../base/hex.js'
import { encodeString } from '../../bolt12/string.js'
import type { Bolt12Form } from '../bolt12-form.js'
import { method, text } from '../control/index.js'
import { invoiceFacts } from '../invoice-facts.js'
import type { GenerationName } from '../messenger/policy.js'
import type { LnoNode } from '../node.js'
import { readOffer } from '../payer/any-offer.js'
import type { FetchResult, LegacyFetchResult } from '../payer/fetch.js'
import { askingOptions, askingParams } from './asking.js'
import { MAX_STRING_TEXT } from './schemas.js'

/** What a fetch brought, as commands print it. */
export interface FetchView {
  /** Names the request in `invoice list`. */
  readonly id: string
  readonly amount_msat: string
  readonly payment_hash: string
  /** The form of offer, request and invoice: today's, or that of 2021, whose invoices cannot be paid from here. */
  readonly form: Bolt12Form
  /** The form of onion messages in which the answer came. */
  readonly generation: GenerationName
  /** `lni…`, the invoice. */
  readonly bolt12: string
  /** `lnr…`, the request that it answers. */
  readonly invoice_request: string
  /** The attempt that was answered, and how many were made. */
  readonly attempt: number
  readonly attempts: number
}

/** A result as commands print it. */
export function fetchView({
  id,
  form,
  generation,
  invoice,
  request,
  attempt,
  attempts,
}: FetchResult | LegacyFetchResult): FetchView {
  const { amountMsat = 0n, paymentHash = new Uint8Array(0) } = invoiceFacts(invoice)
  return {
    id,
    amount_msat: amountMsat.toString(),
    payment_hash: toHex(paymentHash),
    form,
    generation,
    bolt12: encodeString('lni', invoice.bytes),
    invoice_request: encodeString('lnr', request.bytes),
    attempt,
    attempts,
  }
}

/** `fetch`: its progress tells of each attempt. */
export function fetchMethods(node: LnoNode) {
  const fetchParams = v.strictObject({ offer: text(MAX_STRING_TEXT), ...askingParams(node) })
  return [
    method('fetch', fetchParams, async (params, { signal, progress }) => {
      const result = await node.fetch(readOffer(params.offer), {
        ...askingOptions(params),
        signal,
        onProgress: progress,
      })
      return fetchView(result)
    }),
  ] as const
}
