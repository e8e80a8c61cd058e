import '../../support/use-toy.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.js'
import type { HostedChannel, Update } from '../../../src/payments/hosted/channel.js'
import { makeHtlc } from '../../../src/payments/hosted/htlc-messages.js'
import { hostedLink } from '../../../src/payments/hosted/link.js'
import { STATE_UPDATE } from '../../../src/payments/hosted/messages.js'
import { HOSTED_TYPES, receive } from '../../../src/payments/hosted/receive.js'
import { channelFromRecord, channelRecord } from '../../../src/payments/hosted/records.js'
import { nextBooks, updateMessage } from '../../../src/payments/hosted/updates.js'
import { messageType } from '../../../src/wire/message.js'
import { htlcOf, openedWorld, TERMS, type World } from './world.js'

/** The client sends this to the host, whatever its own machine thinks of it. */
function send(world: World, ...updates: readonly Update[]): void {
  const { channelId } = world.channel('client').facts
  world.wire.host.push(...updates.map((update) => updateMessage(channelId, update)))
  world.deliverAll()
}

function added(world: World, id: bigint, n: number, amountMsat: bigint): Update {
  return { type: 'add', htlc: makeHtlc(world.channel('client').facts.channelId, id, htlcOf(n, amountMsat)) }
}

const reason = new Uint8Array(20)
const errored = (world: World) => world.channel('host').kept.errored

describe('an HTLC outside the limits errs the channel', () => {
  test.each([
    ['below the minimum', TERMS.htlcMinimumMsat - 1n, 'below_minimum'],
    ['of nothing', 0n, 'below_minimum'],
    ['above the balance', 400_001n, 'insufficient_balance'],
  ])('%s', (_, amountMsat, why) => {
    const world = openedWorld()
    send(world, added(world, 1n, 1, amountMsat))
    expect(errored(world)).toMatchObject({ byUs: true, code: 'HOSTED_VIOLATION' })
    expect(errored(world)?.why).toContain(why)
    expect(world.view('host')).toMatchObject({ status: 'errored', localMsat: 600_000n, inFlightInMsat: 0n })
  })

  test('above what may be in flight, and one that is just right', () => {
    const world = openedWorld({ grantMsat: 900_000n })
    send(world, added(world, 1n, 1, TERMS.maxInFlightMsat))
    expect(errored(world)).toBeUndefined()
    send(world, added(world, 2n, 2, TERMS.htlcMinimumMsat))
    expect(errored(world)?.why).toContain('too_many_in_flight')
  })

  test('one more than are taken at once', () => {
    const world = openedWorld()
    for (let i = 1; i <= TERMS.maxAcceptedHtlcs; i++) send(world, added(world, BigInt(i), i, 1_000n))
    expect(errored(world)).toBeUndefined()
    send(world, added(world, 11n, 11, 1_000n))
    expect(errored(world)?.why).toContain('too_many_in_flight')
    expect(world.channel('host').live.remote).toHaveLength(TERMS.maxAcceptedHtlcs)
  })

  test('more than 20, whatever the terms say', () => {
    const world = openedWorld({ terms: { ...TERMS, maxAcceptedHtlcs: 400 } })
    for (let i = 1; i <= 21; i++) send(world, added(world, BigInt(i), i, 1_000n))
    expect(world.channel('host').live.remote).toHaveLength(20)
    expect(errored(world)?.code).toBe('HOSTED_VIOLATION')
  })
})

test('our own adds keep to the same limits, and are refused without a change', () => {
  const world = openedWorld()
  const add = (amountMsat: bigint, extra = {}) =>
    hostedLink.add(world.channel('client'), { ...htlcOf(1, amountMsat), ...extra }, world.context('client'))
  expect(add(999n)).toEqual({ refused: 'below_minimum' })
  expect(add(400_001n)).toEqual({ refused: 'insufficient_balance' })
  for (let i = 0; i < TERMS.maxAcceptedHtlcs; i++) world.add('client', htlcOf(i, 1_000n))
  expect(add(1_000n)).toEqual({ refused: 'too_many_in_flight' })
  expect(world.view('client').sendableMsat).toBe(0n)
  world.deliverAll()
  world.assertAgreement()
  world.cut()
  expect(add(1_000n)).toEqual({ refused: 'down' })
})

