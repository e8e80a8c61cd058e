import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CHEAP_JOBS_PER_TURN } from '../../../src/node/connections/limits.js'
import { scheduler } from '../../../src/node/connections/scheduler.js'

function turns() {
  const planned: (() => void)[] = []
  const made = scheduler((run) => planned.push(run))
  return {
    made,
    /** Runs one turn; false when none was planned. */
    turn: () => {
      const run = planned.shift()
      run?.()
      return run !== undefined
    },
    planned,
  }
}

describe('the scheduler', () => {
  test('does one expensive job a turn, and takes the queues in turn', { tags: ['N7'] }, () => {
    const { made, turn, planned } = turns()
    const done: string[] = []
    const flood = made.queue()
    const calm = made.queue()
    for (let i = 0; i < 5; i++) flood.push({ expensive: true, run: () => done.push(`flood ${i}`) })
    calm.push({ expensive: true, run: () => done.push('calm') })
    expect(planned.length).toBe(1)
    turn()
    expect(done).toEqual(['flood 0'])
    turn()
    // The peer with one message does not wait for those with many.
    expect(done).toEqual(['flood 0', 'calm'])
    while (turn());
    expect(done).toEqual(['flood 0', 'calm', 'flood 1', 'flood 2', 'flood 3', 'flood 4'])
  })

  test('goes on with cheap jobs of others while an expensive one waits', () => {
    const { made, turn } = turns()
    const done: string[] = []
    const queues = [made.queue(), made.queue(), made.queue()]
    queues[0]!.push({ expensive: true, run: () => done.push('a') })
    queues[1]!.push({ expensive: true, run: () => done.push('b') })
    queues[1]!.push({ expensive: false, run: () => done.push('behind b') })
    queues[2]!.push({ expensive: false, run: () => done.push('c') })
    turn()
    expect(done).toEqual(['a', 'c'])
    turn()
    expect(done).toEqual(['a', 'c', 'b', 'behind b'])
    expect(turn()).toBe(false)
  })

  test('leaves the event loop after a few cheap jobs', () => {
    const { made, turn } = turns()
    let done = 0
    const queue = made.queue()
    for (let i = 0; i < CHEAP_JOBS_PER_TURN + 1; i++) queue.push({ expensive: false, run: () => done++ })
    turn()
    expect(done).toBe(CHEAP_JOBS_PER_TURN)
    turn()
    expect(done).toBe(CHEAP_JOBS_PER_TURN + 1)
    expect(turn()).toBe(false)
  })

  test('does not let cheap jobs without end keep expensive ones waiting', () => {
    const { made, turn } = turns()
    const done: string[] = []
    for (const name of ['a', 'b', 'c']) made.queue().push({ expensive: true, run: () => done.push(name) })
    // More queues than a turn has cheap jobs, each of them always full.
    for (let i = 0; i < 4 * CHEAP_JOBS_PER_TURN; i++) {
      const flood = made.queue()
      const cheap = { expensive: false, run: () => flood.push(cheap) }
      flood.push(cheap)
    }
    for (let i = 0; i < 3; i++) turn()
    expect(done).toEqual(['a', 'b', 'c'])
  })

  test('goes on after a job that threw, and forgets what was cleared', () => {
    const { made, turn } = turns()
    const done: string[] = []
    const queue = made.queue()
    queue.push({
      expensive: false,
      run: () => {
        throw new Error('no')
      },
    })
    queue.push({ expensive: false, run: () => done.push('next') })
    const cleared = made.queue()
    cleared.push({ expensive: false, run: () => done.push('cleared') })
    cleared.clear()
    expect(turn).toThrow('no')
    while (turn());
    expect(done).toEqual(['next'])
  })

  test('keeps the order of each queue and does every job once, whatever is pushed when', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ queue: fc.nat(3), expensive: fc.boolean(), pushes: fc.option(fc.nat(3)) }), {
          maxLength: 60,
        }),
        (jobs) => {
          const { made, turn } = turns()
          const queues = [0, 1, 2, 3].map(() => made.queue())
          const pushed: number[][] = [[], [], [], []]
          const done: number[][] = [[], [], [], []]
          let next = 0
          let expensiveThisTurn = 0
          const push = (queue: number, expensive: boolean, pushes: number | null) => {
            const id = next++
            pushed[queue]!.push(id)
            queues[queue]!.push({
              expensive,
              run: () => {
                if (expensive) expensiveThisTurn++
                done[queue]!.push(id)
                if (pushes !== null) push(pushes, expensive, null)
              },
            })
          }
          for (const { queue, expensive, pushes } of jobs) push(queue, expensive, pushes)
          for (;;) {
            expensiveThisTurn = 0
            if (!turn()) break
            expect(expensiveThisTurn).toBeLessThanOrEqual(1)
          }
          expect(done).toEqual(pushed)
        },
      ),
    )
  })
})
