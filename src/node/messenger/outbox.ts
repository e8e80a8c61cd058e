import type { Clock } from '../../base/effects.js'
import type { NodeId } from './routes.js'

/**
 * Messages a second to one peer, and how many at once: Core Lightning takes four a second with a burst of four, warns
 * once and then drops in silence. Faster would only lose messages.
 */
export const OUTGOING_PER_SECOND = 4
export const OUTGOING_BURST = 4

/** Own messages that may wait for one peer: eight seconds of its rate, within the 15 s that an answer is waited for. */
export const MAX_OWN_QUEUE = 32

/** How many of them may be answers: strangers cause those, and must leave room for what we ask ourselves. */
export const MAX_ANSWER_QUEUE = 16

/** Forwards that may wait for one peer from one source: two seconds of its rate. A relay that lags drops, it does not pile up. */
export const MAX_FORWARD_QUEUE = 8

/** Sources with forwards waiting for one peer at the same time. */
export const MAX_FORWARD_SOURCES = 64

/**
 * Bytes of one source that may wait for all its next peers together: what it can send at once, eight of the largest
 * standard packets. Without it a source would fill a queue at every peer of ours.
 */
export const MAX_FORWARD_BYTES_OF_SOURCE = 262_144 + 8 * 64

/** Bytes of all forwards that wait: a bound for strangers who come, leave their share, and come again under other keys. */
export const MAX_FORWARD_BYTES = 64 * 1024 * 1024

/** What became of a message handed to a peer's connection; `queued`: its socket takes no more at the moment. */
export type SendResult = 'sent' | 'queued' | 'full' | 'not-connected'

export interface OutboxOptions {
  readonly clock: Clock
  /** Hands a message to the connection. After `queued`, `onLeft` is called when the socket has taken it, if ever. */
  readonly send: (peer: NodeId, message: Uint8Array, onLeft: () => void) => SendResult
  /** Another rate for a peer: messages a second and burst. */
  readonly rateOf?: (peer: NodeId) => { readonly perSecond: number; readonly burst: number } | undefined
}

/** A message of our own that waits for its turn. */
export interface Waiting {
  /** Takes it out again; without effect once it has left. */
  cancel(): void
}

/** What the owner of a message is told, once: it left, or it never will. */
export type Fate = 'left' | 'full' | 'not-connected'

interface Own {
  readonly message: Uint8Array
  readonly done: (fate: Fate) => void
}

interface Lane {
  readonly own: Own[]
  /** Handed over and not taken by the socket yet; the connection bounds their bytes. */
  readonly handed: Set<Own>
  /** By source, in the order in which they are served next: a source that was served goes to the end. */
  readonly forwards: Map<NodeId, Uint8Array[]>
  tokens: number
  at: number
  ownNext: boolean
  timer: (() => void) | undefined
}

