import { describe, expect, test } from 'vitest'
import { LATE_MS, MAX_LATE, Replies } from '../../../src/node/payer/replies.js'
import { modern } from '../../../src/onion/generations/modern.js'
import { manualClock } from '../../../src/testing/manual-clock.js'

const proof = (n: number) => {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(0, n)
  return bytes
}

describe('a reply path', () => {
  test('is waited for, late for a while, then unknown', async () => {
    const clock = manualClock()
    const replies = new Replies<string>(clock)
    replies.wait(proof(1), modern, 'one')
    expect(replies.find(proof(1))).toEqual({ generation: modern, waiter: 'one' })
    expect([replies.find(proof(2)), replies.find(undefined)]).toEqual([undefined, undefined])
    replies.end([proof(1), proof(2)], 'request')
    await clock.advance(LATE_MS - 1)
    expect(replies.find(proof(1))).toEqual({ generation: modern, lateFor: 'request' })
    await clock.advance(1)
    expect([replies.find(proof(1)), replies.size]).toEqual([undefined, 0])
  })

  test('that is over is one of so many that are remembered; one that is waited for is never forgotten', () => {
    const replies = new Replies<string>(manualClock())
    replies.wait(proof(0), modern, 'open')
    for (let i = 1; i <= MAX_LATE + 3; i++) {
      replies.wait(proof(i), modern, 'over')
      replies.end([proof(i)], 'request')
    }
    expect(replies.size).toBe(MAX_LATE + 1)
    expect([3, 4].map((n) => replies.find(proof(n)))).toEqual([undefined, { generation: modern, lateFor: 'request' }])
    expect(replies.find(proof(0))).toEqual({ generation: modern, waiter: 'open' })
  })
})
