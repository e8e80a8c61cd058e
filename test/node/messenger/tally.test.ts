import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { MAX_PROVEN_PEERS, Tally } from '../../../src/node/messenger/tally.js'
import type { MessageContents } from '../../../src/onion/engine-build.js'
import type { Generation } from '../../../src/onion/generation.js'
import { GENERATIONS } from '../../../src/onion/generations/all.js'
import { modern } from '../../../src/onion/generations/modern.js'
import { modernUncounted } from '../../../src/onion/generations/modern-uncounted.js'
import { obs } from '../../../src/onion/generations/obs.js'
import { obs2 } from '../../../src/onion/generations/obs2.js'
import { type LabNode, lab } from '../lab.js'

const hello = new Uint8Array([7])

/** Sends something in one form, with a way back or without. */
function send(from: LabNode, route: readonly LabNode[], generation: Generation, withReplyPath = true): void {
  const ids = route.map(({ node }) => node.id)
  const { messenger, id } = from.node
  const back = [...ids].reverse().concat(id)
  const pathId = new Uint8Array(32).fill(9)
  const contents: MessageContents = {
    invoice_request: hello,
    ...(withReplyPath && { reply_path: messenger.makeReplyPath(generation, back, pathId).path }),
  }
  messenger.send({ generation, route: ids, to: ids[ids.length - 1]!, contents, onFate: () => undefined })
}

/** alice - bob - carol, each hearing requests without doing anything about them. */
async function row() {
  const world = lab()
  const [alice, bob, carol] = [await world.start('alice'), await world.start('bob'), await world.start('carol')]
  await world.connect(alice, bob)
  await world.connect(bob, carol)
  for (const { node } of [alice, bob, carol]) node.messenger.handle(64n, () => undefined)
  return { world, alice, bob, carol }
}

describe('counters', () => {
  test('each message is counted once where it left, passed and arrived, by its form', async () => {
    const { world, alice, bob, carol } = await row()
    for (const generation of GENERATIONS) send(alice, [bob, carol], generation)
    await world.clock.advance(1000)
    for (const { name } of GENERATIONS) {
      expect(alice.node.messenger.counters()[name]).toEqual({ sent: 1, received: 0, forwarded: 0, dropped: 0 })
      expect(carol.node.messenger.counters()[name]).toEqual({ sent: 0, received: 1, forwarded: 0, dropped: 0 })
    }
    const { '513': shared, obs: first, obs2: second } = bob.node.messenger.counters()
    expect([shared?.forwarded, first?.forwarded, second?.forwarded]).toEqual([2, 1, 1])
  })

  test('what is dropped counts for the form that it came in', async () => {
    const { world, alice, bob, carol } = await row()
    await bob.node.disconnectPeer(carol.node.id)
    send(alice, [bob, carol], obs2)
    send(alice, [bob, carol], modernUncounted)
    await world.clock.advance(1000)
    const { '513': shared, obs: first, obs2: second } = bob.node.messenger.counters()
    expect([shared?.dropped, first?.dropped, second?.dropped]).toEqual([1, 0, 1])
  })

  test('a node that speaks one form of a type needs no other name for it', () => {
    expect(Object.keys(new Tally([modern, obs]).counters())).toEqual(['modern', 'obs'])
    expect(Object.keys(new Tally(GENERATIONS).counters())).toEqual(['513', 'modern', 'modern-uncounted', 'obs2', 'obs'])
  })
})

describe('forms that a peer has shown', () => {
  test('by what it sent for us and what it passed on; one type of two forms is told apart by the way back', async () => {
    const { world, alice, bob, carol } = await row()
    const at = world.clock.now()
    send(alice, [bob], obs)
    send(alice, [bob], modernUncounted)
    send(alice, [bob, carol], obs2)
    send(alice, [bob], modern, false)
    await world.clock.settle()
    const proven = bob.node.messenger.provenForms(alice.node.id)
    expect(proven).toEqual(['obs', 'modern-uncounted', 'obs2', '513'].map((form) => ({ form, at })))
    expect(carol.node.messenger.provenForms(bob.node.id)).toEqual([{ form: 'obs2', at }])
    expect(carol.node.messenger.provenForms(alice.node.id)).toEqual([])
  })

  test('not by what could not be read, and not by what could not be passed on', async () => {
    const { world, alice, bob, carol } = await row()
    await bob.node.disconnectPeer(carol.node.id)
    send(alice, [bob, carol], obs2)
    alice.node.connections.send(bob.node.id, new Uint8Array([0x01, 0x81, 0, 0]))
    await world.clock.advance(1000)
    expect(bob.told('message_dropped')).toHaveLength(2)
    expect(bob.node.messenger.provenForms(alice.node.id)).toEqual([])
  })

  test('the time is that of the last one', () => {
    const tally = new Tally(GENERATIONS)
    for (const at of [5, 9]) tally.prove('a', 'obs2', at)
    tally.prove('a', 'modern', 7)
    expect(tally.provenForms('a')).toEqual([
      { form: 'obs2', at: 9 },
      { form: 'modern', at: 7 },
    ])
  })

  test('of the peers heard of last, however many strangers come', () => {
    const tally = new Tally(GENERATIONS)
    tally.prove('friend', 'obs', 1)
    tally.prove('gone', 'obs', 1)
    for (let i = 0; i < MAX_PROVEN_PEERS; i++) {
      tally.prove(`stranger ${i}`, 'obs', 2)
      if (i % 100 === 0) tally.prove('friend', 'obs', 3)
    }
    expect(tally.provenForms('friend')).toEqual([{ form: 'obs', at: 3 }])
    expect(tally.provenForms('gone')).toEqual([])
  })
})
