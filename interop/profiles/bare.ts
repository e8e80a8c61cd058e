import type { Random } from '../../src/base/effects.js'
import { fromHex } from '../../src/base/hex.js'
import type { BlindedHop, BlindedPath } from '../../src/blinding/blinded-path.js'
import { blindHops } from '../../src/blinding/build.js'
import { randomSecret } from '../../src/crypto/group.js'
import type { OnionMessenger, SendOptions } from '../../src/node/messenger/messenger.js'
import { encodeTlv } from '../../src/wire/tlv.js'

/**
 * Messages to node ids leave without encrypted data for their last hop, as all releases up to Core Lightning v24.05 sent their
 * requests. Those over a path that somebody gave are as they were: what stands in a path's last hop is sent to it.
 */
export function sendBare(messenger: Pick<OnionMessenger, 'send'>, random: Random): void {
  const send = messenger.send.bind(messenger)
  messenger.send = (options) => send(isOwnWay(options) ? { ...options, ...bareWay(options, random) } : options)
}

/** A way that is blinded by the sender alone, with at least one hop. */
function isOwnWay({ to, route, generation }: SendOptions): boolean {
  return typeof to === 'string' && route.length > 0 && generation.pathBlinding === 'every hop'
}

/** The same way as a path that begins at its first node: such a path keeps its hops as they are. */
function bareWay({ route, generation }: SendOptions, random: Random): Pick<SendOptions, 'route' | 'to'> {
  const nodes = route.map(fromHex)
  const dataOf = (i: number) => {
    const next = nodes[i + 1]
    return encodeTlv(generation.encryptedDataTable, next === undefined ? {} : { next_node_id: next })
  }
  const hops = blindHops(
    randomSecret(random),
    nodes.map((node_id, i) => ({ node_id, data: dataOf(i) })),
  )
  const path = hops.map(({ blinded_node_id, encrypted_recipient_data }, i) =>
    i < nodes.length - 1 ? { blinded_node_id, encrypted_recipient_data } : withoutData(blinded_node_id),
  )
  const to: BlindedPath = { first_node_id: { node_id: nodes[0]! }, first_path_key: hops[0]!.path_key, path }
  return { route: route.slice(0, 1), to }
}

/** No path on the wire has such a hop; a payload is written without the fields that are not there. */
const withoutData = (blinded_node_id: Uint8Array) => ({ blinded_node_id }) as BlindedHop
