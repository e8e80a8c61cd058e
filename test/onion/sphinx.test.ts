import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, equalBytes } from '../../src/base/bytes.js'
import { toHex } from '../../src/base/hex.js'
import { keyStream, xorStream } from '../../src/crypto/cipher.js'
import { ecdh, mulPoint, publicKey } from '../../src/crypto/group.js'
import { hmacSha256, sha256 } from '../../src/crypto/hash.js'
import { framedLength, framePayload, unframePayload } from '../../src/onion/frame.js'
import { deriveKey } from '../../src/onion/keys.js'
import { decodePacket, encodePacket, type OnionPacket } from '../../src/onion/packet.js'
import { buildOnion, exactPacketSize, nextPacket, peelOnion } from '../../src/onion/sphinx.js'
import { codeOf } from '../support/code-of.js'
import { node, secretOf } from '../support/keys.js'
import { rawPacket } from './craft.js'

const alice = node(0x41)
const bob = node(0x42)
const carol = node(0x43)
const sessionKey = secretOf(0x07)
const associatedData = secretOf(0x42)
const bytes = (length: number, fill = 0xaa) => new Uint8Array(length).fill(fill)

const route = [
  { node_id: alice.id, payload: bytes(2, 1) },
  { node_id: bob.id, payload: bytes(300, 2) },
  { node_id: carol.id, payload: bytes(70, 3) },
]
const built = buildOnion({ sessionKey, hops: route })
const ssAlice = ecdh(sessionKey, alice.id)

describe('the packet', () => {
  test('is version, key, payloads and HMAC, 1366 bytes unless another size is asked for', { tags: ['S1'] }, () => {
    const encoded = encodePacket(built.packet)
    expect(encoded.length).toBe(1366)
    expect(encoded[0]).toBe(0)
    expect(encoded.subarray(1, 34)).toEqual(publicKey(sessionKey))
    expect(decodePacket(encoded)).toEqual(built.packet)
    const large = encodePacket(buildOnion({ sessionKey, hops: route, size: 32834 }).packet)
    expect(decodePacket(large).hop_payloads.length).toBe(32768)
  })

  test('has at least 66 bytes', { tags: ['S1'] }, () => {
    expect(decodePacket(bytes(66)).hop_payloads.length).toBe(0)
    expect(codeOf(() => decodePacket(bytes(65)))).toBe('ONION_TRUNCATED')
  })
})

