import { DETERMINISTIC_AUX, signRecords } from '../../../src/bolt12/signature.js'
import { readRecords } from '../../../src/wire/tlv.js'
import {
  ALICE,
  type BuiltPath,
  lastId,
  lastKey,
  NOW,
  PAY_BOB,
  PAYMENT_HASH,
  pathsValue,
  payinfo,
  payinfos,
} from './cast.js'
import { type RequestSpec, requestBytes } from './make-request.js'
import { type StandaloneSpec, standaloneBytes } from './make-standalone.js'
import { HIDDEN } from './offers.js'
import { merged, type Records, sorted } from './records.js'
import type { About, Context } from './vector.js'

/** How an invoice is made of the request that it answers. */
export interface InvoiceSpec {
  readonly request?: RequestSpec
  /** In place of `request`: one that answers no offer. */
  readonly standalone?: StandaloneSpec
  /** Records of the request that the invoice repeats otherwise, or not (`unmirrored`). */
  readonly mirrored?: Records
  readonly unmirrored?: readonly number[]
  /** The invoice's own fields, over a good set of them. */
  readonly own?: Records
  readonly without?: readonly number[]
  /** The secret that signs; `none` leaves the signature out. */
  readonly signer?: Uint8Array | 'none'
  readonly altered?: (bytes: Uint8Array) => Uint8Array
  readonly text?: (bytes: Uint8Array) => string
  readonly context?: Context
  /** What a payer makes of a good one. */
  readonly expect?: Expected
}

/** What a payer makes of an invoice that it pays. */
export interface Expected {
  /** Indexes of the paths that may be used, best first. */
  readonly usable_paths?: readonly number[]
  readonly parts?: 'required' | 'allowed' | 'single'
  /** Indexes of the fallback addresses that may be used. */
  readonly usable_fallbacks?: readonly number[]
}

/** The amount of all requests unless they say otherwise. */
export const AMOUNT = 100_000n
const CREATED = NOW - 100

const OWN: Records = [
  [160, pathsValue(PAY_BOB)],
  [162, payinfos(payinfo())],
  [164, BigInt(CREATED)],
  [168, PAYMENT_HASH],
  [170, AMOUNT],
  [176, ALICE.id],
]

/** The stream of the request that an invoice answers. */
export function asked({ request = {}, standalone }: InvoiceSpec): Uint8Array {
  return standalone ? standaloneBytes(standalone) : requestBytes(request)
}

/** Signs the records of an invoice. */
function signedInvoice(records: Records, secret: Uint8Array): Uint8Array {
  if (records.some(([type]) => type === 240)) return sorted(records)
  const { records: read } = readRecords(sorted(records))
  return sorted([...records, [240, signRecords(['invoice', 'signature'], read, secret, DETERMINISTIC_AUX)]])
}

/** The stream of an invoice. */
export function invoiceBytes(spec: InvoiceSpec, request = asked(spec)): Uint8Array {
  const { mirrored, unmirrored, own, without, signer = ALICE.secret, altered } = spec
  const copied = readRecords(request)
    .records.map(({ type, value }) => [Number(type), value] as const)
    .filter(([type]) => type < 240 || type > 1000)
  const records = [...merged(copied, mirrored, unmirrored), ...merged(OWN, own, without)]
  const bytes = signer === 'none' ? sorted(records) : signedInvoice(records, signer)
  return altered?.(bytes) ?? bytes
}

/** One line of a list of vectors. */
export type InvoiceLine = readonly [
  rule: string,
  description: string,
  spec?: InvoiceSpec,
  more?: Pick<About, 'needs' | 'note'>,
]

/** Of an offer without issuer id, asked for over one of its paths. */
export const hidden = (built: BuiltPath, offer: Records = HIDDEN): InvoiceSpec => ({
  request: { offer },
  own: [[176, lastId(built)]],
  signer: lastKey(built),
  context: { sent_to: lastId(built) },
})
