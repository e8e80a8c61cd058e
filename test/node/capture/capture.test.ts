import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../../src/base/hex.js'
import { publicKey } from '../../../src/crypto/group.js'
import { MAX_CAPTURE_LINE } from '../../../src/node/capture/format.js'
import {
  type CaptureEntry,
  type CaptureOptions,
  captureFile,
  captureTo,
  parseCapture,
  readCapture,
  readCaptureFile,
} from '../../../src/node/capture/index.js'
import { modern, peel } from '../../../src/onion/index.js'
import { codeOf } from '../../support/code-of.js'
import { tempDir } from '../../support/temp-dir.js'
import { shop, TEA } from '../../testing/shop.js'

const NODE = `02${'11'.repeat(32)}`
const PEER = `03${'22'.repeat(32)}`
const START = 1_767_225_600_000
const OPTIONS: CaptureOptions = { lno: '0.1.0', network: 'regtest', nodeId: NODE, startedAt: START }
const HEADER = `{"capture":1,"lno":"0.1.0","network":"regtest","node_id":"${NODE}","started":"2026-01-01T00:00:00.000Z"}\n`

/** Lines behind a good header. */
const headed = (...lines: readonly string[]) => HEADER + lines.map((line) => `${line}\n`).join('')

describe('a capture', () => {
  test('is written as its page says', () => {
    const lines: string[] = []
    const capture = captureTo((line) => lines.push(line), { ...OPTIONS, nodeKey: new Uint8Array(32).fill(7) })
    capture.message({ at: START + 12, direction: 'in', peerId: PEER, bytes: fromHex('0201aabb') })
    capture.event({ kind: 'node_stopping', at: '2026-01-01T00:00:00.020Z' })
    capture.note('by hand', START + 30)
    expect(lines).toEqual([
      HEADER,
      `{"t":0,"keys":{"node_id":"${NODE}","node_key":"${'07'.repeat(32)}"}}\n`,
      `{"t":12,"dir":"in","peer":"${PEER}","type":513,"bytes":"0201aabb"}\n`,
      '{"t":20,"event":{"kind":"node_stopping","at":"2026-01-01T00:00:00.020Z"}}\n',
      '{"t":30,"note":"by hand"}\n',
    ])
  })

  test('reads back what was written, in one piece and in pieces of any length', async () => {
    const entry = fc.oneof(
      fc.record({ bytes: fc.uint8Array({ minLength: 2, maxLength: 80 }), in: fc.boolean(), wait: fc.nat(1e9) }),
      fc.record({ note: fc.string({ unit: 'binary' }), wait: fc.nat(1e9) }),
      fc.record({ event: fc.dictionary(fc.string(), fc.jsonValue()), wait: fc.nat(1e9) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 8 }), fc.integer({ min: 1, max: 400 }), async (made, size) => {
        let text = ''
        const capture = captureTo((line) => {
          text += line
        }, OPTIONS)
        let at = START
        const expected = made.map((one): CaptureEntry => {
          at += one.wait
          const t = at - START
          if ('bytes' in one) {
            capture.message({ at, direction: one.in ? 'in' : 'out', peerId: PEER, bytes: one.bytes })
            const type = one.bytes[0]! * 256 + one.bytes[1]!
            return { kind: 'message', t, dir: one.in ? 'in' : 'out', peer: PEER, type, bytes: one.bytes }
          }
          if ('note' in one) {
            capture.note(one.note, at)
            return { kind: 'note', t, note: one.note }
          }
          const event = { ...one.event, kind: 'node_stopping' as const, at: new Date(at).toISOString() }
          capture.event(event)
          return { kind: 'event', t, event: JSON.parse(JSON.stringify(event)) }
        })
        const header = { kind: 'header', capture: 1, lno: '0.1.0', network: 'regtest', nodeId: NODE, startedAt: START }
        expect(parseCapture(text)).toEqual({ header, entries: expected })
        const bytes = new TextEncoder().encode(text)
        const read: unknown[] = []
        for await (const line of readCapture(pieces(bytes, size))) read.push(line)
        expect(read).toEqual([header, ...expected])
      }),
      { numRuns: 60 },
    )
  })

  test('holds the largest message, and an event that is too long as a note', () => {
    let text = ''
    const capture = captureTo((line) => {
      text += line
    }, OPTIONS)
    capture.message({ at: START, direction: 'out', peerId: PEER, bytes: new Uint8Array(65_535) })
    capture.event({ kind: 'node_ready', at: '2026-01-01T00:00:00.000Z', text: '\u0000'.repeat(100_000) })
    expect(parseCapture(text).entries.map(({ kind }) => kind)).toEqual(['message', 'note'])
  })

  test('has times that never go back, whatever the clock does', () => {
    let text = ''
    const capture = captureTo((line) => {
      text += line
    }, OPTIONS)
    for (const at of [START + 5, START - 1000, START + 6.9]) capture.note('', at)
    expect(parseCapture(text).entries.map(({ t }) => t)).toEqual([5, 5, 6])
  })

  test('of a later program reads, as far as it is understood', () => {
    const text = headed('{"t":1,"note":"a","more":[1]}', '{"t":2,"weather":"fair"}', '{"t":3,"note":"b"}')
    expect(parseCapture(text).entries).toEqual([
      { kind: 'note', t: 1, note: 'a' },
      { kind: 'note', t: 3, note: 'b' },
    ])
  })
})

