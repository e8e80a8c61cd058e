import * as v from 'valibot'
import { formatAddress } from '../addresses.js'
import { nodeError } from '../codes.js'
import { method, none } from '../control/index.js'
import { peerView } from '../events.js'
import type { LnoNode } from '../node.js'
import { addressText, nodeIdText } from './schemas.js'

/** `peer.connect`, `peer.list`, `peer.disconnect` */
export function peerMethods(node: LnoNode) {
  return [
    method('peer.connect', v.strictObject({ node_id: nodeIdText, address: addressText }), async (params) =>
      peerView(await node.connectPeer(params.node_id, params.address, { keep: true })),
    ),
    method('peer.list', none, () => {
      const connected = node.connections.peers().map((peer) => ({ connected: true as const, ...peerView(peer) }))
      const absent = node.addressBook.kept
        .filter((id) => node.connections.peer(id) === undefined)
        .map((id) => ({
          connected: false as const,
          node_id: id,
          address: node.addressBook.of(id).map(formatAddress).join(' '),
          kept: true,
        }))
      return { peers: [...connected, ...absent] }
    }),
    method('peer.disconnect', v.strictObject({ node_id: nodeIdText }), async ({ node_id }) => {
      if (!(await node.disconnectPeer(node_id))) throw nodeError('PEER_NOT_FOUND', `${node_id} is no peer of this node`)
      return { node_id, disconnected: true }
    }),
  ] as const
}
