import { LnoError } from '../../base/error.js'
import type { TlvRecord, TlvStream } from '../../wire/tlv.js'
import type { Bolt12Code } from '../codes.js'

/**
 * When a rule can be judged. `form` needs the bytes alone: `decode` throws on it. `signature` too, but it costs a
 * verification. `read` needs to know who reads, when and on which chains. `match` needs the counterpart: the offer, the
 * request, the path of arrival.
 */
export type Phase = 'form' | 'read' | 'match' | 'signature'

/** The layers of a message, outermost first; each has its own family of codes. */
export type Layer = 'string' | 'tlv' | 'field' | 'rules' | 'signature'

/** What `check` found wrong: a sentence with the values concerned, or also where. */
export type Finding =
  | string
  | { readonly message: string; readonly path?: readonly (string | number)[]; readonly tlvType?: bigint }

/** Who reads a message, as far as rules of phase `read` ask. */
export interface ReadContext {
  /** Unix time in seconds. A bigint, as the fields it is compared with, and so that no milliseconds slip in. */
  readonly now: bigint
  /** Chains in use here, 32-byte hashes. */
  readonly chains: readonly Uint8Array[]
  /** Feature bits understood, by field; without an entry: those that BOLT 12 defines for it. */
  readonly features?: Readonly<Record<string, readonly number[]>>
}

/** What a rule is, apart from its check: enough to print it. `C`: the family of codes that it may report. */
export interface RuleInfo<C extends string = Bolt12Code> {
  /** Id in `conformance/rules.json`: `OR5`. Several rules may share one. */
  readonly id: string
  readonly code: C
  /** Where it stands; without it: BOLT 12. */
  readonly spec?: string
  readonly phase: Phase
  /** The field at fault when it fails; gives issue, path and offset. */
  readonly field?: string
  /** Other fields that `check` looks at. A rule is not judged when one of its fields is there but unreadable. */
  readonly reads?: readonly string[]
  /** `tlv` for a rule on types alone, which is judged before any field is read. */
  readonly layer?: 'tlv'
}

/** Judged on the bytes alone. */
export interface FormRule<S, C extends string = Bolt12Code> extends RuleInfo<C> {
  readonly phase: 'form' | 'signature'
  /** Without it: always. */
  applies?(subject: S): boolean
  /** What is wrong, or undefined. */
  check(subject: S): Finding | undefined
}

/** Judged by a certain reader at a certain time. */
export interface ReadRule<S, C extends string = Bolt12Code> extends RuleInfo<C> {
  readonly phase: 'read'
  applies?(subject: S): boolean
  check(subject: S, context: ReadContext): Finding | undefined
}

/** Judged against a counterpart `P`. */
export interface MatchRule<S, P, C extends string = Bolt12Code> extends RuleInfo<C> {
  readonly phase: 'match'
  applies?(subject: S, counterpart: P): boolean
  check(subject: S, counterpart: P): Finding | undefined
}

/** A rule that `decode`, `inspect` and `check` can judge without a counterpart. */
export type Rule<S, C extends string = Bolt12Code> = FormRule<S, C> | ReadRule<S, C>

/** One violation, as plain data. */
export interface Issue {
  /** Stable: `OFFER_AMOUNT_WITHOUT_DESCRIPTION`. */
  readonly code: string
  /** For people; may change. Holds no unescaped text of the message. */
  readonly message: string
  readonly layer: Layer
  /** Absent for what is no rule of the message but of its encoding. */
  readonly phase?: Phase
  /** Id of the rule in `conformance/rules.json`. */
  readonly rule?: string
  /** Name of the field: `offer_amount`. */
  readonly field?: string
  /** Into the structure, outermost first. */
  readonly path?: readonly (string | number)[]
  readonly tlvType?: bigint
  /** In the bytes of the stream; for the string layer: in the text. */
  readonly offset?: number
  /** BOLT and section. */
  readonly spec?: string
}

