import { DETERMINISTIC_AUX, signRecords } from '../../../src/bolt12/signature.js'
import { readRecords } from '../../../src/wire/tlv.js'
import { ODD_PAYER, PAYER } from './cast.js'
import { OPEN } from './offers.js'
import { merged, type Records, sorted } from './records.js'
import type { About, Context } from './vector.js'

/** How a request is made of the offer that it answers. */
export interface RequestSpec {
  /** What the issuer has on offer. */
  readonly offer?: Records
  /** The fields of the offer as the request repeats them, where that is not the same. */
  readonly copied?: Records
  /** Its own fields, over `metadata`, `amount` and `payer id`. */
  readonly own?: Records
  /** Types left out. */
  readonly without?: readonly number[]
  /** The secret that signs; `none` leaves the signature out. */
  readonly signer?: Uint8Array | 'none'
  /** The string, where it is not simply that of the bytes. */
  readonly text?: (bytes: Uint8Array) => string
  /** The stream, where it is not what was signed. */
  readonly altered?: (bytes: Uint8Array) => Uint8Array
  readonly context?: Context
}

export const METADATA = [0, 'hex:00112233445566778899aabbccddeeff'] as const

/** The fields that a payer sets unless a vector says otherwise. */
const OWN: Records = [METADATA, [82, 100_000n], [88, PAYER.id]]

/** Signs records as the payer, or as somebody else. */
export function signedRequest(records: Records, secret: Uint8Array = PAYER.secret): Uint8Array {
  if (records.some(([type]) => type === 240)) return sorted(records)
  const { records: read } = readRecords(sorted(records))
  return sorted([...records, [240, signRecords(['invoice_request', 'signature'], read, secret, DETERMINISTIC_AUX)]])
}

/** The stream of a request. */
export function requestBytes({ offer = OPEN, copied = offer, own, without, signer, altered }: RequestSpec): Uint8Array {
  const records = merged([...copied, ...OWN], own, without)
  const bytes = signer === 'none' ? sorted(records) : signedRequest(records, signer)
  return altered?.(bytes) ?? bytes
}

/** One line of a list of vectors. */
export type RequestLine = readonly [
  rule: string,
  description: string,
  spec?: RequestSpec,
  more?: Pick<About, 'needs' | 'note'>,
]

/** A payer whose id has an odd Y. */
export const BY_ODD_PAYER: RequestSpec = { own: [[88, ODD_PAYER.id]], signer: ODD_PAYER.secret }
