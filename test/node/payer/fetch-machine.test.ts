import { describe, expect, test } from 'vitest'
import {
  type FetchEffect,
  type FetchEvent,
  type FetchPlan,
  type FetchState,
  startFetch,
  stepFetch,
} from '../../../src/node/payer/fetch-machine.js'

/** A way with one form, as most have. */
const way = (...route: string[]): FetchPlan => ({
  pathIndex: 0,
  route,
  reply: 'far end',
  way: route.join(),
  forms: ['modern'],
})

/** The same in two forms, perhaps with one that had worked. */
const doubled = (route: string, worked?: string): FetchPlan => ({
  ...way(route),
  forms: ['obs2', 'obs'],
  ...(worked !== undefined && { worked: [worked] }),
})

const modern = (attempt: number) => ({ attempt, generation: 'modern' }) as const
const obs2 = (attempt: number) => ({ attempt, generation: 'obs2' }) as const
const obs = (attempt: number) => ({ attempt, generation: 'obs' }) as const

function run(plans: readonly FetchPlan[], events: readonly FetchEvent[], attempts?: number) {
  let { state, effects } = startFetch(plans, attempts)
  const all: FetchEffect[] = [...effects]
  for (const event of events) {
    const step: { state: FetchState; effects: readonly FetchEffect[] } = stepFetch(state, event)
    state = step.state
    all.push(...step.effects)
  }
  return { state, effects: all, done: all.map((effect) => effect.do) }
}

describe('an id that is one of two', () => {
  const halves = [
    { ...way('a'), isHalfKnown: true as const },
    { ...way('b'), isHalfKnown: true as const },
  ]

  test('is waited for briefly as long as the other one can be tried, and answers late all the same', () => {
    const begun = run(halves, [{ type: 'left', ...modern(1) }], 2)
    expect(begun.effects.at(-1)).toEqual({ do: 'arm', ...modern(1), grace: true })
    const events: FetchEvent[] = [
      { type: 'left', ...modern(1) },
      { type: 'timed_out', ...modern(1) },
      { type: 'left', ...modern(2) },
    ]
    // The last attempt has its whole time.
    expect(run(halves, events, 2).effects.at(-1)).toEqual({ do: 'arm', ...modern(2), grace: false })
    const late = run(halves, [...events, { type: 'invoice_accepted', ...modern(1) }], 2)
    expect(late.effects.at(-1)).toMatchObject({ do: 'finish', ...modern(1) })
  })

  test('and one that is known has its whole time at once', () => {
    expect(run([way('a')], [{ type: 'left', ...modern(1) }]).effects.at(-1)).toMatchObject({ grace: false })
  })
})