describe('what is no capture is refused with its line', () => {
  const message = (members: object) =>
    JSON.stringify({ t: 1, dir: 'in', peer: PEER, type: 513, bytes: '0201', ...members })
  const cases: readonly (readonly [why: string, text: string, code: string, line: number])[] = [
    ['nothing', '', 'CAPTURE_TRUNCATED', 1],
    ['half a header', HEADER.slice(0, 20), 'CAPTURE_TRUNCATED', 1],
    ['another file', 'hello\n', 'CAPTURE_BAD_LINE', 1],
    ['no header', '{"t":1,"note":""}\n', 'CAPTURE_BAD_LINE', 1],
    ['a later version', HEADER.replace('"capture":1', '"capture":2'), 'CAPTURE_VERSION', 1],
    ['a header without node', HEADER.replace('node_id', 'node'), 'CAPTURE_BAD_LINE', 1],
    ['a header without time', HEADER.replace('2026-', 'then '), 'CAPTURE_BAD_LINE', 1],
    ['a half line', `${headed('{"t":1,"note":"a"}')}{"t":2,"no`, 'CAPTURE_TRUNCATED', 3],
    ['a line that is no object', headed('[]'), 'CAPTURE_BAD_LINE', 2],
    ['a line that is empty', headed(''), 'CAPTURE_BAD_LINE', 2],
    ['no time', headed('{"note":"a"}'), 'CAPTURE_BAD_LINE', 2],
    ['half a millisecond', headed('{"t":0.5,"note":"a"}'), 'CAPTURE_BAD_LINE', 2],
    ['a time before the start', headed('{"t":-1,"note":"a"}'), 'CAPTURE_BAD_LINE', 2],
    ['a time that goes back', headed('{"t":2,"note":"a"}', '{"t":1,"note":"a"}'), 'CAPTURE_BAD_LINE', 3],
    ['no direction', headed(message({ dir: 'up' })), 'CAPTURE_BAD_LINE', 2],
    ['no peer', headed(message({ peer: PEER.slice(2) })), 'CAPTURE_BAD_LINE', 2],
    ['no hex', headed(message({ bytes: '0201zz' })), 'CAPTURE_BAD_LINE', 2],
    ['no message', headed(message({ bytes: '02' })), 'CAPTURE_BAD_LINE', 2],
    ['too much of a message', headed(message({ bytes: `0201${'00'.repeat(65_534)}` })), 'CAPTURE_BAD_LINE', 2],
    ['another type', headed(message({ type: 512 })), 'CAPTURE_BAD_LINE', 2],
    ['an event without kind', headed('{"t":1,"event":{}}'), 'CAPTURE_BAD_LINE', 2],
    ['a note that is none', headed('{"t":1,"note":1}'), 'CAPTURE_BAD_LINE', 2],
    ['a short key', headed(`{"t":1,"keys":{"node_id":"${NODE}","node_key":"07"}}`), 'CAPTURE_BAD_LINE', 2],
    ['an endless line', `${HEADER}${' '.repeat(MAX_CAPTURE_LINE + 1)}`, 'CAPTURE_LINE_TOO_LONG', 2],
  ]
  for (const [why, text, code, line] of cases) {
    test(why, async () => {
      // Read as text and as a stream: one meaning.
      const whole = text.endsWith('\n') || code !== 'CAPTURE_LINE_TOO_LONG' ? text : `${text}\n`
      const failures = [
        await Promise.resolve()
          .then(() => parseCapture(whole))
          .catch((error) => error),
        await drain(readCapture(pieces(new TextEncoder().encode(text), 1000))).catch((error) => error),
      ]
      for (const error of failures) expect([error.code, error.path]).toEqual([code, ['lines', line]])
    })
  }

  test('bytes that are no UTF-8', async () => {
    const bytes = [...new TextEncoder().encode(HEADER), 0xff, 10]
    const error = await drain(readCapture([Uint8Array.from(bytes)])).catch((error) => error)
    expect([error.code, error.path]).toEqual(['CAPTURE_BAD_LINE', ['lines', 2]])
  })

  test('a chopped line, after all lines before it were given', async () => {
    const seen: string[] = []
    const reading = (async () => {
      for await (const line of readCapture([new TextEncoder().encode(`${headed('{"t":1,"note":"a"}')}{"t"`)])) {
        seen.push(line.kind)
      }
    })()
    await expect(reading).rejects.toMatchObject({ code: 'CAPTURE_TRUNCATED' })
    expect(seen).toEqual(['header', 'note'])
  })
})

