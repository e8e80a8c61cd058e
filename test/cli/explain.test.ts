import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { CodeText } from '../../src/base/error.js'
import { allCodes, CODES_BY_FOLDER } from '../../src/cli/all-codes.js'
import { lno, problemWith } from './run.js'
import { vector, vectorText } from './vectors.js'

const OFFERS = vector('bolt12/offers-test.json') as unknown as readonly {
  readonly description: string
  readonly valid: boolean
  readonly bolt12: string
}[]
const MINIMAL = OFFERS[0]!.bolt12
const WITHOUT_DESCRIPTION = OFFERS.find(({ description }) => description.includes('Missing offer_description'))!
const INVOICE = vectorText('bolt12/payer-proof-test.json', 'valid_vectors', 0, 'input', 'invoice')

interface Explained {
  readonly ok: boolean
  readonly kind: string | null
  readonly rules: readonly {
    readonly id: string
    readonly verdict: string
    readonly text?: string
    readonly section?: string
  }[]
  readonly issues: readonly { readonly code: string; readonly rule?: string }[]
}

const explained = async (argv: string[], world = {}) =>
  (await lno(['explain', '--json', ...argv], world)).json() as Explained

describe('explain a string', () => {
  test('every rule has a verdict, a sentence and a section', async () => {
    const { code, stdout, stderr } = await lno(['explain', MINIMAL])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Offer: no rule is broken/)
    expect(stderr).toMatch(/^Next: lno \w+ lno1\w+\n$/)
    const { ok, rules } = await explained([MINIMAL])
    expect(ok).toBe(true)
    for (const id of ['A1.4', 'OR1', 'OR2', 'OR3', 'OR4', 'OR5', 'OR6', 'OR7', 'OR8', 'OR9', 'OR10'])
      expect(rules.filter((rule) => rule.id === id)).toHaveLength(1)
    expect(rules.filter(({ text, section }) => !text || !section)).toEqual([])
  })

  test('a broken rule is named with field and offset, and first', async () => {
    const { code, stdout, stderr } = await lno(['explain', WITHOUT_DESCRIPTION.bolt12])
    expect(code).toBe(1)
    expect(stdout).toContain('1 rule is broken')
    const first = stdout.split('\n').slice(2, 4).join(' ')
    expect(first).toMatch(/^broken +OR5 .*offer_amount, type 8, offset \d+.*OFFER_AMOUNT_WITHOUT_DESCRIPTION/)
    expect(stderr).toBe('Next: lno explain OFFER_AMOUNT_WITHOUT_DESCRIPTION\n')
    const { ok, issues } = await explained([WITHOUT_DESCRIPTION.bolt12])
    expect(ok).toBe(false)
    expect(issues).toMatchObject([{ code: 'OFFER_AMOUNT_WITHOUT_DESCRIPTION', rule: 'OR5' }])
  })

  test.each(OFFERS.filter(({ valid }) => !valid))('names a broken rule: $description', async ({ bolt12 }) => {
    const { code, json, stderr } = await lno(['explain', '--json', bolt12])
    expect(code).toBe(1)
    expect(stderr).toBe('')
    const { rules, issues } = json() as Explained
    expect(issues.length).toBeGreaterThan(0)
    expect(rules.some(({ verdict }) => verdict === 'failed')).toBe(true)
  })

  test('network and time are those of the reader', async () => {
    const regtest = OFFERS.find(({ description }) => /testnet|signet|regtest/i.test(description))?.bolt12
    expect(regtest).toBeDefined()
    const verdict = async (network: string) =>
      (await explained([regtest!, '--network', network])).rules.find(({ id }) => id === 'OR4')?.verdict
    expect(await verdict('testnet')).toBe('ok')
    expect(await verdict('signet')).toBe('failed')
    const late = await explained([INVOICE])
    expect(late.issues.map(({ code }) => code)).toEqual(['INVOICE_EXPIRED'])
    expect((await explained([INVOICE], { now: 1_733_458_400 })).ok).toBe(true)
  })

  test('rules that need a counterpart are said to be open', async () => {
    const { rules } = await explained([MINIMAL])
    expect(rules.find(({ id }) => id === 'OR12')?.verdict).toBe('not_checked')
  })

  test('a string that cannot be read has its string rules judged', async () => {
    const { code, stdout } = await lno(['explain', MINIMAL.replace('z', 'Z')])
    expect(code).toBe(1)
    expect(stdout).toMatch(/broken +A1\.4 /)
    expect((await explained(['hello'])).kind).toBeNull()
  })

  test('hex, URIs and standard input work as with decode', async () => {
    expect((await explained(['--as', 'invoice_error', '050568656c6c6f'])).kind).toBe('invoice_error')
    expect((await explained([`lightning:${MINIMAL.toUpperCase()}`])).ok).toBe(true)
    expect((await explained(['-'], { stdin: `\n${MINIMAL}\n` })).ok).toBe(true)
  })

  test('fits narrow terminals', async () => {
    for (const columns of [50, 60, 100]) {
      const { stdout } = await lno(['explain', MINIMAL], { columns, env: { NO_COLOR: '1' } })
      expect(stdout.split('\n').filter((line) => line.length > columns)).toEqual([])
    }
  })
})

