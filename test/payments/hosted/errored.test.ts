import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { closeChannel } from '../../../src/payments/hosted/close.js'
import { crossSigned } from '../../../src/payments/hosted/commit.js'
import { nextExpiry, onTick } from '../../../src/payments/hosted/expire.js'
import { LAST_CROSS_SIGNED_STATE, STATE_OVERRIDE, STATE_UPDATE } from '../../../src/payments/hosted/messages.js'
import { acceptOverride, proposeOverride } from '../../../src/payments/hosted/override.js'
import { toMessage } from '../../../src/payments/hosted/state.js'
import { decodeMessage, messageType } from '../../../src/wire/message.js'
import { codeOf } from '../../support/code-of.js'
import { htlcOf, OTHER, openedWorld, type Who, type World } from './world.js'

const tick = (world: World, who: Who) => world.act(who, onTick)
const propose = (world: World, localMsat?: bigint) =>
  world.act('host', (channel, at) => proposeOverride(channel, localMsat, at))
/** The client takes whatever is proposed. */
const accepted = (channel: Parameters<typeof acceptOverride>[0]) =>
  acceptOverride(channel, channel.kept.override?.localBalanceMsat ?? 0n)
const accept = (world: World) => world.act('client', accepted)
const types = (world: World, who: Who) => world.events(who).map(({ type }) => type)

/** An HTLC of each side that expires at 600, while one more of each is good until 1000; then the height is 600. */
function expired(): World {
  const world = openedWorld()
  world.add('client', htlcOf(1, 50_000n, 600))
  world.add('host', htlcOf(2, 20_000n, 600))
  world.add('client', htlcOf(3, 30_000n, 1000))
  world.add('host', htlcOf(4, 10_000n, 1000))
  world.deliverAll()
  expect(nextExpiry(world.channel('client'))).toBe(600)
  world.height = 599
  tick(world, 'client')
  expect(world.channel('client').kept.errored).toBeUndefined()
  world.height = 600
  tick(world, 'client')
  world.deliverAll()
  tick(world, 'host')
  world.deliverAll()
  return world
}

describe('an HTLC that expires', () => {
  test('errs the channel on both sides and is disputed', () => {
    const world = expired()
    for (const who of ['client', 'host'] as const) {
      expect(world.view(who)).toMatchObject({ status: 'errored', sendableMsat: 0n, receivableMsat: 0n })
      const told = types(world, who)
      expect(told.filter((type) => type === 'disputed_out')).toHaveLength(1)
      expect(told.filter((type) => type === 'disputed_in')).toHaveLength(1)
      expect(told.filter((type) => type === 'down')).toHaveLength(1)
      expect(world.add(who, htlcOf(9, 5_000n))).toBeUndefined()
      // Ticks that come again tell nothing new.
      tick(world, who)
      expect(types(world, who)).toEqual(told)
    }
    expect(world.channel('client').kept.errored).toMatchObject({ byUs: true, code: 'HTLC_EXPIRED' })
    expect(world.channel('host').kept.errored).toMatchObject({ byUs: false, code: 'HOSTED_PEER_ERROR' })
  })

  test('does nothing while nobody knows the height', () => {
    const world = openedWorld()
    world.add('client', htlcOf(1, 50_000n, 600))
    world.deliverAll()
    world.height = undefined
    tick(world, 'client')
    expect(world.view('client').status).toBe('up')
    expect(world.add('client', htlcOf(2, 50_000n, 600))).toBeUndefined()
  })

  test('leaves one alone whose preimage came in time', () => {
    const world = openedWorld()
    world.add('client', htlcOf(1, 50_000n, 600), 'fulfil')
    while (!types(world, 'client').includes('preimage_out')) {
      if (!world.deliver('host')) world.deliver('client')
    }
    world.cut()
    world.height = 700
    tick(world, 'client')
    tick(world, 'host')
    expect(world.channel('client').kept.errored).toBeUndefined()
    world.connect()
    world.deliverAll()
    world.assertAgreement()
    expect(types(world, 'client').at(-1)).toBe('settled_out')
  })

  test('is disputed though its failure came, when that was never committed', () => {
    const world = openedWorld()
    world.add('client', htlcOf(1, 50_000n, 600))
    world.deliverAll()
    world.answer('host', 1n, 'fail')
    world.deliver('client')
    world.height = 600
    tick(world, 'client')
    expect(types(world, 'client').slice(-2).sort()).toEqual(['disputed_out', 'down'])
    world.deliverAll()
    // The signature that would commit it does not count any more: an override says who gets it.
    expect(world.channel('client').kept.committed?.outgoing).toHaveLength(1)
    propose(world)
    world.deliverAll()
    accept(world)
    world.deliverAll()
    world.assertAgreement()
    expect(world.view('client')).toMatchObject({ status: 'up', localMsat: 400_000n })
  })
})

