import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ascii, concatBytes } from '../../src/base/bytes.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import { seal } from '../../src/crypto/cipher.js'
import { mulPoint } from '../../src/crypto/group.js'
import { hkdf2, sha256 } from '../../src/crypto/hash.js'
import { NOISE_CODES } from '../../src/noise/codes.js'
import {
  endHandshake,
  feedHandshake,
  type Handshake,
  initiate,
  keyPair,
  missingBytes,
  respond,
} from '../../src/noise/handshake.js'

const MERCHANT = keyPair(new Uint8Array(32).fill(0x21))
const PAYER = keyPair(new Uint8Array(32).fill(0x11))
const STRANGER = keyPair(new Uint8Array(32).fill(0x33))
const payerEphemeral = () => new Uint8Array(32).fill(0x12)
const merchantEphemeral = () => new Uint8Array(32).fill(0x22)
const NO_BYTES = new Uint8Array(0)

function code(state: Handshake): string {
  return state.phase === 'failed' ? state.error.code : state.phase
}

function rule(state: Handshake): string | undefined {
  return state.phase === 'failed' ? state.error.rule : undefined
}

const begin = () => initiate({ local: PAYER, remoteStatic: MERCHANT.publicKey, random: payerEphemeral })
const wait = () => respond({ local: MERCHANT, random: merchantEphemeral })

/** One whole handshake, computed once: public-key operations are slow. */
const act1 = begin()
const act2 = feedHandshake(wait(), act1.output)
const act3 = feedHandshake(act1.state, act2.output)
const end = feedHandshake(act2.state, act3.output)

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const out = bytes.slice()
  out[bit >> 3]! ^= 1 << (bit & 7)
  return out
}

describe('a handshake', () => {
  test('gives both sides the same keys, crosswise, and each the other node id', { tags: ['N1', 'N3'] }, () => {
    if (act3.state.phase !== 'done' || end.state.phase !== 'done') throw new Error('not done')
    expect(toHex(act3.state.keys.sendKey)).toBe(toHex(end.state.keys.receiveKey))
    expect(toHex(act3.state.keys.receiveKey)).toBe(toHex(end.state.keys.sendKey))
    expect(toHex(act3.state.keys.chainingKey)).toBe(toHex(end.state.keys.chainingKey))
    expect(toHex(act3.state.keys.sendKey)).not.toBe(toHex(act3.state.keys.receiveKey))
    expect(toHex(act3.state.remoteStatic)).toBe(toHex(MERCHANT.publicKey))
    expect(toHex(end.state.remoteStatic)).toBe(toHex(PAYER.publicKey))
  })

  test('has acts of 50, 50 and 66 bytes that begin with version 0', { tags: ['N1'] }, () => {
    expect([act1.output.length, act2.output.length, act3.output.length, end.output.length]).toEqual([50, 50, 66, 0])
    expect([act1.output[0], act2.output[0], act3.output[0]]).toEqual([0, 0, 0])
  })

  test('keeps what comes behind its last act for the transport', () => {
    const tail = Uint8Array.of(1, 2, 3)
    const responder = feedHandshake(act2.state, concatBytes(act3.output, tail)).state
    const initiator = feedHandshake(act1.state, concatBytes(act2.output, tail)).state
    for (const state of [responder, initiator]) {
      if (state.phase !== 'done') throw new Error(code(state))
      expect(toHex(state.rest)).toBe('010203')
      const more = feedHandshake(state, Uint8Array.of(4)).state
      expect(more.phase === 'done' && toHex(more.rest)).toBe('01020304')
    }
  })

  test('does not depend on how the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 66 }), { maxLength: 6 }), (cuts) => {
        const feedCut = (from: Handshake, bytes: Uint8Array) => {
          let state = from
          let output: Uint8Array = NO_BYTES
          const edges = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]
          for (let i = 1; i < edges.length; i++) {
            const step = feedHandshake(state, bytes.subarray(edges[i - 1], edges[i]))
            state = step.state
            output = concatBytes(output, step.output)
          }
          return { state, output }
        }
        const second = feedCut(wait(), act1.output)
        expect(toHex(second.output)).toBe(toHex(act2.output))
        expect(feedCut(second.state, act3.output).state).toEqual(end.state)
      }),
      { numRuns: 5 },
    )
  })

  test('says how many bytes an act still lacks', () => {
    expect(missingBytes(wait())).toBe(50)
    expect(missingBytes(feedHandshake(wait(), act1.output.subarray(0, 20)).state)).toBe(30)
    expect(missingBytes(act2.state)).toBe(66)
    expect(missingBytes(end.state)).toBe(0)
  })

  test('draws no key for a caller who does not know our node id', { tags: ['N7'] }, () => {
    const random = () => {
      throw new Error('random bytes were asked for')
    }
    const wrong = initiate({ local: PAYER, remoteStatic: STRANGER.publicKey, random: payerEphemeral }).output
    expect(code(feedHandshake(respond({ local: MERCHANT, random }), wrong).state)).toBe('ACT1_BAD_TAG')
  })

  test('cannot be begun with a node id that is no point', () => {
    expect(() => initiate({ local: PAYER, remoteStatic: new Uint8Array(33), random: payerEphemeral })).toThrow(
      expect.objectContaining({ code: 'BAD_POINT' }),
    )
  })
})

