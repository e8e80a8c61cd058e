import { toHex } from '../base/hex.js'
import type { BlindedPath } from '../blinding/blinded-path.js'
import type { SciddirOrPubkey } from '../wire/codec.js'
import { rows, type Table, type TlvRecord } from '../wire/tlv.js'
import { chainHashOf } from './chains.js'
import { minorUnitDecimals } from './currency.js'
import type { Inspection } from './inspect.js'
import { DEFAULT_RELATIVE_EXPIRY } from './invoice.js'
import { type Bolt12Message, type Kind, layoutOf } from './layout.js'
import { offerId } from './merkle.js'
import type { Issue } from './rules/rule.js'
import { segwitAddress } from './segwit-address.js'
import type { BlindedPayinfo, FallbackAddress } from './subtypes.js'

/** What `JSON.stringify` takes as it is. */
export type JsonValue = string | number | boolean | readonly JsonValue[] | { readonly [key: string]: JsonValue }
/** A JSON object with its keys in the order in which they are printed. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/**
 * An integer that is no amount: a number, as CLN prints it, and a string of digits beyond 2^53, where most readers of JSON
 * would round.
 */
export function integerJson(value: bigint | number): JsonValue {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString()
}

/** Amounts are strings always: scripts must not have to expect both. */
export function amountJson(value: bigint | number): JsonValue {
  return value.toString()
}

const hexes = (values: readonly Uint8Array[]): JsonValue => values.map(toHex)

function firstNode(node: SciddirOrPubkey): JsonObject {
  if ('node_id' in node) return { first_node_id: toHex(node.node_id) }
  const scid = node.short_channel_id
  return { first_scid: `${scid >> 40n}x${(scid >> 16n) & 0xffffffn}x${scid & 0xffffn}`, first_scid_dir: node.direction }
}

function payinfoJson(payinfo: BlindedPayinfo): JsonObject {
  return {
    fee_base_msat: amountJson(payinfo.fee_base_msat),
    fee_proportional_millionths: payinfo.fee_proportional_millionths,
    cltv_expiry_delta: payinfo.cltv_expiry_delta,
    htlc_minimum_msat: amountJson(payinfo.htlc_minimum_msat),
    htlc_maximum_msat: amountJson(payinfo.htlc_maximum_msat),
    features: toHex(payinfo.features),
  }
}

/** A blinded path with, in invoices, what it costs. */
export function pathJson(path: BlindedPath, payinfo?: BlindedPayinfo): JsonObject {
  return {
    ...firstNode(path.first_node_id),
    first_path_key: toHex(path.first_path_key),
    ...(payinfo && { payinfo: payinfoJson(payinfo) }),
    path: path.path.map((hop) => ({
      blinded_node_id: toHex(hop.blinded_node_id),
      encrypted_recipient_data: toHex(hop.encrypted_recipient_data),
    })),
  }
}

type Fields = Inspection['fields']
/** How one field is printed: the members it makes. */
type Print<K extends keyof Fields> = (value: NonNullable<Fields[K]>, fields: Fields) => JsonObject

const under =
  <T>(name: string, print: (value: T) => JsonValue) =>
  (value: T): JsonObject => ({ [name]: print(value) })

/** A field under its own name, printed by `print`. */
function plain<K extends keyof Fields>(
  name: K,
  print: (value: NonNullable<Fields[K]>) => JsonValue,
): readonly [K, Print<K>] {
  return [name, under(name, print)]
}

const text = (value: string): JsonValue => value

