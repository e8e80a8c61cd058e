import { cliError } from '../frame/exit.js'
import type { Style } from '../frame/style.js'

/** A QR code, as `--json` prints it. */
export interface QrCode {
  /** What a reader gets: the string in upper case. */
  readonly text: string
  /** 1 to 40: how large it is. */
  readonly version: number
  /** Modules from top to bottom, each row from left to right, 1 is dark; without the light margin. */
  readonly rows: readonly string[]
}

/** Of the four correction levels the lowest that a smaller code needs, then the highest that the same size has room for. */
const LEVEL = { ecc: 'L', boostEcc: true } as const

/** Light modules around the code: the standard asks for four, readers manage with less. */
const MARGINS = [4, 3, 2, 1] as const

/** Most characters of the largest code, version 40: strings have the characters of its alphanumeric mode. */
const MOST_CHARACTERS = 4296

/**
 * The QR code of a BOLT 12 string. It is taken in upper case, whose characters take 5.5 bits there instead of 8 (rule A1.2).
 * @throws LnoError `QR_TOO_LARGE`
 */
export async function qrCode(string: string): Promise<QrCode> {
  const text = string.toUpperCase()
  if (text.length > MOST_CHARACTERS) {
    throw cliError('QR_TOO_LARGE', `the string has ${text.length} characters, a QR code holds ${MOST_CHARACTERS}`)
  }
  // Loaded here: commands that can show a code rarely do.
  const { encode } = await import('uqr')
  const { version, data } = encode(text, { ...LEVEL, border: 0 })
  return { text, version, rows: data.map((row) => row.map((dark) => (dark ? '1' : '0')).join('')) }
}

const HALVES: Readonly<Record<string, string>> = { '00': '█', '01': '▀', '10': '▄', '11': ' ' }

/**
 * The code in half blocks, two rows a line. Light modules are what is drawn: it is right on a dark terminal as it stands, and
 * on any where there are colours.
 * @throws LnoError `TERMINAL_TOO_NARROW`
 */
export function qrText({ rows }: QrCode, { width, style }: { readonly width: number; readonly style: Style }): string {
  const size = rows.length
  const margin = MARGINS.find((modules) => size + 2 * modules <= width)
  if (margin === undefined) {
    throw cliError('TERMINAL_TOO_NARROW', `the QR code needs ${size + 2} columns, the terminal has ${width}`)
  }
  const blank = '0'.repeat(size + 2 * margin)
  const side = '0'.repeat(margin)
  const above = Array<string>(margin).fill(blank)
  const all = [...above, ...rows.map((row) => side + row + side), ...above]
  const lines: string[] = []
  for (let y = 0; y < all.length; y += 2) {
    // A code has an odd number of rows: the last line has a light half more.
    const [upper, lower = blank] = [all[y]!, all[y + 1]]
    lines.push(style.whiteOnBlack([...upper].map((module, x) => HALVES[module + lower[x]!]).join('')))
  }
  return lines.join('\n')
}
