import '../../support/use-toy.js'
import { expect, test } from 'vitest'
import { blindHops } from '../../../src/blinding/build.js'
import { forwardMessage, peel } from '../../../src/onion/engine.js'
import type { Generation } from '../../../src/onion/generation.js'
import { modern } from '../../../src/onion/generations/modern.js'
import { obs } from '../../../src/onion/generations/obs.js'
import { obs2 } from '../../../src/onion/generations/obs2.js'
import { uncountedPath } from '../../../src/onion/generations/uncounted-path.js'
import { buildReplyPath } from '../../../src/onion/reply-path.js'
import { encode } from '../../../src/wire/codec.js'
import { encodeRecord, joinRecords } from '../../../src/wire/tlv.js'
import { alice, bob, candidatesFor, carol, ids, of, rawMessage, secretFrom } from './cast.js'

/** The same numbers mean different things in each form; the type of the peer message alone says which. */

type Raw = readonly (readonly [type: bigint, value: Uint8Array])[]
const stream = (records: Raw) => joinRecords(records.map(([type, value]) => encodeRecord(type, value)))
const scid = of(0, 0, 0, 0, 0, 0, 0, 9)
const encryptedType = (generation: Generation) => generation.payloadTable.encrypted_recipient_data.type

/** What Alice does with a hop of a path whose decrypted bytes are these, in short. */
function withData(generation: Generation, data: Raw, last: boolean): string {
  const [hop] = blindHops(secretFrom(1), [{ node_id: alice.node_id, data: stream(data) }])
  const orders = stream([[encryptedType(generation), hop!.encrypted_recipient_data]])
  const behind = last ? [] : [{ node_id: bob.node_id, payload: of(64, 0) }]
  const message = rawMessage(generation, [{ node_id: hop!.blinded_node_id, payload: orders }, ...behind], hop!.path_key)
  return decided(generation, message)
}

/** What Alice does with these bytes as her payload. */
function withPayload(generation: Generation, payload: Raw, last: boolean): string {
  const [hop] = blindHops(secretFrom(1), [{ node_id: alice.node_id, data: of() }])
  const behind = last ? [] : [{ node_id: bob.node_id, payload: of(64, 0) }]
  const isPlain = generation === obs
  const node_id = isPlain ? alice.node_id : hop!.blinded_node_id
  return decided(
    generation,
    rawMessage(generation, [{ node_id, payload: stream(payload) }, ...behind], isPlain ? undefined : hop!.path_key),
  )
}

function decided(generation: Generation, message: Uint8Array): string {
  const decision = peel(candidatesFor(generation), alice, message)
  if (decision.kind === 'drop') return decision.code
  if (decision.kind === 'forward') {
    const next = 'next_node_id' in decision.next ? 'node' : 'channel'
    const isOverride = forwardMessage(decision).path_key?.every((byte, i) => byte === carol.node_id[i])
    return `to a ${next}${isOverride ? ' with an override' : ''}`
  }
  const { path_id, reply_path, generation: form } = decision
  return `kept as ${form.name}${form !== obs && path_id ? ' with a path_id' : ''}${reply_path ? ' and a reply path' : ''}`
}

const next = [4n, bob.node_id] as const
const UNKNOWN = 'BLINDED_DATA_UNKNOWN_EVEN'
const UNREADABLE = 'BLINDED_DATA_UNPARSABLE'

