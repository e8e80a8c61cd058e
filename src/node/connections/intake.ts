import type { Clock } from '../../base/effects.js'
import { LnoError } from '../../base/error.js'
import { connectionError } from './codes.js'
import { DROP_REPORT_MS, type MessageLimit, REMEMBERED_BUCKETS } from './limits.js'
import { type TokenBucket, tokenBucket } from './token-bucket.js'

/** Receives one message of a peer: `payload` is what stands behind the type. It works at once and does not throw. */
export type MessageHandler = (peerId: string, messageType: number, payload: Uint8Array) => void

/** How messages of a handler are treated before it sees them. */
export interface HandleOptions {
  /** Each costs public-key work: at most one such message, of all peers, a turn of the event loop. */
  readonly expensive?: boolean
  /** What one peer may send of all these types together. What is above is dropped before anything is computed. */
  readonly limit?: MessageLimit
}

/** One registration. */
export interface Registration {
  readonly handler: MessageHandler
  readonly expensive: boolean
  readonly limit: MessageLimit | undefined
}

interface Buckets {
  readonly bytes: TokenBucket
  readonly messages: TokenBucket
}

/** Types that belong to the connection itself: warning, init, error, ping, pong. */
const OWN_TYPES: ReadonlySet<number> = new Set([1, 16, 17, 18, 19])

/** Who handles which type, and what each peer may still send. */
export interface Intake {
  /** @throws LnoError `MESSAGE_TYPE_TAKEN` */
  register(types: readonly number[], registration: Registration): void
  registration(messageType: number): Registration | undefined
  /** Takes the message out of the peer's allowance; false when it is above it. */
  admit(peerId: string, registration: Registration, bytes: number): boolean
}

export function intake(clock: Clock): Intake {
  const byType = new Map<number, Registration>()
  // In order of use, the oldest first: a peer that has long left is forgotten before one that just did.
  const allowances = new Map<string, Map<Registration, Buckets>>()

  function bucketsOf(peerId: string, registration: Registration, limit: MessageLimit): Buckets {
    const known = allowances.get(peerId)
    const ofPeer = known ?? new Map<Registration, Buckets>()
    allowances.delete(peerId)
    allowances.set(peerId, ofPeer)
    if (known === undefined && allowances.size > REMEMBERED_BUCKETS) {
      for (const oldest of allowances.keys()) {
        allowances.delete(oldest)
        break
      }
    }
    let buckets = ofPeer.get(registration)
    if (buckets === undefined) {
      const now = clock.now()
      buckets = {
        bytes: tokenBucket(limit.bytesPerSecond, limit.burstBytes, now),
        messages: tokenBucket(limit.messagesPerSecond, limit.burstMessages, now),
      }
      ofPeer.set(registration, buckets)
    }
    return buckets
  }

  return {
    register: (types, registration) => {
      for (const type of types) {
        if (byType.has(type) || OWN_TYPES.has(type)) {
          throw connectionError('MESSAGE_TYPE_TAKEN', `message type ${type} is taken`)
        }
      }
      for (const type of types) byType.set(type, registration)
    },
    registration: (messageType) => byType.get(messageType),
    admit: (peerId, registration, bytes) => {
      const { limit } = registration
      if (limit === undefined) return true
      const buckets = bucketsOf(peerId, registration, limit)
      const now = clock.now()
      // Both or none: a message that is dropped uses up nothing.
      if (buckets.messages.level(now) < 1 || buckets.bytes.level(now) < bytes) return false
      buckets.messages.charge(1, now)
      buckets.bytes.charge(bytes, now)
      return true
    },
  }
}

/** Counts what happens too often to be told each time: the first is told, then at most one report in a while. */
export interface Tally {
  count(): void
  /** Tells what was counted and not told yet. */
  flush(): void
}

export function tally(clock: Clock, tell: (count: number) => void): Tally {
  let counted = 0
  let toldAt = Number.NEGATIVE_INFINITY
  function flush(): void {
    if (counted === 0) return
    toldAt = clock.now()
    const count = counted
    counted = 0
    tell(count)
  }
  return {
    count: () => {
      counted++
      if (clock.now() - toldAt >= DROP_REPORT_MS) flush()
    },
    flush,
  }
}

/** What a handler threw, as an error with a code. */
export function handlerError(error: unknown): LnoError {
  return error instanceof LnoError ? error : connectionError('HANDLER_FAILED', String(error), undefined, error)
}
