import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { compare, type Difference } from './compare.js'
import type { Answer, Oracle, Order, Question } from './oracle.js'
import { ourAnswer } from './ours.js'

/** What one suite is given. The same seed makes the same objects. */
export interface Suite {
  readonly oracle: Oracle
  readonly seed: number
  /** Objects to make. */
  readonly count: number
}

/** What came of it. */
export interface Outcome {
  readonly name: string
  /** Questions that both sides answered. */
  readonly asked: number
  /** How many both sides accepted. */
  readonly accepted: number
  readonly differences: readonly Difference[]
}

export interface Asked {
  readonly question: Question
  readonly origin: string
}

export const draw = <T>(of: fc.Arbitrary<T>, { seed, count }: Suite): readonly T[] =>
  fc.sample(of, { seed, numRuns: count })

/** What is asked of both oracles is made once. */
const kept = new Map<string, readonly unknown[]>()

export function once<T>(name: string, { seed, count }: Suite, make: () => readonly T[]): readonly T[] {
  const key = `${name} ${seed} ${count}`
  if (!kept.has(key)) kept.set(key, make())
  return kept.get(key) as readonly T[]
}

/** Our answers: both oracles are asked much the same, and an answer may cost a dozen multiplications. */
const answers = new Map<string, Answer>()

export function answerOf(question: Question): Answer {
  const key = createHash('sha256').update(JSON.stringify(question)).digest('base64')
  const answer = answers.get(key) ?? ourAnswer(question)
  answers.set(key, answer)
  return answer
}

/** Asks both sides the same and compares. */
export async function ask(name: string, { oracle }: Suite, all: readonly Asked[]): Promise<Outcome> {
  // Theirs are on their way while ours are worked out.
  const pending = oracle.ask(all.map(({ question }) => question))
  const ours = all.map(({ question }) => answerOf(question))
  const theirs = await pending
  return outcome(name, oracle, all, ours, theirs)
}

export function outcome(
  name: string,
  oracle: Oracle,
  all: readonly Asked[],
  ours: readonly Answer[],
  theirs: readonly Answer[],
): Outcome {
  return {
    name,
    asked: all.length,
    accepted: all.filter((_, i) => ours[i]!.ok && theirs[i]?.ok).length,
    differences: all.flatMap(({ question, origin }, i) =>
      compare(oracle.name, question, ours[i]!, theirs[i] ?? { ok: false, reason: 'no answer' }, origin),
    ),
  }
}

/** An order that the other side's builder refuses: nothing is asked for that it should. */
export function unbuilt({ name }: Oracle, question: Order, answer: Answer, origin: string): readonly Difference[] {
  if (answer.ok) return []
  return [{ oracle: name, question, origin, what: 'build', ours: 'asked for', codes: [], theirs: answer.reason }]
}
