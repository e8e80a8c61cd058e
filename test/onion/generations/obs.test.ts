import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.js'
import { blindHops } from '../../../src/blinding/build.js'
import { blindingFactor } from '../../../src/blinding/keys.js'
import { nextPathKey, sharePath } from '../../../src/blinding/unblind.js'
import { mulPoint } from '../../../src/crypto/group.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { buildOnionMessage, forwardMessage, MAX_LOCAL_HOPS, peel } from '../../../src/onion/engine.js'
import { OBS_PAYLOAD, obs } from '../../../src/onion/generations/obs.js'
import { withType } from '../../../src/onion/onion-message.js'
import { decodePacket, encodePacket } from '../../../src/onion/packet.js'
import { buildReplyPath } from '../../../src/onion/reply-path.js'
import { peelOnion } from '../../../src/onion/sphinx.js'
import { encodeTlv, type Partially } from '../../../src/wire/tlv.js'
import { alice, arrived, bob, carol, dave, ids, nodes, of, outcome, rawMessage, secretFrom } from './cast.js'

type Fields = Partially<typeof OBS_PAYLOAD>
const payload = (fields: Fields) => encodeTlv(OBS_PAYLOAD, fields)
const pathTo = (selves: readonly (typeof alice)[]) =>
  buildReplyPath({ generation: obs, nodeIds: ids(selves), pathId: secretFrom(1), sessionKey: secretFrom(2) })
const overPath = (selves: readonly (typeof alice)[], contents = { invoice: of(1) }) =>
  buildOnionMessage({ generation: obs, to: pathTo(selves).path, contents, sessionKey: secretFrom(3) }).message

/** Somebody's hop on a path: what it is handed, and what it finds encrypted. */
const hop = (self: typeof alice, encrypted: Fields) => {
  const [made] = blindHops(secretFrom(4), [{ node_id: self.node_id, data: payload(encrypted) }])
  return made!
}
const end = { node_id: bob.node_id, payload: payload({ invoice: of(1) }) }

function forwarded(self: typeof alice, message: Uint8Array) {
  const decision = peel(obs, self, message)
  if (decision.kind !== 'forward') throw new Error(outcome(decision))
  return { ...forwardMessage(decision), next: decision.next }
}

describe('a request names its relays in the clear', () => {
  const { message } = buildOnionMessage({
    generation: obs,
    via: ids([alice, bob]),
    to: carol.node_id,
    contents: { invoice_request: of(1) },
    sessionKey: secretFrom(5),
  })

  test('and no path_key comes or goes on with it', () => {
    expect(message).toHaveLength(2 + 2 + 1366)
    const first = forwarded(alice, message)
    expect(first).toMatchObject({ next: { next_node_id: bob.node_id } })
    expect(first.path_key).toBeUndefined()
    expect(first.message).toHaveLength(message.length)
    expect(peel(obs, carol, forwarded(bob, first.message).message)).toMatchObject({
      kind: 'deliver',
      contents: { type: 64n, value: of(1) },
    })
  })

  test('so that it shows no path at its end', () => {
    const here = arrived(obs, alice.node_id, message)
    expect(here.path_id).toBeUndefined()
    expect(here.path_key).toBeUndefined()
    expect(here.data).toBeUndefined()
  })

  test('a channel goes before a node where a relay is told both', () => {
    const both = { next_node_id: carol.node_id, next_short_channel_id: 7n }
    const plain = rawMessage(obs, [{ node_id: alice.node_id, payload: payload(both) }, end])
    expect(peel(obs, alice, plain)).toMatchObject({ kind: 'forward', next: { short_channel_id: 7n } })
    const { blinded_node_id, encrypted_recipient_data, path_key } = hop(alice, both)
    const given = [{ node_id: blinded_node_id, payload: payload({ encrypted_recipient_data }) }, end]
    expect(peel(obs, alice, rawMessage(obs, given, path_key))).toMatchObject({ next: { short_channel_id: 7n } })
  })

  test('a relay with more than its orders drops it', () => {
    for (const extra of [{ invoice_request: of(1) }, { reply_path: pathTo([alice]).path }] satisfies Fields[]) {
      const orders = payload({ next_node_id: bob.node_id, ...extra })
      expect(outcome(peel(obs, alice, rawMessage(obs, [{ node_id: alice.node_id, payload: orders }, end])))).toBe(
        'ONION_MESSAGE_RELAY_EXTRA',
      )
    }
  })

  test('a relay that is named as its own next peels on, but not for ever', () => {
    const loop = { node_id: alice.node_id, payload: payload({ next_node_id: alice.node_id }) }
    const last = { node_id: alice.node_id, payload: payload({ invoice_request: of(1) }) }
    const through = (hops: number) => outcome(peel(obs, alice, rawMessage(obs, [...Array(hops).fill(loop), last])))
    expect(through(MAX_LOCAL_HOPS)).toBe('deliver')
    expect(through(MAX_LOCAL_HOPS + 1)).toBe('ONION_MESSAGE_TOO_DEEP')
  })

  test('a relay without orders drops it', () => {
    const message = rawMessage(obs, [{ node_id: alice.node_id, payload: of(1, 0) }, end])
    expect(outcome(peel(obs, alice, message))).toBe('ONION_MESSAGE_RELAY_EXTRA')
    const keyOnly = payload({ path_key: bob.node_id })
    expect(outcome(peel(obs, alice, rawMessage(obs, [{ node_id: alice.node_id, payload: keyOnly }, end])))).toBe(
      'BLINDED_DATA_MISSING',
    )
  })
})

