import type { BlindedPath } from '../../blinding/blinded-path.js'
import { MAX_MSAT } from '../../wire/amount.js'
import { unknownEven } from '../../wire/features.js'
import type { TlvRecord, TlvStream } from '../../wire/tlv.js'
import { inRanges, type TypeRange } from '../ranges.js'
import { type SignatureOf, verifyRecords } from '../signature.js'
import type { Finding, FormRule, ReadRule } from './rule.js'

/** Unknown feature bits that a message names at most: a bitmap may have half a million of them. */
const MOST_NAMED = 8

/** Makers of rules that several messages have, each with its own id, code and field. */

/**
 * Every record lies in the ranges (rule T8). Judged before unknown even types are refused: "does not belong here" says
 * more than "is unknown".
 */
export function rangeRule<C extends string>(
  id: string,
  code: C,
  what: string,
  ranges: readonly TypeRange[],
): FormRule<{ readonly records: readonly TlvRecord[] }, C> {
  return {
    id,
    code,
    phase: 'form',
    layer: 'tlv',
    check({ records }) {
      const outside = records.find(({ type }) => !inRanges(type, ranges))
      return outside && { message: `type ${outside.type} does not belong in ${what}`, tlvType: outside.type }
    },
  }
}

/** The field is there. */
export function presentRule<K extends string, C extends string>(
  id: string,
  code: C,
  field: K,
): FormRule<TlvStream<{ readonly [P in K]?: unknown }>, C> {
  return {
    id,
    code,
    phase: 'form',
    field,
    check: ({ fields }) => (fields[field] === undefined ? `${field} is missing` : undefined),
  }
}

/** Where the list is there, something stands in it. `what`: one element, as people call it. */
export function listRule<K extends string, C extends string>(
  id: string,
  code: C,
  field: K,
  what: string,
): FormRule<TlvStream<{ readonly [P in K]?: readonly unknown[] }>, C> {
  return {
    id,
    code,
    phase: 'form',
    field,
    applies: ({ fields }) => fields[field] !== undefined,
    check: ({ fields }) => (fields[field]?.length === 0 ? `${field} lists no ${what}` : undefined),
  }
}

/** An amount in msat is not above all bitcoin that there will be (rule M6). */
export function supplyRule<K extends string>(
  field: K,
): FormRule<TlvStream<{ readonly [P in K]?: bigint }>, 'AMOUNT_ABOVE_SUPPLY'> {
  return {
    id: 'M6',
    code: 'AMOUNT_ABOVE_SUPPLY',
    phase: 'form',
    field,
    applies: ({ fields }) => fields[field] !== undefined,
    check: ({ fields }) => ((fields[field] ?? 0n) > MAX_MSAT ? `${field} is above ${MAX_MSAT} msat` : undefined),
  }
}

/** No path of `field` is without hops (rules OR9, RR5, IR5). */
export function hopsRule<K extends string, C extends string>(
  id: string,
  code: C,
  field: K,
): FormRule<TlvStream<{ readonly [P in K]?: readonly Pick<BlindedPath, 'path'>[] }>, C> {
  return {
    id,
    code,
    phase: 'form',
    field,
    applies: ({ fields }) => fields[field] !== undefined,
    check({ fields }): Finding | undefined {
      const index = (fields[field] ?? []).findIndex(({ path }) => path.length === 0)
      return index < 0 ? undefined : { message: `path ${index} of ${field} has no hops`, path: [field, index, 'path'] }
    },
  }
}

/** No even bit of the bitmap is unknown to the reader; odd ones are ignored. `defined`: bits that BOLT 12 gives a meaning. */
export function featuresRule<K extends string, C extends string>(
  id: string,
  code: C,
  field: K,
  defined: readonly number[],
): ReadRule<TlvStream<{ readonly [P in K]?: Uint8Array }>, C> {
  return {
    id,
    code,
    phase: 'read',
    field,
    applies: ({ fields }) => fields[field] !== undefined,
    check({ fields }, context) {
      const unknown = unknownEven(
        fields[field] ?? new Uint8Array(0),
        new Set(context.features?.[field] ?? defined),
        MOST_NAMED,
      )
      return unknown.length === 0 ? undefined : `unknown even feature bit ${unknown.join(', ')}`
    },
  }
}

/** The signature, where there is one, is that of the key in `key` (rules RR4, IR10). That one is there is another rule. */
export function signatureRule<K extends string, C extends string>(
  id: string,
  code: C,
  of: SignatureOf & readonly [string, 'signature'],
  key: K,
): FormRule<TlvStream<{ readonly signature?: Uint8Array } & { readonly [P in K]?: Uint8Array }>, C> {
  return {
    id,
    code,
    phase: 'signature',
    field: 'signature',
    reads: [key],
    applies: ({ fields }) => fields.signature !== undefined && fields[key] !== undefined,
    check({ fields, records }) {
      const { signature, [key]: point } = fields
      if (signature === undefined || point === undefined) return undefined
      return verifyRecords(of, records, signature, point) ? undefined : `the signature is not that of ${key}`
    },
  }
}
