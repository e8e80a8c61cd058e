import type { NetAddress, Store } from '../base/effects.js'
import { array, prefixed, tu64, u16, utf8 } from '../wire/codec.js'
import { type Partially, required } from '../wire/tlv.js'
import { formatAddress, parseAddress } from './addresses.js'
import type { NodeId } from './messenger/routes.js'
import { keysUnder, storeKey } from './store/keys.js'
import { defineRecord } from './store/records.js'

/** Addresses remembered of one node, the newest first: more would only delay the moment at which it counts as gone. */
const MAX_ADDRESSES = 4

/** Nodes whose address is remembered while this process runs; those that are kept connected are never forgotten. */
const MAX_NODES = 4096

/** A peer to be kept connected, stored under `peer/<node id>`. */
const STORED_PEER = {
  /** Unix milliseconds. */
  created: /* @__PURE__ */ required(0n, tu64),
  /** As people write them, the newest first. */
  addresses: /* @__PURE__ */ required(2n, /* @__PURE__ */ array(/* @__PURE__ */ prefixed(u16, utf8), 1)),
}
interface StoredPeer extends Partially<typeof STORED_PEER> {}
const storedPeer = /* @__PURE__ */ defineRecord('peer', STORED_PEER)

/** Where nodes are: those that we called, and those that the user wants connected, who outlive a restart. */
export class AddressBook {
  readonly #store: Store
  readonly #addresses = new Map<NodeId, readonly NetAddress[]>()
  readonly #kept = new Set<NodeId>()

  private constructor(store: Store) {
    this.#store = store
  }

  static async load(store: Store): Promise<AddressBook> {
    const book = new AddressBook(store)
    for await (const [key, value] of store.range(keysUnder('peer'))) {
      const nodeId = key.slice(key.lastIndexOf('/') + 1)
      book.#addresses.set(
        nodeId,
        storedPeer.decode(value).fields.addresses.map((text) => parseAddress(text)),
      )
      book.#kept.add(nodeId)
    }
    return book
  }

  /** Nodes with an address, in the order in which they became known. */
  get nodes(): readonly NodeId[] {
    return [...this.#addresses.keys()]
  }

  /** Nodes to be kept connected. */
  get kept(): readonly NodeId[] {
    return [...this.#kept]
  }

  of(nodeId: NodeId): readonly NetAddress[] {
    return this.#addresses.get(nodeId) ?? []
  }

  /** Remembers an address in front of those known, until this process ends. */
  add(nodeId: NodeId, address: NetAddress): void {
    const text = formatAddress(address)
    const others = this.of(nodeId).filter((known) => formatAddress(known) !== text)
    this.#addresses.set(nodeId, [address, ...others].slice(0, MAX_ADDRESSES))
    if (this.#addresses.size <= MAX_NODES) return
    for (const known of this.#addresses.keys()) {
      if (this.#kept.has(known)) continue
      this.#addresses.delete(known)
      return
    }
  }

  /** The node shall be kept connected, from now on and after a restart; on disk when this resolves. */
  async keep(nodeId: NodeId, now: number): Promise<void> {
    const stored: StoredPeer = { created: BigInt(now), addresses: this.of(nodeId).map(formatAddress) }
    await this.#store.commit([{ key: storeKey('peer', nodeId), value: storedPeer.encode(stored) }])
    this.#kept.add(nodeId)
  }

  /** Nothing is remembered of the node any more. False when nothing was. */
  async forget(nodeId: NodeId): Promise<boolean> {
    const known = this.#addresses.delete(nodeId)
    if (!this.#kept.delete(nodeId)) return known
    await this.#store.commit([{ key: storeKey('peer', nodeId), value: undefined }])
    return true
  }
}
