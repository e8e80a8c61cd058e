import { blindHops } from '../../../src/blinding/build.js'
import { encodeEncryptedData } from '../../../src/blinding/encrypted-data.js'
import { forwardMessage, peel } from '../../../src/onion/engine.js'
import { modern } from '../../../src/onion/generations/modern.js'
import { withType } from '../../../src/onion/onion-message.js'
import { encodePacket } from '../../../src/onion/packet.js'
import { encodeRecord } from '../../../src/wire/tlv.js'
import {
  ALICE,
  BOB,
  CAROL,
  DAVE,
  messagePath,
  OFFER_PATH,
  OFFER_PATH_ID,
  OTHER_PATH_ID,
  REPLY_PATH_ID,
  secretOf,
} from './cast.js'
import { craftFully, payloadOf, rawPacket, rawStream } from './onion-craft.js'
import {
  direct,
  FOR_OFFER,
  FOR_OPEN_OFFER,
  FOR_REPLY,
  INVOICE,
  INVOICE_ERROR,
  last,
  type MessageLine,
  type MessageSpec,
  OPEN_REQUEST,
  over,
  REPLY_PATH,
  REQUEST,
  relay,
} from './onion-parts.js'

const asked = { invoice_request: OPEN_REQUEST, reply_path: REPLY_PATH }
const of = (...bytes: number[]) => Uint8Array.from(bytes)
const record = (type: number, ...value: number[]) => encodeRecord(BigInt(type), of(...value))

/** Alice gets it, and that is the end of it. */
const atAlice = (message: MessageSpec['message']): MessageSpec => ({ at: ALICE, message, does: ['drop'] })
/** Bob is to pass it on, and does not. */
const atBob = (message: MessageSpec['message']): MessageSpec => ({ at: BOB, message, does: ['drop'] })

/** A message to Alice with one byte changed, or all from some place on. */
function changed(at: number, ...bytes: readonly number[]): Uint8Array {
  const out = direct([ALICE], asked).message.slice()
  out.set(bytes, at)
  return out
}

/** A message to Alice whose layer decrypts to these bytes. */
function layer(plain: Uint8Array): Uint8Array {
  const { blinded_node_id, path_key } = blindHops(secretOf(0x51), [{ node_id: ALICE.id, data: of() }])[0]!
  const packet = rawPacket(plain, blinded_node_id, { sessionKey: secretOf(0x52) })
  return withType(513, modern.layout.write({ path_key, onion_message_packet: encodePacket(packet) }))
}
const padded = (...bytes: number[]) => {
  const plain = new Uint8Array(1300)
  plain.set(bytes)
  return plain
}

/** The packet of a message to Alice, cut to a size. */
function packetOf(size: number): Uint8Array {
  const { message } = direct([ALICE], asked)
  return Uint8Array.of(...message.subarray(0, 35), size >> 8, size & 0xff, ...message.subarray(37, 37 + size))
}

