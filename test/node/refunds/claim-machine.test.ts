import { describe, expect, test } from 'vitest'
import type { AttemptPlan } from '../../../src/node/messenger/routes.js'
import { type ClaimEvent, startClaim, stepClaim } from '../../../src/node/refunds/claim-machine.js'

const way = (peer: string, more: Partial<AttemptPlan> = {}): AttemptPlan => ({
  pathIndex: 0,
  route: [peer, 'payer'],
  reply: 'far end',
  ...more,
})

function run(plans: readonly AttemptPlan[], events: readonly ClaimEvent[], attempts?: number) {
  let { state, effects } = startClaim(plans, attempts)
  const all = [...effects]
  for (const event of events) {
    ;({ state, effects } = stepClaim(state, event))
    all.push(...effects)
  }
  return { state, effects: all, done: all.map((effect) => effect.do) }
}

describe('a claim', () => {
  test('ends well when nothing comes back in time', () => {
    const { state, done } = run(
      [way('a')],
      [
        { type: 'left', attempt: 1 },
        { type: 'quiet', attempt: 1 },
      ],
    )
    expect(done).toEqual(['send', 'arm', 'finish'])
    expect(state.over).toBe(true)
  })

  test('without a way fails at once', () => {
    expect(run([], []).effects).toMatchObject([{ do: 'fail', problem: { code: 'NO_ROUTE' } }])
  })

  test('takes the next way where the message did not leave', { tags: ['O5'] }, () => {
    const { effects, done } = run(
      [way('a'), way('b')],
      [
        { type: 'not_sent', attempt: 1, code: 'CONNECT_REFUSED', why: 'no' },
        { type: 'left', attempt: 2 },
        { type: 'quiet', attempt: 2 },
      ],
    )
    expect(done).toEqual(['send', 'send', 'arm', 'finish'])
    expect(effects[1]).toMatchObject({ attempt: 2, plan: { route: ['b', 'payer'] } })
  })

  test('takes no way twice, whatever its reply path', () => {
    const failed = (attempt: number): ClaimEvent => ({ type: 'not_sent', attempt, code: 'QUEUE_FULL', why: 'full' })
    const { effects } = run([way('a'), way('a', { reply: 'self' }), way('b')], [failed(1), failed(2)])
    expect(effects).toMatchObject([
      { do: 'send', plan: { route: ['a', 'payer'], reply: 'far end' } },
      { do: 'send', plan: { route: ['b', 'payer'] } },
      { do: 'fail', problem: { code: 'QUEUE_FULL', attempt: 2 }, problems: [{}, {}] },
    ])
  })

  test('takes as many ways as it may', () => {
    const failed: ClaimEvent = { type: 'not_sent', attempt: 1, code: 'QUEUE_FULL', why: 'full' }
    expect(run([way('a'), way('b')], [failed], 1).done).toEqual(['send', 'fail'])
  })

  test('whose peer hung up while it was waited takes the next way, and says so when there is none', () => {
    const gone: readonly ClaimEvent[] = [
      { type: 'left', attempt: 1 },
      { type: 'peer_gone', peer: 'z' },
      { type: 'peer_gone', peer: 'a' },
    ]
    expect(run([way('a'), way('b')], gone).done).toEqual(['send', 'arm', 'disarm', 'send'])
    expect(run([way('a')], gone).effects.at(-1)).toMatchObject({ do: 'fail', problem: { code: 'CONNECTION_LOST' } })
  })

  test('over a peer that serves its channel peers alone does not count as sent', () => {
    const quiet: readonly ClaimEvent[] = [
      { type: 'left', attempt: 1 },
      { type: 'quiet', attempt: 1, channelsOnly: true },
    ]
    expect(run([way('a'), way('b')], quiet).done).toEqual(['send', 'arm', 'send'])
    expect(run([way('a')], quiet).effects.at(-1)).toMatchObject({ problem: { code: 'RELAY_CHANNELS_ONLY' } })
  })

  test('is over with an invoice_error, of whichever attempt, and nothing is sent any more', { tags: ['O15'] }, () => {
    const { effects, done } = run(
      [way('a'), way('b'), way('c')],
      [
        { type: 'left', attempt: 1 },
        { type: 'peer_gone', peer: 'a' },
        { type: 'left', attempt: 2 },
        { type: 'refused', attempt: 1, why: 'the payer says: no' },
        { type: 'quiet', attempt: 2 },
        { type: 'refused', attempt: 2, why: 'the payer says: no' },
      ],
    )
    expect(done).toEqual(['send', 'arm', 'disarm', 'send', 'arm', 'disarm', 'fail'])
    expect(effects.at(-1)).toMatchObject({ problem: { code: 'INVOICE_ERROR', attempt: 1 } })
  })

  test('that is cancelled waits for nothing', () => {
    const { done } = run(
      [way('a')],
      [{ type: 'left', attempt: 1 }, { type: 'cancelled' }, { type: 'quiet', attempt: 1 }],
    )
    expect(done).toEqual(['send', 'arm', 'disarm'])
  })

  test('does not heed what comes twice or of the wrong attempt', () => {
    const { done } = run(
      [way('a'), way('b')],
      [
        { type: 'quiet', attempt: 1 },
        { type: 'left', attempt: 7 },
        { type: 'left', attempt: 1 },
        { type: 'left', attempt: 1 },
        { type: 'not_sent', attempt: 1, code: 'QUEUE_FULL', why: 'full' },
      ],
    )
    expect(done).toEqual(['send', 'arm'])
  })
})