describe('attempts', () => {
  test('the clock of a message starts when it leaves', () => {
    expect(run([way('a')], []).done).toEqual(['begin', 'send'])
    expect(run([way('a')], [{ type: 'left', ...modern(1) }]).done).toEqual(['begin', 'send', 'arm'])
  })

  test('silence takes the next way', { tags: ['O5'] }, () => {
    const { effects } = run(
      [way('a'), way('b')],
      [
        { type: 'left', ...modern(1) },
        { type: 'timed_out', ...modern(1) },
      ],
    )
    expect(effects.at(-1)).toMatchObject({ do: 'send', attempt: 2, plan: { route: ['b'] } })
  })

  test('when the ways run out they are tried again, three times in all', { tags: ['O5'] }, () => {
    const silence = [1, 2, 3].flatMap((attempt): FetchEvent[] => [
      { type: 'left', ...modern(attempt) },
      { type: 'timed_out', ...modern(attempt) },
    ])
    const { effects, done } = run([way('a')], silence)
    expect(done.filter((what) => what === 'send')).toHaveLength(3)
    expect(effects.at(-1)).toMatchObject({ do: 'fail', problem: { code: 'SENT_NO_REPLY' } })
  })

  test('a late answer to the first attempt ends the request', () => {
    const { state, effects } = run(
      [way('a'), way('b')],
      [
        { type: 'left', ...modern(1) },
        { type: 'timed_out', ...modern(1) },
        { type: 'left', ...modern(2) },
        { type: 'invoice_accepted', ...modern(1) },
      ],
    )
    expect(effects.slice(-2)).toEqual([
      { do: 'disarm', ...modern(2) },
      { do: 'finish', ...modern(1), plan: way('a') },
    ])
    expect(state.over).toBe(true)
  })

  test('nothing happens after the end: a second invoice is not taken', () => {
    const { done } = run(
      [way('a')],
      [
        { type: 'left', ...modern(1) },
        { type: 'invoice_accepted', ...modern(1) },
        { type: 'invoice_accepted', ...modern(1) },
        { type: 'timed_out', ...modern(1) },
      ],
    )
    expect(done.filter((what) => what === 'finish')).toHaveLength(1)
  })

  test('a peer that hangs up ends its attempt at once', () => {
    const { effects } = run(
      [way('a'), way('b')],
      [
        { type: 'left', ...modern(1) },
        { type: 'peer_gone', peer: 'a' },
      ],
    )
    expect(effects.slice(-3)).toEqual([
      { do: 'disarm', ...modern(1) },
      { do: 'begin', attempt: 2, plan: way('b'), forms: ['modern'] },
      { do: 'send', ...modern(2), plan: way('b') },
    ])
  })

  test('news that come twice, or of what is over, change nothing', () => {
    const events: readonly FetchEvent[] = [
      { type: 'left', ...modern(1) },
      { type: 'timed_out', ...modern(1) },
    ]
    const { state, done } = run([way('a'), way('b')], events)
    expect(done).toHaveLength(5)
    for (const event of [...events, { type: 'left', ...modern(7) } as const]) {
      expect(stepFetch(state, event)).toEqual({ state, effects: [] })
    }
  })

  test('another peer that hangs up changes nothing', () => {
    expect(
      run(
        [way('a')],
        [
          { type: 'left', ...modern(1) },
          { type: 'peer_gone', peer: 'z' },
        ],
      ).done,
    ).toEqual(['begin', 'send', 'arm'])
  })
})

describe('failures', () => {
  test('no way at all is said at once', () => {
    expect(run([], []).effects).toMatchObject([{ do: 'fail', problem: { code: 'NO_ROUTE' } }])
  })

  test('a full queue is said at once, and not waited in again', () => {
    const { done, effects } = run([way('a')], [{ type: 'not_sent', ...modern(1), code: 'QUEUE_FULL', why: '' }])
    expect(done).toEqual(['begin', 'send', 'fail'])
    expect(effects.at(-1)).toMatchObject({ problem: { code: 'QUEUE_FULL' } })
  })

  test('a full queue takes a way over another peer if there is one', () => {
    const { effects } = run(
      [way('a', 't'), way('b', 't')],
      [{ type: 'not_sent', ...modern(1), code: 'QUEUE_FULL', why: '' }],
    )
    expect(effects.at(-1)).toMatchObject({ do: 'send', plan: { route: ['b', 't'] } })
  })

  test('a peer that cannot be reached is not called again while there is a way over another', () => {
    const plans = [way('a', 't'), { ...way('a', 't'), reply: 'self' } as const, way('b', 't'), way('c', 't')]
    const refused = (attempt: number) =>
      ({ type: 'not_sent', ...modern(attempt), code: 'CONNECT_REFUSED', why: '' }) as const
    const { effects } = run(plans, [refused(1), refused(2), refused(3)], 4)
    const first = effects.flatMap((effect) => (effect.do === 'send' ? [effect.plan.route[0]] : []))
    expect(first).toEqual(['a', 'b', 'c', 'a'])
  })

  test('a message that could not be made says nothing of the peer', () => {
    const plans = [way('a', 't'), { ...way('a', 't'), reply: 'self' } as const, way('b', 't')]
    const { effects } = run(plans, [
      { type: 'not_sent', ...modern(1), code: 'VALUE_OUT_OF_RANGE', why: '', formOnly: true },
    ])
    expect(effects.at(-1)).toMatchObject({ do: 'send', plan: { route: ['a', 't'], reply: 'self' } })
  })

  test('an invoice_error is final when nothing else is under way', () => {
    const { effects } = run(
      [way('a'), way('b')],
      [
        { type: 'left', ...modern(1) },
        { type: 'refused', ...modern(1), code: 'INVOICE_ERROR', why: 'sold out' },
      ],
    )
    expect(effects.at(-1)).toMatchObject({ do: 'fail', problem: { code: 'INVOICE_ERROR', why: 'sold out' } })
  })

  test('a late invoice_error is not final while another attempt is under way', () => {
    const { done, effects } = run(
      [way('a'), way('b')],
      [
        { type: 'left', ...modern(1) },
        { type: 'timed_out', ...modern(1) },
        { type: 'left', ...modern(2) },
        { type: 'refused', ...modern(1), code: 'INVOICE_ERROR', why: 'sold out' },
        { type: 'invoice_accepted', ...modern(2) },
      ],
    )
    expect(done).not.toContain('fail')
    expect(effects.at(-1)).toMatchObject({ do: 'finish', ...modern(2) })
  })

  test('an answer that says no is told before the silence of the others', () => {
    const { effects } = run(
      [way('a'), way('b')],
      [
        { type: 'left', ...modern(1) },
        { type: 'timed_out', ...modern(1) },
        { type: 'left', ...modern(2) },
        { type: 'refused', ...modern(1), code: 'INVOICE_REFUSED', why: 'wrong signer' },
        { type: 'timed_out', ...modern(2) },
      ],
    )
    expect(effects.at(-1)).toMatchObject({ do: 'fail', problem: { code: 'INVOICE_REFUSED' } })
  })

  test('cancelling sends nothing more and waits for nothing', () => {
    const { done } = run(
      [way('a'), way('b')],
      [{ type: 'left', ...modern(1) }, { type: 'cancelled' }, { type: 'timed_out', ...modern(1) }],
    )
    expect(done).toEqual(['begin', 'send', 'arm', 'disarm'])
  })
})