/** What cannot be read as a packet, or not by this node. */
function undecryptable(): readonly MessageLine[] {
  const { message } = direct([ALICE], asked)
  return [
    ['O10', 'cut short within the packet', atAlice(message.subarray(0, -1))],
    ['O10', 'cut short within the path_key', atAlice(message.subarray(0, 30))],
    ['O10', 'a length beyond the end', atAlice(changed(35, 0x05, 0x57))],
    ['S1', 'a packet of 65 bytes, which has no room for its parts', atAlice(packetOf(65))],
    ['R1', 'a packet of 66 bytes, which has no room for a payload', atAlice(layer(of()))],
    ['R1', 'a packet that was cut by a byte, and its length with it', atAlice(packetOf(1365))],
    ['R1', 'version 1', atAlice(changed(37, 1))],
    ['R1', 'an ephemeral key with the prefix 04', atAlice(changed(38, 4))],
    ['R1', 'an ephemeral key on no point of the curve', atAlice(changed(38, 2, ...new Uint8Array(31), 5))],
    ['R1', 'a bit flipped in the payloads', atAlice(changed(900, message[900]! ^ 1))],
    ['R1', 'a bit flipped in the HMAC', atAlice(changed(1402, message[1402]! ^ 1))],
    ['R1', 'for somebody else', atBob(message)],
    ['R1', 'with the path_key of another path', atAlice(changed(2, ...BOB.id))],
    ['B7', 'with a path_key on no point of the curve', atAlice(changed(2, 2, ...new Uint8Array(31), 5))],
    ['B7', 'with a path_key whose prefix is 04', atAlice(changed(2, 4))],
    ['R1', 'handed on with the path_key with which it came', atAlice(handedOnWrongly())],
    [
      'R1',
      'with associated data, as a payment has them',
      atAlice(craftFully([{ node_id: ALICE.id, payload: last(asked) }], { associatedData: secretOf(1) })),
    ],
    ['R1', 'a payload of 0 bytes', atAlice(layer(padded(0)))],
    ['R1', 'a payload of 1 byte', atAlice(layer(padded(1, 0)))],
    ['R1', 'a payload longer than the packet', atAlice(layer(padded(0xfd, 0xff, 0xff)))],
    ['R1', 'a payload with no room for the HMAC behind it', atAlice(layer(padded(0xfd, 0x04, 0xf5)))],
    ['R1', 'a payload whose length takes more bytes than it needs', atAlice(layer(padded(0xfd, 0x00, 0x02, 1, 0)))],
    ['R1', 'a payload whose length is cut short', atAlice(layer(of(0xfd, 0x01)))],
  ]
}

/** What Alice would get of Carol if Carol did not derive the key for the next hop. */
function handedOnWrongly(): Uint8Array {
  const { message } = direct([CAROL, ALICE], asked)
  const decision = peel(modern, { secret: CAROL.secret, node_id: CAROL.id }, message)
  if (decision.kind !== 'forward') throw new Error(decision.kind)
  const out = forwardMessage(decision).message.slice()
  out.set(message.subarray(2, 35), 2)
  return out
}

