import { createECDH, createPrivateKey, type KeyObject, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ascii } from '../../src/base/bytes.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import { ecdsaSign, ecdsaVerify } from '../../src/crypto/ecdsa.js'
import { publicKey } from '../../src/crypto/group.js'
import { sha256 } from '../../src/crypto/hash.js'
import { bytesToScalar, scalarToBytes } from '../../src/crypto/scalar.js'
import { codeOf } from '../support/code-of.js'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const SECRET = scalarToBytes(0x1234567890n)
const HASH = sha256(ascii('a state'))

/** The other form of a signature, which mathematics accepts as well. */
function negated(signature: Uint8Array): Uint8Array {
  return Uint8Array.of(...signature.subarray(0, 32), ...scalarToBytes(ORDER - bytesToScalar(signature.subarray(32))))
}

/** The same key for OpenSSL. */
function opensslKey(secret: Uint8Array): KeyObject {
  const ecdh = createECDH('secp256k1')
  ecdh.setPrivateKey(secret)
  const point = ecdh.getPublicKey()
  const part = (from: number, to: number) => point.subarray(from, to).toString('base64url')
  return createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'secp256k1',
      d: Buffer.from(secret).toString('base64url'),
      x: part(1, 33),
      y: part(33, 65),
    },
  })
}

describe('signatures with a node key', () => {
  /** Known to everybody who implements RFC 6979 for secp256k1: the message is hashed once. */
  test.each([
    [
      1n,
      'Satoshi Nakamoto',
      '934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8' +
        '2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5',
    ],
    [
      1n,
      'All those moments will be lost in time, like tears in rain. Time to die...',
      '8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b' +
        '547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21',
    ],
    [
      ORDER - 1n,
      'Satoshi Nakamoto',
      'fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0' +
        '6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5',
    ],
    [
      0xf8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181n,
      'Alan Turing',
      '7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c' +
        '58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea',
    ],
  ])('are those of RFC 6979: key %i signs "%s"', (key, text, expected) => {
    const secret = scalarToBytes(key)
    const hash = sha256(ascii(text))
    const signature = ecdsaSign(hash, secret)
    expect(toHex(signature)).toBe(expected)
    expect(ecdsaVerify(signature, hash, publicKey(secret))).toBe(true)
  })

  test('are read by OpenSSL, and OpenSSL writes what is read here once its s is low', () => {
    let high = 0
    for (let i = 1; i <= 16; i++) {
      const secret = scalarToBytes(BigInt(i) * 0x1_0000_0001n)
      const text = Uint8Array.of(i)
      const hash = sha256(text)
      const key = opensslKey(secret)
      const ours = ecdsaSign(hash, secret)
      expect(verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, ours)).toBe(true)

      const theirs = new Uint8Array(sign('sha256', text, { key, dsaEncoding: 'ieee-p1363' }))
      const isHigh = bytesToScalar(theirs.subarray(32)) > ORDER / 2n
      high += isHigh ? 1 : 0
      expect(ecdsaVerify(theirs, hash, publicKey(secret))).toBe(!isHigh)
      expect(ecdsaVerify(isHigh ? negated(theirs) : theirs, hash, publicKey(secret))).toBe(true)
    }
    expect(high).toBeLessThan(16)
  })

  test('have one form: the high s is refused, which others would accept', () => {
    const signature = ecdsaSign(HASH, SECRET)
    const other = negated(signature)
    expect(verify('sha256', ascii('a state'), { key: opensslKey(SECRET), dsaEncoding: 'ieee-p1363' }, other)).toBe(true)
    expect(ecdsaVerify(other, HASH, publicKey(SECRET))).toBe(false)
  })

  test('are for one hash and one key, to the bit', () => {
    const signature = ecdsaSign(HASH, SECRET)
    const point = publicKey(SECRET)
    expect(ecdsaVerify(signature, sha256(HASH), point)).toBe(false)
    expect(ecdsaVerify(signature, HASH, publicKey(HASH))).toBe(false)
    const bits = fc.nat(8 * 64 - 1)
    fc.assert(
      fc.property(bits, (bit) => {
        const flipped = Uint8Array.from(signature)
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        expect(ecdsaVerify(flipped, HASH, point)).toBe(false)
      }),
      { numRuns: 20 },
    )
  })

  test.each([
    ['no bytes', new Uint8Array(0)],
    ['a byte less', ecdsaSign(HASH, SECRET).subarray(1)],
    ['a byte more', Uint8Array.of(...ecdsaSign(HASH, SECRET), 0)],
    ['zeros', new Uint8Array(64)],
    ['ones', new Uint8Array(64).fill(0xff)],
    ['r of zero', Uint8Array.of(...new Uint8Array(32), ...ecdsaSign(HASH, SECRET).subarray(32))],
    ['s of zero', Uint8Array.of(...ecdsaSign(HASH, SECRET).subarray(0, 32), ...new Uint8Array(32))],
    ['r beyond the order', Uint8Array.of(...fromHex('ff'.repeat(32)), ...ecdsaSign(HASH, SECRET).subarray(32))],
  ])('%s is no signature, and nothing throws', (_, signature) => {
    expect(ecdsaVerify(signature, HASH, publicKey(SECRET))).toBe(false)
  })

  test('of what is no point or no hash are false', () => {
    const signature = ecdsaSign(HASH, SECRET)
    for (const point of [new Uint8Array(33), new Uint8Array(33).fill(2), publicKey(SECRET).subarray(1)]) {
      expect(ecdsaVerify(signature, HASH, point)).toBe(false)
    }
    expect(ecdsaVerify(signature, HASH.subarray(1), publicKey(SECRET))).toBe(false)
  })

  test('are not made of what is no secret or no hash', () => {
    expect(codeOf(() => ecdsaSign(HASH, new Uint8Array(32)))).toBe('BAD_SECRET')
    expect(codeOf(() => ecdsaSign(HASH.subarray(1), SECRET))).toBe('BAD_MESSAGE_HASH')
  })
})
