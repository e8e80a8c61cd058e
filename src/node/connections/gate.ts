import { MAX_UNAUTHENTICATED } from '../../noise/limits.js'
import { MAX_UNAUTHENTICATED_PER_IP } from './limits.js'

/** Counts the callers that are not peers yet. */
export interface Gate {
  /** True when one more may come in; it counts until `leave`. */
  enter(ip: string | undefined): boolean
  leave(ip: string | undefined): void
  readonly inside: number
}

function isLoopback(ip: string): boolean {
  return ip === '::1' || /^(::ffff:)?127\./i.test(ip)
}

/** Lets in a bounded number of callers at a time, and few of one IP address (rule N7). */
export function gate(): Gate {
  const perIp = new Map<string, number>()
  let inside = 0
  return {
    enter: (ip) => {
      if (inside >= MAX_UNAUTHENTICATED) return false
      const same = ip === undefined ? 0 : (perIp.get(ip) ?? 0)
      if (ip !== undefined && same >= MAX_UNAUTHENTICATED_PER_IP && !isLoopback(ip)) return false
      inside++
      if (ip !== undefined) perIp.set(ip, same + 1)
      return true
    },
    leave: (ip) => {
      inside--
      if (ip === undefined) return
      const left = (perIp.get(ip) ?? 1) - 1
      if (left > 0) perIp.set(ip, left)
      else perIp.delete(ip)
    },
    get inside() {
      return inside
    },
  }
}
