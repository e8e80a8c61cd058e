import type { HtlcFailure, HtlcTerms } from '../htlc.js'
import type { Link, LinkContext, LinkRefusal, LinkStep, LinkView } from '../link.js'
import {
  announced,
  type Errored,
  entryOf,
  type HostedChannel,
  type HostedStep,
  isUp,
  stepTo,
  type Update,
  withKept,
} from './channel.js'
import { flushed, moved, withEntry } from './commit.js'
import { makeHtlc } from './htlc-messages.js'
import { broken } from './receive.js'
import { sumMsat } from './state.js'
import { addRefusal, committedState, heldBooks, isDefect, ownBooks, roomFor } from './updates.js'

/** Of a channel that there is not yet. */
const NO_MONEY = {
  capacityMsat: 0n,
  localMsat: 0n,
  remoteMsat: 0n,
  inFlightInMsat: 0n,
  inFlightOutMsat: 0n,
  htlcMinimumMsat: 0n,
  sendableMsat: 0n,
  receivableMsat: 0n,
} as const

function statusOf(channel: HostedChannel): LinkView['status'] {
  const { phase, errored } = channel.kept
  if (phase === 'new' || phase === 'opening') return 'opening'
  if (phase === 'closed') return 'closed'
  if (errored) return 'errored'
  return isUp(channel) ? 'up' : 'down'
}

/** What may be added now; nothing less than the minimum. */
function most(room: bigint | LinkRefusal, minimum: bigint): bigint {
  return typeof room === 'string' || room < minimum || room < 0n ? 0n : room
}

const troubleOf = ({ byUs, code, why }: Errored) => ({ byUs, code, why })

const smallest = (a: bigint, b: bigint) => (a < b ? a : b)

function view(channel: HostedChannel): LinkView {
  const { kept, live, facts } = channel
  const named = {
    peer: facts.peer,
    status: statusOf(channel),
    weAreHost: kept.isHost,
    blinding: live.blinding,
    ...(kept.errored && { trouble: troubleOf(kept.errored) }),
    ...(kept.override && { overrideMsat: kept.override.localBalanceMsat }),
  }
  const { committed } = kept
  if (committed === undefined) return { ...named, ...NO_MONEY }
  const { init } = committed
  const books = heldBooks(channel)
  const up = isUp(channel)
  const minimum = init.htlc_minimum_msat
  return {
    ...named,
    capacityMsat: init.channel_capacity_msat,
    localMsat: books.localBalanceMsat,
    remoteMsat: books.remoteBalanceMsat,
    inFlightInMsat: sumMsat(books.incoming),
    inFlightOutMsat: sumMsat(books.outgoing),
    htlcMinimumMsat: minimum,
    sendableMsat: up
      ? [books, ownBooks(channel)].map((of) => most(roomFor(of, committed, 'ours'), minimum)).reduce(smallest)
      : 0n,
    receivableMsat: up ? most(roomFor(books, committed, 'theirs'), minimum) : 0n,
  }
}

function refusal(channel: HostedChannel, terms: HtlcTerms, { height }: LinkContext): LinkRefusal | undefined {
  if (!isUp(channel)) return 'down'
  if (height === undefined) return 'no_height'
  if (terms.pathKey && !channel.live.blinding) return 'no_blinding'
  const committed = committedState(channel.kept)
  for (const books of [heldBooks(channel), ownBooks(channel)]) {
    const refused = addRefusal(books, committed, 'ours', terms.amountMsat)
    if (refused !== undefined) return refused
  }
  return undefined
}

function withUpdate(channel: HostedChannel, update: Update): HostedChannel {
  return withKept(channel, { own: [...channel.kept.own, update] })
}

function add(
  channel: HostedChannel,
  terms: HtlcTerms,
  context: LinkContext,
): { readonly step: LinkStep<HostedChannel>; readonly id: bigint } | { readonly refused: LinkRefusal } {
  const refused = refusal(channel, terms, context)
  if (refused !== undefined) return { refused }
  const id = BigInt(ownBooks(channel).localUpdates + 1)
  const htlc = makeHtlc(channel.facts.channelId, id, terms)
  const added = withUpdate(channel, { type: 'add', htlc })
  return { step: stepTo(withEntry(added, { direction: 'out', htlc, state: 'proposed' })), id }
}

function fulfil(
  channel: HostedChannel,
  id: bigint,
  preimage: Uint8Array,
  attribution: Uint8Array | undefined,
): LinkStep<HostedChannel> {
  const entry = entryOf(channel, 'in', id)
  // Of a disputed one it is a claim: the default override pays it.
  if (entry?.state === 'disputed') return stepTo(withEntry(channel, { ...entry, preimage }))
  if (entry?.state !== 'locked') return stepTo(channel)
  const update: Update = { type: 'fulfil', id, preimage, ...(attribution && { attribution }) }
  return stepTo(withEntry(withUpdate(channel, update), { ...moved(entry, 'preimage'), preimage }))
}

function fail(channel: HostedChannel, id: bigint, failure: HtlcFailure): LinkStep<HostedChannel> {
  const entry = entryOf(channel, 'in', id)
  if (entry?.state !== 'locked') return stepTo(channel)
  return stepTo(withEntry(withUpdate(channel, { type: 'fail', id, failure }), moved(entry, 'fail')))
}

function flush(channel: HostedChannel, context: LinkContext): HostedStep {
  try {
    return flushed(channel, context)
  } catch (error) {
    if (!isDefect(error)) throw error
    return announced(channel, broken(channel, error, context))
  }
}

/** A hosted channel for the engine. */
export const hostedLink: Link<HostedChannel> & {
  flush(channel: HostedChannel, context: LinkContext): HostedStep
} = { view, add, fulfil, fail, flush }