describe('keys and streams', () => {
  test('the shared secret is the hash of the compressed ECDH point', { tags: ['S2'] }, () => {
    expect(built.sharedSecrets[0]).toEqual(sha256(mulPoint(alice.id, sessionKey)))
    expect(peelOnion({ packet: built.packet, secret: alice.secret }).sharedSecret).toEqual(built.sharedSecrets[0])
  })

  test('a key is the HMAC of the shared secret under its ASCII name', { tags: ['S2'] }, () => {
    const names = ['rho', 'mu', 'um', 'pad', 'ammag', 'ammagext'] as const
    for (const name of names) {
      expect(deriveKey(name, ssAlice)).toEqual(hmacSha256(new TextEncoder().encode(name), ssAlice))
      expect(deriveKey(name, ssAlice)).not.toEqual(hmacSha256(ssAlice, new TextEncoder().encode(name)))
    }
    expect(new Set(names.map((name) => toHex(deriveKey(name, ssAlice)))).size).toBe(names.length)
  })

  test('payloads are covered by the ChaCha20 stream of rho with a zero nonce', { tags: ['S3'] }, () => {
    const stream = keyStream(deriveKey('rho', ssAlice), 1300)
    const plain = built.packet.hop_payloads.map((byte, i) => byte ^ stream[i]!)
    expect(plain.subarray(0, 3)).toEqual(framePayload(route[0]!.payload))
  })

  test('the next key is the packet’s key times the hash of it and the secret', { tags: ['S4'] }, () => {
    const next = nextPacket(peelOnion({ packet: built.packet, secret: alice.secret }))
    const { public_key } = built.packet
    expect(next.public_key).toEqual(mulPoint(public_key, sha256(concatBytes(public_key, ssAlice))))
    expect(next.public_key).not.toEqual(public_key)
  })

  test('behind the last payload stands the pad stream of the session key, not zeros', { tags: ['S5'] }, () => {
    const { packet } = buildOnion({ sessionKey, hops: [route[0]!] })
    const plain = xorStream(deriveKey('rho', ssAlice), packet.hop_payloads)
    expect(plain.subarray(framedLength(2))).toEqual(
      keyStream(deriveKey('pad', sessionKey), 1300).subarray(0, 1300 - 35),
    )
  })

  test('a payload moves the rest by its length, its BigSize and the next HMAC', { tags: ['S6'] }, () => {
    expect([0xfc, 0xfd, 0xffff, 0x10000].map(framedLength)).toEqual([
      1 + 0xfc + 32,
      3 + 0xfd + 32,
      3 + 0xffff + 32,
      5 + 0x10000 + 32,
    ])
    const peeled = peelOnion({ packet: built.packet, secret: alice.secret })
    const next = nextPacket(peeled)
    expect(next.hmac).toEqual(hmacSha256(deriveKey('mu', built.sharedSecrets[1]!), next.hop_payloads))
  })

  test('payloads that do not fit are refused, those that just do are not', { tags: ['S6'] }, () => {
    const size = exactPacketSize(route.map(({ payload }) => payload.length))
    expect(codeOf(() => buildOnion({ sessionKey, hops: route, size }))).toBe('accepted')
    expect(codeOf(() => buildOnion({ sessionKey, hops: route, size: size - 1 }))).toBe('ONION_TOO_LARGE')
    expect(codeOf(() => buildOnion({ sessionKey, hops: [] }))).toBe('ONION_NO_HOPS')
  })

  test('the filler fits payloads of differing lengths, up to a packet filled exactly', { tags: ['S7'] }, () => {
    const size = exactPacketSize(route.map(({ payload }) => payload.length))
    for (const asked of [size, 1366]) {
      let packet: OnionPacket = buildOnion({ sessionKey, hops: route, size: asked }).packet
      const found = [alice, bob, carol].map(({ secret }) => {
        const peeled = peelOnion({ packet, secret })
        if (!peeled.final) packet = nextPacket(peeled)
        return peeled.payload
      })
      expect(found).toEqual(route.map(({ payload }) => payload))
    }
  })

  test('the HMAC binds the associated data; a message has none', { tags: ['S8'] }, () => {
    const payment = buildOnion({ sessionKey, hops: route, associatedData }).packet
    const { secret } = alice
    expect(codeOf(() => peelOnion({ packet: payment, secret, associatedData }))).toBe('accepted')
    expect(codeOf(() => peelOnion({ packet: payment, secret }))).toBe('ONION_HMAC')
    expect(codeOf(() => peelOnion({ packet: built.packet, secret }))).toBe('accepted')
    expect(codeOf(() => peelOnion({ packet: built.packet, secret, associatedData }))).toBe('ONION_HMAC')
  })
})

