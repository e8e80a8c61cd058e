import { escapeForDisplay } from '../../base/display.js'
import type { FetchProgress } from '../../node/payer/fetch.js'
import { progressText } from './fetch-text.js'
import { formatMsat, shortId } from './text.js'

/** A step as it comes from a node, perhaps a newer one: no member is taken for granted. */
export type PayProgress = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is PayProgress => typeof value === 'object' && value !== null
const msat = (value: unknown): bigint | undefined =>
  typeof value === 'string' && /^\d+$/.test(value) ? BigInt(value) : undefined
const text = (value: unknown): string => (typeof value === 'string' ? escapeForDisplay(value) : '')

/** The id of the payment, once it has one. */
export function paymentIdOf({ payment_id: id }: PayProgress): string | undefined {
  return typeof id === 'string' ? id : undefined
}

/** Steps of the question for an invoice; they come as those of `lno fetch` do. */
const FETCH_STEPS: ReadonlySet<unknown> = new Set<FetchProgress['step']>(['attempt', 'sent', 'received', 'problem'])

/**
 * How far a payment is, in a sentence; undefined for what is told only to who wants to hear everything.
 * @param what what is paid for, for people
 */
export function payProgressText(progress: PayProgress, loud: boolean, what: string): string | undefined {
  // Told apart by its step; its other members are those that `lno fetch` trusts to come from the same node.
  if (FETCH_STEPS.has(progress.step)) return progressText(progress as unknown as FetchProgress, loud)
  const part = isObject(progress.part) ? progress.part : progress
  const amount = msat(part.amount_msat)
  switch (progress.step) {
    case 'asking':
      return 'asking for an invoice'
    case 'invoice': {
      if (amount === undefined) return undefined
      return `an invoice over ${formatMsat(amount)} for ${what} came, and every check passed`
    }
    case 'part_sent': {
      const fee = msat(part.fee_msat)
      const cost = fee === undefined ? '' : `, fee ${formatMsat(fee)}`
      return `sent ${amount === undefined ? 'a part' : formatMsat(amount)} over ${shortId(text(part.peer))}${cost}`
    }
    case 'part_failed': {
      const why = isObject(part.failure) ? ` (${text(part.failure.code)}: ${text(part.failure.message)})` : ''
      return `${amount === undefined ? 'a part' : formatMsat(amount)} came back${why}`
    }
    case 'paid':
      return 'paid'
    default:
      return undefined
  }
}
