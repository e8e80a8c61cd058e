import { escapeForDisplay } from '../../base/display.js'
import type { NodeEventType } from '../../node/events.js'
import { owesText } from './channel-text.js'
import { formatMsat, shortId } from './text.js'

/** An event as it comes from a node, perhaps a newer one: no member is taken for granted. */
type AnyEvent = Readonly<Record<string, unknown>>

const text = (value: unknown): string => (typeof value === 'string' ? escapeForDisplay(value) : '')
const id = (value: unknown): string => (typeof value === 'string' ? shortId(value) : 'us')
const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as AnyEvent)[name] : undefined
const reason = (event: AnyEvent): string => `${text(event.code)}: ${text(event.why)}`
const cause = (event: AnyEvent): string =>
  `${text(member(event.error, 'code'))}: ${text(member(event.error, 'message'))}`
const msat = (value: unknown): string =>
  typeof value === 'string' && /^\d+$/.test(value) ? formatMsat(BigInt(value)) : ''
const peer = (event: AnyEvent): string =>
  `${id(member(event.peer, 'node_id'))} at ${text(member(event.peer, 'address'))}`

/** Who owes whom in a hosted channel. */
function owed(channel: unknown): string {
  const isHost = member(channel, 'we_are_host') === true
  const text = member(channel, isHost ? 'remote_msat' : 'local_msat')
  const amount = typeof text === 'string' && /^\d+$/.test(text) ? text : '0'
  const who = amount === '0' ? 'nobody' : isHost ? 'us' : 'them'
  return owesText({ role: isHost ? 'host' : 'client', owes: { who, msat: amount } })
}

/** Kinds without a sentence of their own: their members are shown. */
const PLAIN = [
  'callers_refused',
  'channel_refused',
  'handler_failed',
  'messages_dropped',
  'peer_error',
  'peer_warning',
] as const satisfies readonly NodeEventType[]

