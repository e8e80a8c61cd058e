import { describe, expect, test } from 'vitest'
import { fromHex } from '../../../src/base/hex.js'
import { missingDependencies } from '../../../src/wire/feature-table.js'
import { demands, listBits, offers } from '../../../src/wire/features.js'
import { decodeMessage } from '../../../src/wire/message.js'
import { INIT } from '../../../src/wire/messages/init.js'
import { initMessage, world } from './world.js'

interface Stock {
  readonly who: string
  /** Features of its init, as running nodes sent them. */
  readonly sends: string
  /** Even bits of pairs that it hangs up without, in either parity. */
  readonly wants: readonly number[]
  /** Bits that it understands, even and odd alike: an even one beyond them makes it hang up. */
  readonly understands: readonly number[]
}

const KNOWN = [0, 4, 6, 8, 10, 12, 14, 16, 18, 22, 24, 26, 34, 38, 42, 44, 46, 50]

/** Read off running nodes; Eclair and Core Lightning 24.08 and later by what they want alone. */
const STOCK: readonly Stock[] = [
  { who: 'LDK 0.2', sends: '800898880a0a51a1', wants: [0, 8, 12, 14, 44], understands: [...KNOWN, 62] },
  { who: 'LND 0.21', sends: '8080aa8a5141', wants: [0], understands: [...KNOWN, 30] },
  { who: 'Core Lightning 22.11', sends: '08a0800a0269a2', wants: [], understands: KNOWN },
  { who: 'Core Lightning 0.11.2', sends: '80080269a2', wants: [], understands: KNOWN },
  { who: 'Core Lightning 0.10.2', sends: '8008026aa2', wants: [], understands: KNOWN },
  { who: 'Eclair 0.14', sends: '20000000a202', wants: [0, 44], understands: KNOWN },
]

describe('a stock node stays connected with us, and we with it', () => {
  test.each(STOCK)('$who', async ({ sends, wants, understands }) => {
    const { node, raw, clock } = world()
    const ours = node('ours')
    const stock = await raw(ours, initMessage(sends))
    const { features } = decodeMessage(INIT, fromHex(stock.received[0]!)).fields
    // What it would hang up on.
    expect(wants.filter((bit) => !offers(features, bit))).toEqual([])
    expect(listBits(features).filter((bit) => demands(features, bit) && !understands.includes(bit))).toEqual([])
    expect(missingDependencies(features)).toEqual([])
    // We keep it: it is a peer, and answers to its pings come.
    stock.send(fromHex('0012000400020000'))
    await clock.settle()
    expect(stock.received.slice(1)).toContain('0013000400000000')
    expect(ours.connections.peers()).toHaveLength(1)
    expect(stock.closed).toBe(false)
  })
})
