import { describe, expect, test } from 'vitest'
import {
  MAX_ANSWER_QUEUE,
  MAX_FORWARD_BYTES,
  MAX_FORWARD_BYTES_OF_SOURCE,
  MAX_FORWARD_QUEUE,
  MAX_FORWARD_SOURCES,
  MAX_OWN_QUEUE,
  OUTGOING_BURST,
  Outbox,
  type SendResult,
} from '../../../src/node/messenger/outbox.js'
import { manualClock } from '../../../src/testing/manual-clock.js'

function setUp(answer: (peer: string) => SendResult = () => 'sent') {
  const clock = manualClock()
  const sent: string[] = []
  const outbox = new Outbox({
    clock,
    send: (peer, message) => {
      const result = answer(peer)
      if (result === 'sent') sent.push(`${peer}:${String.fromCharCode(...message)}`)
      return result
    },
  })
  const message = (name: string) => Uint8Array.from(name, (character) => character.charCodeAt(0))
  const fates: string[] = []
  const own = (peer: string, name: string) => outbox.own(peer, message(name), (fate) => fates.push(`${name} ${fate}`))
  return {
    clock,
    sent,
    outbox,
    own,
    fates,
    forward: (from: string, to: string, name: string) => outbox.forward(from, to, message(name)),
  }
}

describe('own messages', () => {
  test('a burst leaves at once, the rest at four a second', async () => {
    const { clock, sent, own } = setUp()
    for (let i = 0; i < 10; i++) own('a', `${i}`)
    await clock.settle()
    expect(sent).toHaveLength(OUTGOING_BURST)
    await clock.advance(249)
    expect(sent).toHaveLength(OUTGOING_BURST)
    await clock.advance(1)
    expect(sent).toHaveLength(OUTGOING_BURST + 1)
    await clock.advance(1000)
    expect(sent).toHaveLength(OUTGOING_BURST + 5)
    await clock.advance(1000)
    expect(sent).toHaveLength(10)
  })

  test('never more than burst and rate leave, however long nothing was sent', async () => {
    const { clock, sent, own } = setUp()
    await clock.advance(3_600_000)
    for (let i = 0; i < 20; i++) own('a', `${i}`)
    await clock.advance(1000)
    expect(sent).toHaveLength(OUTGOING_BURST + 4)
  })

  test('the one too many is refused at once, and nothing of it is kept', async () => {
    const { clock, own, sent } = setUp()
    for (let i = 0; i < MAX_OWN_QUEUE; i++) expect(own('a', 'x')).toBeDefined()
    expect(own('a', 'y')).toBeUndefined()
    expect(own('b', 'z')).toBeDefined()
    await clock.advance(60_000)
    expect(sent).toHaveLength(MAX_OWN_QUEUE + 1)
  })

  test('answers to strangers leave room for our own requests', async () => {
    const { clock, outbox, own, sent } = setUp()
    const answer = () => outbox.own('a', Uint8Array.of(1), () => undefined, MAX_ANSWER_QUEUE)
    for (let i = 0; i < MAX_ANSWER_QUEUE; i++) expect(answer()).toBeDefined()
    expect(answer()).toBeUndefined()
    expect(own('a', 'x')).toBeDefined()
    await clock.advance(60_000)
    expect(sent).toHaveLength(MAX_ANSWER_QUEUE + 1)
  })

  test('the owner learns that its message left, and when', async () => {
    const { clock, own, fates } = setUp()
    for (let i = 0; i < 5; i++) own('a', `${i}`)
    await clock.settle()
    expect(fates).toEqual(['0 left', '1 left', '2 left', '3 left'])
    await clock.advance(250)
    expect(fates).toContain('4 left')
  })

  test('one that the socket does not take yet has not left, and is lost with the connection', async () => {
    const clock = manualClock()
    const waiting: (() => void)[] = []
    const fates: string[] = []
    const outbox = new Outbox({
      clock,
      send: (_peer, _message, onLeft) => {
        waiting.push(onLeft)
        return 'queued'
      },
    })
    for (const name of ['x', 'y']) outbox.own('a', Uint8Array.of(1), (fate) => fates.push(`${name} ${fate}`))
    await clock.advance(10_000)
    expect(fates).toEqual([])
    waiting[0]!()
    expect(fates).toEqual(['x left'])
    outbox.drop('a')
    waiting[1]!()
    expect(fates).toEqual(['x left', 'y not-connected'])
  })

  test('one that was taken back does not leave', async () => {
    const { clock, own, sent, fates } = setUp()
    own('a', 'x')?.cancel()
    await clock.advance(1000)
    expect(sent).toEqual([])
    expect(fates).toEqual([])
  })

  test('a peer that is not there costs no tokens and no time', async () => {
    const { clock, own, fates } = setUp(() => 'not-connected')
    for (let i = 0; i < 8; i++) own('a', `${i}`)
    await clock.settle()
    expect(fates).toEqual(Array.from({ length: 8 }, (_, i) => `${i} not-connected`))
  })

  test('what waits for a peer that left is told so', async () => {
    const { clock, own, outbox, fates, sent } = setUp()
    for (let i = 0; i < 6; i++) own('a', `${i}`)
    await clock.settle()
    outbox.drop('a')
    expect(fates.slice(4)).toEqual(['4 not-connected', '5 not-connected'])
    await clock.advance(5000)
    expect(sent).toHaveLength(4)
  })

  test('reconnecting does not fill the bucket again', async () => {
    const { clock, own, outbox, sent } = setUp()
    for (let i = 0; i < 4; i++) own('a', `${i}`)
    await clock.settle()
    outbox.drop('a')
    own('a', '4')
    await clock.settle()
    expect(sent).toHaveLength(4)
  })
})

