import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.js'
import { useBackend } from '../../src/crypto/backend.js'
import { xorStream } from '../../src/crypto/cipher.js'
import { hmacSha256, sha256 } from '../../src/crypto/hash.js'
import { nobleBackend } from '../../src/crypto/noble.js'
import { ATTRIBUTION_LENGTH, addAttribution, readHoldTimes } from '../../src/onion/attribution.js'
import { buildFailure, FAILURE_ROUNDS, readFailure, wrapFailure } from '../../src/onion/failure.js'
import { decodeFailureMessage, encodeFailureMessage, FAILURES, UPDATE } from '../../src/onion/failure-message.js'
import { deriveKey } from '../../src/onion/keys.js'
import { codeOf } from '../support/code-of.js'
import { secretOf } from '../support/keys.js'

// Counts what the origin does, so that "constant work" can be told without a clock.
const work = { hmacs: 0, streamed: 0 }
useBackend({
  ...nobleBackend,
  hmacSha256: (key, message) => {
    work.hmacs++
    return nobleBackend.hmacSha256(key, message)
  },
  chacha20: (key, nonce, data) => {
    work.streamed += data.length
    return nobleBackend.chacha20(key, nonce, data)
  },
})

const sharedSecrets = [1, 2, 3, 4, 5].map(secretOf)
const failuremsg = Uint8Array.of(0x20, 0x02)

/** The packet as the origin gets it when hop `source` fails, with each hop's attribution data. */
function returned(source: number, options: { readonly silent?: number } = {}) {
  let packet = buildFailure({ sharedSecret: sharedSecrets[source]!, failuremsg })
  let attribution: Uint8Array | undefined
  for (let i = source; i >= 0; i--) {
    const sharedSecret = sharedSecrets[i]!
    attribution =
      options.silent === i
        ? undefined
        : addAttribution({ sharedSecret, holdTime: 10 + i, packet, ...(attribution && { downstream: attribution }) })
    packet = wrapFailure(packet, sharedSecret)
  }
  return { packet, attribution: attribution! }
}

