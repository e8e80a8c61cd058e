import { readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LAST_RUN, lastRun, lastRunJson, MAX_LAST } from '../../interop/report/last.js'
import { INTEROP_PAGE, interopPage } from '../../interop/report/markdown.js'
import type { Report } from '../../interop/run/result.js'
import { fixtureReport, HOSTILE, REAL } from './fixture.js'

/** As it would be read back from `interop/results/last.json`. */
const kept = (report: Report): Report => JSON.parse(lastRunJson(report))

test('docs/interop.md is what the last full run says (npm run interop:doc)', () => {
  expect(readFileSync(INTEROP_PAGE, 'utf8')).toBe(interopPage(lastRun()))
})

test('what is committed of a run is bounded, and is without files', () => {
  const report = lastRun()
  if (report === undefined) return
  expect(statSync(LAST_RUN).size).toBeLessThanOrEqual(MAX_LAST)
  expect(report.cells.flatMap(({ files }) => files)).toEqual([])
  expect(readFileSync(LAST_RUN, 'utf8')).toBe(lastRunJson(report))
})

test('a run is kept whole but for its files, ids and overlong texts, a cell a line', () => {
  const cell = { ...REAL, nodes: { payer: '02' }, observed: 'x'.repeat(5000) }
  const text = lastRunJson(fixtureReport({ cells: [REAL, cell] }))
  const { cells, ...head } = kept(fixtureReport({ cells: [REAL, cell] }))
  const { cells: _, ...same } = fixtureReport()
  expect(head).toEqual(same)
  expect(cells).toEqual([
    { ...REAL, files: [] },
    { ...REAL, files: [], observed: expect.stringMatching(/^x{300,}… \(5000 characters\)$/) },
  ])
  expect(text.match(/^\{"scenario"/gm)).toHaveLength(2)
  expect(lastRunJson(JSON.parse(text))).toBe(text)
})

test('a run that is too large to be committed is refused', () => {
  const cells = Array.from({ length: 1000 }, () => ({
    ...REAL,
    observed: 'x'.repeat(400),
    expected: 'x'.repeat(400),
    why: 'x'.repeat(400),
  }))
  expect(() => lastRunJson(fixtureReport({ cells }))).toThrow(/at most 1048576 are committed/)
})

const page = interopPage(kept(fixtureReport()))

test('the page says what ran, when, in which version, and what never did', () => {
  for (const part of [
    'lno 0.1.0 (`0123456789ab`), 2026-03-01T12:00:00.000Z',
    '**271 cells: 8 fail, 3 flaky, 20 known, 21 cannot, 219 pass.**',
    '| lnd | 0.21.3-beta | built from published sources |',
    '- cln: no lightningd was found; --cln PATH names one',
    '- eclair: no container engine answers',
    '- 21 × LDK does not let its user choose the way to the introduction node ([more](https://example.com/ldk))',
    '([more](interop-differences.md#demanded-features))',
  ])
    expect(page).toContain(part)
})

test('the page counts every cell once by payer and payee, and once by scenario', () => {
  const pairs = page.slice(page.indexOf('## Payer and payee'), page.indexOf('## What was not run'))
  const sum = (numbers: readonly string[]) => numbers.reduce((all, each) => all + Number(each), 0)
  expect(sum([...pairs.matchAll(/(\d+) [✕~≠–✓]/g)].map(([, count]) => count!))).toBe(271)
  const scenarios = page.slice(page.indexOf('## By scenario'))
  expect(sum([...scenarios.matchAll(/^- . \w+ \((\d+)\)/gm)].map(([, count]) => count!))).toBe(271)
})

test('the page of a run in part says so, and names what nobody played', () => {
  const part = interopPage(kept(fixtureReport({ cells: [REAL], selection: 'real-relay' })))
  expect(part).toContain('Not all scenarios were asked for: real-relay.')
  expect(part).toContain('- `fetch-0-direct`: An invoice is fetched')
  expect(part).toContain('Was there, and played no cell: ldk, ldk-stock, lnd.')
  expect(part).toContain('## Failures\n\nNone.')
})

test('text of strangers is no markup', () => {
  const cell = {
    ...REAL,
    outcome: 'fail' as const,
    scenario: HOSTILE,
    observed: `${HOSTILE} [x](https://evil.example)`,
  }
  const hostile = interopPage(kept(fixtureReport({ cells: [cell], peers: [{ driver: HOSTILE, reason: HOSTILE }] })))
  expect(hostile.replace(/`[^`\n]*`/g, '')).not.toMatch(/<[a-z/]|[^\\]\[x|https:\/\/|\u001b|\u202e/)
  expect(
    interopPage(kept(fixtureReport({ cells: [{ ...cell, outcome: 'known', link: 'javascript:alert(1)' }] }))),
  ).not.toContain('](javascript')
})
