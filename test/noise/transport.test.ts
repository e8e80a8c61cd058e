import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import { open, seal } from '../../src/crypto/cipher.js'
import { hkdf2 } from '../../src/crypto/hash.js'
import { MAX_MESSAGE_BYTES, MAX_PACKET_BYTES, ROTATION_INTERVAL } from '../../src/noise/limits.js'
import { Decryptor, Encryptor } from '../../src/noise/transport.js'

const A = new Uint8Array(32).fill(0xaa)
const B = new Uint8Array(32).fill(0xbb)
const CK = new Uint8Array(32).fill(0xcc)

/** Both ends of one connection. */
function pair() {
  return {
    caller: {
      encryptor: new Encryptor({ sendKey: A, chainingKey: CK }),
      decryptor: new Decryptor({ receiveKey: B, chainingKey: CK }),
    },
    called: {
      encryptor: new Encryptor({ sendKey: B, chainingKey: CK }),
      decryptor: new Decryptor({ receiveKey: A, chainingKey: CK }),
    },
  }
}

const nonce = (n: number) => {
  const bytes = new Uint8Array(12)
  new DataView(bytes.buffer).setBigUint64(4, BigInt(n), true)
  return bytes
}

const message = fc.uint8Array({ maxLength: 200 })

describe('the transport', () => {
  test('carries messages in both directions, cut anywhere', { tags: ['N5'] }, () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 12 }), (messages, cuts) => {
        const { caller, called } = pair()
        for (const [from, to] of [
          [caller, called],
          [called, caller],
        ] as const) {
          const stream = concatBytes(...messages.map((one) => from.encryptor.encrypt(one)))
          const edges = [...cuts.map((cut) => cut % (stream.length + 1)), 0, stream.length].sort((a, b) => a - b)
          const got: string[] = []
          for (let i = 1; i < edges.length; i++) {
            const received = to.decryptor.feed(stream.subarray(edges[i - 1], edges[i]))
            expect(received.error).toBeUndefined()
            got.push(...received.messages.map(toHex))
          }
          expect(got).toEqual(messages.map(toHex))
          expect(to.decryptor.end()).toBeUndefined()
        }
      }),
    )
  })

  test('comes through byte by byte', { tags: ['N5'] }, () => {
    const { caller, called } = pair()
    const stream = concatBytes(caller.encryptor.encrypt(Uint8Array.of(1)), caller.encryptor.encrypt(new Uint8Array(0)))
    const got = [...stream].flatMap((byte) => called.decryptor.feed(Uint8Array.of(byte)).messages.map(toHex))
    expect(got).toEqual(['01', ''])
  })

  test('seals length and body with one key and two nonces a message', { tags: ['N2', 'N5'] }, () => {
    const encryptor = new Encryptor({ sendKey: A, chainingKey: CK })
    const hello = fromHex('68656c6c6f')
    for (let index = 0; index < 130; index++) {
      const packet = encryptor.encrypt(hello)
      expect(packet.length).toBe(18 + 5 + 16)
      if (index === 0 || index === 129) {
        expect(toHex(packet.subarray(0, 18))).toBe(toHex(seal(A, fromHex('0005'), nonce(2 * index))))
        expect(toHex(packet.subarray(18))).toBe(toHex(seal(A, hello, nonce(2 * index + 1))))
      }
    }
    // 258 = 0x0102 tells the order of the counter's bytes.
    const packet = encryptor.encrypt(hello)
    const bigEndian = fromHex('000000000000000000000104')
    expect(open(A, packet.subarray(0, 18), nonce(260))).toBeDefined()
    expect(open(A, packet.subarray(0, 18), bigEndian)).toBeUndefined()
  })

  test('changes the key of a direction after 500 messages of that direction', { tags: ['N6'] }, () => {
    const { caller, called } = pair()
    const one = Uint8Array.of(7)
    for (let i = 0; i < ROTATION_INTERVAL / 2 - 1; i++) called.decryptor.feed(caller.encryptor.encrypt(one))
    const last = caller.encryptor.encrypt(one)
    expect(toHex(last.subarray(18))).toBe(toHex(seal(A, one, nonce(999))))
    const first = caller.encryptor.encrypt(one)
    const [ck, k] = hkdf2(CK, A)
    expect(toHex(first.subarray(18))).toBe(toHex(seal(k, one, nonce(1))))
    expect(toHex(first.subarray(18))).not.toBe(toHex(seal(A, one, nonce(1001))))
    // The next rotation starts from the new chaining key, not from the first one.
    for (let i = 1; i < ROTATION_INTERVAL / 2; i++) caller.encryptor.encrypt(one)
    expect(toHex(caller.encryptor.encrypt(one).subarray(18))).toBe(toHex(seal(hkdf2(ck, k)[1], one, nonce(1))))
    expect(called.decryptor.feed(concatBytes(last, first)).messages.length).toBe(2)
    // The other direction has used its first key only.
    expect(toHex(called.encryptor.encrypt(one).subarray(18))).toBe(toHex(seal(B, one, nonce(1))))
  })

  test('carries the longest message in a packet of 65569 bytes', { tags: ['N7', 'M1'] }, () => {
    const { caller, called } = pair()
    const longest = new Uint8Array(MAX_MESSAGE_BYTES).fill(5)
    const packet = caller.encryptor.encrypt(longest)
    expect(packet.length).toBe(MAX_PACKET_BYTES)
    expect(called.decryptor.feed(packet.subarray(0, 40000)).messages).toEqual([])
    expect(toHex(called.decryptor.feed(packet.subarray(40000)).messages[0]!)).toBe(toHex(longest))
  })

  test('refuses a longer message before anything is encrypted', { tags: ['M1', 'N7'] }, () => {
    const { caller, called } = pair()
    expect(() => caller.encryptor.encrypt(new Uint8Array(MAX_MESSAGE_BYTES + 1))).toThrow(
      expect.objectContaining({ code: 'TRANSPORT_MESSAGE_TOO_LONG' }),
    )
    expect(called.decryptor.feed(caller.encryptor.encrypt(Uint8Array.of(1))).messages.length).toBe(1)
  })

  test('gives out messages that nothing overwrites later', () => {
    const { caller, called } = pair()
    const stream = concatBytes(...[1, 2, 3].map((byte) => caller.encryptor.encrypt(new Uint8Array(50).fill(byte))))
    const got: Uint8Array[] = []
    for (let at = 0; at < stream.length; at += 30)
      got.push(...called.decryptor.feed(stream.slice(at, at + 30)).messages)
    expect(got.map((bytes) => new Set(bytes))).toEqual([new Set([1]), new Set([2]), new Set([3])])
  })
})

