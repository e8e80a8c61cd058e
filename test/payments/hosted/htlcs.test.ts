import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { htlcOf, openedWorld } from './world.js'

describe('HTLCs of a hosted channel', () => {
  test('one is paid, client to host', () => {
    const world = openedWorld()
    const id = world.add('client', htlcOf(1, 100_000n), 'fulfil')
    expect(id).toBe(1n)
    expect(world.view('client')).toMatchObject({ localMsat: 300_000n, inFlightOutMsat: 100_000n })
    world.deliverAll()
    world.assertAgreement()
    expect(world.events('client').map(({ type }) => type)).toEqual(['up', 'preimage_out', 'settled_out'])
    expect(world.events('host').map(({ type }) => type)).toEqual(['up', 'locked_in', 'settled_in'])
    expect(world.view('client')).toMatchObject({ localMsat: 300_000n, remoteMsat: 700_000n, inFlightOutMsat: 0n })
    expect(world.view('host')).toMatchObject({ localMsat: 700_000n, remoteMsat: 300_000n })
  })

  test('both ways at once, paid and failed, until nothing is in flight', () => {
    const world = openedWorld()
    for (let i = 0; i < 4; i++) {
      world.add('client', htlcOf(i, 10_000n + BigInt(i)), i % 2 ? 'fulfil' : 'fail')
      world.add('host', htlcOf(100 + i, 20_000n + BigInt(i)), i % 2 ? 'malformed' : 'fulfil')
      if (i % 2) world.deliver('host')
    }
    world.deliverAll()
    world.assertAgreement()
    const view = world.view('client')
    expect(view).toMatchObject({ inFlightInMsat: 0n, inFlightOutMsat: 0n })
    expect(view.localMsat).toBe(400_000n - 10_001n - 10_003n + 20_000n + 20_002n)
  })
})
