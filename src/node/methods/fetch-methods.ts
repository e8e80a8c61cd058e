import * as v from 'valibot'
import { toHex } from '../../base/hex.js'
import { decodeOffer } from '../../bolt12/decode.js'
import { fromPasted } from '../../bolt12/pasted.js'
import { encodeString } from '../../bolt12/string.js'
import { integer, method, text, u64Text } from '../control/index.js'
import type { LnoNode } from '../node.js'
import type { FetchResult } from '../payer/fetch.js'
import { MAX_STRING_TEXT, scidTexts, viaOf, viaPeers } from './schemas.js'

const fetchParams = v.strictObject({
  offer: text(MAX_STRING_TEXT),
  amount_msat: v.optional(u64Text),
  quantity: v.optional(u64Text),
  payer_note: v.optional(text(4096)),
  via: v.optional(viaPeers),
  scids: v.optional(scidTexts),
  attempts: v.optional(integer(1, 10)),
  timeout_ms: v.optional(integer(100, 600_000)),
})

/** What a fetch brought, as commands print it. */
export interface FetchView {
  /** Names the request in `invoice list`. */
  readonly id: string
  readonly amount_msat: string
  readonly payment_hash: string
  /** `lni…`, the invoice. */
  readonly bolt12: string
  /** `lnr…`, the request that it answers. */
  readonly invoice_request: string
  /** The attempt that was answered, and how many were made. */
  readonly attempt: number
  readonly attempts: number
}

/** A result as commands print it. */
export function fetchView({ id, invoice, request, attempt, attempts }: FetchResult): FetchView {
  const { invoice_amount: amount = 0n, invoice_payment_hash: hash = new Uint8Array(0) } = invoice.fields
  return {
    id,
    amount_msat: amount.toString(),
    payment_hash: toHex(hash),
    bolt12: encodeString('lni', invoice.bytes),
    invoice_request: encodeString('lnr', request.bytes),
    attempt,
    attempts,
  }
}

/** `fetch`: its progress tells of each attempt. */
export function fetchMethods(node: LnoNode) {
  return [
    method('fetch', fetchParams, async (params, { signal, progress }) => {
      const { amount_msat: amountMsat, quantity, payer_note: payerNote, via, scids } = params
      const { attempts, timeout_ms: timeoutMs } = params
      const result = await node.fetch(decodeOffer(fromPasted(params.offer)), {
        ...(amountMsat !== undefined && { amountMsat }),
        ...(quantity !== undefined && { quantity }),
        ...(payerNote !== undefined && { payerNote }),
        ...(via && { via: viaOf(via) }),
        ...(scids && { scids }),
        ...(attempts !== undefined && { attempts }),
        ...(timeoutMs !== undefined && { timeoutMs }),
        signal,
        onProgress: progress,
      })
      return fetchView(result)
    }),
  ] as const
}