/** An issue of a coded error. */
export function issueOf(error: LnoError, layer: Layer, rule = error.rule): Issue {
  const first = error.path?.[0]
  return {
    code: error.code,
    message: error.message,
    layer,
    ...(rule !== undefined && { rule }),
    ...(typeof first === 'string' && { field: first }),
    ...(error.path && { path: error.path }),
    ...(error.tlvType !== undefined && { tlvType: error.tlvType }),
    ...(error.offset !== undefined && { offset: error.offset }),
    ...(error.spec !== undefined && { spec: error.spec }),
  }
}

/** The error that `decode` throws for an issue. */
export function errorOf(issue: Issue, cause?: unknown): LnoError {
  return new LnoError(issue.code, issue.message, {
    ...(issue.path && { path: issue.path }),
    ...(issue.tlvType !== undefined && { tlvType: issue.tlvType }),
    ...(issue.offset !== undefined && { offset: issue.offset }),
    ...(issue.spec !== undefined && { spec: issue.spec }),
    ...(issue.rule !== undefined && { rule: issue.rule }),
    ...(cause !== undefined && { cause }),
  })
}

/** The fields by name with their numbers, as a table gives them. */
type Numbers = Readonly<Record<string, { readonly type: bigint }>>

/** The issue that a failed rule makes, with place and number of its field. */
export function issueOfRule(
  rule: RuleInfo<string>,
  finding: Finding,
  table: Numbers,
  records: readonly TlvRecord[],
): Issue {
  const found = typeof finding === 'string' ? { message: finding } : finding
  const path = found.path ?? (rule.field === undefined ? undefined : [rule.field])
  const first = path?.[0]
  const field = typeof first === 'string' ? first : rule.field
  const tlvType = found.tlvType ?? (field === undefined ? undefined : table[field]?.type)
  const record = tlvType === undefined ? undefined : records.find(({ type }) => type === tlvType)
  return {
    code: rule.code,
    message: found.message,
    layer: rule.phase === 'signature' ? 'signature' : (rule.layer ?? 'rules'),
    phase: rule.phase,
    rule: rule.id,
    ...(field !== undefined && { field }),
    ...(path && { path }),
    ...(tlvType !== undefined && { tlvType }),
    ...(record && { offset: record.offset }),
    spec: rule.spec ?? 'BOLT 12',
  }
}

/** Verdict of one rule. */
export type Verdict = 'ok' | 'failed' | 'not_applicable' | 'not_checked'

/** What came of a rule. */
export interface RuleOutcome {
  readonly rule: Pick<RuleInfo<string>, 'id' | 'phase' | 'field'> & { readonly code?: string }
  readonly verdict: Verdict
  /** Those that made it fail. */
  readonly issues: readonly Issue[]
}

/** Judges one rule on a message whose fields it needs are readable. */
export function judge<S extends TlvStream<unknown>>(
  rule: Rule<S, string>,
  subject: S,
  table: Numbers,
  context: ReadContext | undefined,
): RuleOutcome {
  if (rule.applies && !rule.applies(subject)) return { rule, verdict: 'not_applicable', issues: [] }
  if (rule.phase === 'read' && context === undefined) return { rule, verdict: 'not_checked', issues: [] }
  const finding = rule.phase === 'read' ? rule.check(subject, context!) : rule.check(subject)
  if (finding === undefined) return { rule, verdict: 'ok', issues: [] }
  return { rule, verdict: 'failed', issues: [issueOfRule(rule, finding, table, subject.records)] }
}

/** Judges the rules that need a counterpart; those that fail become issues, in the order of the list. */
export function judgeMatch<S extends TlvStream<unknown>, P>(
  rules: readonly MatchRule<S, P, string>[],
  subject: S,
  counterpart: P,
  table: Numbers,
): readonly Issue[] {
  const issues: Issue[] = []
  for (const rule of rules) {
    if (rule.applies && !rule.applies(subject, counterpart)) continue
    const finding = rule.check(subject, counterpart)
    if (finding !== undefined) issues.push(issueOfRule(rule, finding, table, subject.records))
  }
  return issues
}