describe('an act that is not as it should be', () => {
  const ACTS = [
    { name: 'ACT1', state: wait(), bytes: act1.output },
    { name: 'ACT2', state: act1.state, bytes: act2.output },
    { name: 'ACT3', state: act2.state, bytes: act3.output },
  ]

  test.each(ACTS)(
    '$name of another version is refused, and only for that',
    { tags: ['N1'] },
    ({ name, state, bytes }) => {
      for (const version of [1, 255]) {
        const bad = bytes.slice()
        bad[0] = version
        const { state: next, output } = feedHandshake(state, bad)
        expect([code(next), rule(next), output.length]).toEqual([`${name}_BAD_VERSION`, 'N1', 0])
      }
      expect(code(feedHandshake(state, bytes).state)).not.toContain('ACT')
    },
  )

  test.each(ACTS)(
    '$name one byte short is an end of stream, not an act',
    { tags: ['N1'] },
    ({ name, state, bytes }) => {
      const step = feedHandshake(state, bytes.subarray(0, -1))
      expect([step.state.phase, step.output.length]).toEqual([state.phase, 0])
      expect(code(endHandshake(step.state))).toBe(`${name}_READ_FAILED`)
      expect(code(endHandshake(state))).toBe(`${name}_READ_FAILED`)
    },
  )

  test('a flipped bit anywhere in an act fails it with a code of that act and no answer', { tags: ['N4'] }, () => {
    fc.assert(
      fc.property(fc.constantFrom(...ACTS), fc.nat(), ({ name, state, bytes }, seed) => {
        const { state: next, output } = feedHandshake(state, flip(bytes, seed % (bytes.length * 8)))
        expect(code(next)).toMatch(new RegExp(`^${name}_BAD_`))
        expect(Object.keys(NOISE_CODES)).toContain(code(next))
        expect(output.length).toBe(0)
      }),
      { numRuns: 40 },
    )
  })

  test('a key that is no point is told from a wrong tag', { tags: ['N4'] }, () => {
    const badKey = (bytes: Uint8Array) => concatBytes(bytes.subarray(0, 1), Uint8Array.of(4), bytes.subarray(2))
    const badTag = (bytes: Uint8Array) => flip(bytes, bytes.length * 8 - 1)
    expect(code(feedHandshake(wait(), badKey(act1.output)).state)).toBe('ACT1_BAD_PUBKEY')
    expect(code(feedHandshake(act1.state, badKey(act2.output)).state)).toBe('ACT2_BAD_PUBKEY')
    expect(code(feedHandshake(wait(), badTag(act1.output)).state)).toBe('ACT1_BAD_TAG')
    expect(code(feedHandshake(act1.state, badTag(act2.output)).state)).toBe('ACT2_BAD_TAG')
    expect(code(feedHandshake(act2.state, badTag(act3.output)).state)).toBe('ACT3_BAD_TAG')
    expect(code(feedHandshake(act2.state, flip(act3.output, 8)).state)).toBe('ACT3_BAD_CIPHERTEXT')
    // A node id of the right length, sealed as it should be, which is no point (BOLT 8, "act3 bad rs test").
    const badId = fromHex(
      '00bfe3a702e93e3a9948c2ed6e5fd7590a6e1c3a0344cfc9d5b57357049aa2235536ad09a8ee351870c2bb7f78b754a26c6cef79a98d25139c856d7efd252c2ae73c',
    )
    expect(code(feedHandshake(act2.state, badId).state)).toBe('ACT3_BAD_PUBKEY')
  })

  test('after a failure nothing is read and nothing is answered', { tags: ['N4'] }, () => {
    const failed = feedHandshake(wait(), flip(act1.output, 0)).state
    const step = feedHandshake(failed, act1.output)
    expect(step).toEqual({ state: failed, output: NO_BYTES })
    expect(endHandshake(failed)).toBe(failed)
  })
})

test("act three's node id is sealed at nonce 1, little-endian, under the transcript", { tags: ['N2', 'N3'] }, () => {
  // Recomputed from the key and transcript that the state of the responder holds between acts two and three.
  if (act2.state.phase !== 'act3') throw new Error(act2.state.phase)
  const { h, cipher } = act2.state.symmetric
  const sealedAt = (nonce: string) => toHex(seal(cipher!.k, PAYER.publicKey, fromHex(nonce), h))
  const sent = toHex(act3.output.subarray(1, 50))
  expect(cipher!.n).toBe(1)
  expect(sent).toBe(sealedAt('000000000100000000000000'))
  expect(sent).not.toBe(sealedAt('000000000000000000000001'))
  expect(sent).not.toBe(sealedAt('000000000000000000000000'))
})

test('the secret of act one is the hash of the compressed point', { tags: ['N1', 'N2'] }, () => {
  const name = sha256(ascii('Noise_XK_secp256k1_ChaChaPoly_SHA256'))
  const ephemeral = keyPair(payerEphemeral())
  const shared = mulPoint(MERCHANT.publicKey, ephemeral.secret)
  const withPrologue = (prologue: string) =>
    [ascii(prologue), MERCHANT.publicKey, ephemeral.publicKey].reduce((h, data) => sha256(concatBytes(h, data)), name)
  const tag = (secret: Uint8Array, prologue: string) =>
    toHex(seal(hkdf2(name, secret)[1], NO_BYTES, new Uint8Array(12), withPrologue(prologue)))
  const sent = toHex(act1.output.subarray(34))
  expect(sent).toBe(tag(sha256(shared), 'lightning'))
  expect(sent).not.toBe(tag(shared, 'lightning'))
  expect(sent).not.toBe(tag(sha256(shared.subarray(1)), 'lightning'))
  expect(sent).not.toBe(tag(sha256(shared), ''))
})