describe('an attempt in two forms', () => {
  const left: readonly FetchEvent[] = [
    { type: 'left', ...obs2(1) },
    { type: 'left', ...obs(1) },
  ]
  const no = { type: 'refused', code: 'INVOICE_ERROR', why: 'sold out' } as const

  test('the second goes right behind the first, once that has left', () => {
    const plan = doubled('a')
    expect(run([plan], []).effects).toEqual([
      { do: 'begin', attempt: 1, plan, forms: ['obs2', 'obs'] },
      { do: 'send', ...obs2(1), plan },
    ])
    expect(run([plan], left.slice(0, 1)).effects.slice(2)).toEqual([
      { do: 'arm', ...obs2(1), grace: false },
      { do: 'send', ...obs(1), plan },
    ])
  })

  test('the second is not sent where the first could not be handed over', () => {
    const { effects } = run(
      [doubled('a'), doubled('b')],
      [{ type: 'not_sent', ...obs2(1), code: 'CONNECT_REFUSED', why: '' }],
    )
    expect(effects.slice(2)).toMatchObject([
      { do: 'begin', attempt: 2 },
      { do: 'send', ...obs2(2) },
    ])
  })

  test('the second is sent where the first could not be made', () => {
    const { effects } = run(
      [doubled('a'), doubled('b')],
      [{ type: 'not_sent', ...obs2(1), code: 'ONION_MESSAGE_TOO_LARGE', why: '', formOnly: true }],
    )
    expect(effects.slice(2)).toEqual([{ do: 'send', ...obs(1), plan: doubled('a') }])
  })

  test('the first valid answer ends both', () => {
    const { effects, state } = run([doubled('a')], [...left, { type: 'invoice_accepted', ...obs(1) }])
    expect(effects.slice(-3)).toEqual([
      { do: 'disarm', ...obs2(1) },
      { do: 'disarm', ...obs(1) },
      { do: 'finish', ...obs(1), plan: doubled('a') },
    ])
    expect(stepFetch(state, { type: 'invoice_accepted', ...obs2(1) }).effects).toEqual([])
  })

  test('silence of one is nothing yet; that of both takes the next way', () => {
    const one = run([doubled('a'), doubled('b')], [...left, { type: 'timed_out', ...obs2(1) }])
    expect(one.done.slice(-2)).toEqual(['send', 'arm'])
    const both = stepFetch(one.state, { type: 'timed_out', ...obs(1) })
    expect(both.effects).toMatchObject([
      { do: 'begin', attempt: 2 },
      { do: 'send', ...obs2(2) },
    ])
  })

  test('an error waits for the other a little, not its whole time, and is final then', () => {
    const { state, effects } = run([doubled('a'), doubled('b')], [...left, { ...no, ...obs(1) }])
    expect(effects.slice(-2)).toEqual([
      { do: 'disarm', ...obs(1) },
      { do: 'arm', ...obs2(1), grace: true },
    ])
    const end = stepFetch(state, { type: 'timed_out', ...obs2(1) })
    expect(end.effects).toMatchObject([
      {
        do: 'fail',
        problem: { ...obs(1), code: 'INVOICE_ERROR' },
        problems: [
          { ...obs(1), code: 'INVOICE_ERROR' },
          { ...obs2(1), code: 'SENT_NO_REPLY' },
        ],
      },
    ])
  })

  test('an error is nothing when the other brings the invoice', () => {
    const { effects } = run([doubled('a')], [...left, { ...no, ...obs(1) }, { type: 'invoice_accepted', ...obs2(1) }])
    expect(effects.at(-1)).toMatchObject({ do: 'finish', ...obs2(1) })
  })

  test('two errors are two problems of one failure', () => {
    const { effects } = run([doubled('a'), doubled('b')], [...left, { ...no, ...obs(1) }, { ...no, ...obs2(1) }])
    expect(effects.at(-1)).toMatchObject({ do: 'fail', problems: [obs(1), obs2(1)] })
  })

  test('an error that overtakes the news that its message left still sends the other', () => {
    const { effects } = run([doubled('a')], [{ ...no, ...obs2(1) }])
    expect(effects.slice(-2)).toEqual([
      { do: 'send', ...obs(1), plan: doubled('a') },
      { do: 'disarm', ...obs2(1) },
    ])
  })

  test('what leaves after an error is waited for a little only', () => {
    const events: readonly FetchEvent[] = [
      { type: 'left', ...obs2(1) },
      { ...no, ...obs2(1) },
      { type: 'left', ...obs(1) },
    ]
    expect(run([doubled('a')], events).effects.at(-1)).toEqual({ do: 'arm', ...obs(1), grace: true })
  })

  test('a peer that hangs up ends both', () => {
    const { effects } = run([doubled('a'), doubled('b')], [...left, { type: 'peer_gone', peer: 'a' }])
    expect(effects.slice(5)).toMatchObject([
      { do: 'disarm', ...obs2(1) },
      { do: 'disarm', ...obs(1) },
      { do: 'begin', attempt: 2 },
      { do: 'send', ...obs2(2) },
    ])
  })
})

