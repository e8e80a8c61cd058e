import '../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { buildBlindedPath } from '../../src/blinding/build.js'
import { encodeEncryptedData } from '../../src/blinding/encrypted-data.js'
import { blindedSecret } from '../../src/blinding/unblind.js'
import { publicKey } from '../../src/crypto/group.js'
import { buildOnionMessage, forwardMessage, MAX_LOCAL_HOPS, type PeelDecision, peel } from '../../src/onion/engine.js'
import { modern } from '../../src/onion/generations/modern.js'
import { KEY_LENGTH_PACKET, withType } from '../../src/onion/onion-message.js'
import { decodePacket } from '../../src/onion/packet.js'
import { peelOnion } from '../../src/onion/sphinx.js'
import { encodeRecord } from '../../src/wire/tlv.js'
import { codeOf } from '../support/code-of.js'
import { node, secretOf } from '../support/keys.js'
import { craftMessage, payloadOf, rawStream } from './craft.js'

const [alice, bob, carol] = [0x41, 0x42, 0x43].map((byte) => {
  const { secret, id } = node(byte)
  return { secret, node_id: id }
}) as [Self, Self, Self]
type Self = { readonly secret: Uint8Array; readonly node_id: Uint8Array }

const of = (...bytes: number[]) => Uint8Array.from(bytes)
const record = (type: bigint, ...value: number[]) => encodeRecord(type, of(...value))
const outcome = (decision: PeelDecision) => (decision.kind === 'drop' ? decision.code : decision.kind)
/** What Alice does with a message whose first hop is hers. */
const atAlice = (message: Uint8Array) => outcome(peel(modern, alice, message))
const ruleAtAlice = (message: Uint8Array) => {
  const decision = peel(modern, alice, message)
  return decision.kind === 'drop' ? decision.rule : undefined
}
const toBob = { next_node_id: bob.node_id }
const last = { node_id: bob.node_id }

/** A message that ends at Alice, with this payload beside her encrypted data. */
const final = (fields: Record<string, unknown>, records: Parameters<typeof payloadOf>[1] = []) =>
  craftMessage([
    {
      node_id: alice.node_id,
      payload: (encrypted_recipient_data) => payloadOf({ encrypted_recipient_data, ...fields }, records),
    },
  ])
/** A message that Alice is to pass on to Bob, with this data for her. */
const relayed = (data: Record<string, unknown> | Uint8Array) => craftMessage([{ node_id: alice.node_id, data }, last])
/** The same with this payload for her. */
const relayedWith = (payload: (encrypted: Uint8Array) => Uint8Array) =>
  craftMessage([{ node_id: alice.node_id, data: toBob, payload }, last])