/** Members in the order in which CLN's `decode` prints them. */
function members(): readonly (readonly [keyof Fields, Print<never>])[] {
  return [
    plain('offer_chains', hexes),
    plain('offer_metadata', toHex),
    plain('offer_currency', text),
    [
      'offer_amount',
      (value: bigint, { offer_currency: currency }: Fields): JsonObject => {
        if (currency === undefined) return { offer_amount_msat: amountJson(value) }
        const decimals = minorUnitDecimals(currency)
        return { offer_amount: amountJson(value), ...(decimals !== undefined && { currency_minor_unit: decimals }) }
      },
    ],
    plain('offer_description', text),
    plain('offer_issuer', text),
    plain('offer_features', toHex),
    plain('offer_absolute_expiry', integerJson),
    plain('offer_paths', (paths) => paths.map((path) => pathJson(path))),
    plain('offer_quantity_max', integerJson),
    plain('offer_issuer_id', toHex),
    plain('invreq_metadata', toHex),
    plain('invreq_payer_id', toHex),
    plain('invreq_chain', toHex),
    ['invreq_amount', under('invreq_amount_msat', amountJson)],
    plain('invreq_features', toHex),
    plain('invreq_quantity', integerJson),
    plain('invreq_payer_note', text),
    plain('invreq_paths', (paths) => paths.map((path) => pathJson(path))),
    plain('invreq_bip_353_name', ({ name, domain }) => ({ name, domain })),
    [
      'invoice_paths',
      (paths: readonly BlindedPath[], { invoice_blindedpay: payinfos }: Fields) => ({
        invoice_paths: paths.map((path, i) => pathJson(path, payinfos?.[i])),
      }),
    ],
    [
      'invoice_blindedpay', // folded into the paths, unless there are not as many
      (payinfos: readonly BlindedPayinfo[], { invoice_paths: paths }: Fields): JsonObject =>
        payinfos.length === paths?.length ? {} : { invoice_blindedpay: payinfos.map(payinfoJson) },
    ],
    plain('invoice_created_at', integerJson),
    plain('invoice_relative_expiry', integerJson),
    plain('invoice_payment_hash', toHex),
    ['invoice_amount', under('invoice_amount_msat', amountJson)],
    [
      'invoice_fallbacks',
      (all: readonly FallbackAddress[], { invreq_chain: chain = chainHashOf('bitcoin') }: Fields): JsonObject => ({
        invoice_fallbacks: all.map(({ version, address: program }) => {
          const address = segwitAddress(chain, version, program)
          return { version, hex: toHex(program), ...(address !== undefined && { address }) }
        }),
      }),
    ],
    plain('invoice_features', toHex),
    plain('invoice_node_id', toHex),
    plain('signature', toHex),
    plain('proof_preimage', toHex),
    plain('proof_omitted_tlvs', (types) => types.map(String)),
    plain('proof_missing_hashes', hexes),
    plain('proof_leaf_hashes', hexes),
    plain('proof_note', text),
    plain('proof_signature', toHex),
    plain('erroneous_field', String),
    plain('suggested_value', toHex),
    plain('error', text),
  ]
}

function recordJson(record: TlvRecord): JsonObject {
  return { type: record.type.toString(), length: record.value.length, value: toHex(record.value) }
}

/** An issue as JSON: `path` as people read it stays an array, numbers of 64 bits become strings. */
export function issueJson(issue: Issue): JsonObject {
  return {
    code: issue.code,
    message: issue.message,
    layer: issue.layer,
    ...(issue.rule !== undefined && { rule: issue.rule }),
    ...(issue.field !== undefined && { field: issue.field }),
    ...(issue.path && { path: issue.path }),
    ...(issue.tlvType !== undefined && { type: issue.tlvType.toString() }),
    ...(issue.offset !== undefined && { offset: issue.offset }),
  }
}

/** What was read of a message, of whatever form. */
export interface JsonSubject {
  readonly kind: Kind | undefined
  readonly fields: object
  readonly records: readonly TlvRecord[]
  readonly issues: readonly Issue[]
}

/** What stands behind the fields: records without a name, those that could not be read, what is wrong. */
export function restJson({ kind, fields, records, issues }: JsonSubject, table: Table): JsonObject {
  const known = rows(table)
  const unknown = records.filter(({ type }) => !known.has(type))
  const unreadable = records.filter(({ type }) => {
    const name = known.get(type)?.[0]
    return name !== undefined && !(name in fields)
  })
  return {
    ...(unknown.length > 0 && { [`unknown_${kind ?? 'bolt12'}_tlvs`]: unknown.map(recordJson) }),
    ...(unreadable.length > 0 && { unreadable_tlvs: unreadable.map(recordJson) }),
    ...(issues.length > 0 && { issues: issues.map(issueJson) }),
    valid: kind !== undefined && issues.every(({ phase }) => phase === 'read' || phase === 'match'),
  }
}

function isOfferKnown(kind: Kind, fields: Fields): boolean {
  const answersOne = fields.offer_issuer_id !== undefined || fields.offer_paths !== undefined
  return kind === 'offer' || ((kind === 'invoice_request' || kind === 'invoice') && answersOne)
}

/**
 * A message as `lno decode --json` prints it: names, nesting and order of CLN's `decode`, amounts as strings of msat, TLV
 * types as strings, other integers as numbers while they are exact. `valid` says that nothing in the bytes breaks a rule; an
 * expired offer is valid. An inspection adds `issues`, and `unreadable_tlvs` for known fields that could not be read.
 */
export function toJson(subject: Bolt12Message | Inspection): JsonObject {
  const { kind, records } = subject
  const fields: Fields = subject.fields
  const issues = 'issues' in subject ? subject.issues : []
  const out: Record<string, JsonValue> = {}
  if (kind !== undefined) {
    out.type = `bolt12 ${kind}`
    const id = isOfferKnown(kind, fields) ? offerId(records) : undefined
    if (id) out.offer_id = toHex(id)
  }
  // CLN prints the default, so that nobody has to know it.
  const shown = kind === 'invoice' ? { invoice_relative_expiry: DEFAULT_RELATIVE_EXPIRY, ...fields } : fields
  for (const [name, print] of members()) {
    const value = shown[name]
    if (value !== undefined) Object.assign(out, print(value as never, shown))
  }
  return { ...out, ...restJson({ kind, fields, records, issues }, kind === undefined ? {} : layoutOf(kind).table) }
}
