import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.js'
import { crossSigned } from '../../../src/payments/hosted/commit.js'
import { LAST_CROSS_SIGNED_STATE } from '../../../src/payments/hosted/messages.js'
import { isCrossSigned, reverse, toMessage } from '../../../src/payments/hosted/state.js'
import { messageType } from '../../../src/wire/message.js'
import { htlcOf, OTHER, openedWorld, type Who, type World } from './world.js'

/** The state that a side would show now. */
function shown(world: World, who: Who) {
  return crossSigned(world.channel(who).kept, world.sides[who].secret)
}

function paid(world: World, n: number, from: Who = 'client'): void {
  world.add(from, htlcOf(n, 10_000n), 'fulfil')
  world.deliverAll()
  world.assertAgreement()
}

function reconnect(world: World): void {
  world.cut()
  world.connect()
  world.deliverAll()
}

describe('finding together again', () => {
  test('the committed state has the signatures of both', () => {
    const world = openedWorld()
    paid(world, 1)
    for (const who of ['client', 'host'] as const) {
      const state = shown(world, who)
      expect(isCrossSigned(state, world.sides[who].id, world.sides[OTHER[who]].id)).toBe(true)
      expect(isCrossSigned(reverse(state), world.sides[OTHER[who]].id, world.sides[who].id)).toBe(true)
    }
  })

  test.each(['client', 'host'] as const)('a %s that missed the last commit takes it from the other side', (who) => {
    const world = openedWorld()
    const other = OTHER[who]
    world.add(other, htlcOf(1, 10_000n))
    // The update, then the signature: committed here, and the answer is lost.
    world.deliver(who)
    world.deliver(who)
    expect(world.channel(who).kept.committed?.remoteUpdates).toBe(1)
    expect(world.channel(other).kept.committed?.localUpdates).toBe(0)
    world.cut()
    world.connect()
    world.deliverAll()
    world.assertAgreement()
    expect(world.view(other)).toMatchObject({ status: 'up', inFlightOutMsat: 10_000n })
    expect(world.events(who).filter(({ type }) => type === 'locked_in')).toHaveLength(1)
  })

  test('a client whose store is old takes the state of its host, and tells what its position changed by', () => {
    const world = openedWorld()
    paid(world, 1)
    const before = world.sides.client.disk
    paid(world, 2)
    world.add('host', htlcOf(3, 5_000n))
    world.deliverAll()
    world.sides.client.disk = before
    world.crash('client')
    world.connect()
    world.deliverAll()
    world.assertAgreement()
    expect(world.notices('client').at(-1)).toEqual({ type: 'adjusted', changeMsat: -10_000n })
    expect(world.events('client').some(({ type }) => type === 'locked_in')).toBe(true)
    paid(world, 4)
  })

  test('a host whose store is old errs the channel: it does not know what it signed', () => {
    const world = openedWorld()
    const before = world.sides.host.disk
    paid(world, 1)
    world.sides.host.disk = before
    world.crash('host')
    world.connect()
    world.deliverAll()
    expect(world.channel('host').kept.errored).toMatchObject({ byUs: true, code: 'HOSTED_STATE' })
    expect(world.channel('client').kept.errored).toMatchObject({ byUs: false })
  })

  test("a host's signature of another channel is worth nothing: its client may have several nodes", () => {
    const victim = openedWorld()
    const rich = openedWorld()
    // Terms and script are equal, so that the same state has the same hash in both channels.
    rich.add('host', htlcOf(1, 300_000n), 'fulfil')
    rich.deliverAll()
    const later = reverse(shown(rich, 'host'))
    expect(isCrossSigned(later, victim.sides.client.id, victim.sides.host.id)).toBe(true)
    victim.cut()
    victim.connect()
    victim.deliver('host')
    victim.deliver('client')
    victim.wire.host[0] = toMessage(later)
    victim.deliverAll()
    expect(victim.channel('host').kept.errored).toMatchObject({ code: 'HOSTED_STATE' })
    expect(victim.view('host').remoteMsat).toBe(400_000n)
  })

  test.each(['client', 'host'] as const)('an older state shown by the %s is not taken', (who) => {
    const world = openedWorld()
    const old = toMessage(shown(world, who))
    paid(world, 1)
    world.cut()
    world.connect()
    for (let i = 0; i < 20; i++) {
      const queue = world.wire[OTHER[who]]
      const at = queue.findIndex((message) => messageType(message) === LAST_CROSS_SIGNED_STATE.type)
      if (at >= 0) queue[at] = old
      if (!world.deliver('host') && !world.deliver('client')) break
    }
    expect(world.view(OTHER[who]).localMsat).toBe(OTHER[who] === 'client' ? 390_000n : 610_000n)
    expect(world.channel(OTHER[who]).kept.errored).toBeUndefined()
    // The host gives the client up for now, which has not taken its later state.
    expect(world.hangUps).toEqual(who === 'client' ? ['the client does not take the later state'] : [])
    reconnect(world)
    world.assertAgreement()
  })

  test.each(['client', 'host'] as const)('a later state of the %s that was not signed errs the channel', (who) => {
    const world = openedWorld()
    const other = OTHER[who]
    world.cut()
    world.connect()
    const state = { ...shown(world, who), localUpdates: 2, remoteUpdates: 2 }
    const sender = world.wire[other]
    if (who === 'client') {
      world.deliver('host')
      world.deliver('client')
    } else {
      world.deliver('host')
    }
    expect(messageType(sender[0]!)).toBe(LAST_CROSS_SIGNED_STATE.type)
    sender[0] = toMessage(state)
    world.deliverAll()
    expect(world.channel(other).kept.errored).toMatchObject({
      byUs: true,
      code: who === 'host' ? 'HOSTED_SIGNATURE' : 'HOSTED_STATE',
    })
    expect(world.channel(who).kept.errored).toMatchObject({ byUs: false, code: 'HOSTED_PEER_ERROR' })
    expect(world.view(other)).toMatchObject({ status: 'errored' })
  })

  test('two states with equal counters that differ err the channel', () => {
    const world = openedWorld()
    world.cut()
    world.connect()
    world.deliver('host')
    const state = shown(world, 'host')
    const moved = { localBalanceMsat: state.localBalanceMsat + 1n, remoteBalanceMsat: state.remoteBalanceMsat - 1n }
    world.wire.client[0] = toMessage({ ...state, ...moved })
    world.deliverAll()
    expect(world.channel('client').kept.errored).toMatchObject({ byUs: true, code: 'HOSTED_STATE' })
    expect(world.view('client').localMsat).toBe(400_000n)
  })

  test('a state of which the sum is larger, but not each count, is not the later one', () => {
    const world = openedWorld()
    paid(world, 1)
    world.cut()
    world.connect()
    world.deliver('host')
    const state = shown(world, 'host')
    world.wire.client[0] = toMessage({ ...state, localUpdates: 9, remoteUpdates: 0 })
    world.deliverAll()
    expect(world.channel('client').kept.errored).toMatchObject({ code: 'HOSTED_STATE' })
  })

  test('states that nobody asked for are ignored', () => {
    const world = openedWorld()
    const before = world.channel('host')
    world.wire.host.push(toMessage({ ...shown(world, 'client'), localUpdates: 5, remoteUpdates: 5 }))
    world.deliverAll()
    expect(world.channel('host')).toEqual(before)
  })

  test('what cannot be read hangs up, and nothing has changed', () => {
    const world = openedWorld()
    const record = world.sides.host.disk.record
    world.wire.host.push(concatBytes(Uint8Array.of(0xff, 0xf9), new Uint8Array(5)))
    world.deliverAll()
    expect(world.hangUps).toHaveLength(1)
    expect(world.sides.host.disk.record).toEqual(record)
    expect(world.view('host').status).toBe('down')
    reconnect(world)
    world.assertAgreement()
  })
})