describe('the file of a capture', () => {
  const unexpected = (error: Error) => {
    throw error
  }

  test('is readable for its owner alone, is whole after each line, and reads back', async () => {
    const path = join(tempDir(), 'one.capture')
    const capture = captureFile(path, OPTIONS, unexpected)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(path, 'utf8')).toBe(HEADER)
    capture.note('ü', START)
    expect(readFileSync(path, 'utf8')).toBe(headed('{"t":0,"note":"ü"}'))
    capture.close()
    capture.note('late', START)
    expect(await drain(readCaptureFile(path))).toEqual(['header', 'note'])
  })

  test('never overwrites anything', () => {
    const path = join(tempDir(), 'two.capture')
    writeFileSync(path, 'mine')
    expect(codeOf(() => captureFile(path, OPTIONS, unexpected))).toBe('CAPTURE_FAILED')
    appendFileSync(path, '!')
    expect(readFileSync(path, 'utf8')).toBe('mine!')
    const nowhere = join(tempDir(), 'none', 'x')
    expect(codeOf(() => captureFile(nowhere, OPTIONS, unexpected))).toBe('CAPTURE_FAILED')
    expect(existsSync(nowhere)).toBe(false)
  })

  test('that cannot be read is told', async () => {
    await expect(drain(readCaptureFile(join(tempDir(), 'none')))).rejects.toMatchObject({ code: 'CAPTURE_FAILED' })
  })
})

describe('a capture of a relayed fetch', () => {
  test('reads back, and with keys the onion messages in it can be peeled again', async () => {
    const { network, merchant, relay, payer } = await shop('capture')
    const texts = { merchant: '', relay: '', payer: '' }
    for (const node of [merchant, relay, payer]) {
      const name = node.name as keyof typeof texts
      node.capture(
        (line) => {
          texts[name] += line
        },
        { keys: node !== payer },
      )
    }
    const offer = await merchant.createOffer({ ...TEA, via: [relay] })
    const { request, invoice } = await payer.fetchInvoice(offer.text)
    await network.close()

    const captures = { merchant: parseCapture(texts.merchant), relay: parseCapture(texts.relay) }
    expect(parseCapture(texts.payer).entries.some(({ kind }) => kind === 'keys')).toBe(false)
    expect(texts.payer).not.toContain('node_key')
    const peeled = Object.values(captures).map(({ header, entries }) => {
      const keys = entries.find((entry) => entry.kind === 'keys')!
      expect([keys.nodeId, toHex(publicKey(keys.nodeKey))]).toEqual([header.nodeId, header.nodeId])
      const self = { secret: keys.nodeKey, node_id: fromHex(keys.nodeId) }
      return entries.flatMap((entry) =>
        entry.kind === 'message' && entry.type === 513 && entry.dir === 'in' ? [peel(modern, self, entry.bytes)] : [],
      )
    })
    const [atMerchant, atRelay] = peeled
    expect(atMerchant).toMatchObject([{ kind: 'deliver', contents: { type: 64n, value: request.bytes } }])
    expect(atRelay).toMatchObject([
      { kind: 'forward', next: { next_node_id: fromHex(merchant.id) } },
      { kind: 'forward', next: { next_node_id: fromHex(payer.id) } },
    ])
    // Events stand between the messages that they speak of.
    const kinds = captures.merchant.entries.map((entry) => (entry.kind === 'event' ? entry.event.kind : entry.kind))
    expect(kinds).toEqual(expect.arrayContaining(['keys', 'message', 'request_received', 'invoice_sent']))
    expect(kinds.indexOf('request_received')).toBeLessThan(kinds.indexOf('invoice_sent'))
    expect(invoice.fields.invoice_amount).toBe(10_000n)
  })
})

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function drain(lines: AsyncIterable<{ readonly kind: string }>): Promise<readonly string[]> {
  const kinds: string[] = []
  for await (const { kind } of lines) kinds.push(kind)
  return kinds
}