test('an HTLC inside a blinded path goes only to a peer that has the features', () => {
  const world = openedWorld()
  const { channel } = world.sides.client
  const blind: HostedChannel = { ...channel, live: { ...channel.live, blinding: false } }
  const terms = { ...htlcOf(1, 5_000n), pathKey: world.sides.host.id }
  expect(hostedLink.add(blind, terms, world.context('client'))).toEqual({ refused: 'no_blinding' })
  const { preimage, ...wanted } = terms
  world.add('client', wanted)
  world.deliverAll()
  world.assertAgreement()
  expect(world.events('host').at(-1)).toMatchObject({ type: 'locked_in', terms: { pathKey: world.sides.host.id } })
})

describe('a removal', () => {
  function offered(): World {
    const world = openedWorld()
    world.add('host', htlcOf(1, 50_000n))
    world.deliverAll()
    return world
  }

  test('with a wrong preimage errs the channel', () => {
    const world = offered()
    send(world, { type: 'fulfil', id: 1n, preimage: new Uint8Array(32) })
    expect(errored(world)).toMatchObject({ code: 'HOSTED_VIOLATION', why: 'a wrong preimage' })
    expect(world.view('host').inFlightOutMsat).toBe(50_000n)
  })

  test('malformed without BADONION errs the channel', () => {
    const world = offered()
    const failure = { type: 'malformed', sha256OfOnion: new Uint8Array(32), failureCode: 0x4018 } as const
    send(world, { type: 'fail', id: 1n, failure })
    expect(errored(world)?.why).toContain('BADONION')
  })

  test('of an HTLC that is not there, or twice, hangs up', () => {
    const world = offered()
    send(world, { type: 'fail', id: 7n, failure: { type: 'fail', reason } })
    expect(world.hangUps).toEqual(['an update of the unknown HTLC 7'])
    const again = offered()
    const fail: Update = { type: 'fail', id: 1n, failure: { type: 'fail', reason } }
    send(again, fail, fail)
    expect(again.hangUps).toEqual(['an update of the unknown HTLC 1'])
    expect(again.view('host')).toMatchObject({ localMsat: 550_000n, inFlightOutMsat: 50_000n })
  })

  test('of an HTLC that is not committed errs the channel', () => {
    const world = openedWorld()
    const { preimage, ...terms } = htlcOf(1, 50_000n)
    world.add('host', terms)
    world.wire.client = []
    send(world, { type: 'fulfil', id: 1n, preimage })
    expect(errored(world)).toMatchObject({ code: 'HOSTED_VIOLATION' })
  })

  test('that fails what was fulfilled before errs the channel: a preimage counts for good', () => {
    const world = offered()
    send(world, { type: 'fulfil', id: 1n, preimage: htlcOf(1, 50_000n).preimage })
    world.cut()
    world.connect()
    world.deliverAll()
    send(world, { type: 'fail', id: 1n, failure: { type: 'fail', reason } })
    expect(errored(world)).toMatchObject({ code: 'HOSTED_VIOLATION' })
    expect(world.events('host').filter(({ type }) => type === 'preimage_out')).toHaveLength(1)
  })
})

describe('the sequence of updates', () => {
  test('an unexpected id hangs up', () => {
    for (const id of [0n, 2n, 2n ** 40n]) {
      const world = openedWorld()
      send(world, added(world, id, 1, 5_000n))
      expect(world.hangUps).toEqual([`an HTLC with the unexpected id ${id}`])
    }
  })

  test('another update in the place of one that was signed errs the channel', () => {
    const world = openedWorld()
    // Both at once, so that the host signs the client's HTLC without a commit.
    world.add('host', htlcOf(2, 5_000n))
    world.add('client', htlcOf(1, 5_000n))
    world.deliver('host')
    world.deliver('host')
    expect(world.channel('host').kept.signedTheirs).toHaveLength(1)
    world.cut()
    world.sides.client.disk = { ...world.sides.client.disk, record: openedWorld().sides.client.disk.record }
    world.crash('client')
    world.connect()
    world.deliverAll()
    world.add('client', htlcOf(3, 9_000n))
    world.deliverAll()
    expect(errored(world)).toMatchObject({ code: 'HOSTED_VIOLATION' })
  })

  test('a signature that is not good errs the channel', () => {
    const world = openedWorld()
    world.add('client', htlcOf(1, 5_000n))
    const at = world.wire.host.findIndex((m) => messageType(m) === STATE_UPDATE.type)
    const bad = world.wire.host[at]!.slice()
    bad[bad.length - 1]! ^= 1
    world.wire.host[at] = bad
    world.deliverAll()
    expect(errored(world)).toMatchObject({ byUs: true, code: 'HOSTED_SIGNATURE' })
    expect(world.events('host').some(({ type }) => type === 'locked_in')).toBe(false)
  })

  test('counters that were not made hang up; smaller ones are ignored', () => {
    const world = openedWorld()
    world.add('client', htlcOf(1, 5_000n))
    const update = world.wire.host.pop()!
    world.wire.host = [update]
    world.deliverAll()
    expect(world.hangUps).toEqual(['a state_update counts updates that were not made'])
    world.connect()
    world.deliverAll()
    world.assertAgreement()
    const before = world.channel('host').kept
    world.wire.host.push(update)
    world.deliverAll()
    expect(world.channel('host').kept).toBe(before)
    world.assertAgreement()
  })
})

