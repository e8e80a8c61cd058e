import type { Store, StoreChange } from '../../../src/base/effects.js'
import type { PeerListener, WalletPeer, WalletPeers } from '../../../src/wallets/embedded/peers.js'

/** A commit that waits for the test to say how it ends. */
export interface OpenCommit {
  readonly changes: readonly StoreChange[]
  done(): Promise<void>
  fails(error?: Error): Promise<void>
}

/** A store whose commits end when the test says so. */
export function slowStore(): Pick<Store, 'commit'> & { readonly open: OpenCommit[] } {
  const open: OpenCommit[] = []
  return {
    open,
    commit: (changes) =>
      new Promise((resolve, reject) => {
        const end = (how: () => void) => async () => {
          open.splice(open.indexOf(commit), 1)
          how()
          await new Promise((turn) => setImmediate(turn))
        }
        const commit: OpenCommit = {
          changes,
          done: end(resolve),
          fails: (error = new Error('the disk is full')) => end(() => reject(error))(),
        }
        open.push(commit)
      }),
  }
}

/** Peers that a test connects and lets speak; what is sent to them and who is hung up on is written down in order. */
export interface FakePeers extends WalletPeers {
  readonly log: string[]
  connect(id: string): void
  disconnect(id: string): void
  says(id: string, message: Uint8Array): void
  /** It takes no message from now on. */
  stuff(id: string): void
  /** A connection that was hung up on goes on for a while. */
  slowToHangUp(): void
}

export function fakePeers(): FakePeers {
  const connected = new Map<string, WalletPeer>()
  const stuffed = new Set<string>()
  const log: string[] = []
  let slow = false
  let listener: PeerListener | undefined
  let receive: ((peer: string, message: Uint8Array) => void) | undefined
  const peers: FakePeers = {
    log,
    send: (peer, message) => {
      if (!connected.has(peer) || stuffed.has(peer)) return false
      log.push(`${peer}: ${new TextDecoder().decode(message)}`)
      return true
    },
    hangUp: (peer, why) => {
      log.push(`${peer} hung up: ${why}`)
      if (!slow) peers.disconnect(peer)
    },
    onMessage: (_types, take) => {
      receive = take
    },
    onPeer: (hears) => {
      listener = hears
    },
    peers: () => [...connected.values()],
    connect: (id) => {
      const peer = { id, features: new Uint8Array(0) }
      connected.set(id, peer)
      listener?.up(peer)
    },
    disconnect: (id) => {
      if (connected.delete(id)) listener?.down(id)
    },
    says: (id, message) => receive?.(id, message),
    stuff: (id) => void stuffed.add(id),
    slowToHangUp: () => {
      slow = true
    },
  }
  return peers
}
