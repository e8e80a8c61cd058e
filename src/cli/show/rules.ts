import type { Inspection } from '../../bolt12/inspect.js'
import {
  INVOICE_ERROR_LAYOUT,
  INVOICE_LAYOUT,
  INVOICE_REQUEST_LAYOUT,
  OFFER_LAYOUT,
  PAYER_PROOF_LAYOUT,
} from '../../bolt12/layout.js'
import { allLegacyRules } from '../../bolt12/legacy/rules/all.js'
import { LEGACY_RULE_TEXT } from '../../bolt12/legacy/rules/text.js'
import { INVOICE_MATCH_RULES } from '../../bolt12/rules/invoice-match.js'
import { REQUEST_MATCH_RULES } from '../../bolt12/rules/request-match.js'
import type { Issue, Verdict } from '../../bolt12/rules/rule.js'
import { RULE_TEXT, type RuleText } from '../../bolt12/rules/text.js'

/** What a rule of any form says. */
export function ruleText(id: string): RuleText | undefined {
  return RULE_TEXT[id] ?? LEGACY_RULE_TEXT[id]
}

/** Every rule that has a sentence. */
export function ruleIds(): readonly string[] {
  return [...Object.keys(RULE_TEXT), ...Object.keys(LEGACY_RULE_TEXT)]
}

/** All that became of one rule; a rule may be judged in several steps, each with its own code. */
export interface Judged {
  readonly id: string
  readonly verdict: Verdict
  readonly text?: string
  readonly section?: string
  readonly issues: readonly Issue[]
}

/** What counts more: one broken step breaks the rule, one unchecked step leaves it open. */
const WEIGHT: readonly Verdict[] = ['not_applicable', 'ok', 'not_checked', 'failed']

/** Every rule of an inspection once, in the order in which they were judged. */
export function judgedRules({ rules }: Pick<Inspection, 'rules'>): readonly Judged[] {
  const byId = new Map<string, Judged>()
  for (const { rule, verdict, issues } of rules) {
    const before = byId.get(rule.id)
    const heavier = before && WEIGHT.indexOf(before.verdict) > WEIGHT.indexOf(verdict) ? before.verdict : verdict
    byId.set(rule.id, {
      id: rule.id,
      verdict: heavier,
      ...ruleText(rule.id),
      issues: [...(before?.issues ?? []), ...issues],
    })
  }
  return [...byId.values()]
}

/** Which rule has which code, over all messages. */
function pairs(): readonly { readonly id: string; readonly code: string }[] {
  return [
    ...OFFER_LAYOUT.rules,
    ...INVOICE_REQUEST_LAYOUT.rules,
    ...INVOICE_LAYOUT.rules,
    ...INVOICE_ERROR_LAYOUT.rules,
    ...PAYER_PROOF_LAYOUT.rules,
    ...REQUEST_MATCH_RULES,
    ...INVOICE_MATCH_RULES,
    ...allLegacyRules(),
  ]
}

/** The rules that are broken when a code is given. */
export function rulesOfCode(code: string): readonly string[] {
  return [...new Set(pairs().flatMap((rule) => (rule.code === code ? [rule.id] : [])))]
}

/** The codes under which a rule is reported. */
export function codesOfRule(id: string): readonly string[] {
  return [...new Set(pairs().flatMap((rule) => (rule.id === id ? [rule.code] : [])))]
}
