import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.js'
import { countedHeight } from '../../../src/payments/block-clock.js'
import { STATE_UPDATE } from '../../../src/payments/hosted/messages.js'
import { openChannel } from '../../../src/payments/hosted/open.js'
import { receive } from '../../../src/payments/hosted/receive.js'
import { messageType } from '../../../src/wire/message.js'
import { codeOf } from '../../support/code-of.js'
import { createWorld, GRANT_SECRET, htlcOf, openedWorld, TERMS } from './world.js'

describe('opening a hosted channel', () => {
  test('with a grant, which is used up', () => {
    const world = openedWorld()
    expect(world.view('client')).toMatchObject({
      status: 'up',
      weAreHost: false,
      capacityMsat: 1_000_000n,
      localMsat: 400_000n,
      remoteMsat: 600_000n,
      htlcMinimumMsat: 1_000n,
      sendableMsat: 400_000n,
      receivableMsat: 600_000n,
      blinding: true,
    })
    expect(world.view('host')).toMatchObject({ status: 'up', weAreHost: true, localMsat: 600_000n })
    expect(world.notices('client')).toEqual([{ type: 'opened', changeMsat: 400_000n }])
    expect(world.notices('host')).toMatchObject([{ type: 'opened', changeMsat: -400_000n }])
    expect(world.sides.host.disk.grantUsed).toBe(true)
  })

  test('without a grant, where the host opens to whoever asks', () => {
    const world = createWorld({ openTo: true })
    world.open()
    world.connect()
    world.deliverAll()
    world.assertAgreement()
    expect(world.view('client')).toMatchObject({ status: 'up', localMsat: 0n, receivableMsat: 800_000n })
  })

  test('is refused without a grant, and with another secret', () => {
    for (const secret of [undefined, new Uint8Array(32).fill(8)]) {
      const world = createWorld({ grantMsat: 5n })
      world.open(secret)
      world.connect()
      world.deliverAll()
      expect(world.sides.client.disk.record).toBeUndefined()
      expect(world.sides.host.disk.record).toBeUndefined()
      expect(world.notices('client')).toMatchObject([{ type: 'refused', code: 'CHANNEL_REFUSED', byUs: false }])
      expect(world.notices('host')).toMatchObject([{ type: 'refused', byUs: true }])
    }
  })

  test('is refused by the client when the capacity is less than it wants', () => {
    const world = createWorld({ openTo: true })
    world.open(undefined, TERMS.capacityMsat + 1n)
    world.connect()
    world.deliverAll()
    expect(world.notices('client')).toMatchObject([{ type: 'refused', byUs: true }])
    expect(world.sides.host.disk.record).toBeUndefined()
  })

  test('is refused while the height is unknown, as on bitcoin with a counted clock', () => {
    const height = countedHeight('bitcoin').height(1_700_000_000_000)
    const world = createWorld({ openTo: true, height })
    expect(codeOf(() => world.open())).toBe('HEIGHT_UNKNOWN')
    // A host refuses, too, whoever asks.
    world.height = 500
    world.open()
    world.height = undefined
    world.connect()
    world.deliverAll()
    expect(world.sides.host.disk.record).toBeUndefined()
    expect(world.notices('client')).toMatchObject([{ type: 'refused' }])
  })

  test('a grant belongs to whose signature comes first, not to whoever asked first', () => {
    const world = createWorld({ grantMsat: 400_000n })
    world.open(GRANT_SECRET)
    world.connect()
    world.deliver('host')
    expect(world.channel('host').live.stage).toBe('offered')
    world.sides.host.disk = { ...world.sides.host.disk, grantUsed: true }
    world.deliverAll()
    expect(world.channel('host').kept.phase).toBe('new')
    expect(world.notices('client')).toMatchObject([{ type: 'refused' }])
  })

  test('of a stranger nothing is stored before it has signed, and a bad signature opens nothing', () => {
    const world = createWorld({ openTo: true })
    world.open()
    world.connect()
    world.deliver('host')
    expect(world.sides.host.disk.record).toBeUndefined()
    world.deliver('client')
    const signed = world.wire.host[0]!
    expect(messageType(signed)).toBe(STATE_UPDATE.type)
    world.wire.host[0] = concatBytes(signed.subarray(0, -1), Uint8Array.of(signed.at(-1)! ^ 1))
    world.deliverAll()
    expect(world.sides.host.disk.record).toBeUndefined()
    expect(world.channel('host').kept.phase).toBe('new')
    expect(world.channel('client').kept.phase).toBe('new')
  })

  test('a second channel with the same peer is refused, whatever the grant', () => {
    const world = openedWorld()
    expect(codeOf(() => world.open(GRANT_SECRET))).toBe('CHANNEL_EXISTS')
    const { channel } = world.sides.client
    expect(codeOf(() => openChannel(channel, {}, world.context('client')))).toBe('CHANNEL_EXISTS')
  })

  test('a client that has lost everything gets the channel back from what it signed', () => {
    const world = openedWorld()
    world.add('client', htlcOf(1, 50_000n), 'fulfil')
    world.add('host', htlcOf(2, 20_000n), 'hold')
    world.deliverAll()
    world.sides.client.disk = { record: undefined, events: [], notices: [], ledgerMsat: 0n, grantUsed: false }
    world.crash('client')
    world.open()
    world.connect()
    world.deliverAll()
    world.assertAgreement()
    expect(world.notices('client')).toEqual([{ type: 'opened', changeMsat: 350_000n }])
    expect(world.events('client').map(({ type }) => type)).toEqual(['locked_in', 'up'])
  })

  test('a host answers a few invokes on a connection, not all that come', () => {
    const world = createWorld({ openTo: true })
    world.open()
    world.connect()
    const invoke = world.wire.host[0]!
    let { channel } = world.sides.host
    let hangUp: string | undefined
    for (let i = 0; i < 9 && hangUp === undefined; i++) {
      const step = receive(channel, invoke, world.context('host'), world.policy('host'))
      channel = step.state
      hangUp = step.hangUp
    }
    expect(hangUp).toBe('a channel was asked for too often')
  })
})
