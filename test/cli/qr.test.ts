import { encode } from 'uqr'
import { describe, expect, test } from 'vitest'
import { encodeString } from '../../src/bolt12/string.js'
import { offerText } from '../../src/cli/daemon/offer-text.js'
import { showString } from '../../src/cli/daemon/show-string.js'
import { styleFor } from '../../src/cli/frame/style.js'
import { qrCode, qrText } from '../../src/cli/show/qr.js'
import { codeOf } from '../support/code-of.js'
import { lno, problemWith } from './run.js'
import { vectorText } from './vectors.js'

const OFFER = vectorText('bolt12/offers-test.json', 0, 'bolt12')
const plain = styleFor(false)

/** Modules of a drawing in half blocks, its margin taken off, and how wide that was. */
function readDrawing(text: string): { rows: readonly string[]; margin: number } {
  const HALVES: Readonly<Record<string, string>> = { '█': '00', '▀': '01', '▄': '10', ' ': '11' }
  const all = text.split('\n').flatMap((line) => {
    const cells = [...line].map((cell) => HALVES[cell]!)
    return [cells.map((cell) => cell[0]).join(''), cells.map((cell) => cell[1]).join('')]
  })
  const dark = all.filter((row) => row.includes('1'))
  const margin = dark[0]!.indexOf('1')
  // Above and below as on the left and the right, at least.
  expect(all.slice(0, margin).every((row) => !row.includes('1'))).toBe(true)
  expect(all.slice(-margin).every((row) => !row.includes('1'))).toBe(true)
  return {
    rows: all.slice(margin, margin + all[0]!.length - 2 * margin).map((row) => row.slice(margin, -margin)),
    margin,
  }
}

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
]
const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'

/** Reads a code of versions 2 to 6 whose data are one block, as ISO 18004 says; it carries no errors to correct. */
function scan(rows: readonly string[]): { mode: number; text: string } {
  const size = rows.length
  const at = (x: number, y: number) => rows[y]![x] === '1'
  // Bits of the format information beside the upper left corner; the mask stands in three of them.
  const format = [0, 1, 2, 3, 4, 5, 7, 8].map((x) => (at(x, 8) ? 1 : 0))
  const mask = MASKS[(((format[2]! << 2) | (format[3]! << 1) | format[4]!) ^ 0b101) & 7]!
  const isFunction = (x: number, y: number) =>
    (x < 9 && y < 9) ||
    (x >= size - 8 && y < 9) ||
    (x < 9 && y >= size - 8) ||
    x === 6 ||
    y === 6 ||
    (Math.abs(x - (size - 7)) <= 2 && Math.abs(y - (size - 7)) <= 2)
  const bits: number[] = []
  for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right--
    for (let i = 0; i < size; i++) {
      const y = up ? size - 1 - i : i
      for (const x of [right, right - 1]) if (!isFunction(x, y)) bits.push(at(x, y) !== mask(x, y) ? 1 : 0)
    }
  }
  let read = 0
  const take = (count: number) => {
    let value = 0
    while (count-- > 0) value = value * 2 + bits[read++]!
    return value
  }
  const mode = take(4)
  const length = take(9)
  let text = ''
  while (text.length + 1 < length) {
    const pair = take(11)
    text += ALPHANUMERIC[Math.floor(pair / 45)]! + ALPHANUMERIC[pair % 45]!
  }
  if (text.length < length) text += ALPHANUMERIC[take(6)]
  return { mode, text }
}

