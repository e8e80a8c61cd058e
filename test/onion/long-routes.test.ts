import '../support/use-toy.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { equalBytes } from '../../src/base/bytes.js'
import { buildBlindedPath } from '../../src/blinding/build.js'
import { messageHops } from '../../src/blinding/message-hops.js'
import { sharePath } from '../../src/blinding/unblind.js'
import { publicKey } from '../../src/crypto/group.js'
import { sha256 } from '../../src/crypto/hash.js'
import { buildOnionMessage, forwardMessage, MAX_LOCAL_HOPS, peel } from '../../src/onion/engine.js'
import { modern } from '../../src/onion/generations/modern.js'
import { KEY_LENGTH_PACKET } from '../../src/onion/onion-message.js'
import { decodePacket, type OnionPacket } from '../../src/onion/packet.js'
import { buildOnion, exactPacketSize, nextPacket, peelOnion } from '../../src/onion/sphinx.js'
import { codeOf } from '../support/code-of.js'
import { craftMessage, rawPacket } from './craft.js'

const nodes = Array.from({ length: 800 }, (_, i) => {
  const secret = sha256(Uint8Array.of(i >> 8, i & 0xff))
  return { secret, node_id: publicKey(secret) }
})
const of = (...bytes: number[]) => Uint8Array.from(bytes)
const secretFrom = (seed: number) => sha256(of(1, 2, 3, seed & 0xff, seed >> 8))

/** A message over the first `relays` nodes to the one behind them. */
const over = (relays: number, size: 'standard' | 'exact' | number, contents = of(1)) =>
  buildOnionMessage({
    generation: modern,
    via: nodes.slice(0, relays).map(({ node_id }) => node_id),
    to: nodes[relays]!.node_id,
    contents: { invoice_request: contents },
    sessionKey: secretFrom(relays),
    pathSecret: secretFrom(relays + 1000),
    size,
  }).message
const packetSize = (message: Uint8Array) => KEY_LENGTH_PACKET.read(message.subarray(2)).onion_message_packet.length

/** Carries a message along the nodes until one keeps or drops it; how far it came, and the last decision. */
function carry(message: Uint8Array, maxPacket?: number) {
  for (let at = 0; ; at++) {
    const self = nodes[at]!
    const decision = peel(modern, self, message, maxPacket === undefined ? {} : { maxPacket })
    if (decision.kind !== 'forward') return { at, decision }
    const { message: next } = forwardMessage(decision)
    if (next.length !== message.length) throw new Error('the message changed its size')
    if (!('next_node_id' in decision.next) || !equalBytes(decision.next.next_node_id, nodes[at + 1]!.node_id)) {
      throw new Error(`hop ${at} would pass it on to a stranger`)
    }
    message = next
  }
}

