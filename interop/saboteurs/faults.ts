import type { Random } from '../../src/base/effects.js'
import { fromHex } from '../../src/base/hex.js'
import { nobleBackend } from '../../src/crypto/noble.js'
import type { Backend } from '../../src/crypto/primitives.js'
import { systemClock } from '../../src/node/clock.js'
import type { MessageChannel } from '../../src/node/messenger/channel.js'
import type { LnoNode } from '../../src/node/node.js'
import { misbehaveOn } from '../../src/testing/misbehaviour.js'
import { joinRecords, readRecords } from '../../src/wire/tlv.js'

/** A way to be broken: what is put in the place of a sound part. */
export interface Fault {
  /** What it does wrong, as a sentence. */
  readonly text: string
  /** In the place of the primitives. */
  readonly backend?: Backend
  /** Between the messenger and the connections. */
  readonly channel?: (channel: MessageChannel) => MessageChannel
  /** In the place of the issuer. */
  readonly meddle?: (node: LnoNode, random: Random) => void
}

/** Type of `path_id` in encrypted_recipient_data (BOLT 4). */
const PATH_ID = 6n

/** Type of an onion message. */
const ONION_MESSAGE = 513

/** Types of onion messages of 2021. */
const OF_2021 = [387, 385]

/** Bytes before the packet behind the type of an onion message: path_key, length of the packet. */
const BEFORE_PACKET = 33 + 2

/** The plaintext without its `path_id`, where it is encrypted data that has one. */
function withoutPathId(plaintext: Uint8Array): Uint8Array {
  const { records, error } = readRecords(plaintext)
  const pathId = records.find(({ type, value }) => type === PATH_ID && value.length === 32)
  if (error !== undefined || pathId === undefined) return plaintext
  return joinRecords(records.filter((record) => record !== pathId))
}

function withFlippedBit(bytes: Uint8Array): Uint8Array {
  const flipped = bytes.slice()
  flipped[flipped.length - 1]! ^= 1
  return flipped
}

/** The same onion message with a packet that is one byte short, and says so. */
function shortened(message: Uint8Array): Uint8Array {
  const short = message.slice(0, -1)
  new DataView(short.buffer).setUint16(BEFORE_PACKET - 2, short.length - BEFORE_PACKET)
  return short
}

function sending(change: (payload: Uint8Array) => Uint8Array | undefined, types: readonly number[] = [ONION_MESSAGE]) {
  return (channel: MessageChannel): MessageChannel => ({
    ...channel,
    send: (peer, type, payload, onLeft) => {
      const changed = types.includes(type) ? change(payload) : payload
      if (changed !== undefined) return channel.send(peer, type, changed, onLeft)
      onLeft?.()
      return 'sent'
    },
  })
}

/** All of them, by the name that `--fault` takes. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'drops-path-id': {
    text: 'leaves path_id out of every path that it makes',
    backend: {
      ...nobleBackend,
      name: 'noble without path_id',
      seal: (key, nonce, plaintext, data) => nobleBackend.seal(key, nonce, withoutPathId(plaintext), data),
    },
  },
  'flips-signature': {
    text: 'flips a bit of every signature that it makes',
    backend: {
      ...nobleBackend,
      name: 'noble with a flipped bit',
      schnorrSign: (message, secret, aux) => withFlippedBit(nobleBackend.schnorrSign(message, secret, aux)),
    },
  },
  'missizes-packet': {
    text: 'sends onion packets that are one byte short',
    channel: sending(shortened),
  },
  'truncates-old-forms': {
    text: 'sends onion messages of 2021 without their last byte',
    channel: sending((payload) => payload.subarray(0, payload.length - 1), OF_2021),
  },
  'sends-nothing': {
    text: 'says that it sends onion messages, and sends none',
    channel: sending(() => undefined),
  },
  'answers-wrong-path': {
    text: 'sends its invoices to the payer’s node id instead of over the reply path',
    meddle: (node, random) =>
      misbehaveOn(
        {
          node,
          nodeId: fromHex(node.id),
          clock: systemClock,
          random,
          fetching: () => node.connections.peers().map(({ id }) => id),
        },
        () => 'wrong-reply-path',
      ),
  },
  'asks-twice-the-price': {
    text: 'makes its invoices over twice what was agreed',
    meddle: (node, random) =>
      misbehaveOn(
        {
          node,
          nodeId: fromHex(node.id),
          clock: systemClock,
          random,
          fetching: () => [],
        },
        () => 'wrong-amount',
      ),
  },
}
