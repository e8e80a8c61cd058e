import type { Outcome } from './asking.js'
import { compare, type Difference } from './compare.js'
import type { Explained } from './explained.js'
import type { Oracle, OracleName, Question } from './oracle.js'
import { ourAnswer } from './ours.js'
import { suites } from './suites.js'

/** A difference as it goes into the file of a run. */
export interface Judged extends Difference {
  /** Id of the entry that explains it. */
  readonly explained: string | undefined
}

/** A case that shows an explained difference, kept with the table and asked again in each run. */
export interface Example {
  readonly oracle: OracleName
  readonly question: Difference['question']
  readonly origin: string
  readonly what: string
  readonly ours: string
  readonly theirs: string
}

export type Examples = Readonly<Record<string, readonly Example[]>>

export function explain(difference: Difference, table: readonly Explained[]): Judged {
  return { ...difference, explained: table.find((entry) => entry.matches(difference))?.id }
}

/** The file of examples: a line each, with the id of its entry. */
export function parseExamples(lines: string): Examples {
  const out: Record<string, Example[]> = {}
  for (const line of lines.split('\n').filter((each) => each !== '')) {
    const { id, ...example } = JSON.parse(line) as Example & { readonly id: string }
    out[id] = [...(out[id] ?? []), example]
  }
  return out
}

export function writeExamples(examples: Examples): string {
  return Object.entries(examples)
    .flatMap(([id, all]) => all.map((example) => `${JSON.stringify({ id, ...example })}\n`))
    .join('')
}

/** One oracle's run. `heard` gets each suite when it is through. */
export async function runSuites(
  options: {
    readonly oracle: Oracle
    readonly seed: number
    readonly count: number
    readonly table: readonly Explained[]
    /** Suites whose name holds this. */
    readonly part?: string
  },
  heard: (outcome: Outcome, judged: readonly Judged[]) => void,
): Promise<readonly Judged[]> {
  const all: Judged[] = []
  for await (const outcome of suites(options, options.part)) {
    const judged = outcome.differences.map((difference) => explain(difference, options.table))
    heard(outcome, judged)
    all.push(...judged)
  }
  return all
}

const isQuestion = (question: Difference['question']): question is Question =>
  question.method === 'decode' || question.method === 'path' || question.method === 'walk' || question.method === 'peel'

/** The examples that no longer show what the table says: the other side or we have changed, and the table has to. */
export async function staleExamples(
  oracle: Oracle,
  examples: Examples,
  table: readonly Explained[],
): Promise<readonly string[]> {
  const stale: string[] = []
  for (const [id, all] of Object.entries(examples)) {
    for (const { oracle: name, question, origin, what } of all) {
      if (name !== oracle.name || !isQuestion(question)) continue
      const [theirs] = await oracle.ask([question])
      const found = compare(oracle.name, question, ourAnswer(question), theirs!, origin)
      const same = found.some((difference) => difference.what === what && explain(difference, table).explained === id)
      if (!same) stale.push(`${id}: ${oracle.title} and we agree on its example now, or differ otherwise`)
    }
  }
  return stale
}

/** The shortest case of each entry, questions before orders; old examples stay where the run had none. */
export function chooseExamples(old: Examples, judged: readonly Judged[], table: readonly Explained[]): Examples {
  const size = ({ question }: Example) => JSON.stringify(question).length + (isQuestion(question) ? 0 : 1_000_000)
  const out: Record<string, readonly Example[]> = {}
  for (const { id } of table) {
    const found = judged.filter(({ explained }) => explained === id)
    const candidates = [...(old[id] ?? []), ...found].map(
      ({ oracle, question, origin, what, ours, theirs }): Example => ({
        oracle,
        question,
        origin,
        what,
        ours: short(ours),
        theirs: short(theirs),
      }),
    )
    const best = (name: OracleName) =>
      candidates.filter(({ oracle }) => oracle === name).sort((a, b) => size(a) - size(b))[0]
    const chosen = [best('ldk'), best('kmp')].filter((one) => one !== undefined)
    if (chosen.length > 0) out[id] = chosen
  }
  return out
}

/** Values can be long; their beginning tells them apart. */
const short = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text)
