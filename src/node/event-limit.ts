import type { Clock } from '../base/effects.js'
import { type TokenBucket, tokenBucket } from './connections/token-bucket.js'
import type { NodeEvent, NodeEventType } from './events.js'

/**
 * Events of one type that are told: what strangers cause may not fill a disk with lines of a log. A hundred come through at
 * once, then ten a second; 512 peers could cause five thousand.
 */
export const EVENT_LIMIT = { perSecond: 10, burst: 100 } as const

interface Told {
  readonly bucket: TokenBucket
  leftOut: number
}

/**
 * Passes events on within `EVENT_LIMIT` a type. How many were left out is told before the next of that type that is not, and
 * at the latest when the node stops.
 */
export function limitEvents(clock: Pick<Clock, 'now'>, tell: (event: NodeEvent) => void): (event: NodeEvent) => void {
  const types = new Map<NodeEventType, Told>()
  const tellLeftOut = (type: NodeEventType, told: Told): void => {
    if (told.leftOut === 0) return
    tell({ type: 'events_left_out', of: type, count: told.leftOut })
    told.leftOut = 0
  }
  return (event) => {
    const now = clock.now()
    const told = types.get(event.type) ?? {
      bucket: tokenBucket(EVENT_LIMIT.perSecond, EVENT_LIMIT.burst, now),
      leftOut: 0,
    }
    types.set(event.type, told)
    if (event.type === 'node_stopping') for (const [type, each] of types) tellLeftOut(type, each)
    if (!told.bucket.take(1, now)) {
      told.leftOut++
      return
    }
    tellLeftOut(event.type, told)
    tell(event)
  }
}