describe('an errored channel', () => {
  test('still takes a fulfil and a fail of HTLCs that have not expired', () => {
    const world = expired()
    const [forHost, forClient] = [3n, 4n].map((n) => htlcOf(Number(n), 1n).paymentHash)
    const idOf = (who: Who, hash: Uint8Array | undefined) =>
      [...world.channel(who).kept.htlcs.values()].find(({ htlc }) => String(htlc.terms.paymentHash) === String(hash))!
        .htlc.id
    world.answer('host', idOf('host', forHost), 'fulfil')
    world.answer('client', idOf('client', forClient), 'fail')
    world.deliverAll()
    expect(types(world, 'client').slice(-3)).toEqual(['preimage_out', 'returned_in', 'settled_out'])
    expect(world.view('client')).toMatchObject({ inFlightOutMsat: 50_000n, inFlightInMsat: 20_000n })
    // Also over a new connection.
    world.cut()
    world.connect()
    world.deliverAll()
    world.assertAgreement()
    expect(world.view('host').status).toBe('errored')
  })

  test('takes nothing for a disputed HTLC; a preimage for it is a claim that the default override pays', () => {
    const world = expired()
    world.answer('host', 1n, 'fulfil')
    world.deliverAll()
    expect(world.channel('client').kept.committed?.outgoing).toHaveLength(2)
    propose(world)
    world.deliverAll()
    accept(world)
    world.deliverAll()
    world.assertAgreement()
    expect(world.view('client').localMsat).toBe(350_000n)
    expect(types(world, 'host')).toContain('settled_in')
  })

  test('takes no HTLC: what was on its way when it was errored is gone with the override', () => {
    const world = openedWorld()
    world.add('client', htlcOf(1, 50_000n, 600))
    world.deliverAll()
    world.add('host', htlcOf(2, 10_000n))
    world.height = 600
    tick(world, 'client')
    world.deliverAll()
    expect(world.channel('client').live.lost).toBe(true)
    expect(world.channel('client').kept.committed?.incoming).toEqual([])
    propose(world)
    world.deliverAll()
    accept(world)
    world.deliverAll()
    world.assertAgreement()
    expect(types(world, 'host')).toContain('returned_out')
    expect(world.view('host')).toMatchObject({ status: 'up', localMsat: 600_000n })
  })

  test('stays so over restarts and says so again', () => {
    const world = expired()
    for (const who of ['client', 'host'] as const) {
      world.crash(who)
      world.connect()
      world.deliverAll()
      expect(world.view(who).status).toBe('errored')
    }
    expect(world.notices('host').filter(({ type }) => type === 'errored')).toHaveLength(1)
  })
})

