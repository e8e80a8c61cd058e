import { equalBytes } from '../../../base/bytes.js'
import type { TlvStream } from '../../../wire/tlv.js'
import { chainName } from '../../chains.js'
import type { Finding, FormRule, ReadRule, RuleInfo } from '../../rules/rule.js'
import { legacyChainOf } from '../chains.js'
import type { LegacyCode } from '../codes.js'
import { type LegacySignatureOf, signedAs } from '../signature.js'

/** Codes under which rules of this form report: its own, and that of BOLT 1 on amounts. */
export type LegacyRuleCode = LegacyCode | 'AMOUNT_ABOVE_SUPPLY'

/** Where these rules stand: no specification of that form was ever merged, so what the releases do is the rule. */
export const SPEC = 'c-lightning v0.10.1 to v0.12.1'

/** The rules with the place where they stand. */
export function of2021<R extends RuleInfo<string>>(rules: readonly R[]): readonly R[] {
  return rules.map((rule) => ({ ...rule, spec: SPEC }))
}

/**
 * Feature bits of payments that these releases demand in requests and invoices: variable-length onions (8), the payment
 * secret (14), payment in several parts (16).
 */
export const PAYMENT_FEATURES: readonly number[] = [8, 14, 16]

/** A chain as messages name it. */
export function nameOf(chain: Uint8Array): string {
  return chainName(chain) ?? 'a chain without a name here'
}

/** The chain that a request or an invoice names is one of ours. `what`: the message, as people call it. */
export function chainRule(
  id: string,
  code: LegacyCode,
  what: string,
): ReadRule<TlvStream<{ readonly chain?: Uint8Array; readonly chains?: readonly Uint8Array[] }>, LegacyCode> {
  return {
    id,
    code,
    phase: 'read',
    field: 'chain',
    reads: ['chains'],
    check({ fields }, { chains }) {
      const chain = legacyChainOf(fields)
      return chains.some((ours) => equalBytes(ours, chain)) ? undefined : `${what} is for ${nameOf(chain)}`
    },
  }
}

/** The signature, where there is one, is that of the 32-byte key in `key` for one of the tags. */
export function signedRule<K extends string>(
  id: string,
  code: LegacyCode,
  tags: readonly LegacySignatureOf[],
  key: K,
): FormRule<TlvStream<{ readonly signature?: Uint8Array } & { readonly [P in K]?: Uint8Array }>, LegacyCode> {
  return {
    id,
    code,
    phase: 'signature',
    field: 'signature',
    reads: [key],
    applies: ({ fields }) => fields.signature !== undefined && fields[key] !== undefined,
    check({ fields, records }): Finding | undefined {
      const { signature, [key]: x } = fields
      if (signature === undefined || x === undefined) return undefined
      return signedAs(tags, records, signature, x) ? undefined : `the signature is not that of ${key}`
    },
  }
}
