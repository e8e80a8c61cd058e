import { expect, test } from 'vitest'
import { isZero } from '../../src/base/bytes.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import { decodeMessage } from '../../src/wire/message.js'
import { makePing, PING, PONG, pongFor } from '../../src/wire/messages/ping.js'
import { codeOf } from '../support/code-of.js'

test('a ping is answered by exactly as many zero bytes as it asks for', { tags: ['M11'] }, () => {
  for (const wanted of [0, 1, 2, 255, 65531]) {
    const pong = pongFor(decodeMessage(PING, makePing(wanted, 3)).fields)
    expect(pong).toBeDefined()
    const { ignored } = decodeMessage(PONG, pong!).fields
    expect(ignored).toHaveLength(wanted)
    expect(isZero(ignored)).toBe(true)
  }
  expect(pongFor({ num_pong_bytes: 65531 })).toHaveLength(65535)
})

test('a ping that asks for 65532 bytes or more gets no answer', { tags: ['M11'] }, () => {
  for (const wanted of [65532, 65533, 65535]) expect(pongFor({ num_pong_bytes: wanted })).toBeUndefined()
})

test('our ping carries zeros only', { tags: ['M11'] }, () => {
  expect(toHex(makePing(1))).toBe('0012' + '0001' + '0000')
  expect(toHex(makePing(0x102, 4))).toBe('0012' + '0102' + '0004' + '00000000')
})

test('a ping that claims more bytes than it has is too short', { tags: ['M2'] }, () => {
  expect(codeOf(() => decodeMessage(PING, fromHex('0012' + '0001' + '0002' + 'aa')))).toBe('MESSAGE_TOO_SHORT')
})
