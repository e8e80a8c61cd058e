import * as v from 'valibot'
import { hasBit } from '../../wire/features.js'
import { formatAddress } from '../addresses.js'
import { nodeError } from '../codes.js'
import { method, none } from '../control/index.js'
import { peerView } from '../events.js'
import { isoTime } from '../iso-time.js'
import type { LnoNode } from '../node.js'
import { addressText, nodeIdText } from './schemas.js'

/** Which wire forms of onion messages a peer speaks, as far as can be told. */
export interface PeerGenerations {
  /**
   * Feature bits of its init by which it offers onion messages at all: 38 or 39, 102 or 103 up to c-lightning v0.10.0. No bit
   * says in which form. Absent while it is not connected.
   */
  readonly advertised?: readonly number[]
  /** Forms in which a readable message came from it: a generation, or the number of a type that several share. */
  readonly proven: readonly {
    readonly name: string
    /** When the last one came, UTC. */
    readonly last: string
  }[]
}

/** Feature bits for onion messages: today's, and those of the releases before August 2021. */
const ONION_MESSAGE_BITS = [38, 39, 102, 103]

/** `peer.connect`, `peer.list`, `peer.disconnect` */
export function peerMethods(node: LnoNode) {
  const generationsOf = (id: string, features: Uint8Array | undefined): PeerGenerations => ({
    ...(features && { advertised: ONION_MESSAGE_BITS.filter((bit) => hasBit(features, bit)) }),
    proven: node.messenger.provenForms(id).map(({ form, at }) => ({ name: form, last: isoTime(at) })),
  })
  return [
    method('peer.connect', v.strictObject({ node_id: nodeIdText, address: addressText }), async (params) =>
      peerView(await node.connectPeer(params.node_id, params.address, { keep: true })),
    ),
    method('peer.list', none, () => {
      const connected = node.connections.peers().map((peer) => ({
        connected: true as const,
        ...peerView(peer),
        generations: generationsOf(peer.id, peer.features),
      }))
      const absent = node.addressBook.kept
        .filter((id) => node.connections.peer(id) === undefined)
        .map((id) => ({
          connected: false as const,
          node_id: id,
          address: node.addressBook.of(id).map(formatAddress).join(' '),
          kept: true,
          generations: generationsOf(id, undefined),
        }))
      return { peers: [...connected, ...absent] }
    }),
    method('peer.disconnect', v.strictObject({ node_id: nodeIdText }), async ({ node_id }) => {
      if (!(await node.disconnectPeer(node_id))) throw nodeError('PEER_NOT_FOUND', `${node_id} is no peer of this node`)
      return { node_id, disconnected: true }
    }),
  ] as const
}
