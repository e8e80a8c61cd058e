import { fromHex } from '../base/hex.js'
import type { ChannelKind, ChannelNotice, ChannelStep } from './channel-kind.js'
import { type Book, openBook } from './engine/book.js'
import type { Links } from './engine/state.js'
import type { LinkContext, LinkEvent, LinkId, LinkStep, LinkView } from './link.js'
import type { CoreEffect } from './step.js'

/** The channels of a node, and in memory the state with every connected peer. */
export interface Channels<S> {
  readonly kind: ChannelKind<S>
  readonly book: Book<S>
  /** Of those that are stored. */
  view(peer: LinkId): LinkView | undefined
  views(): readonly LinkView[]
  /** How many these are. */
  readonly count: number
  /** Whom our channel of an alias is with. */
  peerOf(alias: bigint): LinkId | undefined
  /** msat: what all peers owe us, less what we owe them. */
  position(): bigint
}

/** @param alias of the channel with a peer */
export function openChannels<S>(kind: ChannelKind<S>, alias: (peer: LinkId) => bigint): Channels<S> {
  const aliases = new Map<bigint, LinkId>()
  const stored = new Set<LinkId>()
  const book = openBook<S>({
    kind: 'wallet-channel',
    encode: kind.encode,
    decode: kind.decode,
    same: kind.same,
    stored: kind.stored,
    changed: (peer, before, after) => {
      const was = before !== undefined && kind.stored(before)
      const is = after !== undefined && kind.stored(after)
      if (is && !was) {
        stored.add(peer)
        aliases.set(alias(peer), peer)
      }
      if (was && !is) {
        stored.delete(peer)
        aliases.delete(alias(peer))
      }
    },
  })
  const view = (peer: LinkId) => (stored.has(peer) ? kind.view(book.get(peer)!) : undefined)
  return {
    kind,
    book,
    view,
    views: () => [...stored].map((peer) => view(peer)!),
    get count() {
      return stored.size
    },
    peerOf: (scid) => aliases.get(scid),
    position: () => [...stored].reduce((sum, peer) => sum + kind.position(book.get(peer)!), 0n),
  }
}

/** Something that a channel told, to be worked on. */
export interface Told {
  readonly peer: LinkId
  readonly event: LinkEvent | ChannelNotice
}

/** The channels within one step: what they tell waits in a queue, what they send in the effects. */
export interface ChannelTurn<S> extends Links {
  /** Makes a step of a channel and takes what it brought. */
  run(peer: LinkId, step: (state: S, context: LinkContext) => LinkStep<S> | ChannelStep<S>): void
  /** The oldest event that nobody has worked on. */
  next(): Told | undefined
  /** Has every channel that changed sign its changes. */
  flush(): void
}

export function channelTurn<S>(
  { kind, book, view, views, peerOf }: Channels<S>,
  context: LinkContext,
  effects: CoreEffect[],
): ChannelTurn<S> {
  const queue: Told[] = []
  let head = 0
  const touched = new Set<LinkId>()

  function take(peer: LinkId, step: LinkStep<S> | ChannelStep<S>): void {
    book.put(peer, step.state)
    for (const message of step.send) effects.push({ type: 'send', peer, message })
    for (const event of step.events) queue.push({ peer, event })
    if ('notices' in step) for (const event of step.notices) queue.push({ peer, event })
    if (step.hangUp !== undefined) effects.push({ type: 'hang_up', peer, why: step.hangUp })
    touched.add(peer)
  }
  const run: ChannelTurn<S>['run'] = (peer, step) => take(peer, step(book.get(peer) ?? kind.none(peer), context))

  return {
    run,
    next: () => queue[head++],
    flush: () => {
      for (const peer of touched) {
        touched.delete(peer)
        const state = book.get(peer)
        if (state === undefined) continue
        const step = kind.flush(state, context)
        take(peer, step)
        touched.delete(peer)
      }
    },
    view,
    views,
    peerOf,
    peerIdOf: (alias) => {
      const peer = peerOf(alias)
      return peer === undefined ? undefined : fromHex(peer)
    },
    add: (htlcs) => {
      const states = new Map<LinkId, S>()
      const steps: { readonly peer: LinkId; readonly step: LinkStep<S>; readonly id: bigint }[] = []
      for (const [index, { peer, terms }] of htlcs.entries()) {
        const state = states.get(peer) ?? book.get(peer)
        const added = state === undefined ? ({ refused: 'down' } as const) : kind.add(state, terms, context)
        if ('refused' in added) return { ...added, index }
        states.set(peer, added.step.state)
        steps.push({ peer, ...added })
      }
      for (const { peer, step } of steps) take(peer, step)
      return { ids: steps.map(({ id }) => id) }
    },
    fulfil: (peer, id, preimage, attribution) =>
      run(peer, (state) => kind.fulfil(state, id, preimage, attribution, context)),
    fail: (peer, id, failure) => run(peer, (state) => kind.fail(state, id, failure, context)),
  }
}
