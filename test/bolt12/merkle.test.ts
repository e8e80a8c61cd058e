import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.js'
import { toHex } from '../../src/base/hex.js'
import { encodeUtf8 } from '../../src/base/utf8.js'
import { merkleRoot, merkleTree, offerId } from '../../src/bolt12/merkle.js'
import {
  DETERMINISTIC_AUX,
  signatureHash,
  signatureTag,
  signRecords,
  verifyRecords,
} from '../../src/bolt12/signature.js'
import { encodeRecord } from '../../src/wire/tlv.js'
import { codeOf } from '../support/code-of.js'
import { ALICE, BOB } from './craft.js'

const sha = (...parts: readonly Uint8Array[]) =>
  new Uint8Array(
    createHash('sha256')
      .update(concatBytes(...parts))
      .digest(),
  )
/** H(tag, message) written out once more, from Node's own SHA-256. */
const H = (tag: string | Uint8Array, ...message: readonly Uint8Array[]) => {
  const hash = sha(typeof tag === 'string' ? encodeUtf8(tag) : tag)
  return sha(hash, hash, ...message)
}
const sorted = (a: Uint8Array, b: Uint8Array) => (toHex(a) < toHex(b) ? [a, b] : [b, a])
const branch = (a: Uint8Array, b: Uint8Array) => H('LnBranch', ...sorted(a, b))
const record = (type: bigint, text = 'v') => encodeRecord(type, encodeUtf8(text))

describe('the tree', () => {
  test('hashes are tagged twice', { tags: ['A2.1'] }, () => {
    const { leaf } = merkleTree([record(2n)]).leaves[0]!
    expect(toHex(leaf)).toBe(toHex(H('LnLeaf', record(2n).bytes)))
    expect(toHex(leaf)).not.toBe(toHex(sha(encodeUtf8('LnLeaf'), record(2n).bytes)))
  })

  test('types 240 to 1000 are left out, all others are leaves, known or not', { tags: ['A2.2'] }, () => {
    const types = [0n, 239n, 240n, 241n, 1000n, 1001n, 3_999_999_999n]
    const tree = merkleTree(types.map((type) => record(type)))
    expect(tree.leaves.map((leaf) => leaf.record.type)).toEqual([0n, 239n, 1001n, 3_999_999_999n])
    const without = [0n, 239n, 1001n, 3_999_999_999n].map((type) => record(type))
    expect(merkleRoot(without)).toEqual(tree.root.hash)
  })

  test("a nonce's tag holds the whole first record, its message the type", { tags: ['A2.3'] }, () => {
    const [first, second] = [record(1n, 'first'), record(1001n, 'second')]
    const { leaves } = merkleTree([first, second])
    const tag = concatBytes(encodeUtf8('LnNonce'), first.bytes)
    expect(toHex(leaves[0]!.nonce)).toBe(toHex(H(tag, Uint8Array.of(1))))
    expect(toHex(leaves[1]!.nonce)).toBe(toHex(H(tag, Uint8Array.of(0xfd, 0x03, 0xe9))))
    expect(toHex(leaves[1]!.hash)).toBe(toHex(branch(leaves[1]!.leaf, leaves[1]!.nonce)))
  })

  test('the smaller hash goes first, and the odd one goes up as it is', { tags: ['A2.4'] }, () => {
    const { leaves, branches, root } = merkleTree([1n, 2n, 3n, 4n, 5n].map((type) => record(type)))
    const [a, b, c, d, e] = leaves.map(({ hash }) => hash) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    expect(toHex(root.hash)).toBe(toHex(branch(branch(branch(a, b), branch(c, d)), e)))
    expect(branches.map(({ first, last }) => [first, last])).toEqual([
      [0, 1],
      [2, 3],
      [0, 3],
      [0, 4],
    ])
  })

  test('it depends on the bytes as received', { tags: ['A2.8'] }, () => {
    // The same field in a form that an encoder would not choose: a BigSize of three bytes for the length.
    const value = encodeUtf8('v')
    const strange = { type: 10n, offset: 0, bytes: concatBytes(Uint8Array.of(10, 0xfd, 0, 1), value), value }
    expect(merkleRoot([strange])).not.toEqual(merkleRoot([record(10n)]))
  })

  test('nothing has no root', () => {
    expect(codeOf(() => merkleRoot([]))).toBe('MERKLE_NO_RECORDS')
    expect(codeOf(() => merkleRoot([record(240n)]))).toBe('MERKLE_NO_RECORDS')
  })
})

test('the id of an offer is the same in offer, request and invoice', () => {
  const offer = [record(10n), record(22n), record(1_000_000_001n)]
  const id = offerId(offer)
  expect(id).toEqual(sha(...offer.map(({ bytes }) => bytes)))
  expect(offerId([record(0n), ...offer.slice(0, 2), record(88n), record(176n), offer[2]!])).toEqual(id)
  expect(offerId([record(88n)])).toBeUndefined()
})

describe('signatures', () => {
  const OF = ['invoice', 'signature'] as const
  const records = [record(0n), record(176n)]
  const sign = (aux: Uint8Array) => signRecords(OF, records, ALICE.secret, aux)

  test('the tag names message and field', { tags: ['A2.5'] }, () => {
    expect(signatureTag(['invoice_request', 'signature'])).toBe('lightninginvoice_requestsignature')
    expect(signatureTag(OF)).toBe('lightninginvoicesignature')
    expect(signatureTag(['payer_proof', 'proof_signature'])).toBe('lightningpayer_proofproof_signature')
    const root = merkleRoot(records)
    expect(signatureHash(OF, root)).toEqual(H('lightninginvoicesignature', root))
    const signature = sign(DETERMINISTIC_AUX)
    expect(verifyRecords(OF, records, signature, ALICE.id)).toBe(true)
    expect(verifyRecords(['invoice_request', 'signature'], records, signature, ALICE.id)).toBe(false)
  })

  test('a key with an odd Y signs, and only its x coordinate is looked at', { tags: ['A2.6'] }, () => {
    expect([ALICE, BOB].map(({ id }) => id[0])).toContain(3)
    for (const { secret, id } of [ALICE, BOB]) {
      const signature = signRecords(OF, records, secret, DETERMINISTIC_AUX)
      expect(verifyRecords(OF, records, signature, id)).toBe(true)
      expect(verifyRecords(OF, records, signature, Uint8Array.of(id[0]! ^ 1, ...id.subarray(1)))).toBe(true)
    }
    expect(verifyRecords(OF, records, sign(DETERMINISTIC_AUX), BOB.id)).toBe(false)
  })

  test('zero randomness gives the same signature each time, other randomness another one', { tags: ['A2.7'] }, () => {
    expect(sign(DETERMINISTIC_AUX)).toEqual(sign(new Uint8Array(32)))
    const other = sign(new Uint8Array(32).fill(1))
    expect(other).not.toEqual(sign(DETERMINISTIC_AUX))
    expect(verifyRecords(OF, records, other, ALICE.id)).toBe(true)
  })
})