describe('a message is ignored when', () => {
  test('it is another message or ends too early', { tags: ['O10'] }, () => {
    const message = final({})
    expect(atAlice(message)).toBe('deliver')
    expect(atAlice(message.subarray(0, -1))).toBe('ONION_MESSAGE_MALFORMED')
    expect(atAlice(message.subarray(0, 30))).toBe('ONION_MESSAGE_MALFORMED')
    expect(atAlice(withType(515, message.subarray(2)))).toBe('ONION_MESSAGE_MALFORMED')
    expect(atAlice(new Uint8Array(0))).toBe('ONION_MESSAGE_MALFORMED')
    expect(
      atAlice(withType(513, KEY_LENGTH_PACKET.write({ path_key: bob.node_id, onion_message_packet: of(0) }))),
    ).toBe('ONION_TRUNCATED')
    // Bytes behind the packet are room for extensions.
    expect(atAlice(of(...message, 0x0f, 0x01, 0x01))).toBe('deliver')
  })

  test('its path_key is not a point, or belongs to somebody else', { tags: ['O10'] }, () => {
    const message = final({})
    const withKey = (key: Uint8Array) => withType(513, of(...key, ...message.subarray(35)))
    expect(atAlice(withKey(message.subarray(2, 35)))).toBe('deliver')
    expect(atAlice(withKey(new Uint8Array(33)))).toBe('BLINDED_DATA_BAD_PATH_KEY')
    expect(atAlice(withKey(carol.node_id))).toBe('ONION_HMAC')
  })

  test('its packet does not decrypt', { tags: ['O10'] }, () => {
    const message = final({})
    const changed = (at: number, value: number) => {
      const copy = message.slice()
      copy[at] = value
      return copy
    }
    expect(atAlice(changed(37, 1))).toBe('ONION_VERSION')
    expect(atAlice(changed(38, 4))).toBe('ONION_KEY')
    expect(atAlice(changed(900, message[900]! ^ 1))).toBe('ONION_HMAC')
    expect(outcome(peel(modern, bob, message))).toBe('ONION_HMAC')
  })

  test('its data are missing or do not decrypt', { tags: ['O10', 'R2'] }, () => {
    expect(atAlice(relayedWith(() => payloadOf({}, [record(1n, 1)])))).toBe('ONION_MESSAGE_RELAY_EXTRA')
    const flipped = (encrypted: Uint8Array) => encrypted.map((byte, i) => (i === 3 ? byte ^ 1 : byte))
    const payload = (encrypted: Uint8Array) => payloadOf({ encrypted_recipient_data: encrypted })
    expect(atAlice(relayedWith(payload))).toBe('forward')
    expect(atAlice(relayedWith((encrypted) => payload(flipped(encrypted))))).toBe('BLINDED_DATA_UNDECRYPTABLE')
    expect(atAlice(relayedWith(() => payload(of())))).toBe('BLINDED_DATA_UNDECRYPTABLE')
    const bare = craftMessage([{ node_id: alice.node_id, payload: () => payloadOf({ invoice_request: of(1) }) }])
    expect(outcome(peel({ ...modern, finalDataRequired: true }, alice, bare))).toBe('BLINDED_DATA_MISSING')
    expect(atAlice(bare)).toBe('deliver') // Core Lightning up to 24.05 sends its requests so
  })

  test('its payload is no valid stream', { tags: ['O10'] }, () => {
    const payloads = (make: (data: Uint8Array) => Uint8Array) =>
      atAlice(craftMessage([{ node_id: alice.node_id, payload: make }]))
    const data = (encrypted: Uint8Array) => encodeRecord(4n, encrypted)
    expect(payloads((encrypted) => rawStream(data(encrypted), record(65n, 1)))).toBe('deliver')
    expect(payloads((encrypted) => rawStream(record(65n, 1), data(encrypted)))).toBe('ONION_MESSAGE_PAYLOAD') // order
    expect(payloads((encrypted) => rawStream(data(encrypted), data(encrypted)))).toBe('ONION_MESSAGE_PAYLOAD') // twice
    expect(payloads((encrypted) => of(...data(encrypted).bytes, 65, 2, 1))).toBe('ONION_MESSAGE_PAYLOAD') // length
    expect(payloads((encrypted) => rawStream(record(2n, 1), data(encrypted)))).toBe('ONION_MESSAGE_PAYLOAD') // no path
  })

  test('its payload or its data hold an unknown even type', { tags: ['O10'] }, () => {
    expect(atAlice(final({}, [record(71n, 1)]))).toBe('deliver')
    expect(atAlice(final({}, [record(70n, 1)]))).toBe('ONION_MESSAGE_PAYLOAD')
    const data = encodeEncryptedData(toBob)
    expect(atAlice(relayed(of(...data, 17, 0)))).toBe('forward')
    expect(atAlice(relayed(of(...data, 16, 0)))).toBe('BLINDED_DATA_UNKNOWN_EVEN')
    expect(atAlice(relayed(of(17, 0, ...data)))).toBe('BLINDED_DATA_UNPARSABLE')
  })

  test('its path allows any feature at all', { tags: ['O11'] }, () => {
    for (const [allowed_features, relay, end] of [
      [of(), 'forward', 'deliver'],
      [of(0, 0), 'forward', 'deliver'],
      [of(1), 'ONION_MESSAGE_FEATURES', 'ONION_MESSAGE_FEATURES'],
      [of(2), 'ONION_MESSAGE_FEATURES', 'ONION_MESSAGE_FEATURES'], // an odd bit is as unknown as an even one
      [of(2, ...new Uint8Array(14)), 'ONION_MESSAGE_FEATURES', 'ONION_MESSAGE_FEATURES'],
    ] as const) {
      expect(atAlice(relayed({ ...toBob, allowed_features }))).toBe(relay)
      expect(atAlice(craftMessage([{ node_id: alice.node_id, data: { allowed_features } }]))).toBe(end)
    }
    expect(ruleAtAlice(relayed({ ...toBob, allowed_features: of(1) }))).toBe('O11')
  })

  test('a relaying hop finds more than its encrypted data, odd types included', { tags: ['O12'] }, () => {
    const beside = (fields: Record<string, unknown>, records: Parameters<typeof payloadOf>[1] = []) =>
      relayedWith((encrypted_recipient_data) => payloadOf({ encrypted_recipient_data, ...fields }, records))
    expect(atAlice(beside({}))).toBe('forward')
    expect(atAlice(beside({}, [record(3n, 1)]))).toBe('ONION_MESSAGE_RELAY_EXTRA')
    expect(atAlice(beside({}, [record(65n, 1)]))).toBe('ONION_MESSAGE_RELAY_EXTRA')
    expect(atAlice(beside({ invoice_request: of(1) }))).toBe('ONION_MESSAGE_RELAY_EXTRA')
    const reply_path = buildBlindedPath({
      hops: [{ node_id: carol.node_id, data: of() }],
      sessionKey: secretOf(9),
    }).path
    expect(atAlice(beside({ reply_path }))).toBe('ONION_MESSAGE_RELAY_EXTRA')
    expect(ruleAtAlice(beside({ reply_path }))).toBe('O12')
  })

  test('a relaying hop finds a path_id', { tags: ['O12'] }, () => {
    expect(atAlice(relayed(toBob))).toBe('forward')
    expect(atAlice(relayed({ ...toBob, path_id: of(1) }))).toBe('ONION_MESSAGE_RELAY_PATH_ID')
    expect(atAlice(relayed({ ...toBob, path_id: of() }))).toBe('ONION_MESSAGE_RELAY_PATH_ID')
  })

  test('a relaying hop finds neither node nor channel', { tags: ['O12'] }, () => {
    expect(atAlice(relayed({ padding: of(0, 0) }))).toBe('ONION_MESSAGE_NO_NEXT')
    expect(atAlice(relayed({ short_channel_id: 7n }))).toBe('forward')
  })

  test('its last hop holds more than one payload', { tags: ['O16'] }, () => {
    expect(atAlice(final({ invoice_request: of(1) }))).toBe('deliver')
    expect(atAlice(final({ invoice_request: of(1), invoice_error: of(1) }))).toBe('ONION_MESSAGE_TWO_PAYLOADS')
    expect(atAlice(final({ invoice: of(1) }, [record(65n, 1)]))).toBe('ONION_MESSAGE_TWO_PAYLOADS')
    expect(atAlice(final({ invoice: of(1) }, [record(1n, 1), record(63n, 1)]))).toBe('deliver') // below 64: no payloads
    expect(ruleAtAlice(final({ invoice_request: of(1), invoice: of(1) }))).toBe('O16')
  })

  test('its reason is short, however many payloads it holds', { tags: ['O16'] }, () => {
    const many = Array.from({ length: 100 }, (_, i) => record(1_000_001n + 2n * BigInt(i), 1))
    const decision = peel(modern, alice, final({}, many))
    if (decision.kind !== 'drop') throw new Error(outcome(decision))
    expect(decision.why).toBe('100 payloads, of types 1000001, 1000003, …')
  })

  test('it ends at a hop that was to pass it on', () => {
    const ends = (data: Record<string, unknown>) => atAlice(craftMessage([{ node_id: alice.node_id, data }]))
    expect(ends({ path_id: of(1) })).toBe('deliver')
    expect(ends(toBob)).toBe('BLINDED_PATH_CUT_SHORT')
    expect(ends({ short_channel_id: 7n })).toBe('BLINDED_PATH_CUT_SHORT')
  })

  test('its packet is larger than the cap; any size up to it is taken', { tags: ['O4', 'O9'] }, () => {
    const sized = (size: number) => craftMessage([{ node_id: alice.node_id, data: toBob }, last], { size })
    for (const size of [250, 1366, 1367, 20000, 32834]) {
      const message = sized(size)
      const decision = peel(modern, alice, message)
      expect(outcome(decision)).toBe('forward')
      if (decision.kind === 'forward') expect(forwardMessage(decision).message.length).toBe(message.length)
    }
    expect(atAlice(sized(32835))).toBe('ONION_MESSAGE_TOO_LARGE')
    expect(outcome(peel(modern, alice, sized(40000), { maxPacket: 40000 }))).toBe('forward')
  })
})