describe('an answer goes over a path', () => {
  test('whose introduction node finds the path_key in its payload, and every later one beside the packet', () => {
    const message = overPath([alice, bob, carol])
    expect(message).toHaveLength(2 + 2 + 1366)
    const first = forwarded(alice, message)
    const second = forwarded(bob, first.message)
    expect(first.message).toHaveLength(2 + 2 + 1366 + 35)
    expect(second.message.subarray(-35)).toEqual(concatBytes(of(2, 33), second.path_key!))
    expect(arrived(obs, alice.node_id, message).path_id).toEqual(pathTo([alice, bob, carol]).proof)
  })

  test('whose relays pass on a key made from the packet’s own, not from that key blinded', () => {
    const route = [alice, bob, carol, dave, nodes[4]!]
    let message = forwarded(alice, overPath(route)).message
    for (const self of [bob, carol, dave]) {
      const body = obs.layout.read(message.subarray(2))
      const packet = decodePacket(body.onion_message_packet)
      const { sharedSecret } = peelOnion({ packet, secret: sharePath(self.secret, body.path_key!).blinded_secret })
      const next = forwarded(self, message)
      const { onion_message_packet } = obs.layout.read(next.message.subarray(2))
      const factor = sha256(concatBytes(packet.public_key, sharedSecret))
      expect(decodePacket(onion_message_packet).public_key).toEqual(mulPoint(packet.public_key, factor))
      message = next.message
    }
    expect(peel(obs, nodes[4]!, message)).toMatchObject({ kind: 'deliver', path_id: pathTo(route).proof })
  })

  test('and one passed on as c-lightning v0.10.1 did it arrives nowhere', () => {
    const message = forwarded(alice, overPath([alice, bob, carol])).message
    const { path_key, onion_message_packet } = obs.layout.read(message.subarray(2))
    const packet = decodePacket(onion_message_packet)
    const share = sharePath(bob.secret, path_key!)
    const layer = peelOnion({ packet, secret: share.blinded_secret })
    const pass = (key: Uint8Array) =>
      withType(
        385,
        obs.layout.write({
          path_key: nextPathKey(share),
          onion_message_packet: encodePacket({
            version: 0,
            public_key: mulPoint(key, sha256(concatBytes(key, layer.sharedSecret))),
            hop_payloads: layer.next_hop_payloads,
            hmac: layer.next_hmac,
          }),
        }),
      )
    const tweaked = mulPoint(packet.public_key, blindingFactor(share.shared_secret))
    expect(outcome(peel(obs, carol, pass(tweaked)))).toBe('ONION_HMAC')
    expect(outcome(peel(obs, carol, pass(packet.public_key)))).toBe('deliver')
  })

  test('a node of it is told where to go by what is encrypted, and by nothing beside it', () => {
    const { blinded_node_id, encrypted_recipient_data, path_key } = hop(alice, { next_node_id: bob.node_id })
    const at = (fields: Fields) =>
      peel(
        obs,
        alice,
        rawMessage(
          obs,
          [{ node_id: blinded_node_id, payload: payload({ ...fields, encrypted_recipient_data }) }, end],
          path_key,
        ),
      )
    for (const decoy of [{}, { next_node_id: dave.node_id }, { next_short_channel_id: 9n }] satisfies Fields[]) {
      expect(at(decoy)).toMatchObject({ kind: 'forward', next: { next_node_id: bob.node_id } })
    }
  })

  test('a node of it that finds nothing encrypted drops it; the last one keeps it', () => {
    const { blinded_node_id, path_key } = hop(alice, {})
    const orders = { node_id: blinded_node_id, payload: payload({ next_node_id: bob.node_id }) }
    expect(outcome(peel(obs, alice, rawMessage(obs, [orders, end], path_key)))).toBe('BLINDED_DATA_MISSING')
    const last = { node_id: blinded_node_id, payload: payload({ invoice: of(1) }) }
    expect(peel(obs, alice, rawMessage(obs, [last], path_key))).toMatchObject({ kind: 'deliver', path_id: path_key })
  })

  test('nothing is decrypted without a path_key', () => {
    const { encrypted_recipient_data } = hop(alice, { next_node_id: bob.node_id })
    const orders = payload({ next_node_id: bob.node_id, encrypted_recipient_data })
    for (const behind of [[end], []]) {
      const message = rawMessage(obs, [{ node_id: alice.node_id, payload: orders }, ...behind])
      expect(outcome(peel(obs, alice, message))).toBe('ONION_MESSAGE_NO_PATH_KEY')
    }
  })

  test('the path_key beside the packet goes before one in the payload', () => {
    const { blinded_node_id, encrypted_recipient_data, path_key } = hop(alice, { next_node_id: bob.node_id })
    const orders = payload({ encrypted_recipient_data, path_key: dave.node_id })
    const message = rawMessage(obs, [{ node_id: blinded_node_id, payload: orders }, end], path_key)
    expect(forwarded(alice, message).path_key).toEqual(nextPathKey(sharePath(alice.secret, path_key)))
  })

  test('no path_key that stands encrypted takes the place of the next one', () => {
    const { blinded_node_id, encrypted_recipient_data, path_key } = hop(alice, {
      next_node_id: bob.node_id,
      path_key: dave.node_id,
    })
    const orders = payload({ encrypted_recipient_data })
    const message = rawMessage(obs, [{ node_id: blinded_node_id, payload: orders }, end], path_key)
    expect(forwarded(alice, message).path_key).toEqual(nextPathKey(sharePath(alice.secret, path_key)))
  })
})

