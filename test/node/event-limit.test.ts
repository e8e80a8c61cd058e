import { expect, test } from 'vitest'
import { EVENT_LIMIT, limitEvents } from '../../src/node/event-limit.js'
import type { NodeEvent } from '../../src/node/events.js'

const DROPPED: NodeEvent = { type: 'message_dropped', from: undefined, code: 'X', why: 'x' }

function setUp() {
  let now = 0
  const told: NodeEvent[] = []
  const hear = limitEvents({ now: () => now }, (event) => told.push(event))
  return {
    told,
    hear: (event: NodeEvent, times = 1) => {
      for (let i = 0; i < times; i++) hear(event)
    },
    pass: (ms: number) => {
      now += ms
    },
  }
}

test('a flood of one type is cut, and hides no event of another', () => {
  const { told, hear } = setUp()
  hear(DROPPED, 100_000)
  expect(told).toHaveLength(EVENT_LIMIT.burst)
  hear({ type: 'offer_created', id: 'a', text: 'b' })
  expect(told[told.length - 1]).toMatchObject({ type: 'offer_created' })
})

test('how many were left out is told with the next one', () => {
  const { told, hear, pass } = setUp()
  hear(DROPPED, EVENT_LIMIT.burst + 7)
  pass(1000)
  hear(DROPPED)
  expect(told.slice(EVENT_LIMIT.burst)).toEqual([{ type: 'events_left_out', of: 'message_dropped', count: 7 }, DROPPED])
  hear(DROPPED)
  expect(told.filter(({ type }) => type === 'events_left_out')).toHaveLength(1)
})

test('nothing that was left out goes untold when the node stops', () => {
  const { told, hear } = setUp()
  hear(DROPPED, EVENT_LIMIT.burst + 2)
  hear({ type: 'node_stopping' })
  expect(told.slice(-2)).toEqual([
    { type: 'events_left_out', of: 'message_dropped', count: 2 },
    { type: 'node_stopping' },
  ])
})
