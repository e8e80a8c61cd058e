import { nextHtlcState } from '../htlc.js'
import type { LinkContext, LinkEvent } from '../link.js'
import {
  andThen,
  announced,
  type Entry,
  entryKey,
  type HostedChannel,
  type HostedStep,
  stepTo,
  withKept,
  withLive,
} from './channel.js'
import { moved } from './commit.js'
import { toErrored } from './errored.js'

/**
 * True when time takes an HTLC out of the two sides' hands. An outgoing one whose preimage came is paid, late or not, and an incoming
 * one that we have answered is the peer's to judge.
 */
function isDisputed({ direction, state, htlc }: Entry, height: number, errored: boolean): boolean {
  if (htlc.terms.cltvExpiry > height) return false
  return direction === 'out'
    ? state === 'proposed' || state === 'locked' || state === 'failed'
    : errored && state === 'locked'
}

/**
 * Looks at the clock. An HTLC of ours that expired while it was in the channel errs it and is disputed; in an errored channel those of
 * the peer are, too. While nobody knows the height nothing expires.
 */
export function onTick(channel: HostedChannel, context: LinkContext): HostedStep {
  const { height } = context
  const { kept, live } = channel
  if (height === undefined || kept.phase !== 'open') return stepTo(channel)
  const now = (key: string, entry: Entry) => live.htlcs.get(key) ?? entry
  const entries = [...kept.htlcs].map(([key, entry]) => now(key, entry))
  const expired = entries.find((entry) => entry.direction === 'out' && isDisputed(entry, height, false))
  const first =
    expired && !kept.errored
      ? toErrored(
          channel,
          'HTLC_EXPIRED',
          `HTLC ${expired.htlc.id} expired at ${expired.htlc.terms.cltvExpiry}`,
          context,
        )
      : stepTo(channel)
  const errored = first.state.kept.errored !== undefined
  const disputed = entries.filter((entry) => isDisputed(entry, height, errored))
  return announced(
    channel,
    andThen(first, (next) => withDisputed(next, disputed)),
  )
}

function withDisputed(channel: HostedChannel, entries: readonly Entry[]): HostedStep {
  const htlcs = new Map(channel.kept.htlcs)
  const passing = new Map(channel.live.htlcs)
  const events: LinkEvent[] = []
  for (const entry of entries) {
    const key = entryKey(entry.direction, entry.htlc.id)
    htlcs.set(key, moved(entry, 'dispute'))
    passing.delete(key)
    const { id, terms } = entry.htlc
    events.push({ type: entry.direction === 'in' ? 'disputed_in' : 'disputed_out', id, amountMsat: terms.amountMsat })
  }
  return stepTo(withLive(withKept(channel, { htlcs }), { htlcs: passing }), { events })
}

/** The lowest height at which `onTick` has something to do, if there is one: for whoever asks to be woken. */
export function nextExpiry({ kept }: HostedChannel): number | undefined {
  let next: number | undefined
  for (const { direction, state, htlc } of kept.htlcs.values()) {
    const open = nextHtlcState(direction, state, 'dispute') !== undefined && state !== 'fulfilled'
    const { cltvExpiry } = htlc.terms
    if (open && (next === undefined || cltvExpiry < next)) next = cltvExpiry
  }
  return next
}
