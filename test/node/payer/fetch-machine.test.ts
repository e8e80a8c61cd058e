import { describe, expect, test } from 'vitest'
import type { AttemptPlan } from '../../../src/node/messenger/routes.js'
import {
  type FetchEffect,
  type FetchEvent,
  type FetchState,
  startFetch,
  stepFetch,
} from '../../../src/node/payer/fetch-machine.js'

const way = (...route: string[]): AttemptPlan => ({ pathIndex: 0, route, reply: 'far end' })

function run(plans: readonly AttemptPlan[], events: readonly FetchEvent[], attempts?: number) {
  let { state, effects } = startFetch(plans, attempts)
  const all: FetchEffect[] = [...effects]
  for (const event of events) {
    const step: { state: FetchState; effects: readonly FetchEffect[] } = stepFetch(state, event)
    state = step.state
    all.push(...step.effects)
  }
  return { state, effects: all, done: all.map((effect) => effect.do) }
}

describe('attempts', () => {
  test('the clock of an attempt starts when its message leaves', () => {
    expect(run([way('a')], []).done).toEqual(['send'])
    expect(run([way('a')], [{ type: 'left', attempt: 1 }]).done).toEqual(['send', 'arm'])
  })

  test('silence takes the next way', { tags: ['O5'] }, () => {
    const { effects } = run(
      [way('a'), way('b')],
      [
        { type: 'left', attempt: 1 },
        { type: 'timed_out', attempt: 1 },
      ],
    )
    expect(effects.at(-1)).toMatchObject({ do: 'send', attempt: 2, plan: { route: ['b'] } })
  })

  test('when the ways run out they are tried again, three times in all', { tags: ['O5'] }, () => {
    const silence = [1, 2, 3].flatMap((attempt): FetchEvent[] => [
      { type: 'left', attempt },
      { type: 'timed_out', attempt },
    ])
    const { effects, done } = run([way('a')], silence)
    expect(done.filter((what) => what === 'send')).toHaveLength(3)
    expect(effects.at(-1)).toMatchObject({ do: 'fail', problem: { code: 'SENT_NO_REPLY' } })
  })

  test('a late answer to the first attempt ends the request', () => {
    const { state, effects } = run(
      [way('a'), way('b')],
      [
        { type: 'left', attempt: 1 },
        { type: 'timed_out', attempt: 1 },
        { type: 'left', attempt: 2 },
        { type: 'invoice_accepted', attempt: 1 },
      ],
    )
    expect(effects.slice(-2)).toEqual([
      { do: 'disarm', attempt: 2 },
      { do: 'finish', attempt: 1 },
    ])
    expect(state.over).toBe(true)
  })

  test('nothing happens after the end: a second invoice is not taken', () => {
    const { done } = run(
      [way('a')],
      [
        { type: 'left', attempt: 1 },
        { type: 'invoice_accepted', attempt: 1 },
        { type: 'invoice_accepted', attempt: 1 },
        { type: 'timed_out', attempt: 1 },
      ],
    )
    expect(done.filter((what) => what === 'finish')).toHaveLength(1)
  })

  test('a peer that hangs up ends its attempt at once', () => {
    const { effects } = run(
      [way('a'), way('b')],
      [
        { type: 'left', attempt: 1 },
        { type: 'peer_gone', peer: 'a' },
      ],
    )
    expect(effects.slice(-2)).toEqual([
      { do: 'disarm', attempt: 1 },
      { do: 'send', attempt: 2, plan: way('b') },
    ])
  })

  test('another peer that hangs up changes nothing', () => {
    expect(
      run(
        [way('a')],
        [
          { type: 'left', attempt: 1 },
          { type: 'peer_gone', peer: 'z' },
        ],
      ).done,
    ).toEqual(['send', 'arm'])
  })
})

describe('failures', () => {
  test('no way at all is said at once', () => {
    expect(run([], []).effects).toMatchObject([{ do: 'fail', problem: { code: 'NO_ROUTE' } }])
  })

  test('a full queue is said at once, and not waited in again', () => {
    const { done, effects } = run([way('a')], [{ type: 'not_sent', attempt: 1, code: 'QUEUE_FULL', why: '' }])
    expect(done).toEqual(['send', 'fail'])
    expect(effects.at(-1)).toMatchObject({ problem: { code: 'QUEUE_FULL' } })
  })

  test('a full queue takes a way over another peer if there is one', () => {
    const { effects } = run(
      [way('a', 't'), way('b', 't')],
      [{ type: 'not_sent', attempt: 1, code: 'QUEUE_FULL', why: '' }],
    )
    expect(effects.at(-1)).toMatchObject({ do: 'send', plan: { route: ['b', 't'] } })
  })

  test('an invoice_error is final when nothing else is under way', () => {
    const { effects } = run(
      [way('a'), way('b')],
      [
        { type: 'left', attempt: 1 },
        { type: 'refused', attempt: 1, code: 'INVOICE_ERROR', why: 'sold out' },
      ],
    )
    expect(effects.at(-1)).toMatchObject({ do: 'fail', problem: { code: 'INVOICE_ERROR', why: 'sold out' } })
  })

  test('a late invoice_error is not final while another attempt is under way', () => {
    const { done, effects } = run(
      [way('a'), way('b')],
      [
        { type: 'left', attempt: 1 },
        { type: 'timed_out', attempt: 1 },
        { type: 'left', attempt: 2 },
        { type: 'refused', attempt: 1, code: 'INVOICE_ERROR', why: 'sold out' },
        { type: 'invoice_accepted', attempt: 2 },
      ],
    )
    expect(done).not.toContain('fail')
    expect(effects.at(-1)).toEqual({ do: 'finish', attempt: 2 })
  })

  test('an answer that says no is told before the silence of the others', () => {
    const { effects } = run(
      [way('a'), way('b')],
      [
        { type: 'left', attempt: 1 },
        { type: 'timed_out', attempt: 1 },
        { type: 'left', attempt: 2 },
        { type: 'refused', attempt: 1, code: 'INVOICE_REFUSED', why: 'wrong signer' },
        { type: 'timed_out', attempt: 2 },
        { type: 'left', attempt: 3 },
        { type: 'timed_out', attempt: 3 },
      ],
    )
    expect(effects.at(-1)).toMatchObject({ do: 'fail', problem: { code: 'INVOICE_REFUSED' } })
  })

  test('cancelling sends nothing more and waits for nothing', () => {
    const { done } = run(
      [way('a'), way('b')],
      [{ type: 'left', attempt: 1 }, { type: 'cancelled' }, { type: 'timed_out', attempt: 1 }],
    )
    expect(done).toEqual(['send', 'arm', 'disarm'])
  })
})