describe('a failure packet', () => {
  test('pads message and padding to at least 256', { tags: ['FO1'] }, () => {
    const lengths = (length: number, padTo?: number) => {
      const packet = buildFailure({
        sharedSecret: sharedSecrets[0]!,
        failuremsg: new Uint8Array(length),
        ...(padTo !== undefined && { padTo }),
      })
      const view = new DataView(packet.buffer)
      return { failure: view.getUint16(32), pad: view.getUint16(34 + length), total: packet.length }
    }
    expect(lengths(2)).toEqual({ failure: 2, pad: 254, total: 292 })
    expect(lengths(256)).toEqual({ failure: 256, pad: 0, total: 292 })
    expect(lengths(300)).toEqual({ failure: 300, pad: 0, total: 336 })
    expect(lengths(2, 10)).toEqual({ failure: 2, pad: 254, total: 292 })
    expect(lengths(300, 1024)).toEqual({ failure: 300, pad: 724, total: 1060 })
    expect(codeOf(() => lengths(0x10000))).toBe('FAILURE_TOO_LARGE')
  })

  test('carries an HMAC under um and a layer of the ammag stream for each node', { tags: ['FO2'] }, () => {
    const [first, second] = sharedSecrets as [Uint8Array, Uint8Array]
    const raw = buildFailure({ sharedSecret: second, failuremsg })
    expect(raw.subarray(0, 32)).toEqual(hmacSha256(deriveKey('um', second), raw.subarray(32)))
    const sent = wrapFailure(wrapFailure(raw, second), first)
    expect(sent).toEqual(xorStream(deriveKey('ammag', first), xorStream(deriveKey('ammag', second), raw)))
  })

  test('is read by the origin, whichever hop failed', { tags: ['FO2'] }, () => {
    for (const source of sharedSecrets.keys()) {
      const read = readFailure({ packet: returned(source).packet, sharedSecrets })
      expect(read).toEqual({ source, failuremsg, holdTimes: [] })
    }
  })

  test('of a stranger, or altered on the way, has no source', { tags: ['FO2'] }, () => {
    const { packet } = returned(3)
    expect(readFailure({ packet, sharedSecrets: sharedSecrets.slice(0, 3) })).toEqual({ holdTimes: [] })
    packet[40]! ^= 1
    expect(readFailure({ packet, sharedSecrets })).toEqual({ holdTimes: [] })
  })

  test('costs the origin the same, wherever it comes from and if it can be read at all', { tags: ['FO3'] }, () => {
    const costs = [...sharedSecrets.keys(), undefined].map((source) => {
      const packet = source === undefined ? new Uint8Array(292) : returned(source).packet
      Object.assign(work, { hmacs: 0, streamed: 0 })
      readFailure({ packet, sharedSecrets })
      return { ...work }
    })
    expect(new Set(costs.map((cost) => JSON.stringify(cost))).size).toBe(1)
    expect(costs[0]).toEqual({ hmacs: 3 * FAILURE_ROUNDS, streamed: FAILURE_ROUNDS * 292 })
    expect(FAILURE_ROUNDS).toBe(27)
  })

  test('with an authentic body whose lengths contradict each other has a source and no message', () => {
    const body = new Uint8Array(260).fill(0xff)
    const raw = concatBytes(hmacSha256(deriveKey('um', sharedSecrets[0]!), body), body)
    const packet = wrapFailure(raw, sharedSecrets[0]!)
    expect(readFailure({ packet, sharedSecrets })).toEqual({ source: 0, holdTimes: [] })
  })

  test('arbitrary bytes are read as a failure without a source', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 36, maxLength: 400 }), (packet) => {
        expect(readFailure({ packet, sharedSecrets, attribution: new Uint8Array(ATTRIBUTION_LENGTH) })).toEqual({
          holdTimes: [],
          unverifiedFrom: 0,
        })
      }),
      { numRuns: 20 },
    )
    expect(codeOf(() => readFailure({ packet: new Uint8Array(35), sharedSecrets }))).toBe('FAILURE_TRUNCATED')
  })
})

