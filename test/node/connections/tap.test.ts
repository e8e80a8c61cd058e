import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import type { MessageTap } from '../../../src/node/connections/tap.js'
import { message, world } from './world.js'

const TYPE = 4096 + 1

describe('a tap', () => {
  async function pair(tap: MessageTap) {
    const { clock, node, at } = world()
    const alice = node('alice', { tap })
    const bob = node('bob')
    const got: number[] = []
    for (const { connections } of [alice, bob]) {
      connections.handle([TYPE], (_, __, payload) => void got.push(payload[0]!))
    }
    const connected = alice.connections.connect(bob.id, at('bob'))
    await clock.settle()
    await connected
    return { clock, alice, bob, got }
  }

  test('sees whole messages of both directions in clear, init first, with peer and time', async () => {
    const seen: string[] = []
    const from = new Set<string>()
    const times = new Set<number>()
    const { clock, alice, bob } = await pair(({ direction, peerId, bytes, at }) => {
      from.add(peerId)
      times.add(at)
      seen.push(`${direction} ${bytes[0]! * 256 + bytes[1]!} ${bytes[2]}`)
    })
    alice.connections.send(bob.id, message(TYPE, Uint8Array.of(7)))
    bob.connections.send(alice.id, message(TYPE, Uint8Array.of(8)))
    await clock.settle()
    expect(seen).toEqual(['out 16 0', 'in 16 0', `out ${TYPE} 7`, `in ${TYPE} 8`])
    expect([...from]).toEqual([bob.id])
    expect([...times]).toEqual([clock.now()])
  })

  test('makes vanish what it answers with drop, and nothing else', async () => {
    const { clock, alice, bob, got } = await pair(({ bytes }) => (bytes[2]! > 100 ? 'drop' : undefined))
    for (const payload of [1, 101, 2]) alice.connections.send(bob.id, message(TYPE, Uint8Array.of(payload)))
    for (const payload of [3, 103, 4]) bob.connections.send(alice.id, message(TYPE, Uint8Array.of(payload)))
    await clock.settle()
    expect(got.sort()).toEqual([1, 2, 3, 4])
    expect(alice.connections.peers()).toHaveLength(1)
  })
})
