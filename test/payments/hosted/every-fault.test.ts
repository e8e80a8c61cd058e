import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../../src/base/hex.js'
import { type Answer, createWorld, type Fault, GRANT_SECRET, htlcOf, type Who, type World } from './world.js'

interface Pay {
  readonly who: Who
  readonly n: number
  readonly amountMsat: bigint
  readonly answer: Answer
}

/** Both ways, several under way at once, paid and failed. */
const SCENARIO: readonly Pay[] = [
  { who: 'client', n: 1, amountMsat: 100_000n, answer: 'fulfil' },
  { who: 'client', n: 2, amountMsat: 50_000n, answer: 'fail' },
  { who: 'host', n: 3, amountMsat: 30_000n, answer: 'fulfil' },
  { who: 'client', n: 4, amountMsat: 20_000n, answer: 'fulfil' },
  { who: 'host', n: 5, amountMsat: 10_000n, answer: 'malformed' },
]

/** Runs it to its end, connecting again whenever the connection broke. What was not stored is done again. */
function run(fault: (step: number) => Fault | undefined, seldom: number): World {
  const world = createWorld({ grantMsat: 400_000n, fault })
  while (!world.open(GRANT_SECRET));
  const left = [...SCENARIO]
  for (let turn = 0; turn < 500; turn++) {
    if (!world.connected) world.connect()
    const next = left[0]
    // A new one now and then, whatever is on its way.
    if (next && turn % seldom === 0 && world.view(next.who).status === 'up') {
      if (isStored(world, next) || world.add(next.who, htlcOf(next.n, next.amountMsat), next.answer) !== undefined) {
        left.shift()
      }
      continue
    }
    const moved =
      turn % 2 ? world.deliver('host') || world.deliver('client') : world.deliver('client') || world.deliver('host')
    if (!moved && left.length === 0 && world.connected) return world
  }
  throw new Error('it does not end')
}

/** A crash after the step was stored: the HTLC is offered, though `add` could not say so. */
function isStored(world: World, { who, n, amountMsat }: Pay): boolean {
  const hash = toHex(htlcOf(n, amountMsat).paymentHash)
  return [...world.channel(who).kept.htlcs.values()].some(
    ({ direction, htlc }) => direction === 'out' && toHex(htlc.terms.paymentHash) === hash,
  )
}

function assertOutcome(world: World): void {
  world.assertAgreement()
  expect(world.view('client')).toMatchObject({
    localMsat: 400_000n - 120_000n + 30_000n,
    remoteMsat: 600_000n + 120_000n - 30_000n,
    inFlightInMsat: 0n,
    inFlightOutMsat: 0n,
  })
  const count = (who: Who, type: string) => world.events(who).filter((event) => event.type === type).length
  expect(count('client', 'settled_out')).toBe(2)
  expect(count('client', 'returned_out')).toBe(1)
  expect(count('client', 'settled_in')).toBe(1)
  expect(count('client', 'returned_in')).toBe(1)
  expect(count('host', 'settled_in')).toBe(2)
  expect(count('host', 'returned_in')).toBe(1)
  expect(count('host', 'locked_in')).toBe(3)
  expect(count('client', 'locked_in')).toBe(2)
  expect(world.hangUps).toEqual([])
}

describe.each([1, 3])('a fault at every step, one new HTLC in %i turns', (seldom) => {
  const steps = run(() => undefined, seldom).steps
  test('none', () => {
    expect(steps).toBeGreaterThan(20)
    assertOutcome(run(() => undefined, seldom))
  })
  test.each([
    ['the process dies before it is stored', 'before'],
    ['the process dies when it is stored', 'after'],
    ['the connection breaks', 'cut'],
  ] as const)('%s', (_, fault) => {
    for (let at = 0; at < steps; at++) assertOutcome(run((step) => (step === at ? fault : undefined), seldom))
  })
  test('two of them', () => {
    const kinds = ['before', 'after', 'cut'] as const
    for (let at = 0; at < steps; at++) {
      const gap = at % 2 ? 1 : 6
      const second = kinds[(at + gap) % 3]
      assertOutcome(run((step) => (step === at ? kinds[at % 3] : step === at + gap ? second : undefined), seldom))
    }
  })
})
