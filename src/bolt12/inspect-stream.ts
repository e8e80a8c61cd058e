import { LnoError } from '../base/error.js'
import type { WireCode } from '../wire/codes.js'
import { readFields, readRecords, type TlvRecord } from '../wire/tlv.js'
import { wrongKind } from './decode.js'
import { ruleOfField, ruleOfFieldError } from './field-rules.js'
import { type Kind, kindOf, type Layout, type MessageStream } from './layout.js'
import {
  type Issue,
  issueOf,
  judge,
  type ReadContext,
  type Rule,
  type RuleOutcome,
  type Verdict,
} from './rules/rule.js'
import { decodeString } from './string.js'

/** What has come out so far, outermost layer first. */
export interface Found {
  readonly issues: Issue[]
  readonly rules: RuleOutcome[]
}

/** A layout as the inspector needs it: of whatever messages, with whatever codes. */
export type AnyLayout = Layout<never, string>

const STRING_RULES = ['A1.4', 'A1.5', 'A1.6', 'A1.7', 'A1.8']

function outcome(id: string, verdict: Verdict, issues: readonly Issue[] = []): RuleOutcome {
  return { rule: { id, phase: 'form' }, verdict, issues }
}

function coded(error: unknown): LnoError {
  if (error instanceof LnoError) return error
  throw error // a fault of ours, not of the input
}

/** The verdicts of a kind's rules when a layer in front of them failed. */
export function unchecked(layout: AnyLayout): RuleOutcome[] {
  return layout.rules.map((rule) => ({ rule, verdict: 'not_checked', issues: [] }))
}

/** The rules of the encoding of fields: one outcome a rule id, over all the fields that it governs. */
function fieldOutcomes(layout: AnyLayout, records: readonly TlvRecord[], issues: readonly Issue[]): RuleOutcome[] {
  const verdicts = new Map<string, Verdict>()
  for (const { type } of Object.values(layout.table)) {
    const id = ruleOfField(layout, type)
    if (id === undefined) continue
    const present = records.some((record) => record.type === type)
    if (present || !verdicts.has(id)) verdicts.set(id, present ? 'ok' : 'not_applicable')
  }
  for (const issue of issues) if (issue.rule !== undefined) verdicts.set(issue.rule, 'failed')
  return [...verdicts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, verdict]) =>
      outcome(
        id,
        verdict,
        issues.filter((issue) => issue.rule === id),
      ),
    )
}

/** Judges a stream by its layout, layer after layer, and goes on after what is wrong. Never throws. */
export function inspectStream(layout: AnyLayout, bytes: Uint8Array, context: ReadContext | undefined, found: Found) {
  const { records, error } = readRecords(bytes)
  const { fields, errors } = readFields(layout.table, records)
  const message = { kind: layout.kind, fields, records, bytes } as MessageStream as never
  const judged = (rule: Rule<never, string>) => {
    const result = judge(rule, message, layout.table, context)
    found.issues.push(...result.issues)
    found.rules.push(result)
  }

  for (const rule of layout.rules) if (rule.layer === 'tlv') judged(rule)
  const ofStream = [error, ...errors.filter(({ code }) => code === ('TLV_UNKNOWN_EVEN' satisfies WireCode))]
    .filter((each) => each !== undefined)
    .map((each) => issueOf(each, 'tlv', each.rule ?? 'M4'))
  found.issues.push(...ofStream)
  found.rules.push(outcome(layout.streamRule, ofStream.length === 0 ? 'ok' : 'failed', ofStream))

  const ofFields = errors
    .filter(({ code }) => code !== ('TLV_UNKNOWN_EVEN' satisfies WireCode))
    .map((each) => issueOf(each, 'field', each.rule ?? ruleOfFieldError(each, layout)))
  found.issues.push(...ofFields)
  found.rules.push(...fieldOutcomes(layout, records, ofFields))

  // What is missing cannot be told from what could not be read: such rules have no verdict.
  const unreadable = new Set(ofFields.map(({ field }) => field))
  for (const rule of layout.rules) {
    if (rule.layer === 'tlv') continue
    const blocked =
      error !== undefined ||
      [rule.field, ...(rule.reads ?? [])].some((name) => name !== undefined && unreadable.has(name))
    if (blocked) found.rules.push({ rule, verdict: 'not_checked', issues: [] })
    else judged(rule)
  }
  return { fields, records }
}

/** The string layer: what it holds, if that can be told. */
export function inspectString(text: string, wanted: Kind | undefined, found: Found) {
  try {
    const { prefix, bytes } = decodeString(text)
    const kind = kindOf(prefix)
    found.rules.push(...STRING_RULES.map((id) => outcome(id, 'ok')))
    if (wanted !== undefined && wanted !== kind) found.issues.push(issueOf(wrongKind(prefix, wanted), 'string'))
    return { kind, bytes }
  } catch (error) {
    const issue = issueOf(coded(error), 'string')
    found.issues.push(issue)
    for (const id of STRING_RULES) {
      found.rules.push(id === issue.rule ? outcome(id, 'failed', [issue]) : outcome(id, 'not_checked'))
    }
    return undefined
  }
}
