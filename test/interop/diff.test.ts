import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ACCEPTED, compare, type Difference, fieldsFor } from '../../interop/diff/compare.js'
import { EXPLAINED } from '../../interop/diff/explained.js'
import type { Answer, Oracle, Order, Question } from '../../interop/diff/oracle.js'
import { ourAnswer, type ShownMessage } from '../../interop/diff/ours.js'
import { differencesPage } from '../../interop/diff/page.js'
import { explain, type Judged, parseExamples, runSuites, staleExamples } from '../../interop/diff/session.js'

const EXAMPLES = parseExamples(readFileSync('interop/diff/examples.jsonl', 'utf8'))

const isQuestion = (asked: Question | Order): asked is Question =>
  asked.method !== 'build' && asked.method !== 'make_path' && asked.method !== 'message'

/** What we show of a message, as LDK would show it. */
function asLdk(message: ShownMessage): Answer {
  const { offer_ids, usable_fallbacks: _, ...shown } = message
  return { ok: true, value: { ...shown, fields: fieldsFor('ldk', message), offer_id: offer_ids.ldk } }
}

/** An oracle that agrees with us in everything but what `spoil` makes of an answer, and builds nothing. */
function oracleBut(spoil: (question: Question, answer: Answer) => Answer): Oracle {
  return {
    name: 'ldk',
    title: 'an oracle of the test',
    ask: async (all) =>
      all.map((asked) => {
        if (!isQuestion(asked)) return { ok: false, reason: 'builds nothing' }
        const answer = ourAnswer(asked)
        const theirs = asked.method === 'decode' && answer.ok ? asLdk(answer.value as ShownMessage) : answer
        return spoil(asked, theirs)
      }),
  }
}

async function unexplained(spoil: (question: Question, answer: Answer) => Answer): Promise<readonly Judged[]> {
  const judged = await runSuites({ oracle: oracleBut(spoil), seed: 7, count: 5, table: EXPLAINED }, () => undefined)
  return judged.filter(({ explained, what }) => explained === undefined && what !== 'build')
}

test('an oracle that says what we say leaves nothing unexplained', async () => {
  expect(await unexplained((_, answer) => answer)).toEqual([])
})

interface Shown {
  readonly fields: Readonly<Record<string, unknown>>
  readonly [name: string]: unknown
}

/** Changes what is shown of messages of one kind. */
const shown =
  (kind: string, change: (value: Shown) => unknown) =>
  (question: Question, answer: Answer): Answer =>
    question.method === 'decode' && question.item.kind === kind && answer.ok
      ? { ok: true, value: change(answer.value as Shown) }
      : answer

test.each([
  [
    'another description',
    'fields.offer_description',
    shown('offer', (value) => ({ ...value, fields: { ...value.fields, offer_description: 'another' } })),
  ],
  [
    'a field left out',
    'fields.invreq_payer_id',
    shown('invoice_request', ({ fields: { invreq_payer_id: _, ...fields }, ...value }) => ({ ...value, fields })),
  ],
  [
    'a field too many',
    'fields.invreq_unheard',
    shown('refund', (value) => ({ ...value, fields: { ...value.fields, invreq_unheard: '1' } })),
  ],
  ['other bytes', 'bytes', shown('invoice', (value) => ({ ...value, bytes: '00' }))],
  ['another merkle root', 'root', shown('invoice', (value) => ({ ...value, root: '00'.repeat(32) }))],
  ['another hash to sign', 'signed', shown('invoice_request', (value) => ({ ...value, signed: '00'.repeat(32) }))],
  ['another offer id', 'offer_id', shown('offer', (value) => ({ ...value, offer_id: '00'.repeat(32) }))],
])('a wrong answer is reported: %s', async (_, what, spoil) => {
  const found = await unexplained(spoil)
  expect(found.length).toBeGreaterThanOrEqual(5)
  expect(new Set(found.map((difference) => difference.what))).toEqual(new Set([what]))
})

test('a refusal of what is valid is reported, and so is a signature that does not count', async () => {
  const refusal = await unexplained((question, answer) =>
    question.method === 'decode' && question.item.kind === 'offer' ? { ok: false, reason: 'no' } : answer,
  )
  expect(refusal.map(({ what, ours, theirs }) => [what, ours, theirs])).toContainEqual(['acceptance', ACCEPTED, 'no'])
  const unsigned = await unexplained(shown('invoice', (value) => ({ ...value, signature: false })))
  expect(unsigned.map(({ theirs }) => theirs)).toContain('bad signature')
})

test('acceptance of what nobody may accept is reported', async () => {
  const question: Question = { method: 'decode', item: { kind: 'offer', text: 'lno1' } }
  const [difference, ...others] = compare('ldk', question, ourAnswer(question), { ok: true, value: {} }, 'test')
  expect(others).toEqual([])
  expect(difference).toMatchObject({ what: 'acceptance', ours: 'STRING_EMPTY_DATA', theirs: ACCEPTED })
  expect(explain(difference as Difference, EXPLAINED).explained).toBeUndefined()
})

test('a hop that hands on something else, and an onion that is peeled otherwise, are reported', async () => {
  const walked = await unexplained((question, answer) =>
    question.method === 'walk' && answer.ok
      ? { ok: true, value: (answer.value as readonly object[]).map((step) => ({ ...step, next_path_key: '02' })) }
      : answer,
  )
  expect(walked.some(({ what }) => what === 'hop 0 next_path_key')).toBe(true)
  const peeled = await unexplained((question, answer) => {
    if (question.method !== 'peel' || !answer.ok) return answer
    const { forward } = answer.value as { readonly forward?: object }
    return forward ? { ok: true, value: { forward: { ...forward, message: '00' } } } : answer
  })
  expect(new Set(peeled.map(({ what }) => what))).toEqual(new Set(['message']))
})

test('every explained difference has bytes that show it, and we answer them as it says', () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual(EXPLAINED.map(({ id }) => id).sort())
  for (const [id, examples] of Object.entries(EXAMPLES)) {
    for (const { oracle, question, origin, what, ours, theirs } of examples) {
      expect(explain({ oracle, question, origin, what, ours, codes: [], theirs }, EXPLAINED).explained).toBe(id)
      if (what !== 'acceptance' || !isQuestion(question)) continue
      const answer = ourAnswer(question)
      expect(answer.ok ? ACCEPTED : answer.reason, id).toBe(ours)
    }
  }
})

test('an example on which both sides agree is stale', async () => {
  const stale = await staleExamples(
    oracleBut((_, answer) => answer),
    EXAMPLES,
    EXPLAINED,
  )
  const asked = Object.entries(EXAMPLES).filter(([, all]) =>
    all.some(({ oracle, question }) => oracle === 'ldk' && isQuestion(question)),
  )
  expect(stale.map((line) => line.split(':')[0]).sort()).toEqual(asked.map(([id]) => id).sort())
})

test('docs/interop-differences.md is what the table and its examples make', () => {
  expect(readFileSync('docs/interop-differences.md', 'utf8')).toBe(differencesPage(EXPLAINED, EXAMPLES))
})
