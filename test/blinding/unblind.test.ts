import { describe, expect, test } from 'vitest'
import { isLnoError, type LnoError } from '../../src/base/error.js'
import { fromHex } from '../../src/base/hex.js'
import { blindHops } from '../../src/blinding/build.js'
import { ENCRYPTED_DATA, encodeEncryptedData } from '../../src/blinding/encrypted-data.js'
import {
  blindedSecret,
  isHopDataError,
  nextPathKey,
  readHopData,
  sharePath,
  unblindHop,
} from '../../src/blinding/unblind.js'
import { ecdh, publicKey } from '../../src/crypto/group.js'
import { bytes } from '../../src/wire/codec.js'
import { field } from '../../src/wire/tlv.js'
import { codeOf } from '../support/code-of.js'
import { node, secretOf } from '../support/keys.js'

const [bob, carol] = [node(0x42), node(0x43)]
const sessionKey = secretOf(0x05)

/** What Bob makes of data that were encrypted for him. */
function bobReads(data: Uint8Array) {
  const [hop] = blindHops(sessionKey, [{ node_id: bob.id, data }])
  return unblindHop({
    nodeSecret: bob.secret,
    path_key: hop!.path_key,
    encryptedRecipientData: hop!.encrypted_recipient_data,
    table: ENCRYPTED_DATA,
  })
}

const errorOf = (run: () => unknown): LnoError => {
  try {
    run()
  } catch (error) {
    if (isLnoError(error)) return error
    throw error
  }
  throw new Error('accepted')
}

describe('a hop reads its data', () => {
  test('and finds the secret of its blinded id', () => {
    const [hop] = blindHops(sessionKey, [{ node_id: bob.id, data: new Uint8Array(0) }])
    expect(publicKey(blindedSecret(bob.secret, hop!.path_key))).toEqual(hop!.blinded_node_id)
    expect(publicKey(blindedSecret(carol.secret, hop!.path_key))).not.toEqual(hop!.blinded_node_id)
    expect(sharePath(bob.secret, hop!.path_key).shared_secret).toEqual(ecdh(sessionKey, bob.id))
  })

  test('but refuses to go on without any', { tags: ['B7'] }, () => {
    const share = sharePath(bob.secret, carol.id)
    expect(codeOf(() => readHopData(share, undefined, ENCRYPTED_DATA))).toBe('BLINDED_DATA_MISSING')
  })

  test('but refuses those that are for another node, for another key, or altered', { tags: ['B7'] }, () => {
    const [hop] = blindHops(sessionKey, [{ node_id: bob.id, data: encodeEncryptedData({ next_node_id: carol.id }) }])
    const { path_key, encrypted_recipient_data: encrypted } = hop!
    const read = (nodeSecret: Uint8Array, key: Uint8Array, encryptedRecipientData: Uint8Array) =>
      codeOf(() => unblindHop({ nodeSecret, path_key: key, encryptedRecipientData, table: ENCRYPTED_DATA }))
    expect(read(bob.secret, path_key, encrypted)).toBe('accepted')
    expect(read(carol.secret, path_key, encrypted)).toBe('BLINDED_DATA_UNDECRYPTABLE')
    expect(read(bob.secret, carol.id, encrypted)).toBe('BLINDED_DATA_UNDECRYPTABLE')
    for (const at of [0, encrypted.length - 1]) {
      const altered = Uint8Array.from(encrypted)
      altered[at]! ^= 1
      expect(read(bob.secret, path_key, altered)).toBe('BLINDED_DATA_UNDECRYPTABLE')
    }
    expect(read(bob.secret, path_key, encrypted.subarray(0, 15))).toBe('BLINDED_DATA_UNDECRYPTABLE')
    expect(read(bob.secret, path_key, new Uint8Array(0))).toBe('BLINDED_DATA_UNDECRYPTABLE')
  })

  test.each([
    ['a stream that is cut off', '0604dead', 'BLINDED_DATA_UNPARSABLE', 6n],
    ['records out of order', '06000100', 'BLINDED_DATA_UNPARSABLE', 1n],
    ['a next node that is no point', `0421${'05'.repeat(33)}`, 'BLINDED_DATA_UNPARSABLE', 4n],
    ['an unknown even type', '0600100100', 'BLINDED_DATA_UNKNOWN_EVEN', 16n],
  ])('but refuses %s', { tags: ['B7'] }, (_, hex, code, tlvType) => {
    const error = errorOf(() => bobReads(fromHex(hex)))
    expect(error).toMatchObject({ code, tlvType, rule: 'B7' })
    expect(error.path?.[0]).toBe('encrypted_recipient_data')
    expect(isHopDataError(error)).toBe(true)
  })

  test('and ignores an unknown odd type, and an empty stream is one', { tags: ['B7'] }, () => {
    expect(bobReads(fromHex('0600110100')).data.fields).toEqual({ path_id: new Uint8Array(0) })
    expect(bobReads(new Uint8Array(0)).data.records).toEqual([])
  })

  test('but refuses a path_key that is no point, while its own bad secret is no fault of the path', {
    tags: ['B7'],
  }, () => {
    const bad = errorOf(() => sharePath(bob.secret, new Uint8Array(33).fill(4)))
    expect([bad.code, isHopDataError(bad)]).toEqual(['BLINDED_DATA_BAD_PATH_KEY', true])
    const own = errorOf(() => sharePath(new Uint8Array(32), carol.id))
    expect([own.code, isHopDataError(own)]).toEqual(['BAD_SECRET', false])
  })

  test('by the table of another generation, where the same number means something else', () => {
    const self_id = { self_id: field(6n, bytes()), next_node_id: ENCRYPTED_DATA.next_node_id }
    const [hop] = blindHops(sessionKey, [{ node_id: bob.id, data: fromHex('0602cafe') }])
    const share = sharePath(bob.secret, hop!.path_key)
    expect(readHopData(share, hop!.encrypted_recipient_data, self_id).fields.self_id).toEqual(fromHex('cafe'))
  })
})

describe('the key for the next hop', () => {
  const hops = [bob, carol].map(({ id }) => ({ node_id: id, data: new Uint8Array(0) }))

  test('is the one that the creator used for it', { tags: ['B8'] }, () => {
    const [first, second] = blindHops(sessionKey, hops)
    expect(nextPathKey(sharePath(bob.secret, first!.path_key))).toEqual(second!.path_key)
    expect(nextPathKey(sharePath(carol.secret, first!.path_key))).not.toEqual(second!.path_key)
  })

  test('is the override when the data hold one', { tags: ['B8'] }, () => {
    const override = node(0x66).id
    const plain = bobReads(encodeEncryptedData({ next_node_id: carol.id }))
    const told = bobReads(encodeEncryptedData({ next_node_id: carol.id, next_path_key_override: override }))
    expect(told.next_path_key).toEqual(override)
    expect(plain.next_path_key).not.toEqual(override)
    expect(plain.next_path_key).toEqual(nextPathKey(told.share))
  })
})
