import '../../support/use-toy.js'
import { expect, test } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.js'
import type { Update } from '../../../src/payments/hosted/channel.js'
import { makeHtlc } from '../../../src/payments/hosted/htlc-messages.js'
import { MOST_REASON_BYTES } from '../../../src/payments/hosted/limits.js'
import { hostedLink } from '../../../src/payments/hosted/link.js'
import { ownBooks, updateMessage } from '../../../src/payments/hosted/updates.js'
import { createWorld, htlcOf, openedWorld, TERMS } from './world.js'

test('our adds never lean on what the peer has not committed, even when it spends what is not committed itself', () => {
  const world = openedWorld()
  world.add('host', htlcOf(1, 550_000n))
  world.deliverAll()
  const incoming = world.add('client', htlcOf(2, 100_000n))!
  world.deliverAll()
  // The host gives the client's HTLC back, and the client does not commit that but spends it, and gives back the host's.
  world.answer('host', incoming, 'fail')
  world.wire.client = []
  const { channelId } = world.channel('client').facts
  const updates: readonly Update[] = [
    { type: 'fail', id: 1n, failure: { type: 'fail', reason: new Uint8Array(20) } },
    { type: 'add', htlc: makeHtlc(channelId, 3n, htlcOf(3, 350_000n)) },
  ]
  for (const update of updates) {
    world.wire.host.push(updateMessage(channelId, update))
    world.deliver('host')
  }
  expect(world.channel('host').kept.errored).toBeUndefined()
  expect(world.view('host').sendableMsat).toBe(50_000n)
  expect(world.add('host', htlcOf(4, 400_000n))).toBeUndefined()
  expect(world.add('host', htlcOf(5, 50_000n))).toBeDefined()
  // The client goes away: its updates are forgotten, ours stand for themselves.
  world.cut()
  expect(ownBooks(world.channel('host')).localBalanceMsat).toBe(0n)
  expect(world.view('host').localMsat).toBe(0n)
})

test('no failure is taken that would be too long to be passed on with attribution data', () => {
  const failure = (length: number) => ({ type: 'fail', reason: new Uint8Array(length) }) as const
  const sent = (length: number) => {
    const world = openedWorld()
    const id = world.add('host', htlcOf(1, 5_000n))!
    world.deliverAll()
    const { channelId } = world.channel('client').facts
    const head = updateMessage(channelId, { type: 'fail', id, failure: failure(0) }).subarray(0, -2)
    world.wire.host.push(concatBytes(head, Uint8Array.of(length >> 8, length & 0xff), new Uint8Array(length)))
    world.deliver('host')
    return world
  }
  expect(sent(MOST_REASON_BYTES).channel('host').live.remote).toHaveLength(1)
  const world = sent(65_000)
  expect(world.hangUps).toHaveLength(1)
  expect(world.view('host')).toMatchObject({ status: 'down', inFlightOutMsat: 5_000n })

  const passedOn = openedWorld()
  const id = passedOn.add('client', htlcOf(2, 5_000n))!
  passedOn.deliverAll()
  const attribution = new Uint8Array(920)
  passedOn.act('host', (channel, at) =>
    hostedLink.fail(channel, id, { ...failure(MOST_REASON_BYTES), attribution }, at),
  )
  passedOn.deliverAll()
  passedOn.assertAgreement()
})

test('a host cannot give a client more money than there is', () => {
  const capacityMsat = 1n << 63n
  const world = createWorld({ openTo: true, terms: { ...TERMS, capacityMsat } })
  world.open()
  world.connect()
  world.deliverAll()
  expect(world.notices('client')).toMatchObject([{ type: 'refused', byUs: true }])
  expect(world.sides.client.disk.record).toBeUndefined()
})

test('what is gone by a state that we do not know to have signed was not given back for certain', () => {
  const world = openedWorld()
  const id = world.add('client', htlcOf(1, 50_000n), 'hold')!
  world.deliverAll()
  const old = world.sides.client.disk
  world.answer('host', id, 'fulfil')
  world.deliverAll()
  world.cut()
  // The client's store is that of yesterday.
  world.sides.client.disk = old
  world.crash('client')
  world.connect()
  world.deliverAll()
  expect(world.events('client').filter(({ type }) => type === 'returned_out')).toMatchObject([{ id, overridden: true }])
  expect(world.view('client').localMsat).toBe(350_000n)
})
