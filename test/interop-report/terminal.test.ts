import { expect, test } from 'vitest'
import { matrixText } from '../../interop/report/terminal.js'
import { OUTCOME } from '../../interop/report/words.js'
import { fixtureReport, REAL } from './fixture.js'

const report = fixtureReport()
const plain = (width: number) => matrixText(report, { width, color: false })

/** The part up to the legend. */
const matrix = (text: string) => text.slice(0, text.indexOf('✕ fail '))

test.each([60, 80, 100, 140, 1000])('fits %i columns', (width) => {
  const long = plain(width)
    .split('\n')
    .filter((line) => line.length > Math.min(width, 140))
  // A command stays whole: it is there to be copied.
  expect(long.filter((line) => !line.startsWith('  lno interop '))).toEqual([])
})

test.each([60, 140])('has a mark for every cell at %i columns', (width) => {
  const marks = Object.values(OUTCOME).map(({ mark }) => mark)
  const found = [...matrix(plain(width))].filter((character) => marks.includes(character))
  // A hyphen in a name is no en dash.
  expect(found).toHaveLength(report.cells.length)
})

test('more columns than fit go below each other', () => {
  const cells = Array.from({ length: 40 }, (_, i) => ({ ...REAL, payer: `payer${i}` }))
  const text = matrixText(fixtureReport({ cells }), { width: 60, color: false })
  expect(text.match(/^real-relay /gm)!.length).toBeGreaterThan(1)
  expect(matrix(text).match(/✓/g)).toHaveLength(40)
  expect(text).toMatch(/ an payer\d+ → lno → lno/)
  expect(text.split('\n').filter((line) => line.length > 60)).toEqual([])
})

test('names who plays in the columns where there is room, and by letters where there is not', () => {
  expect(plain(140)).toMatch(/^ +>lno >ldk >ldk-stock/m)
  expect(plain(60)).toMatch(/^ +a b c d e f g/m)
  expect(plain(60)).toContain('h lno → lnd → ldk')
})

test('a cell stands in its row and column', () => {
  const lines = plain(60).split('\n')
  const head = lines.find((line) => /^ +a b c d e f g h/.test(line))!
  const row = lines.find((line) => line.startsWith('fetch-0-relay '))!
  expect(row[head.indexOf('h')]).toBe(OUTCOME.fail.mark)
  expect(report.cells).toContainEqual(
    expect.objectContaining({
      scenario: 'fetch-0-relay',
      payer: 'lno',
      relays: ['lnd'],
      payee: 'ldk',
      outcome: 'fail',
    }),
  )
})

test('lists what failed with its reason and the command that plays it again', () => {
  const text = plain(100)
  const failures = text.slice(text.indexOf('What failed'), text.indexOf('\nReasons\n'))
  const { cells } = report
  expect(failures.match(/^✕ fail /gm)).toHaveLength(cells.filter(({ outcome }) => outcome === 'fail').length)
  expect(failures.match(/^~ flaky /gm)).toHaveLength(cells.filter(({ outcome }) => outcome === 'flaky').length)
  expect(failures).toContain('✕ fail fetch-0-relay  lno → lnd → ldk\n')
  expect(failures).toContain('  lno interop --only fetch-0-relay --payer lno --payee ldk --relays lnd\n')
  expect(failures).toContain('(rule IR1)')
})

test('says who never ran, each reason once, and the counts last', () => {
  const text = plain(100)
  expect(text).toContain('Never ran live\ncln: no lightningd was found; --cln PATH names one\n')
  expect(text.match(/LDK does not let its user choose/g)).toHaveLength(1)
  expect(text).toMatch(/\n271 cells in 12 min 34 s: 8 fail, 3 flaky, 20 known, 21 cannot, 219 pass\n$/)
})

test('has colours only when asked, and never those of strangers', () => {
  expect(plain(80)).not.toMatch(/[\u001b\u202e]/)
  const colored = matrixText(report, { width: 80, color: true })
  expect(colored).toContain(`\u001b[31m${OUTCOME.fail.mark}\u001b[39m`)
  expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(plain(80))
  expect(colored).not.toContain('\u001b[31mred')
})

test('a name is one word of the command', () => {
  const cell = { ...REAL, outcome: 'fail' as const, scenario: "it's; rm -rf", payer: 'a b' }
  const text = matrixText(fixtureReport({ cells: [cell] }), { width: 80, color: false })
  expect(text).toContain(`lno interop --only 'it'\\''s; rm -rf' --payer 'a b' --payee lno --relays lno\n`)
})
