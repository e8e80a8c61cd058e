import { decodeAs } from '../../bolt12/decode.js'
import { type DumpRow, dump, dumpBy } from '../../bolt12/dump.js'
import { type Inspection, inspect } from '../../bolt12/inspect.js'
import { type JsonObject, toJson } from '../../bolt12/json.js'
import type { Kind } from '../../bolt12/layout.js'
import { layoutOf } from '../../bolt12/layout.js'
import type { LegacyCode } from '../../bolt12/legacy/codes.js'
import { decodeLegacyAs } from '../../bolt12/legacy/decode.js'
import { LEGACY } from '../../bolt12/legacy/dialect.js'
import { isLegacyStream, isLegacyString, type LegacyKind } from '../../bolt12/legacy/form.js'
import { inspectLegacy, type LegacyInspection } from '../../bolt12/legacy/inspect.js'
import { legacyToJson } from '../../bolt12/legacy/json.js'
import { fromXOnly } from '../../bolt12/legacy/keys.js'
import { legacyLayoutOf } from '../../bolt12/legacy/layout.js'
import { legacyMerkleTree } from '../../bolt12/legacy/merkle.js'
import { requestTagOf } from '../../bolt12/legacy/signature.js'
import { type MerkleTree, merkleTree } from '../../bolt12/merkle.js'
import type { ReadContext } from '../../bolt12/rules/rule.js'
import type { SignatureNames } from '../../bolt12/signature.js'
import { readFields, type Table, type TlvRecord } from '../../wire/tlv.js'
import { fieldRows } from './fields.js'
import { legacyFieldRows } from './legacy-fields.js'
import type { Row } from './rows.js'

/** A string, or a stream of a kind; where both are known, the stream counts. */
export type Given = { readonly text: string } | { readonly kind: Kind; readonly bytes: Uint8Array }

/** What was made out of it, for printers. */
export interface Seen extends Pick<Inspection, 'kind' | 'records' | 'issues' | 'rules'> {
  /** `2021 form, c-lightning v0.10.1 to v0.12.1`; nothing for today's form. */
  readonly origin?: string
  /** The same for programs. */
  readonly originJson: JsonObject
  /** True for what `lno fetch` takes. */
  readonly fetchable: boolean
  /** Why it, or its invoice, is not paid here even where no rule is broken. */
  readonly unpayable?: { readonly code: string; readonly message: string }
  json(): JsonObject
  rows(now: bigint): readonly Row[]
}

/** What is signed in a message: by which key, in which record. */
export interface Signed {
  readonly of: SignatureNames
  readonly key: bigint
  readonly at: bigint
}

/** One of the forms that BOLT 12 has had, as far as the commands differ by it. */
export interface Form {
  /** Throws the first rule that the bytes break. */
  decode(kind: Kind, bytes: Uint8Array): void
  inspect(given: Given, context?: ReadContext): Seen
  dump(kind: Kind, bytes: Uint8Array): readonly DumpRow[]
  table(kind: Kind): Table
  merkleTree(records: readonly TlvRecord[]): MerkleTree
  /** Undefined for what is not signed in this form. */
  signed(kind: Kind, records: readonly TlvRecord[]): Signed | undefined
  /** The 33 bytes of a key as it stands in a record. */
  point(key: Uint8Array): Uint8Array
}

const SIGNED: Readonly<Partial<Record<Kind, Signed>>> = {
  invoice_request: { of: ['invoice_request', 'signature'], key: 88n, at: 240n },
  invoice: { of: ['invoice', 'signature'], key: 176n, at: 240n },
  payer_proof: { of: ['payer_proof', 'proof_signature'], key: 88n, at: 241n },
}

const current: Form = {
  decode: (kind, bytes) => decodeAs(kind, bytes),
  inspect(given, context) {
    const at = context && { context }
    const seen = 'bytes' in given ? inspect(given.bytes, { as: given.kind, ...at }) : inspect(given.text, at)
    return {
      ...seen,
      originJson: {},
      fetchable: seen.kind === 'offer',
      json: () => toJson(seen),
      rows: (now) => fieldRows(seen, now),
    }
  },
  dump: (kind, bytes) => dump(bytes, kind),
  table: (kind) => layoutOf(kind).table,
  merkleTree: (records) => merkleTree(records),
  signed: (kind) => SIGNED[kind],
  point: (key) => key,
}

/** The kind is one of this form: the form is told by a record that only such kinds have. */
const legacyKind = (kind: Kind) => kind as LegacyKind

function origin({ releases }: LegacyInspection): string {
  return releases === undefined ? '2021 form' : `2021 form, ${releases}`
}

function unpayable({ kind, fields }: LegacyInspection): Seen['unpayable'] {
  const why = (message: string) => ({ code: 'PAYMENT_UNBLINDED' satisfies LegacyCode, message })
  if (kind === 'invoice') return why('It cannot be paid: invoices of 2021 are paid in the clear')
  if (kind !== 'offer') return undefined
  if (fields.send_invoice !== undefined) return why('It sends money in the clear, which cannot be taken')
  if (fields.recurrence !== undefined) return why('It is paid again every so often, and in the clear: lno does neither')
  return why('It can be fetched (lno fetch), but not paid: its invoice is paid in the clear')
}

const of2021: Form = {
  decode: (kind, bytes) => decodeLegacyAs(legacyKind(kind), bytes),
  inspect(given, context) {
    const at = context && { context }
    const seen =
      'bytes' in given
        ? inspectLegacy(given.bytes, { as: legacyKind(given.kind), ...at })
        : inspectLegacy(given.text, at)
    const { releases } = seen
    const reason = unpayable(seen)
    return {
      ...seen,
      fetchable:
        seen.kind === 'offer' && seen.fields.send_invoice === undefined && seen.fields.recurrence === undefined,
      ...(reason && { unpayable: reason }),
      origin: origin(seen),
      originJson: { form: '2021', ...(releases !== undefined && { releases }) },
      json: () => legacyToJson(seen),
      rows: (now) => legacyFieldRows(seen, now),
    }
  },
  dump: (kind, bytes) => dumpBy(of2021.table(kind), bytes),
  table: (kind) => legacyLayoutOf(legacyKind(kind), LEGACY).table,
  merkleTree: legacyMerkleTree,
  signed(kind, records) {
    if (kind === 'offer') return { of: ['offer', 'signature'], key: 30n, at: 240n }
    if (kind === 'invoice') return { of: ['invoice', 'signature'], key: 30n, at: 240n }
    const { fields } = readFields(of2021.table(kind), records)
    const tag = requestTagOf({ fields, records }) ?? LEGACY.requestTag
    return { of: ['invoice_request', tag], key: 38n, at: 240n }
  },
  point: fromXOnly,
}

/** The form of what was given, by its content alone: both have the same prefixes. */
export function formOf(given: Given): Form {
  const old = 'bytes' in given ? isLegacyStream(given.kind, given.bytes) : isLegacyString(given.text)
  return old ? of2021 : current
}