describe('forwards', () => {
  test('sources take turns: the one that floods waits for the others', async () => {
    const { clock, forward, sent } = setUp()
    for (let i = 0; i < 4; i++) forward('flood', 'a', `f${i}`)
    forward('quiet', 'a', 'q')
    await clock.settle()
    expect(sent.indexOf('a:q')).toBe(1)
  })

  test('own messages and forwards alternate', async () => {
    const { clock, forward, own, sent } = setUp()
    for (let i = 0; i < 4; i++) forward('s', 'a', `f${i}`)
    for (let i = 0; i < 4; i++) own('a', `o${i}`)
    await clock.settle()
    expect(sent).toEqual(['a:o0', 'a:f0', 'a:o1', 'a:f1'])
  })

  test('a source has its bound, and the sources together have theirs', () => {
    const { forward } = setUp()
    for (let i = 0; i < MAX_FORWARD_QUEUE; i++) expect(forward('s0', 'a', 'x')).toBe(true)
    expect(forward('s0', 'a', 'x')).toBe(false)
    for (let i = 1; i < MAX_FORWARD_SOURCES; i++) expect(forward(`s${i}`, 'a', 'x')).toBe(true)
    expect(forward('one too many', 'a', 'x')).toBe(false)
  })

  test('a source has a bound over all next peers, which is free again when they leave or got theirs', async () => {
    const { clock, outbox } = setUp()
    const large = new Uint8Array(32_834 + 60)
    const most = Math.floor(MAX_FORWARD_BYTES_OF_SOURCE / large.length)
    const taken = () => Array.from({ length: 64 }, (_, i) => outbox.forward('s', `p${i}`, large)).filter(Boolean).length
    expect(taken()).toBe(most)
    expect(outbox.forward('other', 'p0', large)).toBe(true)
    for (let i = 0; i < 64; i++) outbox.drop(`p${i}`)
    expect(taken()).toBe(most)
    await clock.advance(60_000)
    expect(taken()).toBe(most)
  })

  test('all sources together have one, whatever they are called', () => {
    const { outbox } = setUp()
    const large = new Uint8Array(65_000)
    let taken = 0
    for (let i = 0; i < 2000; i++) if (outbox.forward(`s${i}`, `p${i}`, large)) taken++
    expect(taken).toBe(Math.floor(MAX_FORWARD_BYTES / large.length))
  })

  test('what waits for a slow peer does not delay another', async () => {
    const { clock, forward, sent } = setUp()
    for (let i = 0; i < 8; i++) forward('s', 'slow', `${i}`)
    forward('s', 'other', 'x')
    await clock.settle()
    expect(sent).toContain('other:x')
  })
})

test('after closing, no timer is left and every owner knows', () => {
  const { clock, own, outbox, fates } = setUp()
  own('a', 'x')
  outbox.close()
  expect(clock.waiting).toBe(0)
  expect(fates).toEqual(['x not-connected'])
})
