import * as v from 'valibot'
import { toHex } from '../../base/hex.js'
import { encodeString } from '../../bolt12/string.js'
import { GENERATIONS } from '../../onion/generations/all.js'
import type { Bolt12Form } from '../bolt12-form.js'
import { integer, method, text, u64Text } from '../control/index.js'
import { invoiceFacts } from '../invoice-facts.js'
import type { GenerationName } from '../messenger/policy.js'
import type { LnoNode } from '../node.js'
import { readOffer } from '../payer/any-offer.js'
import type { FetchResult, LegacyFetchResult } from '../payer/fetch.js'
import { generationName, MAX_STRING_TEXT, scidTexts, viaOf, viaPeers } from './schemas.js'

const fetchParams = (known: readonly GenerationName[]) =>
  v.strictObject({
    offer: text(MAX_STRING_TEXT),
    amount_msat: v.optional(u64Text),
    quantity: v.optional(u64Text),
    payer_note: v.optional(text(4096)),
    via: v.optional(viaPeers),
    scids: v.optional(scidTexts),
    generations: v.optional(v.pipe(v.array(generationName(known)), v.minLength(1), v.maxLength(16))),
    attempts: v.optional(integer(1, 10)),
    timeout_ms: v.optional(integer(100, 600_000)),
  })

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
  const known = new Set([...GENERATIONS, ...node.messenger.generations].map(({ name }) => name))
  return [
    method('fetch', fetchParams([...known]), async (params, { signal, progress }) => {
      const { amount_msat: amountMsat, quantity, payer_note: payerNote, via, scids, generations } = params
      const { attempts, timeout_ms: timeoutMs } = params
      const result = await node.fetch(readOffer(params.offer), {
        ...(amountMsat !== undefined && { amountMsat }),
        ...(quantity !== undefined && { quantity }),
        ...(payerNote !== undefined && { payerNote }),
        ...(via && { via: viaOf(via) }),
        ...(scids && { scids }),
        ...(generations && { generations }),
        ...(attempts !== undefined && { attempts }),
        ...(timeoutMs !== undefined && { timeoutMs }),
        signal,
        onProgress: progress,
      })
      return fetchView(result)
    }),
  ] as const
}