describe('an override', () => {
  test('by default gives every HTLC back whose preimage the host does not know', () => {
    const world = expired()
    propose(world)
    world.deliverAll()
    expect(world.notices('host').at(-1)).toEqual({ type: 'override_proposed', localMsat: 600_000n, byUs: true })
    expect(world.notices('client').at(-1)).toEqual({ type: 'override_proposed', localMsat: 400_000n, byUs: false })
    // Nothing happens before the user accepts.
    expect(world.view('client').status).toBe('errored')
    accept(world)
    world.deliverAll()
    world.assertAgreement()
    for (const who of ['client', 'host'] as const) {
      expect(world.view(who)).toMatchObject({ status: 'up', inFlightInMsat: 0n, inFlightOutMsat: 0n })
      expect(types(world, who).filter((type) => type === 'returned_out')).toHaveLength(2)
      expect(types(world, who).filter((type) => type === 'returned_in')).toHaveLength(2)
      expect(world.notices(who).at(-1)).toEqual({ type: 'overridden', changeMsat: 0n })
    }
    expect(world.view('client').localMsat).toBe(400_000n)
    world.add('client', htlcOf(50, 10_000n), 'fulfil')
    world.deliverAll()
    world.assertAgreement()
    expect(world.view('client').localMsat).toBe(390_000n)
  })

  test('may state another balance, which the ledgers of both show', () => {
    const world = expired()
    propose(world, 650_000n)
    world.deliverAll()
    accept(world)
    world.deliverAll()
    world.assertAgreement()
    expect(world.view('client').localMsat).toBe(350_000n)
    expect(world.notices('client').at(-1)).toEqual({ type: 'overridden', changeMsat: -50_000n })
    expect(world.notices('host').at(-1)).toEqual({ type: 'overridden', changeMsat: 50_000n })
  })

  test.each(['client', 'host'] as const)(
    'that is accepted counts when the message is lost and the %s restarts',
    (who) => {
      const world = expired()
      propose(world)
      world.deliverAll()
      accept(world)
      world.crash(who)
      expect(world.view('host').status).toBe('errored')
      world.connect()
      world.deliverAll()
      world.assertAgreement()
      expect(world.view('host').status).toBe('up')
    },
  )

  test('is proposed again with each connection until it is accepted, also while the client was away', () => {
    const world = expired()
    world.cut()
    propose(world)
    expect(world.channel('client').kept.override).toBeUndefined()
    world.connect()
    world.deliverAll()
    world.cut()
    world.connect()
    world.deliverAll()
    expect(world.notices('client').filter(({ type }) => type === 'override_proposed')).toHaveLength(1)
    world.cut()
    accept(world)
    world.connect()
    world.deliverAll()
    world.assertAgreement()
  })

  test('that was replaced cannot be accepted any more', () => {
    const world = expired()
    propose(world, 500_000n)
    world.deliverAll()
    const { channel, disk } = world.sides.client
    world.cut()
    propose(world, 600_000n)
    // The client accepts the first one, which is better for it, before it hears of the second.
    accept(world)
    const first = crossSigned(world.channel('client').kept, world.sides.client.secret)
    expect(first.localBalanceMsat).toBe(500_000n)
    world.connect()
    world.deliverAll()
    expect(world.view('host')).toMatchObject({ status: 'errored' })
    expect(world.channel('client').kept.errored).toBeDefined()
    accept(world)
    world.deliverAll()
    world.assertAgreement()
    expect(world.view('client').localMsat).toBe(400_000n)
    // Nor afterwards, however good its signatures are.
    world.cut()
    world.connect()
    world.deliver('host')
    world.deliver('client')
    expect(messageType(world.wire.host[0]!)).toBe(LAST_CROSS_SIGNED_STATE.type)
    world.wire.host[0] = toMessage(first)
    world.deliverAll()
    expect(world.view('host').remoteMsat).toBe(400_000n)
    expect([channel.kept.phase, disk.record !== undefined]).toEqual(['open', true])
  })

  test('has counters beyond all that may have been signed, and a client that says so', () => {
    const world = expired()
    const before = world.channel('client').kept.committed!
    propose(world)
    const message = world.wire.client.find((m) => messageType(m) === STATE_OVERRIDE.type)!
    const { local_updates, remote_updates } = decodeMessage(STATE_OVERRIDE, message).fields
    expect(local_updates).toBe(before.remoteUpdates + 64)
    expect(remote_updates).toBe(before.localUpdates + 64)
    world.deliverAll()
    accept(world)
    const update = world.wire.host.find((m) => messageType(m) === STATE_UPDATE.type)!
    expect(decodeMessage(STATE_UPDATE, update).fields.local_updates).toBe(remote_updates)
  })

  test('is refused to whom it does not belong, and where nothing is errored', () => {
    const good = openedWorld()
    expect(codeOf(() => propose(good))).toBe('CHANNEL_NOT_ERRORED')
    const world = expired()
    expect(codeOf(() => accept(world))).toBe('OVERRIDE_MISSING')
    expect(codeOf(() => world.act('host', accepted))).toBe('OVERRIDE_NOT_YOURS')
    expect(codeOf(() => world.act('client', (channel, at) => proposeOverride(channel, 0n, at)))).toBe(
      'OVERRIDE_NOT_YOURS',
    )
    expect(codeOf(() => propose(world, -1n))).toBe('OVERRIDE_BALANCE')
    expect(codeOf(() => propose(world, 1_000_001n))).toBe('OVERRIDE_BALANCE')
  })

  test.each([
    ['a signature that is not good', 'not good', (bytes: Uint8Array) => bytes.fill(1, bytes.length - 64)],
    ['more than the capacity', 'beyond the capacity', (bytes: Uint8Array) => bytes.fill(0xff, 6, 14)],
    ['counters that were signed', 'not free', (bytes: Uint8Array) => bytes.fill(0, 14, 18)],
    ['counters far beyond', 'not free', (bytes: Uint8Array) => bytes.fill(0x7f, 14, 18)],
    ['another day', 'block day', (bytes: Uint8Array) => bytes.fill(0x7f, 2, 6)],
  ] as const)('with %s is not kept', (_, why, damage) => {
    const world = expired()
    propose(world)
    const at = world.wire.client.findIndex((m) => messageType(m) === STATE_OVERRIDE.type)
    world.wire.client[at] = damage(world.wire.client[at]!.slice())
    world.deliverAll()
    expect(world.channel('client').kept.override).toBeUndefined()
    expect(world.hangUps).toHaveLength(1)
    expect(world.hangUps[0]).toContain(why)
  })
})