test.each<[what: string, data: Raw, last: boolean, inObs: string, inObs2: string, inModern: string]>([
  ['a node', [next], false, 'to a node', 'to a node', 'to a node'],
  ['2: nothing, nothing, a channel', [[2n, scid]], false, UNKNOWN, UNKNOWN, 'to a channel'],
  ['6: a channel, nothing, a path_id', [[6n, scid]], false, 'to a channel', UNKNOWN, 'ONION_MESSAGE_RELAY_PATH_ID'],
  ['6 at the end', [[6n, scid]], true, 'BLINDED_PATH_CUT_SHORT', UNKNOWN, 'kept as modern with a path_id'],
  [
    '8: a reply path, nothing, an override',
    [next, [8n, carol.node_id]],
    false,
    UNREADABLE,
    UNKNOWN,
    'to a node with an override',
  ],
  [
    '12: a path_key, an override, limits',
    [next, [12n, carol.node_id]],
    false,
    'to a node',
    'to a node with an override',
    UNREADABLE,
  ],
  [
    '14: nothing, a path_id, features',
    [[14n, of(0, 7)]],
    true,
    UNKNOWN,
    'kept as obs2 with a path_id',
    'ONION_MESSAGE_FEATURES',
  ],
  ['14 at a relay', [next, [14n, of(0, 7)]], false, UNKNOWN, 'ONION_MESSAGE_RELAY_PATH_ID', 'ONION_MESSAGE_FEATURES'],
  ['14 with no feature in it', [[14n, of(0)]], true, UNKNOWN, 'kept as obs2 with a path_id', 'kept as modern'],
  ['10: orders within orders, nothing, fees', [next, [10n, of(1)]], false, 'to a node', UNKNOWN, UNREADABLE],
  ['1: odd, padding, padding', [[1n, of(0, 0)], next], false, 'to a node', 'to a node', 'to a node'],
])('decrypted %s', (_, data, last, inObs, inObs2, inModern) => {
  expect(withData(obs, data, last)).toBe(inObs)
  expect(withData(obs2, data, last)).toBe(inObs2)
  expect(withData(modern, data, last)).toBe(inModern)
})

const { path } = buildReplyPath({
  generation: obs2,
  nodeIds: ids([bob, carol]),
  pathId: secretFrom(5),
  sessionKey: secretFrom(6),
})
const counted = encode(modern.replyPathCodec, path)
const uncounted = encode(uncountedPath, path)
const plain = encode(obs.replyPathCodec, path)
const REFUSED = 'ONION_MESSAGE_PAYLOAD'

test.each<[what: string, payload: Raw, last: boolean, inObs: string, inObs2: string, inModern: string]>([
  ['4: the next node, nothing, orders', [next], false, 'to a node', REFUSED, 'BLINDED_DATA_UNDECRYPTABLE'],
  [
    '4 at the end',
    [
      [4n, bob.node_id],
      [64n, of()],
    ],
    true,
    'kept as obs',
    REFUSED,
    'BLINDED_DATA_UNDECRYPTABLE',
  ],
  [
    '10: orders, orders, nothing',
    [
      [10n, of(...new Uint8Array(20))],
      [64n, of()],
    ],
    true,
    'ONION_MESSAGE_NO_PATH_KEY',
    'BLINDED_DATA_UNDECRYPTABLE',
    REFUSED,
  ],
  ['6: the next channel, nothing, nothing', [[6n, scid]], false, 'to a channel', REFUSED, REFUSED],
  [
    '12: a path_key, nothing, nothing',
    [
      [12n, bob.node_id],
      [64n, of()],
    ],
    true,
    'kept as obs',
    REFUSED,
    REFUSED,
  ],
  [
    '8: a reply path, nothing, nothing',
    [
      [8n, plain],
      [64n, of()],
    ],
    true,
    'kept as obs and a reply path',
    REFUSED,
    REFUSED,
  ],
  [
    '2 without a count',
    [
      [2n, uncounted],
      [64n, of()],
    ],
    true,
    REFUSED,
    'kept as obs2 and a reply path',
    'kept as modern-uncounted and a reply path',
  ],
  [
    '2 with a count',
    [
      [2n, counted],
      [64n, of()],
    ],
    true,
    REFUSED,
    REFUSED,
    'kept as modern and a reply path',
  ],
  [
    '2 without its first node',
    [
      [2n, plain],
      [64n, of()],
    ],
    true,
    REFUSED,
    REFUSED,
    REFUSED,
  ],
])('payload %s', (_, payload, last, inObs, inObs2, inModern) => {
  expect(withPayload(obs, payload, last)).toBe(inObs)
  expect(withPayload(obs2, payload, last)).toBe(inObs2)
  expect(withPayload(modern, payload, last)).toBe(inModern)
})
