import { fromHex } from '../../../src/base/hex.js'
import { encodeString, type Prefix } from '../../../src/bolt12/string.js'
import type {
  ClaimOutcome,
  ClaimRequest,
  FetchOutcome,
  FetchRequest,
  PayOutcome,
  PeerRef,
  RefundOutcome,
} from '../../driver.js'
import { LineError, type LineEvent, type LineProcess } from '../../lib/line-process.js'

/** How requests to an LDK node end, read out of what it tells of itself. */

const bolt12 = (prefix: Prefix, hex: unknown) => encodeString(prefix, fromHex(`${hex}`))

const ids = (peers: readonly PeerRef[]) => peers.map(({ nodeId }) => nodeId)

/** Milliseconds for a payment over channels of this machine. */
const PAYMENT_MS = 30_000

function refused(error: unknown): { readonly kind: 'refused'; readonly code: string; readonly message: string } {
  if (error instanceof LineError) return { kind: 'refused', code: error.code, message: error.message }
  throw error
}

const invoiceError = ({ message, erroneous_field }: LineEvent) =>
  ({
    kind: 'invoice_error',
    message: `${message}`,
    ...(typeof erroneous_field === 'string' && { erroneousField: BigInt(erroneous_field) }),
  }) as const

/** Why nothing that counts came: a message that LDK could not use, or none that left. */
function why(since: readonly LineEvent[]): FetchOutcome {
  const unreadable = since.find(({ event, kind }) => event === 'onion_in' && kind === 'unreadable')
  if (unreadable) return { kind: 'refused', code: 'UNREADABLE', message: `${unreadable.reason}` }
  if (since.some(({ event, kind }) => event === 'offers_in' && kind === 'invoice'))
    return { kind: 'refused', code: 'INVOICE_IGNORED', message: 'an invoice came that LDK does not take for an answer' }
  const routes = since.filter(({ event }) => event === 'message_route')
  if (routes.some(({ found, connected }) => found && connected)) return { kind: 'silence' }
  if (routes.some(({ found }) => !found))
    return { kind: 'silence', code: 'NO_ROUTE', message: 'LDK found no way for its message' }
  // With no peer at all the messenger does not even look for a way.
  return { kind: 'silence', code: 'CONNECTION_NEEDED', message: 'LDK waits for a connection to the first node' }
}

/** What is known when a request has ended: `id` is LDK's name of it, absent when nothing was asked. */
export interface Fetched {
  readonly id?: string
  readonly outcome: FetchOutcome
}

const ENDS = ['invoice_received', 'invoice_error', 'payment_failed']

export async function fetchInvoice(node: LineProcess, request: FetchRequest): Promise<Fetched> {
  const mark = node.events.length
  let id: string
  try {
    const asked = await node.call<{ readonly payment_id: string }>('fetch', {
      offer: request.offer,
      over: ids(request.over),
      ...(request.amountMsat !== undefined && { amount_msat: `${request.amountMsat}` }),
      ...(request.quantity !== undefined && { quantity: `${request.quantity}` }),
      ...(request.payerNote !== undefined && { payer_note: request.payerNote }),
      ...(request.scids && { scids: request.scids }),
    })
    id = asked.payment_id
  } catch (error) {
    return { outcome: refused(error) }
  }
  const end = await node.next((event) => event.payment_id === id && ENDS.includes(event.event), request.timeoutMs, mark)
  const since = node.events.slice(mark)
  if (end === undefined) {
    // Else LDK asks again with every message that arrives.
    await node.call('abandon', { payment_id: id })
    return { id, outcome: why(since) }
  }
  if (end.event === 'invoice_error') return { id, outcome: invoiceError(end) }
  if (end.event === 'payment_failed') return { id, outcome: { kind: 'silence', code: `${end.reason}` } }
  const sent = since.find(({ event, kind, payer_id }) => {
    return event === 'offers_out' && kind === 'invoice_request' && payer_id === end.payer_id
  })
  const invoice = bolt12('lni', end.invoice)
  const amountMsat = BigInt(`${end.amount_msat}`)
  return {
    id,
    outcome: { kind: 'invoice', invoice, amountMsat, ...(sent && { request: bolt12('lnr', sent.contents) }) },
  }
}

export async function pay(node: LineProcess, request: FetchRequest): Promise<PayOutcome> {
  const { id, outcome } = await fetchInvoice(node, request)
  if (outcome.kind !== 'invoice') return outcome
  const mark = node.events.length
  try {
    await node.call('pay', { payment_id: id })
  } catch (error) {
    return { kind: 'failed', message: refused(error).message }
  }
  const ended = (event: LineEvent) =>
    event.payment_id === id && (event.event === 'payment_sent' || event.event === 'payment_failed')
  const end = await node.next(ended, PAYMENT_MS, mark)
  if (end?.event !== 'payment_sent')
    return { kind: 'failed', message: `${end?.reason ?? 'neither sent nor failed in time'}` }
  return { kind: 'paid', preimage: `${end.preimage}`, amountMsat: outcome.amountMsat }
}

export async function refundOutcome(
  node: LineProcess,
  id: string,
  mark: number,
  timeoutMs: number,
): Promise<RefundOutcome> {
  const mine = ({ event, payment_id }: LineEvent) => event === 'invoice_received' && payment_id === id
  const end = await node.next(mine, timeoutMs, mark)
  if (end) return { kind: 'invoice', invoice: bolt12('lni', end.invoice), amountMsat: BigInt(`${end.amount_msat}`) }
  const nothing = why(node.events.slice(mark))
  return nothing.kind === 'refused' ? nothing : { kind: 'silence' }
}

export async function claim(node: LineProcess, request: ClaimRequest): Promise<ClaimOutcome> {
  const mark = node.events.length
  try {
    const { invoice, payment_hash } = await node.call<{ readonly invoice: string; readonly payment_hash: string }>(
      'claim',
      { refund: request.refund, over: ids(request.over) },
    )
    const mine = (event: LineEvent) => event.event === 'invoice_error' && event.payment_hash === payment_hash
    const error = await node.next(mine, request.timeoutMs, mark)
    return error ? invoiceError(error) : { kind: 'sent', invoice: bolt12('lni', invoice) }
  } catch (error) {
    return refused(error)
  }
}
