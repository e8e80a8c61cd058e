import { toHex } from '../../base/hex.js'
import { minorUnitDecimals } from '../currency.js'
import { DEFAULT_RELATIVE_EXPIRY } from '../invoice.js'
import { amountJson, integerJson, type JsonObject, type JsonValue, restJson } from '../json.js'
import { isSignatureType } from '../ranges.js'
import { segwitAddress } from '../segwit-address.js'
import { legacyChainOf } from './chains.js'
import type { LegacyMessage } from './decode.js'
import { LEGACY } from './dialect.js'
import type { LegacyFields, LegacyInspection } from './inspect.js'
import { legacyLayoutOf } from './layout.js'
import { legacyOfferId } from './merkle.js'
import { releasesOf } from './releases.js'
import type { LegacyPath, LegacyPayinfo } from './subtypes.js'

type Print = (fields: LegacyFields) => JsonObject

/** A field under a name, where it is there. */
function plain<K extends keyof LegacyFields>(
  field: K,
  print: (value: NonNullable<LegacyFields[K]>) => JsonValue,
  name: string = field,
): Print {
  return (fields) => {
    const value = fields[field]
    return value === undefined ? {} : { [name]: print(value) }
  }
}

const text = (value: string): JsonValue => value
const present = (): JsonValue => true

const TIME_UNITS: readonly string[] = ['seconds', 'days', 'months', 'years']

/** The name of a recurrence's unit of time, for the four that there are. */
export function timeUnitName(unit: number): string | undefined {
  return TIME_UNITS[unit]
}

function payinfoJson(payinfo: LegacyPayinfo): JsonObject {
  return {
    fee_base_msat: amountJson(payinfo.fee_base_msat),
    fee_proportional_millionths: payinfo.fee_proportional_millionths,
    cltv_expiry_delta: payinfo.cltv_expiry_delta,
    features: toHex(payinfo.features),
  }
}

function pathJson({ first_node_id: first, blinding, path }: LegacyPath): JsonObject {
  return {
    ...(first !== undefined && { first_node_id: toHex(first) }),
    blinding: toHex(blinding),
    path: path.map((hop) => ({ node_id: toHex(hop.node_id), enctlv: toHex(hop.enctlv) })),
  }
}

/** What an amount is called depends on its currency, which only offers have. */
const amount: Print = ({ amount: value, currency }): JsonObject => {
  if (value === undefined) return {}
  if (currency === undefined) return { amount_msat: amountJson(value) }
  const decimals = minorUnitDecimals(currency)
  return { amount: amountJson(value), ...(decimals !== undefined && { minor_unit: decimals }) }
}

/** One object of all that says when to pay again. */
const recurrence: Print = (fields): JsonObject => {
  const { recurrence: every, recurrence_base: base, recurrence_paywindow: window, recurrence_limit: limit } = fields
  if ((every ?? base ?? window ?? limit) === undefined) return {}
  const name = every && timeUnitName(every.time_unit)
  return {
    recurrence: {
      ...(every && { time_unit: every.time_unit, ...(name && { time_unit_name: name }), period: every.period }),
      ...(base && { basetime: integerJson(base.basetime), start_any_period: base.start_any_period }),
      ...(limit !== undefined && { limit }),
      ...(window && { paywindow: { ...window, proportional_amount: window.proportional_amount !== 0 } }),
    },
  }
}

const fallbacks: Print = (fields): JsonObject => {
  if (fields.fallbacks === undefined) return {}
  const chain = legacyChainOf(fields)
  return {
    fallbacks: fields.fallbacks.map(({ version, address: program }) => {
      const address = segwitAddress(chain, version, program)
      return { version, hex: toHex(program), ...(address !== undefined && { address }) }
    }),
  }
}

/** Members in the order in which c-lightning's `decode` of that time printed them, as far as that is known. */
const MEMBERS: readonly Print[] = [
  plain('offer_id', toHex),
  plain('chains', (chains) => chains.map(toHex)),
  plain('chain', toHex),
  plain('currency', text),
  amount,
  plain('send_invoice', present),
  plain('refund_for', toHex),
  plain('description', text),
  plain('issuer', text),
  plain('features', toHex),
  plain('absolute_expiry', integerJson),
  plain('paths', (paths) => paths.map(pathJson)),
  plain('blindedpay', (infos) => infos.map(payinfoJson)),
  plain('blinded_capacities', (all) => all.map(amountJson)),
  plain('quantity_min', integerJson),
  plain('quantity_max', integerJson),
  plain('quantity', integerJson),
  recurrence,
  plain('recurrence_counter', integerJson),
  plain('recurrence_start', integerJson),
  plain('recurrence_basetime', integerJson),
  plain('node_id', toHex),
  plain('payer_key', toHex),
  plain('payer_info', toHex),
  plain('payer_note', text),
  plain('replace_invoice', toHex),
  plain('created_at', integerJson),
  plain('relative_expiry', integerJson),
  plain('payment_hash', toHex),
  plain('cltv', integerJson, 'min_final_cltv_expiry'),
  fallbacks,
  plain('refund_signature', toHex),
  plain('signature', toHex),
]

/**
 * A message of 2021 as `lno decode --json` prints it: the names that c-lightning's `decode` gave in v0.10 to v0.12, amounts as
 * strings of msat, TLV types as strings, and `form` and `releases` on top. `valid` says that nothing in the bytes breaks a
 * rule; an expired offer is valid.
 */
export function legacyToJson(subject: LegacyMessage | LegacyInspection): JsonObject {
  const { kind, records } = subject
  const fields: LegacyFields = subject.fields
  const issues = 'issues' in subject ? subject.issues : []
  if (kind === undefined) return { form: '2021', ...restJson({ kind, fields, records, issues }, {}) }
  const releases = 'releases' in subject ? subject.releases : releasesOf({ kind, fields, records })
  const hasId = kind === 'offer' && records.some(({ type }) => !isSignatureType(type))
  // CLN prints the default, so that nobody has to know it.
  const shown = kind === 'invoice' ? { relative_expiry: DEFAULT_RELATIVE_EXPIRY, ...fields } : fields
  return Object.assign(
    { type: `bolt12 ${kind}`, form: '2021', ...(releases !== undefined && { releases }) },
    hasId && { offer_id: toHex(legacyOfferId(records)) },
    ...MEMBERS.map((print) => print(shown)),
    restJson({ kind, fields, records, issues }, legacyLayoutOf(kind, LEGACY).table),
  )
}
