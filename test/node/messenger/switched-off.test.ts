import { afterEach, describe, expect, test } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.js'
import { useBackend } from '../../../src/crypto/backend.js'
import type { Backend } from '../../../src/crypto/primitives.js'
import { ONION_MESSAGE_LIMIT } from '../../../src/node/connections/limits.js'
import { channelOver } from '../../../src/node/messenger/channel.js'
import { OnionMessenger } from '../../../src/node/messenger/messenger.js'
import { buildOnionMessage } from '../../../src/onion/engine-build.js'
import type { Generation } from '../../../src/onion/generation.js'
import { modern } from '../../../src/onion/generations/modern.js'
import { obs } from '../../../src/onion/generations/obs.js'
import { obs2 } from '../../../src/onion/generations/obs2.js'
import { withType } from '../../../src/onion/onion-message.js'
import { toyBackend } from '../../support/toy-backend.js'
import { message, seededRandom, world } from '../connections/world.js'

/** Public-key operations since the last look. */
let work = 0

const counted = <A extends readonly unknown[], R>(run: (...args: A) => R) => {
  return (...args: A): R => {
    work++
    return run(...args)
  }
}

/** The toy group, whose public-key operations are counted. */
const counting: Backend = {
  ...toyBackend,
  isPoint: counted(toyBackend.isPoint),
  mulBase: counted(toyBackend.mulBase),
  mulPoint: counted(toyBackend.mulPoint),
  schnorrVerify: counted(toyBackend.schnorrVerify),
}

useBackend(counting)

afterEach(() => {
  work = 0
})

/** A node that speaks some wire forms, and a peer that sends it whatever it likes. */
async function node(generations: readonly Generation[]) {
  const w = world()
  const bob = w.node('bob')
  const told: string[] = []
  const messenger = new OnionMessenger({
    identity: bob.keys,
    channel: channelOver(bob.connections),
    clock: w.clock,
    random: seededRandom('bob'),
    generations,
    resolveScid: () => undefined,
    links: () => [],
    onEvent: ({ type }) => told.push(type),
  })
  const peer = await w.raw(bob)
  const random = seededRandom('peer')
  const built = (generation: Generation) =>
    buildOnionMessage({ generation, random, via: [], to: bob.keys.publicKey, contents: { invoice: Uint8Array.of(1) } })
      .message
  const send = async (...messages: readonly Uint8Array[]) => {
    peer.received.length = 0
    work = 0
    for (const bytes of messages) peer.send(bytes)
    await w.clock.settle()
    return work
  }
  return { bob, peer, told, messenger, built, send }
}

describe('what one peer may send', () => {
  test('is limited for all wire forms together: three types are no three allowances', async () => {
    const { built, told, send } = await node([modern, obs2, obs])
    const { burstMessages } = ONION_MESSAGE_LIMIT
    for (let i = 0; i < burstMessages; i++) await send(built([modern, obs2, obs][i % 3]!))
    expect(told).toHaveLength(burstMessages)
    for (const form of [modern, obs2, obs]) expect(await send(built(form))).toBe(0)
    expect(told).toHaveLength(burstMessages)
  })

  test('costs no public-key work where its form alone shows that it is no onion message', async () => {
    const { built, told, send } = await node([modern, obs2, obs])
    for (const form of [modern, obs2, obs]) {
      const { path_key, onion_message_packet: packet } = form.layout.read(built(form).subarray(2))
      const withPacket = (bytes: Uint8Array) =>
        withType(form.messageType, form.layout.write({ ...(path_key && { path_key }), onion_message_packet: bytes }))
      const newer = packet.slice()
      newer[0] = 1
      expect(await send(built(form).subarray(0, 60), withPacket(packet.subarray(0, 65)), withPacket(newer))).toBe(0)
    }
    expect(told).toHaveLength(9)
  })
})

describe('a wire form that is switched off', () => {
  test.each([
    ['385', obs, [modern, obs2]],
    ['387', obs2, [modern, obs]],
    ['513', modern, [obs2, obs]],
  ] as const)('type %s costs no public-key work, says nothing and does not end the connection', async (...given) => {
    const [, off, on] = given
    const { bob, peer, told, messenger, built, send } = await node(on)
    expect(await send(built(on[0]))).toBeGreaterThan(0)
    expect(told).toEqual(['message_dropped'])
    const one = built(off)
    const cut = one.subarray(0, 40)
    expect(await send(one, cut, message(off.messageType), concatBytes(one, one))).toBe(0)
    expect([told.length, peer.received, peer.closed]).toEqual([1, [], false])
    expect(Object.keys(messenger.counters())).not.toContain(off.name)
    expect(bob.connections.peers()).toHaveLength(1)
  })

  test('takes nothing of what the peer may send of the others', async () => {
    const { told, built, send } = await node([modern])
    for (let i = 0; i < 2 * ONION_MESSAGE_LIMIT.burstMessages; i++) await send(built(obs2))
    await send(built(modern))
    expect(told).toEqual(['message_dropped'])
  })
})