describe('messages that come twice, in another order or not at all', () => {
  const scenario = (world: World) => {
    for (let i = 0; i < 3; i++) {
      world.add('client', htlcOf(i, 10_000n), i % 2 ? 'fail' : 'fulfil')
      world.add('host', htlcOf(10 + i, 7_000n), 'fulfil')
    }
  }
  const kinds = ['twice', 'swapped', 'lost', 'late'] as const

  test.each(kinds)('%s: hung up, ignored or errored, but never a wrong balance', (kind) => {
    for (let at = 0; at < 20; at++) {
      const world = openedWorld()
      scenario(world)
      for (let i = 0; i < 200; i++) {
        for (const who of ['host', 'client'] as const) {
          const queue = world.wire[who]
          if (i * 2 + (who === 'host' ? 0 : 1) === at && queue[0]) {
            if (kind === 'twice') queue.unshift(queue[0])
            if (kind === 'swapped' && queue[1]) queue.splice(0, 2, queue[1], queue[0])
            if (kind === 'lost') queue.shift()
            if (kind === 'late') queue.push(queue.shift()!)
          }
          world.deliver(who)
        }
      }
      world.cut()
      world.connect()
      world.deliverAll()
      // The world has checked conservation and the ledger at every step.
      const [client, host] = [world.channel('client'), world.channel('host')]
      if (client.kept.errored || host.kept.errored) continue
      world.assertAgreement()
      expect(world.view('client').localMsat).toBe(400_000n - 20_000n + 21_000n)
    }
  })
})

test('whatever bytes come, nothing is thrown, nothing moves that was not signed', () => {
  const world = openedWorld()
  world.add('host', htlcOf(1, 50_000n))
  world.add('client', htlcOf(2, 50_000n))
  world.deliverAll()
  const { channel } = world.sides.host
  const body = fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ minLength: 1450, maxLength: 1490 }))
  const message = fc
    .tuple(fc.constantFrom(...HOSTED_TYPES), body)
    .map(([type, bytes]) => concatBytes(Uint8Array.of(type >> 8, type & 0xff), bytes))
  fc.assert(
    fc.property(fc.array(fc.oneof(message, fc.uint8Array({ maxLength: 4 })), { maxLength: 6 }), (messages) => {
      let state = channel
      for (const bytes of messages) {
        const step = receive(state, bytes, world.context('host'), world.policy('host'))
        state = hostedLink.flush(step.state, world.context('host')).state
      }
      expect(state.kept.committed).toBe(channel.kept.committed)
      nextBooks(state)
    }),
    { numRuns: 200 },
  )
})

test('books that do not add up err the channel instead of being signed', () => {
  const world = openedWorld()
  world.add('client', htlcOf(1, 5_000n))
  const { channel } = world.sides.host
  const committed = { ...channel.kept.committed!, localBalanceMsat: 1n }
  const broken: HostedChannel = { ...channel, kept: { ...channel.kept, committed } }
  const step = receive(broken, world.wire.host[0]!, world.context('host'), world.policy('host'))
  expect(step.state.kept.errored).toMatchObject({ byUs: true, code: 'HOSTED_DEFECT' })
  expect(step.send).toHaveLength(1)
})

test('a record restores what was stored, exactly', () => {
  const world = openedWorld()
  world.add('client', htlcOf(1, 50_000n, 600))
  world.add('client', htlcOf(2, 50_000n, 600), 'fulfil')
  world.add('host', htlcOf(3, 20_000n), 'fail')
  for (let i = 0; i < 12; i++) {
    world.deliver('host')
    world.deliver('client')
    for (const who of ['client', 'host'] as const) {
      const { channel } = world.sides[who]
      const restored = channelFromRecord(channel.facts, channelRecord(channel)!)
      expect(restored.kept).toEqual(channel.kept)
      expect(restored.live.stage).toBe('off')
    }
  }
})