describe('a QR code', () => {
  test('holds the string in upper case, in the mode that is made for it', { tags: ['A1.2'] }, async () => {
    const { text, rows } = await qrCode(OFFER)
    expect(text).toBe(OFFER.toUpperCase())
    // 2 is the alphanumeric mode; bytes would be 4.
    expect(scan(rows)).toEqual({ mode: 2, text: OFFER.toUpperCase() })
    const whole = encode(OFFER.toUpperCase(), { ecc: 'L', boostEcc: true, border: 0 })
    expect(rows).toEqual(whole.data.map((row) => row.map((dark) => (dark ? '1' : '0')).join('')))
  })

  test('is smaller than that of the string in lower case', { tags: ['A1.2'] }, async () => {
    for (const bytes of [40, 100, 300, 700]) {
      const string = encodeString('lno', new Uint8Array(bytes).fill(0x5a))
      expect((await qrCode(string)).version).toBeLessThan(encode(string, { ecc: 'L' }).version)
    }
  })

  test('is drawn module by module, with the margin that there is room for', async () => {
    const code = await qrCode(OFFER)
    const size = code.rows.length
    for (const [width, margin] of [
      [Number.POSITIVE_INFINITY, 4],
      [size + 8, 4],
      [size + 7, 3],
      [size + 2, 1],
    ] as const) {
      const drawn = qrText(code, { width, style: plain })
      expect(readDrawing(drawn)).toEqual({ rows: code.rows, margin })
      expect(Math.max(...drawn.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width)
    }
    expect(codeOf(() => qrText(code, { width: size + 1, style: plain }))).toBe('TERMINAL_TOO_NARROW')
  })

  test('has its own colours where there are colours', async () => {
    const code = await qrCode(OFFER)
    for (const line of qrText(code, { width: 80, style: styleFor(true) }).split('\n')) {
      expect(line).toMatch(/^\u001b\[97;40m[█▀▄ ]+\u001b\[39;49m$/)
    }
  })

  test('is refused when no version is large enough', async () => {
    const longest = encodeString('lno', new Uint8Array(2682).fill(1))
    expect(longest).toHaveLength(4296)
    expect((await qrCode(longest)).version).toBe(40)
    await expect(qrCode(`${longest}q`)).rejects.toMatchObject({ code: 'QR_TOO_LARGE' })
  })
})

describe('lno decode --qr', () => {
  test('prints the code instead of the fields', async () => {
    const { code, stdout, stderr } = await lno(['decode', '--qr', OFFER])
    expect(code).toBe(0)
    expect(scan(readDrawing(stdout.trimEnd()).rows).text).toBe(OFFER.toUpperCase())
    expect(stderr).toBe(`Next: lno explain ${OFFER}\n`)
    expect((await lno(['decode', '--qr', '--json', OFFER])).json()).toEqual({
      kind: 'offer',
      ...(await qrCode(OFFER)),
    })
  })

  test.each([
    ['in a narrow terminal', ['decode', '--qr', OFFER], 30, 1, 'needs 31 columns, the terminal has 30'],
    ['of something broken', ['decode', '--qr', `${OFFER}b`], 80, 1, 'STRING_'],
    ['of an invoice_error', ['decode', '--qr', '--as', 'invoice_error', '050161'], 80, 2, 'has no string'],
    ['together with --bytes', ['decode', '--qr', '--bytes', OFFER], 80, 2, 'exclude each other'],
  ])('%s is refused in a line', async (_, argv, columns, code, why) => {
    const outcome = await lno(argv, { columns })
    expect(outcome.code).toBe(code)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain(why)
  })

  test('asks nothing of the terminal for --json', async () => {
    expect((await lno(['decode', '--qr', '--json', OFFER], { columns: 30 })).code).toBe(0)
  })
})

describe('an offer of the node', () => {
  const offer = {
    offer_id: 'ab'.repeat(32),
    form: 'modern' as const,
    bolt12: OFFER,
    active: true,
    single_use: false,
    paths: [],
    open_invoices: 0,
    created_at: '2026-03-01T00:00:00Z',
  }

  const shown = async (json: boolean, width: number, withQr: boolean) => {
    const printed: { document?: unknown; text?: string } = {}
    const result = (document: unknown, human: () => string) => {
      if (json) printed.document = document
      else printed.text = human()
    }
    const problem = await showString({ result, json, width, style: plain }, offer, withQr, offerText)
    return { ...printed, problem: problem?.code }
  }

  test('is shown with its code below the string', async () => {
    const { text, problem } = await shown(false, 80, true)
    expect(problem).toBeUndefined()
    const [before, drawn] = text!.split(`\n\n${OFFER}\n\n`)
    expect(before).toBe((await shown(false, 80, false)).text!.split(`\n\n${OFFER}`)[0])
    expect(scan(readDrawing(drawn!).rows).text).toBe(OFFER.toUpperCase())
  })

  test('is shown without its code, and with the reason, where there is no room', async () => {
    const { text, problem } = await shown(false, 30, true)
    expect(problem).toBe('TERMINAL_TOO_NARROW')
    expect(text).toBe((await shown(false, 30, false)).text)
  })

  test('carries the code in its document', async () => {
    const { document, problem } = await shown(true, 30, true)
    expect(problem).toBeUndefined()
    expect(document).toEqual({ ...offer, qr: await qrCode(OFFER) })
    expect((await shown(true, 30, false)).document).toEqual(offer)
  })
})