describe('at the end of a path', () => {
  const endsWith = (encrypted: Fields, beside: Fields = {}) => {
    const { blinded_node_id, encrypted_recipient_data, path_key } = hop(alice, encrypted)
    const last = { node_id: blinded_node_id, payload: payload({ ...beside, encrypted_recipient_data }) }
    return peel(obs, alice, rawMessage(obs, [last], path_key))
  }

  test('what is decrypted is the payload, whatever stands beside it', () => {
    const decision = endsWith({ invoice: of(5), reply_path: pathTo([bob]).path }, { invoice_request: of(1) })
    expect(decision).toMatchObject({ kind: 'deliver', contents: { type: 66n, value: of(5) } })
    if (decision.kind !== 'deliver') return
    expect(decision.records.map(({ type }) => type)).toEqual([8n, 66n])
    expect(decision.reply_path).toEqual(pathTo([bob]).path)
    const nothing = endsWith({}, { invoice_request: of(1), reply_path: pathTo([bob]).path })
    expect(nothing).toMatchObject({ kind: 'deliver', records: [] })
    expect(nothing).not.toHaveProperty('contents')
    expect(nothing).not.toHaveProperty('reply_path')
  })

  test('the orders of a relay are refused: somebody cut the path short', { tags: ['B9'] }, () => {
    expect(outcome(endsWith({ next_node_id: bob.node_id }))).toBe('BLINDED_PATH_CUT_SHORT')
    expect(outcome(endsWith({ next_short_channel_id: 7n }))).toBe('BLINDED_PATH_CUT_SHORT')
    expect(outcome(endsWith({ next_short_channel_id: 7n, invoice: of(1) }))).toBe('BLINDED_PATH_CUT_SHORT')
    // Over a path that leads on, and with contents that the cutter put in.
    const { first_path_key: path_key, path } = pathTo([alice, bob]).path
    const cut = payload({ encrypted_recipient_data: path[0]!.encrypted_recipient_data, path_key, invoice: of(1) })
    expect(outcome(peel(obs, alice, rawMessage(obs, [{ node_id: alice.node_id, payload: cut }])))).toBe(
      'BLINDED_PATH_CUT_SHORT',
    )
  })

  test('more than one payload is refused, encrypted ones too', { tags: ['O16'] }, () => {
    expect(outcome(endsWith({ invoice: of(1), invoice_error: of(1) }))).toBe('ONION_MESSAGE_TWO_PAYLOADS')
    expect(outcome(endsWith({ invoice: of(1) }, { invoice: of(2), invoice_error: of(1) }))).toBe('deliver')
  })

  test('nobody but the maker and the relay before it knows the path_key that proves it', () => {
    const { path, proof } = pathTo([alice, bob, carol])
    expect(path.first_path_key).not.toEqual(proof)
    expect(path.path.at(-1)!.encrypted_recipient_data).toHaveLength(0)
    const guessed = rawMessage(obs, [
      { node_id: carol.node_id, payload: payload({ invoice: of(1), path_key: path.first_path_key }) },
    ])
    expect(peel(obs, carol, guessed)).toMatchObject({ kind: 'deliver', path_id: path.first_path_key })
  })
})