describe('a message that is passed on', () => {
  const message = buildOnionMessage({
    generation: modern,
    via: [alice.node_id, bob.node_id],
    to: carol.node_id,
    contents: { invoice_request: of(1, 2, 3) },
    sessionKey: secretOf(3),
    pathSecret: secretOf(4),
  })

  test('goes to the next peer with the derived path_key, and arrives', { tags: ['O13', 'R2'] }, () => {
    expect(message.firstNode).toEqual(alice.node_id)
    let bytes = message.message
    for (const [here, next] of [
      [alice, bob],
      [bob, carol],
    ] as const) {
      const decision = peel(modern, here, bytes)
      if (decision.kind !== 'forward') throw new Error(outcome(decision))
      expect(decision.next).toEqual({ next_node_id: next.node_id })
      const forwarded = forwardMessage(decision)
      expect(forwarded.message.subarray(2, 35)).toEqual(forwarded.path_key)
      bytes = forwarded.message
    }
    const decision = peel(modern, carol, bytes)
    expect(decision).toMatchObject({ kind: 'deliver', contents: { type: 64n, value: of(1, 2, 3) }, localHops: 0 })
  })

  test('with a path_key other than the derived one arrives nowhere', { tags: ['O13'] }, () => {
    const decision = peel(modern, alice, message.message)
    if (decision.kind !== 'forward') throw new Error(outcome(decision))
    const forwarded = forwardMessage(decision).message.slice()
    expect(outcome(peel(modern, bob, forwarded))).toBe('forward')
    forwarded.set(message.path_key!, 2) // as it came
    expect(outcome(peel(modern, bob, forwarded))).toBe('ONION_HMAC')
  })

  test('goes on with the override where the data hold one', { tags: ['O13'] }, () => {
    const decision = peel(modern, alice, relayed({ ...toBob, next_path_key_override: carol.node_id }))
    if (decision.kind !== 'forward') throw new Error(outcome(decision))
    expect(forwardMessage(decision).path_key).toEqual(carol.node_id)
  })

  test('prefers the node where a channel is named as well', { tags: ['O13'] }, () => {
    const decision = peel(modern, alice, relayed({ ...toBob, short_channel_id: 7n }))
    expect(decision).toMatchObject({ kind: 'forward', next: { next_node_id: bob.node_id } })
    expect(peel(modern, alice, relayed({ short_channel_id: 7n }))).toMatchObject({ next: { short_channel_id: 7n } })
  })
})

