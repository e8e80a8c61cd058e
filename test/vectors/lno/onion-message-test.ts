import { strict } from '../../../scripts/lib/lno-vectors/onion-craft.js'
import { equalBytes } from '../../../src/base/bytes.js'
import { fromHex, toHex } from '../../../src/base/hex.js'
import { arrivedPathId, assertPathId } from '../../../src/blinding/arrival.js'
import { blindedPath } from '../../../src/blinding/blinded-path.js'
import { blindHops } from '../../../src/blinding/build.js'
import { blindedSecret } from '../../../src/blinding/unblind.js'
import { publicKey } from '../../../src/crypto/group.js'
import { type Deliver, forwardMessage, type NextHop, peel } from '../../../src/onion/engine.js'
import { KEY_LENGTH_PACKET } from '../../../src/onion/onion-message.js'
import { encodePacket } from '../../../src/onion/packet.js'
import { buildOnion } from '../../../src/onion/sphinx.js'
import { decode, encode, type SciddirOrPubkey } from '../../../src/wire/codec.js'
import { codeOf } from '../../support/code-of.js'
import { expectEqual, type Listed, listed, type Vector } from '../lno.js'
import { defineReplay } from '../replay.js'

interface Channel {
  readonly short_channel_id: string
  readonly node_id_1: string
  readonly node_id_2: string
}
interface Hop {
  readonly node: string
  readonly privkey: string
  readonly node_id: string
  readonly message: string
  readonly does: 'forward' | 'deliver' | 'ignore' | 'drop'
  readonly short_channel_id?: string
  readonly next_node_id?: string
  readonly next_path_key?: string
  readonly path_id?: string
  readonly expected?: { readonly path_id: string | null; readonly contents: readonly number[] }
  readonly reply_path?: string
  readonly contents?: number
  readonly payload?: readonly Listed[]
  readonly encrypted_data_tlv?: readonly Listed[]
  readonly local_hops?: number
  readonly blinded_privkey?: string
}
interface MessageVector extends Vector {
  readonly path?: string
  readonly channels?: readonly Channel[]
  readonly build?: {
    readonly path_privkey?: string
    readonly blinded?: readonly { readonly node_id: string; readonly encrypted_data_tlv: string }[]
    readonly session_key: string
    readonly packet_size: number
    readonly onion: readonly { readonly node_id: string; readonly payload: string }[]
  }
  readonly hops: readonly Hop[]
}

const scidOf = (scid: bigint) => scid.toString(16).padStart(16, '0')

/** The node that a relay means by its next hop, as far as the vector's channels tell. */
function resolved(next: NextHop, self: string, channels: readonly Channel[] = []): string | undefined {
  if ('next_node_id' in next) return toHex(next.next_node_id)
  const channel = channels.find(({ short_channel_id }) => short_channel_id === scidOf(next.short_channel_id))
  return channel && (channel.node_id_1 === self ? channel.node_id_2 : channel.node_id_1)
}

/** The node at the beginning of a path. */
function introduction(first: SciddirOrPubkey, channels: readonly Channel[] = []): string | undefined {
  if ('node_id' in first) return toHex(first.node_id)
  const channel = channels.find(({ short_channel_id }) => short_channel_id === scidOf(first.short_channel_id))
  return first.direction === 0 ? channel?.node_id_1 : channel?.node_id_2
}

/** The sender's side: the packet is what the recipe makes, and the hops that it blinded are those of the packet. */
function expectBuilt({ build, hops, description }: MessageVector): void {
  if (build === undefined || description.includes('associated data')) return
  const { packet } = buildOnion({
    sessionKey: fromHex(build.session_key),
    size: build.packet_size,
    hops: build.onion.map(({ node_id, payload }) => ({ node_id: fromHex(node_id), payload: fromHex(payload) })),
  })
  const first = KEY_LENGTH_PACKET.read(fromHex(hops[0]!.message).subarray(2))
  expectEqual(toHex(encodePacket(packet)), toHex(first.onion_message_packet), 'packet')
  const own = (build.blinded ?? []).map(({ node_id, encrypted_data_tlv }) => ({
    node_id: fromHex(node_id),
    data: fromHex(encrypted_data_tlv),
  }))
  if (own.length === 0) return
  const blinded = blindHops(fromHex(build.path_privkey!), own)
  expectEqual(toHex(blinded[0]!.path_key), toHex(first.path_key!), 'path_key')
  blinded.forEach(({ blinded_node_id }, i) => {
    expectEqual(toHex(blinded_node_id), build.onion[i]!.node_id, `blinded id ${i}`)
  })
}

