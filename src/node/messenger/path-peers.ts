import type { Store } from '../../base/effects.js'
import { tu64 } from '../../wire/codec.js'
import { required } from '../../wire/tlv.js'
import { keysUnder, storeKey } from '../store/keys.js'
import { defineRecord } from '../store/records.js'
import type { NodeId } from './routes.js'

/** Peers that are remembered; from one more on every peer counts as one of them. */
export const MAX_PATH_PEERS = 1000

/** A peer over which a path to ourselves was made, stored under `path_peer/<node id>`. */
const STORED_PATH_PEER = {
  /** Unix milliseconds. */
  created: /* @__PURE__ */ required(0n, tu64),
}
const storedPathPeer = /* @__PURE__ */ defineRecord('path peer', STORED_PATH_PEER)

/**
 * The peers over which this node ever made a path to itself, the last relay before it. Such a path can be walked without its
 * last word: a message that ends in a hop without encrypted data shows no path, and who answers it for something that names
 * the node tells that the path is its own. What comes over one of these peers and shows no path is therefore doubted; paths live
 * as long as whoever holds them, so that a restart forgets none.
 */
export class PathPeers {
  readonly #store: Store | undefined
  readonly #peers = new Set<NodeId>()
  readonly #unwritten = new Set<NodeId>()

  /** @param store without one they are remembered until the process ends */
  constructor(store?: Store) {
    this.#store = store
  }

  /**
   * For a node that speaks the forms of 2021 alone: in these no release put data into the last hop of a request, so that all would
   * be doubted, and it has no paths but those of its own requests.
   */
  static ofNobody(): Pick<PathPeers, 'has' | 'add'> {
    return { has: () => false, add: () => undefined }
  }

  static async load(store: Store): Promise<PathPeers> {
    const loaded = new PathPeers(store)
    // The key says it all: a peer counts, whatever became of what stands under it.
    for await (const [key] of store.range(keysUnder('path_peer'))) {
      loaded.#peers.add(key.slice(key.lastIndexOf('/') + 1))
    }
    return loaded
  }

  /** Whether what comes from this peer may have come over a path of ours. */
  has(peer: NodeId): boolean {
    return this.#peers.size > MAX_PATH_PEERS || this.#peers.has(peer)
  }

  /**
   * A path to ourselves is made over this peer. It counts from now on, and is on disk within the time of one write; should that
   * fail, the next path over the peer has it written again.
   */
  add(peer: NodeId, now: number): void {
    if (this.has(peer) && !this.#unwritten.delete(peer)) return
    this.#peers.add(peer)
    const change = { key: storeKey('path_peer', peer), value: storedPathPeer.encode({ created: BigInt(now) }) }
    void this.#store?.commit([change]).catch(() => this.#unwritten.add(peer))
  }
}