/** Payloads and data that say what they must not. */
function misleading(): readonly MessageLine[] {
  const payload = (make: (encrypted: Uint8Array) => Uint8Array) =>
    atAlice(craftFully([{ node_id: ALICE.id, payload: make }]))
  const final = (fields: Record<string, unknown>, ...records: ReturnType<typeof record>[]) =>
    payload((encrypted_recipient_data) => payloadOf({ encrypted_recipient_data, ...fields }, records))
  const data = (encrypted: Uint8Array) => encodeRecord(4n, encrypted)
  const end = { node_id: ALICE.id, payload: last(asked) }
  const relayData = (said: Record<string, unknown> | Uint8Array) =>
    atBob(craftFully([{ node_id: BOB.id, data: said }, end]))
  const beside = (fields: Record<string, unknown>, ...records: ReturnType<typeof record>[]) =>
    atBob(
      craftFully([
        {
          ...relay(BOB, ALICE),
          payload: (encrypted_recipient_data) => payloadOf({ encrypted_recipient_data, ...fields }, records),
        },
        end,
      ]),
    )
  const toAlice = encodeEncryptedData({ next_node_id: ALICE.id })
  const lastData = (said: Record<string, unknown> | Uint8Array) =>
    atAlice(craftFully([{ node_id: ALICE.id, data: said, payload: last(asked) }]))
  return [
    ['O10', 'a payload with records out of order', payload((e) => rawStream(encodeRecord(64n, OPEN_REQUEST), data(e)))],
    ['O10', 'a payload with a record twice', payload((e) => rawStream(data(e), data(e)))],
    ['O10', 'a payload with a length beyond its end', payload((e) => of(...data(e).bytes, 65, 2, 1))],
    ['O10', 'a payload with an unknown even type', final(asked, record(6, 1))],
    ['O10', 'a payload with an unknown even type among the contents', final({}, record(70, 1))],
    ['O10', 'a reply path that is none', payload((e) => rawStream(record(2, 1), data(e)))],
    [
      'O10',
      'a reply path with a byte behind it',
      payload((e) => rawStream(record(2, ...bytesOfReplyPath(), 0), data(e))),
    ],
    ['B7', 'no encrypted data at the last hop', payload(() => payloadOf({ invoice_request: OPEN_REQUEST }))],
    [
      'B7',
      'encrypted data that do not decrypt',
      payload((e) =>
        payloadOf({ encrypted_recipient_data: e.map((byte, i) => (i === 3 ? byte ^ 1 : byte)), ...asked }),
      ),
    ],
    [
      'B7',
      'encrypted data shorter than their tag',
      payload(() => payloadOf({ encrypted_recipient_data: new Uint8Array(15), ...asked })),
    ],
    [
      'B7',
      'data of a relay that do not decrypt',
      atBob(
        craftFully([
          {
            ...relay(BOB, ALICE),
            payload: (e) => payloadOf({ encrypted_recipient_data: e.map((byte, i) => (i === 3 ? byte ^ 1 : byte)) }),
          },
          end,
        ]),
      ),
    ],
    ['B7', 'data that are cut short', lastData(of(6, 4, 0xde, 0xad))],
    ['B7', 'data with records out of order', relayData(of(...toAlice, 2, 8, ...new Uint8Array(8)))],
    ['B7', 'data with an unknown even type, at a relay', relayData(of(...toAlice, 16, 0))],
    ['B7', 'data with an unknown even type, at the last hop', lastData(of(16, 0))],
    ['B7', 'a next_node_id that is no point', relayData(of(4, 33, 2, ...new Uint8Array(31), 5))],
    ['B7', 'a short_channel_id of seven bytes', relayData(of(2, 7, ...new Uint8Array(7)))],
    [
      'O11',
      'allowed_features with an even bit, at a relay',
      relayData({ next_node_id: ALICE.id, allowed_features: of(1) }),
    ],
    [
      'O11',
      'allowed_features with an odd bit, at a relay',
      relayData({ next_node_id: ALICE.id, allowed_features: of(2) }),
    ],
    ['O11', 'allowed_features with an even bit, at the last hop', lastData({ allowed_features: of(1) })],
    [
      'O11',
      'allowed_features with an odd bit far up, at the last hop',
      lastData({ allowed_features: of(2, ...new Uint8Array(14)) }),
    ],
    ['O12', 'a relay finds an unknown odd type beside its data', beside({}, record(3, 1))],
    ['O12', 'a relay finds a payload of an unknown odd type', beside({}, record(65, 1))],
    ['O12', 'a relay finds an invoice_request', beside({ invoice_request: OPEN_REQUEST })],
    ['O12', 'a relay finds a reply path', beside({ reply_path: REPLY_PATH })],
    ['O12', 'a relay finds a path_id', relayData({ next_node_id: ALICE.id, path_id: of(1) })],
    ['O12', 'a relay finds a path_id of no bytes', relayData({ next_node_id: ALICE.id, path_id: of() })],
    ['O12', 'a relay finds neither a node nor a channel to go on to', relayData({ padding: of(0, 0) })],
    ['O12', 'a relay finds a channel that nobody knows', relayData({ short_channel_id: 7n })],
    [
      'O16',
      'an invoice_request and an invoice_error',
      final({ invoice_request: OPEN_REQUEST, invoice_error: INVOICE_ERROR }),
    ],
    ['O16', 'an invoice_request and an invoice', final({ invoice_request: OPEN_REQUEST, invoice: INVOICE })],
    ['O16', 'an invoice and a payload of an unknown odd type', final({ invoice: INVOICE }, record(65, 1))],
    [
      'O9',
      'a packet a byte larger than the larger standard size',
      atAlice(direct([ALICE], asked, [], 32835)),
      { note: 'a reader may limit what it takes; nobody who keeps to the standard sizes sends this' },
    ],
  ]
}

function bytesOfReplyPath(): Uint8Array {
  const { value } = encodeRecord(2n, payloadOf({ reply_path: REPLY_PATH }))
  return value.subarray(3)
}