/** A sentence for each other kind. */
const SENTENCES: Readonly<Record<Exclude<NodeEventType, (typeof PLAIN)[number]>, (event: AnyEvent) => string>> = {
  node_ready: (event) => `node ${id(event.node_id)} is ready`,
  node_stopping: () => 'stopping',
  events_left_out: (event) => `${String(event.count)} more: ${text(event.of).replaceAll('_', ' ')}`,
  peer_connected: (event) => `peer ${peer(event)} connected`,
  peer_disconnected: (event) => `peer ${peer(event)} gone (${cause(event)})`,
  peer_unreachable: (event) =>
    `peer ${id(event.peer_id)} not reached (${cause(event)}), again in ${Math.round(Number(event.retry_in_ms) / 1000)} s`,
  connection_failed: (event) =>
    `connection ${event.direction === 'in' ? 'from' : 'to'} ${text(event.address)} failed (${cause(event)})`,
  message_sent: (event) => `onion message (${text(event.contents)}, ${text(event.generation)}) sent to ${id(event.to)}`,
  message_received: (event) =>
    `onion message (${text(event.contents)}, ${text(event.generation)}) came from ${id(event.from)}`,
  message_forwarded: (event) =>
    `onion message (${text(event.form)}) passed on from ${id(event.from)} to ${id(event.to)}`,
  message_dropped: (event) => `onion message from ${id(event.from)} dropped (${reason(event)})`,
  offer_created: (event) => `offer ${id(event.id)} made`,
  offer_disabled: (event) => `offer ${id(event.id)} disabled`,
  offer_enabled: (event) => `offer ${id(event.id)} enabled`,
  request_received: (event) => {
    const note = event.payer_note === undefined ? '' : `, note: "${text(event.payer_note)}"`
    return `request for offer ${id(event.offer_id)} came from ${id(event.from)}${note}`
  },
  request_ignored: (event) => `request from ${id(event.from)} ignored (${reason(event)})`,
  invoice_sent: (event) =>
    `invoice over ${msat(event.amount_msat)} sent for offer ${id(event.offer_id)}${event.again ? ' (the same again)' : ''}`,
  invoice_error_sent: (event) =>
    `request for offer ${id(event.offer_id)} refused (${text(event.code)}: ${text(event.error)})`,
  reply_not_sent: (event) => `answer for offer ${id(event.offer_id)} not sent (${reason(event)})`,
  reply_late: (event) =>
    `answer from ${id(event.from)} (${text(event.generation)}) to request ${id(event.id)}, which is over`,
  reply_ignored: (event) => `answer from ${id(event.from)} ignored (${reason(event)})`,
  refund_created: (event) => `refund ${id(event.id)} made`,
  refund_disabled: (event) => `refund ${id(event.id)} disabled`,
  refund_invoice_received: (event) =>
    `refund ${id(event.refund_id)} brought an invoice over ${msat(event.amount_msat)} from ${id(event.from)}`,
  refund_invoice_repeated: (event) => `the invoice for refund ${id(event.refund_id)} came again`,
  refund_invoice_refused: (event) =>
    `invoice for refund ${id(event.refund_id)} from ${id(event.from)} refused (${reason(event)})`,
  refund_invoice_ignored: (event) => `invoice from ${id(event.from)} ignored (${reason(event)})`,
  refund_reply_not_sent: (event) => `answer for refund ${id(event.refund_id)} not sent (${reason(event)})`,
  claim_started: (event) => `claim of refund ${id(event.refund_id)} started`,
  claim_progress: (event) => {
    const step = member(event.progress, 'step')
    return `claim of refund ${id(event.refund_id)}, attempt ${String(member(event.progress, 'attempt'))}: ${text(step)}`
  },
  claim_sent: (event) =>
    `invoice over ${msat(event.amount_msat)} sent for refund ${id(event.refund_id)}${event.again ? ' (the same again)' : ''}`,
  claim_failed: (event) => `claim of refund ${id(event.refund_id)} failed (${reason(event)})`,
  claim_refused_late: (event) => `the payer of refund ${id(event.refund_id)} refuses: ${text(event.error)}`,
  fetch_started: (event) => `request ${id(event.id)} started`,
  invoice_received: (event) => `request ${id(event.id)} brought an invoice over ${msat(event.amount_msat)}`,
  fetch_failed: (event) => `request ${id(event.id)} failed (${reason(event)})`,
  payment_started: (event) => `payment ${id(event.payment_id)} over ${msat(event.amount_msat)} started`,
  payment_part_sent: (event) =>
    `payment ${id(event.payment_id)}: ${msat(member(event.part, 'amount_msat'))} sent over ${id(member(event.part, 'peer'))}`,
  payment_part_failed: (event) => {
    const failure = member(event.part, 'failure')
    const why = failure === undefined ? '' : ` (${text(member(failure, 'code'))}: ${text(member(failure, 'message'))})`
    return `payment ${id(event.payment_id)}: ${msat(member(event.part, 'amount_msat'))} came back${why}`
  },
  payment_paid: ({ payment }) =>
    `payment ${id(member(payment, 'payment_id'))} over ${msat(member(payment, 'amount_msat'))} paid, fee ${msat(member(payment, 'fee_msat'))}`,
  payment_failed: ({ payment }) => {
    const failure = member(payment, 'failure')
    return `payment ${id(member(payment, 'payment_id'))} failed (${text(member(failure, 'code'))}: ${text(member(failure, 'message'))})`
  },
  payment_received: (event) => {
    const [what, note] = [text(event.description), text(event.payer_note)]
    const offer = event.refund_id === undefined ? `offer ${id(event.offer_id)}` : `refund ${id(event.refund_id)}`
    const about = `${what === '' ? '' : ` "${what}"`}${note === '' ? '' : `, note: "${note}"`}`
    return `received ${msat(event.amount_msat)} for ${offer}${about}`
  },
  channel_up: ({ channel }) => `channel with ${id(member(channel, 'peer'))} is up: ${owed(channel)}`,
  channel_opened: ({ channel }) => `channel with ${id(member(channel, 'peer'))} opened: ${owed(channel)}`,
  channel_overridden: ({ channel }) =>
    `channel with ${id(member(channel, 'peer'))} goes on after an override: ${owed(channel)}`,
  channel_errored: (event) => {
    const who = event.by_us === true ? 'this node' : 'the peer'
    return `channel with ${id(event.peer_id)} errored by ${who} (${reason(event)}); lno channel show says how it goes on`
  },
  channel_override_proposed: (event) => {
    const who = event.by_us === true ? 'us, the host' : 'its host'
    return `override of the channel with ${id(event.peer_id)} proposed by ${who}: ${msat(event.local_msat)} of it ours`
  },
  htlc_refused: (event) =>
    `payment from ${id(event.peer_id)} refused (${reason(event)}${event.rule === undefined ? '' : `, rule ${text(event.rule)}`})`,
  receipt_not_noted: (event) => `payment ${id(event.payment_hash)} came and could not be noted (${reason(event)})`,
  refund_not_paid: (event) => `refund ${id(event.refund_id)} not paid yet (${reason(event)})`,
  wallet_stopped: (event) => `the wallet has stopped (${reason(event)}): start the node again`,
  channel_down: (event) => `channel with ${id(event.peer_id)} is down (${text(event.why)})`,
  channel_open_refused: (event) => `no channel with ${id(event.peer_id)} (${text(event.why)})`,
  channel_closed: (event) => `channel with ${id(event.peer_id)} closed`,
  htlc_forwarded: (event) =>
    `passed ${msat(event.amount_msat)} on from ${id(event.from)} to ${id(event.to)}, for ${msat(event.fee_msat)}`,
  fetch_progress: (event) => {
    const [step, form] = [member(event.progress, 'step'), text(member(event.progress, 'generation'))]
    const attempt = `attempt ${String(member(event.progress, 'attempt'))}${form === '' ? '' : ` (${form})`}`
    return `request ${id(event.id)}, ${attempt}: ${text(step)}`
  },
}

const isTold = (kind: string): kind is keyof typeof SENTENCES => Object.hasOwn(SENTENCES, kind)

/** Whether any kind of event is meant by `name`: its own, or the beginning of it. A newer node may have more kinds. */
export function isEventKind(name: string): boolean {
  return [...PLAIN, ...Object.keys(SENTENCES)].some((kind) => kind === name || kind.startsWith(`${name}_`))
}

/** One line for people: time, then what happened. */
export function eventText(event: AnyEvent): string {
  const kind = text(event.kind)
  const time = typeof event.at === 'string' ? event.at.slice(11, 23) : ''
  const sentence = isTold(kind) ? SENTENCES[kind](event) : unknownSentence(kind, event)
  return `${time}  ${sentence}`
}

/** A kind without a sentence of its own: its name and its plain members. */
function unknownSentence(kind: string, event: AnyEvent): string {
  const members = Object.entries(event).flatMap(([name, value]) => {
    if (name === 'kind' || name === 'at') return []
    if (name === 'error') return [cause(event)]
    return typeof value === 'object' ? [] : [`${escapeForDisplay(name)} ${escapeForDisplay(String(value))}`]
  })
  return [kind.replaceAll('_', ' '), ...members].join(', ')
}