test('what it says to do next with an invoice_error can be done', async () => {
  const { code, stderr } = await lno(['explain', '--as', 'invoice_error', '050568656C6c6f'])
  expect(code).toBe(0)
  expect(stderr).toBe('Next: lno decode --as invoice_error 050568656c6c6f\n')
  expect((await lno(stderr.trim().split(' ').slice(2))).code).toBe(0)
})

describe('explain a code or a rule', () => {
  test('a code: meaning, advice, exit code, rules', async () => {
    const { code, stdout, stderr } = await lno(['explain', 'OFFER_AMOUNT_WITHOUT_DESCRIPTION'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^OFFER_AMOUNT_WITHOUT_DESCRIPTION \(bolt12, exit code 1\)\n/)
    expect(stdout).toContain('OR5')
    expect(stderr).toBe('Next: lno explain OR5\n')
    expect((await lno(['explain', '--json', 'tlv_order'])).json()).toMatchObject({
      code: 'TLV_ORDER',
      folder: 'wire',
      meaning: expect.any(String),
      advice: expect.any(String),
      exit_code: 1,
    })
    expect((await lno(['explain', 'USAGE'])).stdout).toContain('exit code 2')
  })

  test('a rule: its sentence and its section', async () => {
    const { code, stdout } = await lno(['explain', 'or5'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^OR5 \(BOLT 12 /)
    expect(stdout).toContain('OFFER_AMOUNT_WITHOUT_DESCRIPTION')
    expect((await lno(['explain', '--json', 'A1.5'])).json()).toMatchObject({ rule: 'A1.5', codes: expect.any(Array) })
  })

  test.each([
    [['explain', 'TLV_ODER'], 'did you mean TLV_ORDER?'],
    [['explain', 'NOTHING_LIKE_THAT_AT_ALL'], 'UNKNOWN_CODE'],
    [['explain', 'TO_STRING'], 'UNKNOWN_CODE'],
    [['explain', 'X99'], 'UNKNOWN_CODE'],
    [['explain'], 'SUBJECT is missing'],
    [['explain', '0a0161'], '--as'],
  ])('%j is a usage error', async (argv, why) => {
    const outcome = await lno(argv)
    expect(outcome.code).toBe(2)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain(why)
  })

  test('every code of every folder is there, once', async () => {
    const folders = readdirSync(new URL('../../src/', import.meta.url), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('/codes.ts'))
      .map((path) => path.slice(0, -'/codes.ts'.length))
    expect(Object.keys(CODES_BY_FOLDER).sort()).toEqual(folders.sort())
    for (const folder of folders) {
      const module = (await import(
        /* @vite-ignore */ new URL(`../../src/${folder}/codes.ts`, import.meta.url).href
      )) as Record<string, unknown>
      const table = Object.entries(module).find(([name]) => name.endsWith('_CODES'))?.[1] as Record<string, CodeText>
      expect(CODES_BY_FOLDER[folder]).toEqual(table)
    }
    const all = allCodes()
    expect(all.filter((code, i) => all.indexOf(code) !== i)).toEqual([])
  })

  test('every code can be explained', async () => {
    for (const code of allCodes()) expect((await lno(['explain', '--json', code])).code).toBe(0)
  })
})
