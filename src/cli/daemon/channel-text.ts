import { escapeForDisplay } from '../../base/display.js'
import type { ChannelView } from '../../node/methods/channel-methods.js'
import { columnsOf, wrap } from '../frame/text.js'
import { formatMsat, formatSat } from './text.js'

/** The other side of a channel. */
const OTHER = { host: 'client', client: 'host' } as const

const STATES: Readonly<Record<ChannelView['status'], string>> = {
  opening: 'opening: the host has not answered yet',
  up: 'up: payments go through',
  down: 'down: waits for the peer',
  errored: 'errored: nothing goes through until the host proposes an override and the client accepts it',
  closed: 'closed: nothing is in it; open it again with lno channel open',
}

/**
 * Who owes whom, in a sentence: a balance of a hosted channel is a promise of its host, and is never shown as if it were bitcoin.
 */
export function owesText({ role, owes }: Pick<ChannelView, 'role' | 'owes'>): string {
  const other = OTHER[role]
  const amount = formatSat(BigInt(owes.msat))
  if (owes.who === 'nobody') return `neither you nor the ${other} owes the other anything`
  return `${owes.who === 'them' ? `the ${other} owes you` : `you owe the ${other}`} ${amount}: trust, not bitcoin`
}

/** What is under way, if anything is. */
function inFlight({ in_flight_in_msat: incoming, in_flight_out_msat: outgoing }: ChannelView): string | undefined {
  const parts = [
    ...(BigInt(incoming) === 0n ? [] : [`${formatMsat(BigInt(incoming))} to you`]),
    ...(BigInt(outgoing) === 0n ? [] : [`${formatMsat(BigInt(outgoing))} from you`]),
  ]
  return parts.length === 0 ? undefined : parts.join(', ')
}

const SAID_BY = { us: 'this node', them: 'the peer' } as const

/** What an override would make of who owes whom. */
function proposedText({ role, capacity_msat: capacity }: ChannelView, localMsat: bigint): string {
  const owed = role === 'client' ? localMsat : BigInt(capacity) - localMsat
  const who = owed === 0n ? 'nobody' : role === 'client' ? 'them' : 'us'
  return `an override, by which ${owesText({ role, owes: { who, msat: owed.toString() } })}`
}

/** All of a channel. */
export function channelText(channel: ChannelView, width: number, label: (text: string) => string): string {
  const { role, status, trouble, override_msat: override } = channel
  const moving = inFlight(channel)
  const rows: (readonly [string, string])[] = [
    ['peer', channel.peer],
    ['kind', role === 'host' ? 'hosted by you' : 'hosted by the peer'],
    ['state', STATES[status] ?? status],
    ...(trouble === undefined
      ? []
      : [['why', `${escapeForDisplay(`${trouble.code}: ${trouble.why}`)} (said by ${SAID_BY[trouble.by]})`] as const]),
    ['owed', owesText(channel)],
    ...(override === undefined ? [] : [['proposed', proposedText(channel, BigInt(override))] as const]),
    ['capacity', formatMsat(BigInt(channel.capacity_msat))],
    ['yours', formatMsat(BigInt(channel.local_msat))],
    ['theirs', formatMsat(BigInt(channel.remote_msat))],
    ...(moving === undefined ? [] : [['in flight', moving] as const]),
    ['can send', formatMsat(BigInt(channel.sendable_msat))],
    ['can receive', formatMsat(BigInt(channel.receivable_msat))],
  ]
  return columnsOf(rows, width, label)
}

/** A channel of a list: two lines, its peer's id whole, to be copied. */
export function channelLines(channel: ChannelView, width: number): string {
  const { role, status, sendable_msat: sendable, receivable_msat: receivable } = channel
  const can = `can send ${formatSat(BigInt(sendable))}, receive ${formatSat(BigInt(receivable))}`
  const what = `${status}, ${role === 'host' ? 'hosted by you' : 'hosted by the peer'}; ${owesText(channel)}; ${can}`
  return `${channel.peer}\n  ${wrap(what, width - 2, '  ')}`
}

/** The sum over all channels: what others owe, and what is owed to others. */
export function sumText(channels: readonly ChannelView[], width: number): string {
  const sum = (who: 'them' | 'us') =>
    channels.filter(({ owes }) => owes.who === who).reduce((all, { owes }) => all + BigInt(owes.msat), 0n)
  const sums = `Others owe you ${formatSat(sum('them'))}, and you owe others ${formatSat(sum('us'))}`
  return wrap(`${sums}: trust, not bitcoin.`, width)
}
