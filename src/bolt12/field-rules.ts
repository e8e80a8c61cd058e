import type { LnoError } from '../base/error.js'
import type { WireCode } from '../wire/codes.js'
import { rows } from '../wire/tlv.js'
import type { Layout } from './layout.js'

/** The rule on the encoding of a field, by the name of its codec. */
const RULE_OF_CODEC: Readonly<Record<string, string>> = {
  tu32: 'T1',
  tu64: 'T1',
  point: 'T2',
  utf8: 'T3',
  '...*chain_hash': 'T4',
  '...*blinded_path': 'T5',
  '...*blinded_payinfo': 'T6',
  '...*fallback_address': 'T7',
  bip_353_name: 'T7',
  bip340sig: 'T9',
}

/** As much of a layout as says how its fields are encoded. */
type FieldLayout = Pick<Layout<never>, 'table' | 'fieldRules'>

/** The rule that governs how a field of this type is encoded; none for free bytes, hashes and features. */
export function ruleOfField({ table, fieldRules }: FieldLayout, type: bigint): string | undefined {
  const codec = rows(table).get(type)?.[1].codec.name
  return codec === undefined ? undefined : (fieldRules?.[codec] ?? RULE_OF_CODEC[codec])
}

/** The rule that an error of the field layer violates: a point inside a path is still a point (rule T2). */
export function ruleOfFieldError(error: LnoError, layout: FieldLayout): string | undefined {
  if (error.code === ('WIRE_BAD_POINT' satisfies WireCode)) return 'T2'
  if (error.code === ('WIRE_BAD_UTF8' satisfies WireCode)) return 'T3'
  return error.tlvType === undefined ? undefined : ruleOfField(layout, error.tlvType)
}
