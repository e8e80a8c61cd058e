import { equalBytes } from '../../../src/base/bytes.js'
import { toHex } from '../../../src/base/hex.js'
import { blindedPath } from '../../../src/blinding/blinded-path.js'
import { blindedSecret } from '../../../src/blinding/unblind.js'
import { type Deliver, forwardMessage, type NextHop, peel } from '../../../src/onion/engine.js'
import { encode } from '../../../src/wire/codec.js'
import { type Actor, ALICE, BOB, BOB_ALICE, CAROL, DAVE, EVE } from './cast.js'
import { type CraftedMessage, strict } from './onion-craft.js'
import { invalidMessages } from './onion-messages-invalid.js'
import { validMessages } from './onion-messages-valid.js'
import type { MessageLine, MessageSpec, Purpose } from './onion-parts.js'
import { type About, listed, type Written, written } from './vector.js'

const ACTORS = [ALICE, BOB, CAROL, DAVE, EVE]

function actorOf(id: Uint8Array): Actor {
  const found = ACTORS.find((actor) => equalBytes(actor.id, id))
  if (found === undefined) throw new Error(`no node of the vectors has the id ${toHex(id)}`)
  return found
}

/** The node at the other end of a channel. */
function resolve(next: NextHop, self: Actor): Actor | undefined {
  if ('next_node_id' in next) return actorOf(next.next_node_id)
  if (next.short_channel_id !== BOB_ALICE.scid) return undefined
  return self === BOB_ALICE.node1 ? BOB_ALICE.node2 : BOB_ALICE.node1
}

function scidHex(scid: bigint): string {
  return scid.toString(16).padStart(16, '0')
}

function delivered(decision: Deliver, self: Actor, purpose: Purpose | undefined) {
  const { path_id, reply_path, contents, records, data, path_key, localHops } = decision
  return {
    ...(path_id && { path_id: toHex(path_id) }),
    ...(purpose && {
      expected: { path_id: purpose.pathId && toHex(purpose.pathId), contents: purpose.contents },
    }),
    ...(reply_path && { reply_path: toHex(encode(blindedPath, reply_path)) }),
    ...(contents && { contents: Number(contents.type) }),
    payload: listed(records),
    encrypted_data_tlv: listed(data!.records),
    local_hops: localHops,
    blinded_privkey: toHex(blindedSecret(self.secret, path_key!)),
  }
}

/** Follows a message from node to node; what they do must be what the vector says. */
function walk({ at, message, does, purpose }: MessageSpec): readonly object[] {
  let bytes = message instanceof Uint8Array ? message : message.message
  let self = at
  return does.map((act) => {
    const { name, secret, id } = self
    const common = { node: name, privkey: toHex(secret), node_id: toHex(id), message: toHex(bytes), does: act }
    const decision = peel(strict, { secret, node_id: id }, bytes)
    const next = decision.kind === 'forward' ? resolve(decision.next, self) : undefined
    const done = decision.kind === 'forward' && next === undefined ? 'drop' : decision.kind
    if (done !== (act === 'ignore' ? 'deliver' : act)) {
      throw new Error(`${name}: ${done}${decision.kind === 'drop' ? ` (${decision.code})` : ''}, not ${act}`)
    }
    if (decision.kind === 'deliver') return { ...common, ...delivered(decision, self, purpose) }
    if (decision.kind === 'drop' || next === undefined) return common
    const onwards = forwardMessage(decision)
    bytes = onwards.message
    self = next
    return {
      ...common,
      ...('short_channel_id' in decision.next && { short_channel_id: scidHex(decision.next.short_channel_id) }),
      next_node_id: toHex(next.id),
      next_path_key: toHex(onwards.path_key!),
    }
  })
}

/** All that is needed to build the first message again. */
function recipe(made: CraftedMessage) {
  return {
    ...(made.blinded.length > 0 && {
      path_privkey: toHex(made.pathSecret),
      blinded: made.blinded.map(({ node_id, data }) => ({ node_id: toHex(node_id), encrypted_data_tlv: toHex(data) })),
    }),
    session_key: toHex(made.sessionKey),
    packet_size: made.packetSize,
    onion: made.onion.map(({ node_id, payload }) => ({ node_id: toHex(node_id), payload: toHex(payload) })),
  }
}

function vector(about: About, spec: MessageSpec): Written {
  const { message, path, channels } = spec
  try {
    return written(about, {
      ...(path && { path: toHex(encode(blindedPath, path)) }),
      ...(channels && {
        channels: [
          {
            short_channel_id: scidHex(BOB_ALICE.scid),
            node_id_1: toHex(BOB_ALICE.node1.id),
            node_id_2: toHex(BOB_ALICE.node2.id),
          },
        ],
      }),
      ...(!(message instanceof Uint8Array) && { build: recipe(message) }),
      hops: walk(spec),
    })
  } catch (cause) {
    throw new Error(about.description, { cause })
  }
}

/** `onion-message-test.json`. */
export function onionMessageVectors(): readonly Written[] {
  const of =
    (valid: boolean) =>
    ([rule, description, spec, more]: MessageLine) =>
      vector({ description, valid, rule, ...more }, spec)
  return [...validMessages().map(of(true)), ...invalidMessages().map(of(false))]
}
