import { fromHex } from '../../base/hex.js'
import { fromPasted } from '../../bolt12/pasted.js'
import { decodeString, encodeString, type Prefix } from '../../bolt12/string.js'
import { cliError, usage } from '../frame/exit.js'

/** What a stream of BOLT 12 is. */
export const KINDS = ['offer', 'invoice_request', 'invoice', 'invoice_error', 'payer_proof'] as const
export type Kind = (typeof KINDS)[number]

/** Prefix of each kind's string; an invoice_error has no text form. */
export const PREFIX_OF: Readonly<Record<Kind, Prefix | undefined>> = {
  offer: 'lno',
  invoice_request: 'lnr',
  invoice: 'lni',
  invoice_error: undefined,
  payer_proof: 'lnp',
}

/** The option that says what a stream given as hex is. */
export const AS = {
  value: 'KIND',
  choices: KINDS,
  summary: 'read the hex of a stream as this',
} as const

/** A stream that was given on the command line. */
export interface Input {
  readonly kind: Kind
  /** The TLV stream. */
  readonly bytes: Uint8Array
  /** Its string in lower case and one piece; the hex of an invoice_error. */
  readonly text: string
}

function kindOf(prefix: Prefix): Kind {
  return KINDS.find((kind) => PREFIX_OF[kind] === prefix)!
}

const isHex = (text: string): boolean => /^[0-9a-fA-F]+$/.test(text)

/**
 * The stream behind what was given: a string of any kind, a URI that holds one, or with `as` the hex of a stream.
 * @throws LnoError of the string layer, `BAD_HEX`, `USAGE`
 */
export function readInput(given: string, as: Kind | undefined): Input {
  const text = given.trim()
  if (text === '') throw cliError('NO_INPUT', 'an empty text was given')
  if (as === undefined && isHex(text)) throw usage(`hex needs --as ${KINDS.join('|')}`)
  if (as !== undefined && !/^(ln|lightning:|bitcoin:)/i.test(text)) {
    const bytes = fromHex(text)
    const prefix = PREFIX_OF[as]
    return { kind: as, bytes, text: prefix === undefined ? text.toLowerCase() : encodeString(prefix, bytes) }
  }
  const { prefix, bytes } = decodeString(fromPasted(text))
  const kind = kindOf(prefix)
  if (as !== undefined && as !== kind) throw usage(`the string is that of ${kind}, not of ${as}`)
  return { kind, bytes, text: encodeString(prefix, bytes) }
}