describe('a broken stream', () => {
  test('fails at the first flipped bit, and stays failed', { tags: ['N4'] }, () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 4 }), fc.nat(), fc.nat(), (messages, seed, cut) => {
        const { caller, called } = pair()
        const packets = messages.map((one) => caller.encryptor.encrypt(one))
        const stream = concatBytes(...packets)
        const bit = seed % (stream.length * 8)
        stream[bit >> 3]! ^= 1 << (bit & 7)
        let start = 0
        const good = packets.findIndex((packet) => {
          if (bit >> 3 < start + packet.length) return true
          start += packet.length
          return false
        })
        const at = cut % (stream.length + 1)
        const first = called.decryptor.feed(stream.subarray(0, at))
        const second = called.decryptor.feed(stream.subarray(at))
        // However it is cut, the messages before the bad one arrive and none behind it does.
        expect([...first.messages, ...second.messages].map(toHex)).toEqual(messages.slice(0, good).map(toHex))
        expect(second.error?.code).toBe((bit >> 3) - start < 18 ? 'TRANSPORT_BAD_LENGTH' : 'TRANSPORT_BAD_BODY')
        expect(called.decryptor.feed(caller.encryptor.encrypt(messages[0]!))).toEqual({
          messages: [],
          error: second.error,
        })
      }),
    )
  })

  test('a packet that comes twice does not open', { tags: ['N5', 'N4'] }, () => {
    const { caller, called } = pair()
    const packet = caller.encryptor.encrypt(Uint8Array.of(1))
    expect(called.decryptor.feed(packet).error).toBeUndefined()
    expect(called.decryptor.feed(packet).error?.code).toBe('TRANSPORT_BAD_LENGTH')
  })

  test('that ends inside a message says so, one that ends between messages does not', { tags: ['N5'] }, () => {
    const packet = new Encryptor({ sendKey: A, chainingKey: CK }).encrypt(Uint8Array.of(1, 2))
    for (let length = 0; length <= packet.length; length++) {
      const decryptor = new Decryptor({ receiveKey: A, chainingKey: CK })
      decryptor.feed(packet.subarray(0, length))
      const whole = length === 0 || length === packet.length
      expect(decryptor.end()?.code).toBe(whole ? undefined : 'TRANSPORT_READ_FAILED')
    }
  })
})
