import type { LinkEvent } from '../link.js'
import {
  type Entry,
  entryKey,
  type HostedChannel,
  type HostedStep,
  positionMsat,
  statePosition,
  stepTo,
  withKept,
} from './channel.js'
import { committing, goneEvent, moved } from './commit.js'
import type { HostedState } from './state.js'
import { committedState, ownBooks } from './updates.js'

/** An HTLC that an override took out of the channel: paid when its preimage is known here. */
export function overridden(entry: Entry): Entry {
  return moved(entry, entry.preimage === undefined ? 'override_returned' : 'override_paid')
}

/** What our position changes by from one committed state to the next, beyond what is told of the HTLCs. */
export function unexplained(before: HostedChannel, state: HostedState, events: readonly LinkEvent[]): bigint {
  let explained = 0n
  for (const event of events) {
    if (event.type === 'settled_in') explained += event.amountMsat
    if (event.type === 'settled_out') explained -= event.amountMsat
  }
  return statePosition(state) - positionMsat(before) - explained
}

/** How an HTLC left the channel of which the peer has a later state without it. */
function gone(entry: Entry): Entry {
  // Of a fulfil of ours we would know: the preimage was stored before we signed such a state.
  if (entry.direction === 'out' && entry.state === 'locked') return moved(moved(entry, 'fail'), 'commit')
  if (entry.direction === 'out' && entry.state === 'fulfilled') return moved(entry, 'commit')
  return overridden(entry)
}

/**
 * Makes a later state that both have signed the committed one. Usually it has some of our uncommitted updates in it, and updates of the
 * peer's that we signed and forgot.
 * @param state in our view, verified
 * @param known false when our store is older than what we signed: then all is taken as it stands there
 */
export function adopted(channel: HostedChannel, state: HostedState, known: boolean): HostedStep {
  const own = state.localUpdates - committedState(channel.kept).localUpdates
  const first = committing(channel, state, known ? own : 0, 0)
  const htlcs = new Map(first.state.kept.htlcs)
  const events: LinkEvent[] = [...first.events]
  const there = {
    in: new Set(state.incoming.map(({ id }) => id)),
    out: new Set(state.outgoing.map(({ id }) => id)),
  }
  let rest = first.state.kept.own
  if (!known) rest = rest.filter((update) => update.type !== 'add' && there.in.has(update.id))
  const pending = new Set(rest.map((update) => (update.type === 'add' ? update.htlc.id : undefined)))
  for (const [key, entry] of htlcs) {
    const { direction, htlc } = entry
    if (there[direction].has(htlc.id) || (direction === 'out' && pending.has(htlc.id))) continue
    htlcs.delete(key)
    const event = goneEvent(gone(entry))
    // Of a state that we do not know to have signed nobody can say that what is gone was given back.
    events.push(event.type === 'returned_out' && !known ? { ...event, overridden: true } : event)
  }
  for (const htlc of state.incoming) {
    const key = entryKey('in', htlc.id)
    if (htlcs.has(key)) continue
    htlcs.set(key, moved({ direction: 'in', htlc, state: 'proposed' }, 'commit'))
    events.push({ type: 'locked_in', id: htlc.id, terms: htlc.terms })
  }
  for (const htlc of state.outgoing) {
    const key = entryKey('out', htlc.id)
    if (!htlcs.has(key)) htlcs.set(key, moved({ direction: 'out', htlc, state: 'proposed' }, 'commit'))
  }
  const next = withKept(first.state, { own: rest, htlcs, ...(!known && { errored: undefined, override: undefined }) })
  ownBooks(next)
  const changeMsat = unexplained(channel, state, events)
  return stepTo(next, { events, ...(changeMsat !== 0n && { notices: [{ type: 'adjusted', changeMsat }] }) })
}