describe('attribution data', () => {
  test('are 20 hold times and 210 HMACs', { tags: ['FO4'] }, () => {
    expect(ATTRIBUTION_LENGTH).toBe(20 * 4 + 210 * 4)
    const downstream = new Uint8Array(919)
    const add = () => addAttribution({ downstream, sharedSecret: sharedSecrets[0]!, holdTime: 1 })
    expect(codeOf(add)).toBe('FAILURE_TRUNCATED')
    const read = () => readFailure({ packet: new Uint8Array(292), attribution: downstream, sharedSecrets })
    expect(codeOf(read)).toBe('FAILURE_TRUNCATED')
  })

  test('tell the hold time of every hop up to the one that failed', { tags: ['FO4'] }, () => {
    for (const source of sharedSecrets.keys()) {
      const read = readFailure({ ...returned(source), sharedSecrets })
      expect(read).toEqual({ source, failuremsg, holdTimes: [10, 11, 12, 13, 14].slice(0, source + 1) })
    }
  })

  test('name the first hop from which they do not fit', { tags: ['FO4'] }, () => {
    const { packet, attribution } = returned(4, { silent: 2 })
    expect(readFailure({ packet, attribution, sharedSecrets })).toEqual({
      source: 4,
      failuremsg,
      holdTimes: [10, 11],
      unverifiedFrom: 2,
    })
    const forged = returned(4)
    forged.attribution[3]! ^= 1 // the hold time of the first hop
    expect(readFailure({ ...forged, sharedSecrets })).toMatchObject({ source: 4, holdTimes: [], unverifiedFrom: 0 })
    const [only] = sharedSecrets as [Uint8Array]
    const alone = addAttribution({ sharedSecret: only, holdTime: 7 })
    expect(readHoldTimes(alone, [only])).toEqual([7])
    alone[3]! ^= 1
    expect(readHoldTimes(alone, [only])).toEqual([])
  })

  test('catch a return packet altered between two hops', { tags: ['FO4'] }, () => {
    let packet = buildFailure({ sharedSecret: sharedSecrets[2]!, failuremsg })
    let attribution = addAttribution({ sharedSecret: sharedSecrets[2]!, holdTime: 3, packet })
    packet = wrapFailure(packet, sharedSecrets[2]!)
    packet[100]! ^= 1
    for (const i of [1, 0]) {
      attribution = addAttribution({ downstream: attribution, sharedSecret: sharedSecrets[i]!, holdTime: i, packet })
      packet = wrapFailure(packet, sharedSecrets[i]!)
    }
    expect(readFailure({ packet, attribution, sharedSecrets })).toEqual({ holdTimes: [0, 1], unverifiedFrom: 2 })
  })

  test('of a success tell the hold times along a route of 20, and stop at a lie', { tags: ['FO4'] }, () => {
    const secrets = Array.from({ length: 20 }, (_, i) => sha256(secretOf(i)))
    let attribution: Uint8Array | undefined
    for (const [i, sharedSecret] of [...secrets.entries()].reverse()) {
      attribution = addAttribution({ sharedSecret, holdTime: i, ...(attribution && { downstream: attribution }) })
    }
    expect(readHoldTimes(attribution!, secrets)).toEqual(secrets.map((_, i) => i))
    expect(
      readHoldTimes(
        attribution!,
        secrets.map((secret, i) => (i === 3 ? secretOf(9) : secret)),
      ),
    ).toEqual([0, 1, 2])
    expect(readHoldTimes(attribution!, [...secrets, secretOf(9)])).toEqual([])
  })
})

describe('a failure message', () => {
  test('is read as it was written, whatever stands behind it', () => {
    const written = encodeFailureMessage('incorrect_or_unknown_payment_details', { htlc_msat: 100n, height: 800000 })
    const data = { htlc_msat: 100n, height: 800000 }
    const read = { code: 0x400f, name: 'incorrect_or_unknown_payment_details', data }
    expect(decodeFailureMessage(written)).toEqual(read)
    expect(decodeFailureMessage(concatBytes(written, Uint8Array.of(1, 2, 3)))).toEqual(read)
    expect(decodeFailureMessage(written.subarray(0, 9))).toEqual({ code: read.code, name: read.name })
  })

  test('of an unknown code is still a code; without one it is refused', () => {
    expect(decodeFailureMessage(Uint8Array.of(0x77, 0x77, 1))).toEqual({ code: 0x7777 })
    expect(codeOf(() => decodeFailureMessage(Uint8Array.of(0x20)))).toBe('FAILURE_TRUNCATED')
  })

  test('never lets a channel_update in or out', { tags: ['FO5'] }, () => {
    const update = new Uint8Array(136).fill(0x5a)
    const length = Uint8Array.of(0, 136)
    for (const [name, { code, data }] of Object.entries(FAILURES)) {
      if (!(code & UPDATE)) continue
      const fixed = { htlc_msat: 8, cltv_expiry: 4, disabled_flags: 2 }
      const before = Object.keys(data).reduce((sum, key) => sum + fixed[key as keyof typeof fixed], 0)
      const front = concatBytes(Uint8Array.of(code >> 8, code & 0xff), new Uint8Array(before))
      const read = decodeFailureMessage(concatBytes(front, length, update))
      expect(read.name).toBe(name)
      expect(Object.keys(read.data!)).toEqual(Object.keys(data))
    }
    expect(encodeFailureMessage('temporary_channel_failure', {})).toEqual(Uint8Array.of(0x10, 0x07, 0, 0))
    expect(encodeFailureMessage('fee_insufficient', { htlc_msat: 1n })).toEqual(
      Uint8Array.of(0x10, 0x0c, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0),
    )
  })
})
