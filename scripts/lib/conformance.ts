/** One rule of `conformance/rules.json` (conformance/README.md says what each member means). */
export interface Rule {
  readonly id: string
  readonly section: string
  readonly level: 'must' | 'should' | 'may' | 'advice'
  readonly rule: string
  readonly status: 'tested' | 'advice' | 'later'
  readonly reason?: string
}

/** What a run says of one test. */
export interface TaggedTest {
  readonly status: string
  readonly tags: readonly string[]
}

export interface Verdict {
  readonly rule: Rule
  /** Tests that carry the rule and passed. */
  readonly passing: number
  /** Why the rule does not hold, if it does not. */
  readonly problem?: string
}

/** Titles of the sections, in the order of the page. */
export const SECTIONS: Readonly<Record<string, string>> = {
  'A.0': 'BOLT 1 types and TLV streams of BOLT 12',
  'A.1': 'BOLT 12: strings',
  'A.2': 'BOLT 12: signatures and merkle tree',
  'A.3': 'BOLT 12: offers',
  'A.4': 'BOLT 12: invoice requests',
  'A.5': 'BOLT 12: invoices',
  'A.6': 'BOLT 12: invoice errors',
  'A.7': 'BOLT 12: payer proofs',
  'B.1': 'BOLT 4: onion packets',
  'B.2': 'BOLT 4: route blinding',
  'B.3': 'BOLT 4: onion messages',
  'B.4': 'BOLT 4: payment onions',
  'B.5': 'BOLT 4: failure onions',
  'C.1': 'BOLT 1: messages and connections',
  'C.2': 'BOLT 8: transport',
}

/** Each rule with the tests that carry its id. */
export function judge(rules: readonly Rule[], tests: readonly TaggedTest[]): readonly Verdict[] {
  return rules.map((rule) => {
    const own = tests.filter(({ tags }) => tags.includes(rule.id))
    const passing = own.filter(({ status }) => status === 'passed').length
    const problem = problemOf(rule, passing, own.filter(({ status }) => status === 'failed').length)
    return { rule, passing, ...(problem !== undefined && { problem }) }
  })
}

function problemOf(rule: Rule, passing: number, failing: number): string | undefined {
  if (failing > 0) return `${failing} of its tests failed`
  if (rule.status === 'tested') return passing > 0 ? undefined : 'tested, but no passing test carries it'
  return rule.reason ? undefined : `${rule.status}, without a reason`
}

/** The text of `docs/conformance.md`: the same for the same tests, on any day and machine. */
export function conformancePage(verdicts: readonly Verdict[]): string {
  const cell = (text: string) => text.replace(/\|/g, '\\|').replace(/\s+/g, ' ')
  const held = verdicts.filter(({ rule, problem }) => rule.status === 'tested' && problem === undefined).length
  const count = (status: Rule['status']) => verdicts.filter(({ rule }) => rule.status === status).length
  const sections = [...new Set(verdicts.map(({ rule }) => rule.section))].sort()
  return [
    '# Conformance',
    '',
    'Written by `npm run conformance` from a run of the tests that carry the id of a rule. `conformance/rules.json` holds',
    'the rules, `conformance/README.md` says how to read and extend them.',
    '',
    `${verdicts.length} rules: ${held} of ${count('tested')} tested pass, ${count('advice')} advice, ${count('later')} later.`,
    ...sections.flatMap((section) => [
      '',
      `## ${section} ${SECTIONS[section] ?? ''}`.trimEnd(),
      '',
      '| id | level | rule | status | passing tests | reason |',
      '|---|---|---|---|---:|---|',
      ...verdicts
        .filter(({ rule }) => rule.section === section)
        .map(({ rule, passing, problem }) => {
          const status = problem === undefined ? rule.status : `**${rule.status}: ${problem}**`
          return `| ${rule.id} | ${rule.level} | ${cell(rule.rule)} | ${status} | ${passing} | ${cell(rule.reason ?? '')} |`
        }),
    ]),
    '',
  ].join('\n')
}
