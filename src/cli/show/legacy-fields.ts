import { toHex } from '../../base/hex.js'
import { DEFAULT_RELATIVE_EXPIRY } from '../../bolt12/invoice.js'
import { LEGACY } from '../../bolt12/legacy/dialect.js'
import type { LegacyFields, LegacyInspection } from '../../bolt12/legacy/inspect.js'
import { timeUnitName } from '../../bolt12/legacy/json.js'
import { legacyLayoutOf } from '../../bolt12/legacy/layout.js'
import { legacyOfferId } from '../../bolt12/legacy/merkle.js'
import type { LegacyPath, LegacyPayinfo, LegacyRecurrence } from '../../bolt12/legacy/subtypes.js'
import { isSignatureType } from '../../bolt12/ranges.js'
import { numbered, type Row, recordRows, type Shown, showChain } from './rows.js'
import { showBytes, showCurrency, showFeatures, showMsat, showSeconds, showText, showTime } from './values.js'

function showPath({ first_node_id: first, path }: LegacyPath): string {
  const from = first === undefined ? 'from an unnamed node' : `from ${toHex(first)}`
  return `${from}, ${path.length} ${path.length === 1 ? 'hop' : 'hops'}`
}

function showPayinfo(info: LegacyPayinfo): string {
  const features = info.features.length === 0 ? '' : `, features ${showFeatures(info.features)}`
  const fee = `fee ${info.fee_base_msat} msat + ${info.fee_proportional_millionths} ppm`
  return `${fee}, ${info.cltv_expiry_delta} blocks${features}`
}

function showRecurrence({ time_unit: unit, period }: LegacyRecurrence): string {
  const units = timeUnitName(unit)
  if (units === undefined) return `every ${period} of unit ${unit}`
  return period === 1 ? `every ${units.replace(/s$/, '')}` : `every ${period} ${units}`
}

/** How each field of the form of 2021 is shown; those that are missing here are bytes. */
const SHOW: {
  readonly [K in keyof LegacyFields]?: (value: NonNullable<LegacyFields[K]>, fields: LegacyFields, now: bigint) => Shown
} = {
  chains: (chains) => chains.map(showChain).join(', '),
  chain: showChain,
  currency: showText,
  amount: (amount, { currency }) => (currency === undefined ? showMsat(amount) : showCurrency(amount, currency)),
  description: showText,
  features: showFeatures,
  absolute_expiry: (seconds, _, now) => showTime(seconds, now),
  paths: (paths) => numbered(paths, showPath),
  blindedpay: (infos) => numbered(infos, showPayinfo),
  blinded_capacities: (all) => numbered(all, showMsat),
  issuer: showText,
  quantity_min: (least) => `at least ${least}`,
  quantity_max: (most) => `at most ${most}`,
  quantity: String,
  recurrence: showRecurrence,
  recurrence_base: ({ start_any_period, basetime }, _, now) =>
    `${showTime(basetime, now)}${start_any_period === 1 ? ', or any period later' : ''}`,
  recurrence_paywindow: ({ seconds_before, seconds_after, proportional_amount }) =>
    `from ${seconds_before} seconds before to ${seconds_after} seconds after${proportional_amount === 0 ? '' : ', less when late'}`,
  recurrence_limit: (last) => `up to period ${last}`,
  recurrence_counter: String,
  recurrence_start: String,
  recurrence_basetime: (seconds, _, now) => showTime(seconds, now),
  send_invoice: () => 'yes: the offer sends money',
  payer_note: showText,
  created_at: (seconds, _, now) => showTime(seconds, now),
  relative_expiry: (seconds, { created_at }, now) =>
    created_at === undefined
      ? showSeconds(BigInt(seconds))
      : `${seconds} seconds: ${showTime(created_at + BigInt(seconds), now)}`,
  cltv: (blocks) => `${blocks} blocks`,
  fallbacks: (all) => numbered(all, ({ version, address }) => `version ${version}, ${toHex(address)}`),
  signature: toHex,
  refund_signature: toHex,
}

function showField<K extends keyof LegacyFields>(name: K, fields: LegacyFields, now: bigint): Shown | undefined {
  const value = fields[name]
  if (value === undefined) return undefined
  const show = SHOW[name]
  return show ? show(value as NonNullable<LegacyFields[K]>, fields, now) : showBytes(value as Uint8Array)
}

/** All that a message of 2021 says, in the order of its records. */
export function legacyFieldRows({ kind, fields, records }: LegacyInspection, now: bigint): readonly Row[] {
  const derived: Row[] = []
  if (kind === 'offer' && records.some(({ type }) => !isSignatureType(type))) {
    derived.push(['offer_id', toHex(legacyOfferId(records))])
  }
  if (kind === 'invoice' && fields.created_at !== undefined && fields.relative_expiry === undefined) {
    const expiry = fields.created_at + BigInt(DEFAULT_RELATIVE_EXPIRY)
    derived.push(['expires', `${showTime(expiry, now)}: the default of ${DEFAULT_RELATIVE_EXPIRY} seconds`])
  }
  const table = kind === undefined ? {} : legacyLayoutOf(kind, LEGACY).table
  return [...derived, ...recordRows(records, table, (name) => showField(name as keyof LegacyFields, fields, now))]
}
