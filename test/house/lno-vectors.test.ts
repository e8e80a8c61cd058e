import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import rules from '../../conformance/rules.json' with { type: 'json' }
import { digestOf, withAgreed, withReport } from '../../scripts/lib/lno-vectors/agreed.js'
import { agreements, FOLDER, lnoFiles, vectorFiles } from '../../scripts/lib/lno-vectors/files.js'

const files = vectorFiles()
const all = [...files.values()].flat()

/** Rules for readers of which no message can be the counter-example, and why. */
const SHOWN_OTHERWISE: Readonly<Record<string, string>> = {
  T8: 'as RR2 in a request',
  RR6: 'what is sent a second time',
  RR12: 'where an answer goes',
  RR14: 'where an answer goes; a valid message shows it',
  IR11: 'a choice; `expect.usable_paths` of valid invoices',
  IR12: 'a choice; `expect.parts` of valid invoices',
  IR14: 'ignored, not refused; `expect.usable_fallbacks` of valid invoices',
  R2: 'a message that is peeled shows it',
  R3: 'payments alone',
  R4: 'a message that is delivered or passed on shows it',
  B8: 'the key that is handed on; each message that is passed on shows it',
  O8: 'whom a message is taken from',
  O13: 'what is handed on; each message that is passed on shows it',
  O17: 'where an answer goes; valid messages show it',
}

/** Rules for readers of the messages in the files: of fields, strings, requests, invoices, errors, packets, paths, messages. */
const READER = /^(T[1-79]|A1\.[4-8]|RR\d+|IR\d+|ER\d+|R\d+|B[789]|O(8|9|1\d))$/

describe('vectors/lno', () => {
  test('is what npm run vectors:make writes, to the byte', () => {
    const made = lnoFiles(files, agreements())
    const there = readdirSync(FOLDER).filter((name) => name.endsWith('.json') && name !== 'agreed.json')
    expect(there.sort()).toEqual([...made.keys()].sort())
    for (const [name, text] of made) {
      // Not toEqual: a difference of a megabyte takes minutes to print.
      expect(readFileSync(new URL(name, FOLDER), 'utf8') === text, `${name}: run npm run vectors:make`).toBe(true)
    }
  })

  test('holds enough of each kind, valid and not', () => {
    const counts = Object.fromEntries([...files].map(([name, vectors]) => [name, vectors.length] as const))
    expect(counts['invoice-request-test.json']).toBeGreaterThanOrEqual(129)
    expect(counts['standalone-invoice-request-test.json']).toBeGreaterThanOrEqual(40)
    expect(counts['invoice-test.json']).toBeGreaterThanOrEqual(136)
    expect(counts['invoice-error-test.json']).toBeGreaterThanOrEqual(29)
    expect(counts['onion-message-test.json']).toBeGreaterThanOrEqual(103)
    for (const [name, vectors] of files) {
      expect(vectors.some(({ valid }) => valid) && vectors.some(({ valid }) => !valid), name).toBe(true)
    }
  })

  test('has a counter-example for each rule that a message can break', () => {
    const broken = new Set(all.filter(({ valid }) => !valid).map(({ rule }) => rule))
    const wanted = rules.map(({ id }) => id).filter((id) => READER.test(id) && !(id in SHOWN_OTHERWISE))
    expect(wanted.filter((id) => !broken.has(id))).toEqual([])
    expect(Object.keys(SHOWN_OTHERWISE).filter((id) => id !== 'T8' && broken.has(id))).toEqual([])
  })

  test('names rules of the registry alone', () => {
    const known = new Set(rules.map(({ id }) => id))
    expect(all.filter(({ rule }) => !known.has(rule)).map(({ rule }) => rule)).toEqual([])
  })
})

describe('who agreed', () => {
  const [file, vectors] = [...files][0]!
  const [one, other] = vectors as [(typeof vectors)[0], (typeof vectors)[0]]
  const report = (version: string, ...agreed: readonly string[]) => ({
    implementation: 'made up',
    version,
    agreed: { [file]: agreed },
  })
  const madeUp = (version: string) => ({ implementation: 'made up', version })

  test('stands at the vectors that a report names', () => {
    const agreed = withReport([], report('1', one.description), files)
    const written = withAgreed(file, vectors, agreed)
    expect(written[0]).toEqual({ ...one, agreed: [madeUp('1')] })
    expect(written[1]).toEqual({ ...other, agreed: [] })
    expect(withAgreed('invoice-test.json', vectors, agreed)[0]!.agreed).toEqual([])
  })

  test('a later report of the same version replaces the earlier one, another version stands beside it', () => {
    const first = withReport([], report('2', one.description), files)
    const both = withReport(first, report('1', one.description), files)
    expect(withAgreed(file, vectors, both)[0]!.agreed).toEqual([madeUp('1'), madeUp('2')])
    const replaced = withReport(both, report('2', other.description), files)
    expect(withAgreed(file, vectors, replaced)[0]!.agreed).toEqual([madeUp('1')])
    expect(withAgreed(file, vectors, replaced)[1]!.agreed).toEqual([madeUp('2')])
  })

  test('an agreement ends when the vector changes', () => {
    const agreed = withReport([], report('1', one.description), files)
    const changed = { ...one, valid: !one.valid }
    expect(digestOf(changed)).not.toBe(digestOf(one))
    expect(withAgreed(file, [changed], agreed)[0]!.agreed).toEqual([])
  })

  test('a report about a vector that is not there is refused', () => {
    expect(() => withReport([], report('1', 'no such vector'), files)).toThrow('no such vector')
  })
})