describe('what is delivered', () => {
  test('shows the path_id, the reply path, the contents and every record', () => {
    const reply = buildBlindedPath({ hops: [{ node_id: bob.node_id, data: of() }], sessionKey: secretOf(9) }).path
    const decision = peel(
      modern,
      alice,
      craftMessage([
        {
          node_id: alice.node_id,
          data: { path_id: of(7, 7) },
          payload: (encrypted_recipient_data) =>
            payloadOf({ encrypted_recipient_data, reply_path: reply, invoice: of(5) }, [record(9n, 9)]),
        },
      ]),
    )
    if (decision.kind !== 'deliver') throw new Error(outcome(decision))
    expect(decision.path_id).toEqual(of(7, 7))
    expect(decision.reply_path).toEqual(reply)
    expect(decision.contents).toEqual({ type: 66n, value: of(5) })
    expect(decision.records.map(({ type }) => type)).toEqual([2n, 4n, 9n, 66n])
    expect(decision.data?.fields).toEqual({ path_id: of(7, 7) })
  })

  test('names the path_key that leads to the key of the blinded id', { tags: ['R2'] }, () => {
    const { path } = buildBlindedPath({
      hops: [
        { node_id: alice.node_id, data: encodeEncryptedData(toBob) },
        { node_id: bob.node_id, data: encodeEncryptedData({ path_id: of(1) }) },
      ],
      sessionKey: secretOf(9),
    })
    const built = buildOnionMessage({
      generation: modern,
      to: path,
      contents: { invoice_request: of(1) },
      sessionKey: secretOf(3),
    })
    const first = peel(modern, alice, built.message)
    if (first.kind !== 'forward') throw new Error(outcome(first))
    const end = peel(modern, bob, forwardMessage(first).message)
    if (end.kind !== 'deliver') throw new Error(outcome(end))
    expect(publicKey(blindedSecret(bob.secret, end.path_key!))).toEqual(path.path[1]!.blinded_node_id)
  })

  test('was addressed to the blinded id: the bare key peels nothing', { tags: ['R2'] }, () => {
    const message = final({})
    const packet = decodePacket(KEY_LENGTH_PACKET.read(message.subarray(2)).onion_message_packet)
    const blinded = blindedSecret(alice.secret, message.subarray(2, 35))
    expect(codeOf(() => peelOnion({ packet, secret: blinded }))).toBe('accepted')
    expect(codeOf(() => peelOnion({ packet, secret: alice.secret }))).toBe('ONION_HMAC')
  })
})