describe('what a node refuses to peel', () => {
  const { secret } = alice
  const peel = (packet: OnionPacket) => codeOf(() => peelOnion({ packet, secret }))

  test('another version', { tags: ['R1'] }, () => {
    expect(peel(built.packet)).toBe('accepted')
    expect(peel({ ...built.packet, version: 1 })).toBe('ONION_VERSION')
  })

  test('a key that is no point', { tags: ['R1'] }, () => {
    for (const public_key of [bytes(33, 0), bytes(33, 2).fill(0xff, 1), publicKey(sessionKey).fill(4, 0, 1)]) {
      expect(peel({ ...built.packet, public_key })).toBe('ONION_KEY')
    }
  })

  test('one altered bit anywhere in payloads or HMAC', { tags: ['R1'] }, () => {
    for (const at of [34, 700, 1333, 1334, 1365]) {
      const altered = encodePacket(built.packet)
      altered[at]! ^= 1
      expect(peel(decodePacket(altered))).toBe('ONION_HMAC')
    }
    expect(peel(built.packet)).toBe('accepted')
  })

  const plain = (front: readonly number[], length = 100) => {
    const out = bytes(length)
    out.set(front)
    return out
  }
  const raw = (layer: Uint8Array) => peel(rawPacket(layer, alice.id, { sessionKey }))

  test('a length that is malformed, short or below two', { tags: ['R1'] }, () => {
    expect(raw(plain([2]))).toBe('accepted')
    expect(raw(plain([1]))).toBe('ONION_PAYLOAD_LENGTH')
    expect(raw(plain([0]))).toBe('ONION_PAYLOAD_LENGTH')
    expect(raw(plain([0xfd, 0, 2]))).toBe('ONION_PAYLOAD_LENGTH') // not minimal
    expect(raw(Uint8Array.of(0xfe, 0, 1))).toBe('ONION_PAYLOAD_LENGTH') // ends within the length
    expect(raw(new Uint8Array(0))).toBe('ONION_PAYLOAD_LENGTH')
    expect(raw(bytes(100, 0xff))).toBe('ONION_PAYLOAD_LENGTH') // 2^64 - 1
  })

  test('a payload, or the HMAC behind it, that runs over the end', { tags: ['R1'] }, () => {
    expect(raw(plain([67], 100))).toBe('accepted') // 1 + 67 + 32: the packet shifts out exactly what it has
    expect(raw(plain([68], 100))).toBe('ONION_PAYLOAD_LENGTH') // an HMAC of 31 bytes
    expect(raw(plain([99], 100))).toBe('ONION_PAYLOAD_LENGTH')
    expect(raw(plain([150], 100))).toBe('ONION_PAYLOAD_LENGTH')
  })

  test('a secret that is none is the caller’s mistake, not the packet’s', () => {
    expect(codeOf(() => peelOnion({ packet: built.packet, secret: bytes(32, 0) }))).toBe('BAD_SECRET')
  })
})

describe('where a packet ends', () => {
  test('an HMAC of zeros says that we are the last', { tags: ['R4'] }, () => {
    let packet: OnionPacket = built.packet
    const finals = [alice, bob, carol].map(({ secret }) => {
      const peeled = peelOnion({ packet, secret })
      if (!peeled.final) packet = nextPacket(peeled)
      return peeled.final
    })
    expect(finals).toEqual([false, false, true])
  })

  test('what goes on has version 0 and the size of what came', { tags: ['R4'] }, () => {
    for (const size of [539, 1366, 32834]) {
      const { packet } = buildOnion({ sessionKey, hops: route, size })
      const next = nextPacket(peelOnion({ packet, secret: alice.secret }))
      expect(next.version).toBe(0)
      expect(encodePacket(next).length).toBe(size)
    }
  })
})

describe('for any route', () => {
  test('an onion peels to what was put in, each hop finding its own payload', () => {
    const nodes = [alice, bob, carol, node(0x44)]
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 2, maxLength: 280 }), { minLength: 1, maxLength: 4 }),
        fc.nat(200),
        (payloads, spare) => {
          const size = exactPacketSize(payloads.map(({ length }) => length)) + spare
          const hops = payloads.map((payload, i) => ({ node_id: nodes[i]!.id, payload }))
          let { packet }: { packet: OnionPacket } = buildOnion({ sessionKey, hops, size })
          for (const [i, payload] of payloads.entries()) {
            const peeled = peelOnion({ packet, secret: nodes[i]!.secret })
            expect(peeled.payload).toEqual(payload)
            expect(peeled.final).toBe(i === payloads.length - 1)
            if (!peeled.final) packet = nextPacket(peeled)
          }
        },
      ),
      { numRuns: 6 },
    )
  })

  test('a framed payload is read back', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 0xfc, 0xfd, 0xffff, 0x10000), fc.nat(255), (length, fill) => {
        expect(equalBytes(unframePayload(framePayload(bytes(length, fill))), bytes(length, fill))).toBe(true)
      }),
      { numRuns: 20 },
    )
    expect(codeOf(() => unframePayload(Uint8Array.of(2, 1)))).toBe('ONION_PAYLOAD_LENGTH')
    expect(codeOf(() => unframePayload(Uint8Array.of(2, 1, 1, 1)))).toBe('ONION_PAYLOAD_LENGTH')
  })
})