describe('onions of any shape', () => {
  test('peel to what was put in, every hop seeing its own payload and nothing more', () => {
    const payloads = fc.array(fc.uint8Array({ minLength: 2, maxLength: 400 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(
        payloads,
        fc.nat(3000),
        fc.uint8Array({ maxLength: 40 }),
        fc.nat(60000),
        (all, spare, assoc, seed) => {
          const size = exactPacketSize(all.map(({ length }) => length)) + spare
          const hops = all.map((payload, i) => ({ node_id: nodes[i]!.node_id, payload }))
          const built = buildOnion({ sessionKey: secretFrom(seed), hops, associatedData: assoc, size })
          let packet: OnionPacket = built.packet
          for (const [i, payload] of all.entries()) {
            const peeled = peelOnion({ packet, secret: nodes[i]!.secret, associatedData: assoc })
            expect(equalBytes(peeled.payload, payload)).toBe(true)
            expect(equalBytes(peeled.sharedSecret, built.sharedSecrets[i]!)).toBe(true)
            expect(peeled.final).toBe(i === all.length - 1)
            expect(peeled.next_hop_payloads.length).toBe(size - 66)
            if (!peeled.final) packet = nextPacket(peeled)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  test('are opened by nobody but the hop whose turn it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.nat(11), (count, stranger) => {
        const hops = nodes.slice(0, count).map(({ node_id }) => ({ node_id, payload: of(1, 2, 3) }))
        const { packet } = buildOnion({ sessionKey: secretFrom(count), hops })
        const { secret } = nodes[stranger + 1]!
        expect(codeOf(() => peelOnion({ packet, secret }))).toBe('ONION_HMAC')
      }),
      { numRuns: 30 },
    )
  })
})

describe('messages over long routes', () => {
  test('a relay finds its own data and nothing else, whatever the contents', () => {
    fc.assert(
      fc.property(fc.nat(12), fc.uint8Array({ maxLength: 150 }), (relays, contents) => {
        let message = over(relays, 'standard', contents)
        for (let at = 0; at < relays; at++) {
          const decision = peel(modern, nodes[at]!, message)
          if (decision.kind !== 'forward') throw new Error(decision.kind)
          const body = KEY_LENGTH_PACKET.read(message.subarray(2))
          const { blinded_secret } = sharePath(nodes[at]!.secret, body.path_key!)
          const { payload } = peelOnion({ packet: decodePacket(body.onion_message_packet), secret: blinded_secret })
          // Type 4, length, next_node_id as type 4 with 33 bytes, tag of 16.
          expect(payload.length).toBe(2 + 2 + 33 + 16)
          expect(payload[0]).toBe(4)
          message = forwardMessage(decision).message
        }
        const end = peel(modern, nodes[relays]!, message)
        expect(end).toMatchObject({ kind: 'deliver', contents: { type: 64n } })
        if (end.kind === 'deliver') expect(equalBytes(end.contents!.value, contents)).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test('a relay that is told a node id costs 86 bytes, so that 14 of them fit 1366 beside a final hop, 380 fit 32834', () => {
    // The last hop: 1 + 2 + 16 (empty data) + 3 (a request of one byte) + 32.
    const last = 1 + 18 + 3 + 32
    for (const [size, relays] of [
      [1366, 14],
      [32834, 380],
    ] as const) {
      expect(Math.floor((size - 66 - last) / 86)).toBe(relays)
      const message = over(relays, 'standard')
      expect(packetSize(message)).toBe(size)
      expect(carry(message)).toMatchObject({ at: relays, decision: { kind: 'deliver' } })
    }
    expect(packetSize(over(15, 'standard'))).toBe(32834)
    expect(codeOf(() => over(381, 'standard'))).toBe('ONION_MESSAGE_TOO_LARGE')
  })

  test('one of 65535 bytes has room for 760 relays, and a node with the usual cap peels none of it', () => {
    expect(exactPacketSize([...new Array(760).fill(53), 21])).toBeLessThanOrEqual(65498)
    expect(codeOf(() => over(761, 'exact'))).toBe('ONION_MESSAGE_TOO_LARGE')
    const message = over(5, 65498)
    expect(message.length).toBe(65535)
    expect(carry(message)).toMatchObject({ at: 0, decision: { code: 'ONION_MESSAGE_TOO_LARGE' } })
    expect(carry(message, 65498)).toMatchObject({ at: 5, decision: { kind: 'deliver' } })
  })

  test('dummy hops of a path to ourselves are gone through on the spot', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.nat(MAX_LOCAL_HOPS), (relays, dummyHops) => {
        const { path } = buildBlindedPath({
          hops: messageHops({
            nodeIds: nodes.slice(0, relays + 1).map(({ node_id }) => node_id),
            pathId: of(7),
            dummyHops,
          }),
          sessionKey: secretFrom(dummyHops),
        })
        const { message } = buildOnionMessage({
          generation: modern,
          to: path,
          contents: { invoice: of(1) },
          sessionKey: secretFrom(5),
        })
        expect(carry(message)).toMatchObject({
          at: relays,
          decision: { kind: 'deliver', path_id: of(7), localHops: dummyHops },
        })
      }),
      { numRuns: 40 },
    )
  })

  test('one bit changed anywhere on the way ends the message', () => {
    const message = over(3, 'standard')
    fc.assert(
      fc.property(fc.integer({ min: 2, max: message.length - 1 }), fc.nat(7), (at, bit) => {
        const altered = message.slice()
        altered[at]! ^= 1 << bit
        expect(carry(altered)).toMatchObject({ at: 0, decision: { kind: 'drop' } })
      }),
      { numRuns: 200 },
    )
  })
})

describe('arbitrary bytes', () => {
  const self = nodes[0]!
  const sessionKey = secretFrom(9)

  test('as a packet end in a coded refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(codeOf(() => peelOnion({ packet: decodePacket(noise), secret: self.secret }))).toMatch(/^ONION_/)
      }),
      { numRuns: 300 },
    )
  })

  test('as a layer under a good HMAC end in a payload or a coded refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (layer) => {
        const packet = rawPacket(layer, self.node_id, { sessionKey })
        const code = codeOf(() => peelOnion({ packet, secret: self.secret }))
        expect(code).toMatch(/^(accepted|ONION_PAYLOAD_LENGTH)$/)
      }),
      { numRuns: 300 },
    )
  })

  test('as a message, or inside the form of one, end in a drop', () => {
    const message = over(1, 'standard')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        const inForm = of(2, 1, ...self.node_id, noise.length >> 8, noise.length & 0xff, ...noise)
        for (const bytes of [noise, of(2, 1, ...noise), inForm, message.subarray(0, noise.length * 4)]) {
          expect(peel(modern, self, bytes).kind).toBe('drop')
        }
      }),
      { numRuns: 200 },
    )
  })

  test('as payload or as data under good keys end in a decision', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 60 }), fc.uint8Array({ maxLength: 60 }), (payload, data) => {
        for (const last of [true, false]) {
          const behind = last ? [] : [{ node_id: nodes[1]!.node_id }]
          const asPayload = craftMessage([{ node_id: self.node_id, payload: () => payload }, ...behind])
          const asData = craftMessage([{ node_id: self.node_id, data }, ...behind])
          for (const message of [asPayload, asData]) {
            expect(peel(modern, self, message).kind).toMatch(last ? /^(drop|deliver)$/ : /^(drop|forward)$/)
          }
        }
      }),
      { numRuns: 150 },
    )
  })
})
