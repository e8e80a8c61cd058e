import { toHex } from '../../base/hex.js'
import type { Inspection } from '../../bolt12/inspect.js'
import { DEFAULT_RELATIVE_EXPIRY } from '../../bolt12/invoice.js'
import { layoutOf } from '../../bolt12/layout.js'
import { offerId } from '../../bolt12/merkle.js'
import { rows } from '../../wire/tlv.js'
import { numbered, type Row, recordRows, type Shown, showChain } from './rows.js'
import {
  showBytes,
  showCurrency,
  showFeatures,
  showMsat,
  showPath,
  showPayinfo,
  showSeconds,
  showText,
  showTime,
} from './values.js'

type Fields = Inspection['fields']

function showCount(list: readonly unknown[], one: string, several: string): string {
  return `${list.length} ${list.length === 1 ? one : several}`
}

/** How each field is shown; those that are missing here are bytes. The names are those of the specification and of CLN. */
const SHOW: { readonly [K in keyof Fields]?: (value: NonNullable<Fields[K]>, fields: Fields, now: bigint) => Shown } = {
  offer_chains: (chains) => chains.map(showChain).join(', '),
  offer_currency: showText,
  offer_amount: (amount, { offer_currency }) =>
    offer_currency === undefined ? showMsat(amount) : showCurrency(amount, offer_currency),
  offer_description: showText,
  offer_features: showFeatures,
  offer_absolute_expiry: (seconds, _, now) => showTime(seconds, now),
  offer_paths: (paths) => numbered(paths, showPath),
  offer_issuer: showText,
  offer_quantity_max: (most) => (most === 0n ? 'any number' : `at most ${most}`),
  offer_issuer_id: toHex,
  invreq_chain: showChain,
  invreq_amount: showMsat,
  invreq_features: showFeatures,
  invreq_quantity: String,
  invreq_payer_id: toHex,
  invreq_payer_note: showText,
  invreq_paths: (paths) => numbered(paths, showPath),
  invreq_bip_353_name: ({ name, domain }) => showText(`${name}@${domain}`),
  invoice_paths: (paths) => numbered(paths, showPath),
  invoice_blindedpay: (infos) => numbered(infos, showPayinfo),
  invoice_created_at: (seconds, _, now) => showTime(seconds, now),
  invoice_relative_expiry: (seconds, { invoice_created_at }, now) =>
    invoice_created_at === undefined
      ? showSeconds(BigInt(seconds))
      : `${seconds} seconds: ${showTime(invoice_created_at + BigInt(seconds), now)}`,
  invoice_payment_hash: toHex,
  invoice_amount: showMsat,
  invoice_fallbacks: (all) => numbered(all, ({ version, address }) => `version ${version}, ${toHex(address)}`),
  invoice_features: showFeatures,
  invoice_node_id: toHex,
  signature: toHex,
  proof_signature: toHex,
  proof_preimage: toHex,
  proof_omitted_tlvs: (markers) => (markers.length === 0 ? 'none' : markers.join(', ')),
  proof_missing_hashes: (hashes) => showCount(hashes, 'hash', 'hashes'),
  proof_leaf_hashes: (hashes) => showCount(hashes, 'hash', 'hashes'),
  proof_note: showText,
  erroneous_field: (type) => `type ${type}${nameIn('invoice', type)}`,
  suggested_value: showBytes,
  error: showText,
}

function nameIn(kind: 'invoice', type: bigint): string {
  const name = rows(layoutOf(kind).table).get(type)?.[0]
  return name === undefined ? '' : ` (${name})`
}

function showField<K extends keyof Fields>(name: K, fields: Fields, now: bigint): Shown | undefined {
  const value = fields[name]
  if (value === undefined) return undefined
  const show = SHOW[name]
  return show ? show(value as NonNullable<Fields[K]>, fields, now) : showBytes(value as Uint8Array)
}

/** All that a message says, in the order of its records; fields that could not be read are shown as bytes. */
export function fieldRows({ kind, fields, records }: Inspection, now: bigint): readonly Row[] {
  const table = kind === undefined ? {} : layoutOf(kind).table
  const said = recordRows(records, table, (name) => showField(name as keyof Fields, fields, now))
  return [...derivedRows({ kind, fields, records }, now), ...said]
}

/** What follows from the fields and stands in none of them. */
function derivedRows({ kind, fields, records }: Pick<Inspection, 'kind' | 'fields' | 'records'>, now: bigint): Row[] {
  const out: Row[] = []
  const id = kind === 'payer_proof' || kind === 'invoice_error' ? undefined : offerId(records)
  if (id !== undefined) out.push(['offer_id', toHex(id)])
  if (kind === 'invoice' && fields.invoice_created_at !== undefined && fields.invoice_relative_expiry === undefined) {
    const expiry = fields.invoice_created_at + BigInt(DEFAULT_RELATIVE_EXPIRY)
    out.push(['expires', `${showTime(expiry, now)}: the default of ${DEFAULT_RELATIVE_EXPIRY} seconds`])
  }
  return out
}