/**
 * Where onion messages wait for their turn: one lane a next peer, its rate in front of the connection. Own messages and
 * forwards alternate, forwards are drained round-robin over the peers they came from, so that nobody's flood delays the
 * others by more than its share.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #lanes = new Map<NodeId, Lane>()
  /** Bytes of each source that wait, and of all. */
  readonly #held = new Map<NodeId, number>()
  #heldByAll = 0

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /**
   * Queues a message of our own; undefined when `most` wait already (`QUEUE_FULL`): nothing was queued. `done` is
   * called once, never before this returns.
   */
  own(peer: NodeId, message: Uint8Array, done: (fate: Fate) => void, most = MAX_OWN_QUEUE): Waiting | undefined {
    const lane = this.#lane(peer)
    if (lane.own.length >= most) return undefined
    const entry: Own = { message, done }
    lane.own.push(entry)
    this.#arm(peer, lane, 0)
    return {
      cancel: () => {
        const index = lane.own.indexOf(entry)
        if (index >= 0) lane.own.splice(index, 1)
      },
    }
  }

  /** Queues somebody's message; false when it is dropped because too much waits. */
  forward(source: NodeId, peer: NodeId, message: Uint8Array): boolean {
    const held = (this.#held.get(source) ?? 0) + message.length
    if (held > MAX_FORWARD_BYTES_OF_SOURCE || this.#heldByAll + message.length > MAX_FORWARD_BYTES) return false
    const lane = this.#lane(peer)
    let queue = lane.forwards.get(source)
    if (queue === undefined) {
      if (lane.forwards.size >= MAX_FORWARD_SOURCES) return false
      queue = []
      lane.forwards.set(source, queue)
    }
    if (queue.length >= MAX_FORWARD_QUEUE) return false
    queue.push(message)
    this.#hold(source, message.length)
    this.#arm(peer, lane, 0)
    return true
  }

  #hold(source: NodeId, bytes: number): void {
    this.#heldByAll += bytes
    const held = (this.#held.get(source) ?? 0) + bytes
    if (held > 0) this.#held.set(source, held)
    else this.#held.delete(source)
  }

  /** The peer is gone: what waits for it will never leave. Its bucket stays, so that reconnecting gains nothing. */
  drop(peer: NodeId): void {
    const lane = this.#lanes.get(peer)
    if (lane === undefined) return
    for (const [source, queue] of lane.forwards) for (const { length } of queue) this.#hold(source, -length)
    lane.forwards.clear()
    const lost = [...lane.handed, ...lane.own.splice(0)]
    lane.handed.clear()
    for (const { done } of lost) done('not-connected')
  }

  /** Ends all timers; what waits is told that it will not leave. */
  close(): void {
    for (const [peer, lane] of this.#lanes) {
      lane.timer?.()
      lane.timer = undefined
      this.drop(peer)
    }
    this.#lanes.clear()
  }

  #rate(peer: NodeId): { readonly perSecond: number; readonly burst: number } {
    return this.#options.rateOf?.(peer) ?? { perSecond: OUTGOING_PER_SECOND, burst: OUTGOING_BURST }
  }

  #lane(peer: NodeId): Lane {
    let lane = this.#lanes.get(peer)
    if (lane === undefined) {
      this.#forgetIdle()
      lane = {
        own: [],
        handed: new Set(),
        forwards: new Map(),
        tokens: this.#rate(peer).burst,
        at: this.#options.clock.now(),
        ownNext: true,
        timer: undefined,
      }
      this.#lanes.set(peer, lane)
    }
    return lane
  }

  /** A lane that is empty and whose bucket is full again holds nothing worth keeping. */
  #forgetIdle(): void {
    for (const [peer, lane] of this.#lanes) {
      this.#refill(peer, lane)
      const idle = lane.own.length + lane.handed.size === 0 && lane.forwards.size === 0 && lane.timer === undefined
      if (idle && lane.tokens >= this.#rate(peer).burst) this.#lanes.delete(peer)
    }
  }

  #refill(peer: NodeId, lane: Lane): void {
    const now = this.#options.clock.now()
    const { perSecond, burst } = this.#rate(peer)
    lane.tokens = Math.min(burst, lane.tokens + (Math.max(0, now - lane.at) * perSecond) / 1000)
    lane.at = now
  }

  #arm(peer: NodeId, lane: Lane, ms: number): void {
    if (lane.timer !== undefined) return
    lane.timer = this.#options.clock.after(ms, () => {
      lane.timer = undefined
      this.#drain(peer, lane)
    })
  }

  #drain(peer: NodeId, lane: Lane): void {
    this.#refill(peer, lane)
    // A little less than a whole token is one: timers fire on whole milliseconds.
    while (lane.tokens > 0.999) {
      const next = this.#next(lane)
      if (next === undefined) return
      if (this.#hand(peer, lane, next)) lane.tokens -= 1
    }
    if (lane.own.length === 0 && lane.forwards.size === 0) return
    this.#arm(peer, lane, Math.ceil(((1 - lane.tokens) * 1000) / this.#rate(peer).perSecond))
  }

  /** True when it left, or will when the socket takes it. */
  #hand(peer: NodeId, lane: Lane, next: { readonly message: Uint8Array; readonly done?: Own['done'] }): boolean {
    const { message, done } = next
    const entry = done && { message, done }
    const result = this.#options.send(peer, message, () => {
      if (entry !== undefined && lane.handed.delete(entry)) entry.done('left')
    })
    if (result === 'queued' && entry !== undefined) lane.handed.add(entry)
    else done?.(result === 'full' || result === 'not-connected' ? result : 'left')
    return result === 'sent' || result === 'queued'
  }

  #next(lane: Lane): { readonly message: Uint8Array; readonly done?: (fate: Fate) => void } | undefined {
    const takeOwn = lane.own.length > 0 && (lane.ownNext || lane.forwards.size === 0)
    lane.ownNext = !takeOwn
    if (takeOwn) return lane.own.shift()
    for (const [source, queue] of lane.forwards) {
      const message = queue.shift()
      lane.forwards.delete(source)
      if (queue.length > 0) lane.forwards.set(source, queue)
      if (message === undefined) continue
      this.#hold(source, -message.length)
      return { message }
    }
    return undefined
  }
}