/** What came to its last node is fit for the path that it came over. */
function isExpected({ data, contents }: Deliver, { path_id, contents: types }: NonNullable<Hop['expected']>): boolean {
  const pathFits =
    path_id === null
      ? arrivedPathId(data!.fields) === undefined
      : codeOf(() => assertPathId(data!.fields, fromHex(path_id))) === 'accepted'
  return pathFits && contents !== undefined && types.includes(Number(contents.type))
}

function expectDelivered(decision: Deliver, hop: Hop): void {
  const { path_id, reply_path, contents, records, data, localHops, path_key } = decision
  expectEqual(path_id && toHex(path_id), hop.path_id, 'path_id')
  expectEqual(reply_path && toHex(encode(blindedPath, reply_path)), hop.reply_path, 'reply path')
  expectEqual(contents && Number(contents.type), hop.contents, 'contents')
  expectEqual(listed(records), hop.payload, 'payload')
  expectEqual(listed(data!.records), hop.encrypted_data_tlv, 'encrypted data')
  expectEqual(localHops, hop.local_hops, 'local hops')
  expectEqual(toHex(blindedSecret(fromHex(hop.privkey), path_key!)), hop.blinded_privkey, 'blinded key')
  if (hop.expected) expectEqual(isExpected(decision, hop.expected), hop.does === 'deliver', 'expected')
}

/** One node's turn. Returns whether it passed the message on. */
function expectTurn({ rule, channels, hops }: MessageVector, i: number): boolean {
  const hop = hops[i]!
  const self = { secret: fromHex(hop.privkey), node_id: fromHex(hop.node_id) }
  expectEqual(toHex(publicKey(self.secret)), hop.node_id, 'node id')
  const decision = peel(strict, self, fromHex(hop.message))
  if (decision.kind === 'deliver') {
    expectEqual(hop.does === 'ignore' ? 'deliver' : hop.does, 'deliver', `${hop.node} delivers`)
    expectDelivered(decision, hop)
    return false
  }
  if (decision.kind === 'drop') {
    expectEqual(decision.kind, hop.does, `${hop.node} drops: ${decision.code}`)
    // A message that is not even one of its type breaks no rule that it could name.
    if (decision.rule !== undefined) expectEqual(decision.rule, rule, `broken rule (${decision.code})`)
    return false
  }
  const next = resolved(decision.next, hop.node_id, channels)
  expectEqual(next === undefined ? 'drop' : 'forward', hop.does, `${hop.node} at ${i}`)
  if (next === undefined) return false
  expectEqual(next, hop.next_node_id, 'next node')
  if ('short_channel_id' in decision.next) {
    expectEqual(scidOf(decision.next.short_channel_id), hop.short_channel_id, 'channel')
  }
  const { path_key, message } = forwardMessage(decision)
  expectEqual(toHex(path_key!), hop.next_path_key, 'next path_key')
  if (!equalBytes(message, fromHex(hops[i + 1]?.message ?? ''))) throw new Error(`${hop.node} forwards other bytes`)
  return true
}

export default defineReplay('lno/onion-message-test.json', (json) =>
  (json as unknown as readonly MessageVector[]).map((vector) => ({
    name: vector.description,
    run: () => {
      const { path, channels, hops, valid } = vector
      if (path !== undefined) {
        const { first_node_id } = decode(blindedPath, fromHex(path))
        const entry = introduction(first_node_id, channels)
        if (!hops.some(({ node_id }) => node_id === entry)) throw new Error('the path begins at none of the nodes')
      }
      expectBuilt(vector)
      hops.forEach((_, i) => {
        expectEqual(expectTurn(vector, i), i < hops.length - 1, 'goes on')
      })
      expectEqual(hops.at(-1)!.does === 'deliver', valid, 'valid')
    },
  })),
)
