import type { Clock, NetAddress, Random } from '../../base/effects.js'
import { isLnoError, LnoError } from '../../base/error.js'
import { backoffDelay } from './jitter.js'
import { GOOD_CONNECTION_MS } from './limits.js'

/** What keeping needs of the connections. */
export interface KeeperOptions {
  readonly clock: Clock
  readonly random: Random
  readonly isConnected: (peerId: string) => boolean
  readonly connect: (peerId: string, address: NetAddress) => Promise<unknown>
  readonly onUnreachable: (peerId: string, error: LnoError, retryInMs: number) => void
}

/** Calls the peers that the user names until they are there, and again when they are gone. */
export interface Keeper {
  /** Begins at once. Several addresses are tried in turn; a second call replaces the addresses. */
  keep(peerId: string, addresses: readonly NetAddress[]): void
  /** Stops keeping it; a connection stays. */
  release(peerId: string): void
  has(peerId: string): boolean
  /** A connection that lasted `lastedMs` has ended. */
  lost(peerId: string, lastedMs: number): void
  stop(): void
}

interface Kept {
  addresses: readonly NetAddress[]
  next: number
  failures: number
  calling: boolean
  cancel: (() => void) | undefined
}

export function keeper(options: KeeperOptions): Keeper {
  const { clock, random } = options
  const kept = new Map<string, Kept>()

  async function call(peerId: string, entry: Kept): Promise<void> {
    entry.cancel = undefined
    if (entry.calling || options.isConnected(peerId)) return
    entry.calling = true
    const address = entry.addresses[entry.next++ % entry.addresses.length]!
    try {
      await options.connect(peerId, address)
      entry.calling = false
    } catch (error) {
      entry.calling = false
      if (kept.get(peerId) !== entry || options.isConnected(peerId)) return
      const reason = isLnoError(error) ? error : new LnoError('INTERNAL', String(error), { cause: error })
      retry(peerId, entry, (retryInMs) => options.onUnreachable(peerId, reason, retryInMs))
    }
  }

  function retry(peerId: string, entry: Kept, tell?: (retryInMs: number) => void): void {
    entry.failures++
    const wait = Math.round(backoffDelay(entry.failures, random))
    entry.cancel?.()
    entry.cancel = clock.after(wait, () => void call(peerId, entry))
    tell?.(wait)
  }

  function release(peerId: string): void {
    kept.get(peerId)?.cancel?.()
    kept.delete(peerId)
  }

  return {
    keep: (peerId, addresses) => {
      if (addresses.length === 0) return
      const known = kept.get(peerId)
      if (known !== undefined) {
        known.addresses = addresses
        return
      }
      const entry: Kept = { addresses, next: 0, failures: 0, calling: false, cancel: undefined }
      kept.set(peerId, entry)
      void call(peerId, entry)
    },
    release,
    has: (peerId) => kept.has(peerId),
    lost: (peerId, lastedMs) => {
      const entry = kept.get(peerId)
      if (entry === undefined || entry.calling) return
      if (lastedMs >= GOOD_CONNECTION_MS) entry.failures = 0
      retry(peerId, entry)
    },
    stop: () => {
      for (const peerId of [...kept.keys()]) release(peerId)
    },
  }
}