describe('closing', () => {
  test('is refused while the client owns something or an HTLC is under way', () => {
    const world = openedWorld({ grantMsat: 50_000n })
    for (const who of ['client', 'host'] as const) {
      expect(codeOf(() => world.act(who, closeChannel))).toBe('CHANNEL_NOT_EMPTY')
    }
    world.add('client', htlcOf(1, 50_000n))
    world.deliverAll()
    expect(codeOf(() => world.act('host', closeChannel))).toBe('CHANNEL_NOT_EMPTY')
    world.answer('host', 1n, 'fulfil')
    world.deliverAll()
    world.act('client', closeChannel)
    expect(world.view('client').status).toBe('closed')
  })

  function emptied(): World {
    const world = openedWorld({ grantMsat: 50_000n, openTo: true })
    world.add('client', htlcOf(1, 50_000n), 'fulfil')
    world.deliverAll()
    return world
  }

  test.each(['client', 'host'] as const)('by the %s: the record stays, and open wakes the same channel', (who) => {
    const world = emptied()
    world.act(who, closeChannel)
    expect(world.sides[who].disk.record).toBeDefined()
    world.cut()
    world.crash(who)
    expect(world.view(who).status).toBe('closed')
    if (who === 'client') {
      expect(codeOf(() => world.open(new Uint8Array(32).fill(7)))).toBe('CHANNEL_EXISTS')
      world.connect()
      world.deliverAll()
      expect(world.view('host').status).toBe('down')
      world.open()
    } else {
      world.connect()
    }
    world.deliverAll()
    world.assertAgreement()
    expect(world.view('client')).toMatchObject({ status: 'up', localMsat: 0n })
    expect(world.channel('host').kept.committed?.localUpdates).toBe(1)
  })

  test('a tombstone refuses the old states that both have signed', () => {
    const world = openedWorld({ grantMsat: 50_000n, openTo: true })
    const rich = toMessage(crossSigned(world.channel('client').kept, world.sides.client.secret))
    world.add('client', htlcOf(1, 50_000n), 'fulfil')
    world.deliverAll()
    world.act('host', closeChannel)
    world.cut()
    world.connect()
    world.deliver('host')
    world.deliver('client')
    world.wire.host[0] = rich
    world.deliverAll()
    expect(world.view('host').remoteMsat).toBe(0n)
    expect(world.hangUps).toEqual(['the client does not take the later state'])
  })

  test('a side that was not told hangs nothing on a closed channel', () => {
    const world = emptied()
    world.act('client', closeChannel)
    world.add('host', htlcOf(5, 10_000n))
    world.deliverAll()
    expect(world.hangUps).toEqual(['an update of a closed channel'])
    expect(world.channel('client').kept.htlcs.size).toBe(0)
    world.connect()
    world.deliverAll()
    expect(world.view('host').status).toBe('down')
    // Its HTLC stays offered, and is taken when the channel is opened again.
    world.open()
    world.deliverAll()
    world.assertAgreement()
    expect(world.view('host').inFlightOutMsat).toBe(10_000n)
    expect(OTHER.host).toBe('client')
  })
})

test('an error that was sent before the host heard of the acceptance does not err the channel again', () => {
  const world = expired()
  propose(world)
  world.deliverAll()
  world.cut()
  world.connect()
  world.deliver('host')
  world.deliver('client')
  // The host has the client's state and says again that it is errored; meanwhile the user accepts.
  world.deliver('host')
  accept(world)
  world.deliverAll()
  world.assertAgreement()
  for (const who of ['client', 'host'] as const) expect(world.view(who).status).toBe('up')
})
