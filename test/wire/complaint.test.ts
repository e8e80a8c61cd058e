import { describe, expect, test } from 'vitest'
import { ascii } from '../../src/base/bytes.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import { decodeMessage } from '../../src/wire/message.js'
import {
  ALL_CHANNELS,
  complaintText,
  concernsConnection,
  ERROR,
  makeError,
  makeWarning,
  WARNING,
} from '../../src/wire/messages/complaint.js'

const channel = new Uint8Array(32).fill(7)

describe('error and warning', () => {
  test('are a channel id, a length and text', { tags: ['M12'] }, () => {
    expect(toHex(makeError('no', channel))).toBe(`0011${'07'.repeat(32)}00026e6f`)
    expect(toHex(makeWarning('no', channel))).toBe(`0001${'07'.repeat(32)}00026e6f`)
    expect(decodeMessage(WARNING, makeWarning('')).fields).toEqual({
      channel_id: ALL_CHANNELS,
      data: new Uint8Array(0),
    })
  })

  test('concern the connection when the id is all zeros, and only then', { tags: ['M12'] }, () => {
    expect(concernsConnection(decodeMessage(ERROR, makeError('x')).fields)).toBe(true)
    expect(concernsConnection(decodeMessage(ERROR, makeError('x', channel)).fields)).toBe(false)
    for (const at of [0, 31]) {
      const almost = new Uint8Array(32)
      almost[at] = 1
      expect(concernsConnection(decodeMessage(ERROR, makeError('x', almost)).fields)).toBe(false)
    }
  })
})

describe('text of a peer', () => {
  test('is shown as it is while all of it is printable', { tags: ['M12'] }, () => {
    expect(complaintText(ascii('Unknown channel for ~WIRE_CHANNEL!'))).toBe('Unknown channel for ~WIRE_CHANNEL!')
    const all = Uint8Array.from({ length: 95 }, (_, i) => 32 + i)
    expect(complaintText(all)).toBe(String.fromCharCode(...all).replace('\\', '\\\\'))
  })

  test('has every other byte escaped, so that it cannot move the cursor or forge a line', { tags: ['M12'] }, () => {
    expect(complaintText(fromHex('611b5b324a0a7f80ff00'))).toBe('a\\x1b[2J\\x0a\\x7f\\x80\\xff\\x00')
    for (let byte = 0; byte < 256; byte++) {
      const shown = complaintText(Uint8Array.of(byte))
      expect(/^[\x20-\x7e]+$/.test(shown), `${byte}`).toBe(true)
      expect(shown.length === 1).toBe(byte >= 32 && byte <= 126 && byte !== 0x5c)
    }
    expect(complaintText(ascii('\\x0a'))).not.toBe(complaintText(ascii('\n')))
  })

  test('is cut off where it gets long', () => {
    expect(complaintText(new Uint8Array(65000).fill(0x61))).toBe(`${'a'.repeat(500)}… (65000 bytes)`)
    expect(complaintText(ascii('abcd'), 4)).toBe('abcd')
  })

  test('of ours is printable ASCII whatever it was made of', { tags: ['M12'] }, () => {
    const { data } = decodeMessage(ERROR, makeError('größer\n😀')).fields
    expect(complaintText(data)).toBe('gr??er??')
  })
})