describe('a form that worked the last time', () => {
  test('is enough', () => {
    const { effects } = run([doubled('a', 'obs')], [{ type: 'left', ...obs(1) }])
    expect(effects).toMatchObject([
      { do: 'begin', forms: ['obs'] },
      { do: 'send', ...obs(1) },
      { do: 'arm', ...obs(1) },
    ])
  })

  test('is forgotten when it brings nothing, and the next attempt over that way sends both again', () => {
    const plans = [doubled('a', 'obs'), { ...doubled('a', 'obs'), reply: 'self' } as const]
    const events: readonly FetchEvent[] = [
      { type: 'left', ...obs(1) },
      { type: 'timed_out', ...obs(1) },
    ]
    expect(run(plans, events).effects.slice(3)).toMatchObject([
      { do: 'forget', way: 'a' },
      { do: 'begin', attempt: 2, forms: ['obs2', 'obs'] },
      { do: 'send', ...obs2(2) },
    ])
  })

  test('is kept for other ways, and when it brings an error', () => {
    const events: readonly FetchEvent[] = [
      { type: 'left', ...obs(1) },
      { type: 'timed_out', ...obs(1) },
      { type: 'left', ...obs(2) },
      { type: 'refused', ...obs(2), code: 'INVOICE_ERROR', why: 'sold out' },
    ]
    const { effects } = run([doubled('a', 'obs'), doubled('b', 'obs')], events)
    expect(effects.filter((effect) => effect.do === 'forget')).toEqual([{ do: 'forget', way: 'a' }])
    expect(effects).toContainEqual({ do: 'begin', attempt: 2, plan: doubled('b', 'obs'), forms: ['obs'] })
  })

  test('is not forgotten because a peer hung up', () => {
    const events: readonly FetchEvent[] = [
      { type: 'left', ...obs(1) },
      { type: 'peer_gone', peer: 'a' },
    ]
    expect(run([doubled('a', 'obs')], events).done).not.toContain('forget')
  })
})
