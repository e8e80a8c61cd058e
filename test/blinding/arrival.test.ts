import { describe, expect, test } from 'vitest'
import { arrivedPathId, assertPathId, isDummyHop } from '../../src/blinding/arrival.js'
import { buildBlindedPath } from '../../src/blinding/build.js'
import { ENCRYPTED_DATA } from '../../src/blinding/encrypted-data.js'
import { messageHops } from '../../src/blinding/message-hops.js'
import { unblindHop } from '../../src/blinding/unblind.js'
import { codeOf } from '../support/code-of.js'
import { node, secretOf } from '../support/keys.js'

const [bob, us] = [node(0x42), node(0x55)]
const pathId = secretOf(0xdd)

describe('what arrives', () => {
  test('is taken only with the path_id of the path that was made for it', { tags: ['B9'] }, () => {
    expect(codeOf(() => assertPathId({ path_id: Uint8Array.from(pathId) }, pathId))).toBe('accepted')
    expect(codeOf(() => assertPathId({}, pathId))).toBe('BLINDED_PATH_WRONG_PURPOSE')
    for (const other of [secretOf(0xde), pathId.subarray(1), Uint8Array.of(...pathId, 0), new Uint8Array(0)]) {
      expect(codeOf(() => assertPathId({ path_id: other }, pathId))).toBe('BLINDED_PATH_WRONG_PURPOSE')
    }
    expect(codeOf(() => assertPathId({}, new Uint8Array(0)))).toBe('BLINDED_PATH_WRONG_PURPOSE')
  })

  test('did not arrive when its hop was to pass it on', { tags: ['B9'] }, () => {
    expect(arrivedPathId({ path_id: pathId })).toBe(pathId)
    expect(arrivedPathId({})).toBeUndefined()
    for (const next of [{ next_node_id: us.id }, { short_channel_id: 0n }]) {
      expect(codeOf(() => assertPathId({ ...next, path_id: pathId }, pathId))).toBe('BLINDED_PATH_CUT_SHORT')
    }
  })
})

describe('dummy hops', () => {
  const hops = messageHops({ nodeIds: [bob.id, us.id], pathId, dummyHops: 2 })
  const { path, secrets } = buildBlindedPath({ hops, sessionKey: secretOf(0x05) })
  const open = (nodeSecret: Uint8Array, path_key: Uint8Array, i: number) =>
    unblindHop({
      nodeSecret,
      path_key,
      encryptedRecipientData: path.path[i]!.encrypted_recipient_data,
      table: ENCRYPTED_DATA,
    })

  test('are ours to recognise, and the path_id comes after the last of them', { tags: ['B3'] }, () => {
    let path_key = open(bob.secret, path.first_path_key, 0).next_path_key
    const dummies = [1, 2, 3].map((i) => {
      const hop = open(us.secret, path_key, i)
      path_key = hop.next_path_key
      return [isDummyHop(hop.data.fields, us.id), codeOf(() => assertPathId(hop.data.fields, pathId))]
    })
    expect(dummies).toEqual([
      [true, 'BLINDED_PATH_CUT_SHORT'],
      [true, 'BLINDED_PATH_CUT_SHORT'],
      [false, 'accepted'],
    ])
  })

  test('cannot be left out: all keys that others know open the first of them at most', { tags: ['B3'] }, () => {
    // Bob knows his own key and the next; a sender knows the first alone.
    const known = [path.first_path_key, open(bob.secret, path.first_path_key, 0).next_path_key]
    for (const path_key of known) {
      for (const i of [2, 3]) expect(codeOf(() => open(us.secret, path_key, i))).toBe('BLINDED_DATA_UNDECRYPTABLE')
    }
    expect(codeOf(() => open(us.secret, secrets[3]!.path_key, 3))).toBe('accepted')
  })
})