/** What can be read, and came over the wrong path. */
function astray(): readonly MessageLine[] {
  const dummies = messagePath({ via: [BOB], to: ALICE, pathId: OFFER_PATH_ID, seed: 0x0d, dummyHops: 3 }).path
  const elsewhere = messagePath({ via: [BOB], to: ALICE, pathId: OTHER_PATH_ID, seed: 0x10 }).path
  const nameless = messagePath({ via: [BOB], to: ALICE, seed: 0x11 }).path
  const shorter = messagePath({ via: [BOB], to: ALICE, pathId: OFFER_PATH_ID.subarray(0, 31), seed: 0x12 }).path
  const otherReply = messagePath({ via: [BOB], to: DAVE, pathId: OTHER_PATH_ID, seed: 0x13 }).path
  const request = { invoice_request: REQUEST, reply_path: REPLY_PATH }
  const ignored = (
    message: MessageSpec['message'],
    more: Omit<MessageSpec, 'at' | 'message' | 'does'>,
  ): MessageSpec => ({
    at: BOB,
    message,
    does: ['forward', 'ignore'],
    ...more,
  })
  return [
    [
      'RR8',
      'a request for an offer with a path, sent to the node itself',
      ignored(direct([BOB, ALICE], request), { purpose: FOR_OFFER }),
    ],
    [
      'RR8',
      'a request for an offer with a path, over a path of something else',
      ignored(over(elsewhere, request), { path: elsewhere, purpose: FOR_OFFER }),
    ],
    [
      'RR8',
      'a request for an offer without a path, over a path of something else',
      ignored(over(OFFER_PATH.path, asked), { path: OFFER_PATH.path, purpose: FOR_OPEN_OFFER }),
    ],
    [
      'B9',
      'over a path without a path_id, which anybody could have made',
      ignored(over(nameless, request), { path: nameless, purpose: FOR_OFFER }),
    ],
    [
      'B9',
      'over a path whose path_id is the beginning of the right one',
      ignored(over(shorter, request), { path: shorter, purpose: FOR_OFFER }),
    ],
    [
      'B9',
      'over a path that a stranger made, with a path_id that it guessed',
      ignored(
        craftFully([relay(BOB, ALICE), { node_id: ALICE.id, data: { path_id: secretOf(0) }, payload: last(request) }]),
        { purpose: FOR_OFFER },
      ),
    ],
    [
      'B9',
      'a message that ends at a dummy hop',
      {
        at: BOB,
        message: over({ ...dummies, path: dummies.path.slice(0, 2) }, request),
        path: dummies,
        does: ['forward', 'drop'],
      },
    ],
    [
      'B9',
      'a message that ends at a relay',
      {
        at: BOB,
        message: over({ ...OFFER_PATH.path, path: OFFER_PATH.path.path.slice(0, 1) }, request),
        path: OFFER_PATH.path,
        does: ['drop'],
      },
    ],
    [
      'O15',
      'an invoice, sent to the node itself',
      ignored(direct([BOB, DAVE], { invoice: INVOICE }), { purpose: FOR_REPLY }),
    ],
    [
      'O15',
      'an invoice over the reply path of another request',
      ignored(over(otherReply, { invoice: INVOICE }), { path: otherReply, purpose: FOR_REPLY }),
    ],
    [
      'O15',
      'an invoice_error over the reply path of another request',
      ignored(over(otherReply, { invoice_error: INVOICE_ERROR }), { path: otherReply, purpose: FOR_REPLY }),
    ],
    [
      'O15',
      'an invoice with the path_id in the payload, where anybody can write it',
      ignored(
        craftFully([
          relay(BOB, DAVE),
          { node_id: DAVE.id, payload: last({ invoice: INVOICE }, [encodeRecord(7n, REPLY_PATH_ID)]) },
        ]),
        { purpose: FOR_REPLY },
      ),
    ],
    [
      'O14',
      'an invoice_request over the reply path',
      ignored(over(REPLY_PATH, asked), { path: REPLY_PATH, purpose: FOR_REPLY }),
    ],
    [
      'O14',
      'nothing but an unknown odd payload over the reply path',
      ignored(
        craftFully(
          [{ given: REPLY_PATH.path[0]! }, { given: REPLY_PATH.path[1]!, payload: last({}, [record(65, 1)]) }],
          { pathKey: REPLY_PATH.first_path_key },
        ),
        { path: REPLY_PATH, purpose: FOR_REPLY },
      ),
    ],
  ]
}

/** Messages of which nothing comes. */
export function invalidMessages(): readonly MessageLine[] {
  return [...undecryptable(), ...misleading(), ...astray()]
}