describe('hops to ourselves', () => {
  const through = (count: number) => [
    ...Array.from({ length: count }, () => ({ node_id: alice.node_id, data: { next_node_id: alice.node_id } })),
    { node_id: alice.node_id, data: { path_id: of(1) } },
  ]

  test('are peeled on the spot, all of them', () => {
    expect(peel(modern, alice, craftMessage(through(3)))).toMatchObject({
      kind: 'deliver',
      path_id: of(1),
      localHops: 3,
    })
  })

  test('lead on to others too', () => {
    const message = craftMessage([{ node_id: alice.node_id, data: { next_node_id: alice.node_id } }, ...through(0)])
    expect(peel(modern, alice, message)).toMatchObject({ kind: 'deliver', localHops: 1 })
    const onwards = craftMessage([
      { node_id: alice.node_id, data: { next_node_id: alice.node_id } },
      { node_id: alice.node_id, data: toBob },
      last,
    ])
    const decision = peel(modern, alice, onwards)
    expect(decision).toMatchObject({ kind: 'forward', next: { next_node_id: bob.node_id }, localHops: 1 })
    if (decision.kind === 'forward')
      expect(outcome(peel(modern, bob, forwardMessage(decision).message))).toBe('deliver')
  })

  test('are bounded', () => {
    expect(atAlice(craftMessage(through(MAX_LOCAL_HOPS)))).toBe('deliver')
    expect(atAlice(craftMessage(through(MAX_LOCAL_HOPS + 1)))).toBe('ONION_MESSAGE_TOO_DEEP')
  })
})
