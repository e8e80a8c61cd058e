import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MAX_FILE, MAX_LOG, MAX_PAGE } from '../../interop/report/bounds.js'
import { DARK, LIGHT } from '../../interop/report/palette.js'
import { OUTCOME, OUTCOMES } from '../../interop/report/words.js'
import { writeReport } from '../../interop/report/write.js'
import type { Cell, Report } from '../../interop/run/result.js'
import { parseCapture } from '../../src/node/capture/index.js'
import { tempDir } from '../support/temp-dir.js'
import { FILES, fixtureReport, HOSTILE, REAL } from './fixture.js'

/** The report as files in a new folder. */
async function written(report: Report = fixtureReport(), from = FILES) {
  const dir = tempDir()
  await writeReport(report, dir, from)
  return { dir, html: readFileSync(join(dir, 'index.html'), 'utf8') }
}

/** A document inside of the page. */
function embedded<T>(html: string, id: string): T | undefined {
  const found = new RegExp(`<script type="application/json" id="${id}">(.*?)</script>`, 's').exec(html)
  return found === null ? undefined : JSON.parse(found[1]!)
}

interface CellOnPage {
  readonly id: string
  readonly observed: string
  readonly files: readonly { readonly href: string }[]
}
interface EvidenceOnPage {
  readonly story?: { readonly steps: readonly object[] }
  readonly logs: readonly { readonly name: string; readonly text: string }[]
  readonly problems: readonly string[]
}

const cellsOn = (html: string): readonly CellOnPage[] => embedded<readonly CellOnPage[]>(html, 'cells') ?? []
const evidenceOn = (html: string, index: number) => embedded<EvidenceOnPage>(html, `evidence-${index}`)

/** The page without its embedded documents and its script: what a browser reads as markup. */
const markup = (html: string): string =>
  html.replace(/<script[^>]*>.*?<\/script>/gs, '').replace(/<style>.*?<\/style>/s, '')

/** A fixture with the real cell alone, or with another one like it. */
const only = (...cells: readonly Cell[]): Report => fixtureReport({ cells })

const secrets = REAL.files.flatMap(({ kind, path }) =>
  kind === 'capture' ? [/"node_key":"([0-9a-f]{64})"/.exec(readFileSync(join(FILES, path), 'utf8'))![1]!] : [],
)

describe('the page', () => {
  test('stands alone: its policy allows its own script and style by their hashes, and nothing else', async () => {
    const { html } = await written()
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    const script = /<script>(.*?)<\/script>/s.exec(html)![1]!
    const style = /<style>(.*?)<\/style>/s.exec(html)![1]!
    expect(/http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]).toBe(
      `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`,
    )
    expect(html.match(/<script(?![^>]*application\/json)/g)).toHaveLength(1)
    // Tags with their values taken out, in which there is no `>` unescaped.
    const tags = markup(html)
      .match(/<[a-z][^>]*>/gi)!
      .map((tag) => tag.replace(/"[^"]*"/g, ''))
    expect(tags.filter((tag) => /^<(link|img|iframe|object|embed|base)\b|\ssrc=|\son\w+=|\sstyle=/i.test(tag))).toEqual(
      [],
    )
    expect(style).not.toMatch(/url\(|@import/)
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|\bfetch\(|import\(/)
  })

  test('has every cell once in its matrix, and a link that leads to it', async () => {
    const report = fixtureReport()
    const { html } = await written(report)
    const cells = cellsOn(html)
    expect(cells).toHaveLength(report.cells.length)
    expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length)
    const matrix = html.slice(html.indexOf('id="matrix-part"'), html.indexOf('id="reasons-part"'))
    const links = [...matrix.matchAll(/<a class="(\w+)" href="#cell=([^"&]+)" data-cell="(\d+)"/g)]
    expect(links.map(([, , , index]) => Number(index)).sort((a, b) => a - b)).toEqual(cells.map((_, i) => i))
    for (const [, outcome, id, index] of links) {
      expect(decodeURIComponent(id!)).toBe(cells[Number(index)]?.id)
      expect(outcome).toBe(report.cells[Number(index)]?.outcome)
    }
    const elsewhere = [...markup(html).matchAll(/href="#cell=([^"&]+)"/g)].map(([, id]) => decodeURIComponent(id!))
    expect(elsewhere.filter((id) => !cells.some((cell) => cell.id === id))).toEqual([])
  })

  test('keeps its links from run to run: they hang on who plays what, not on the order', async () => {
    const report = fixtureReport()
    const ids = cellsOn((await written(report)).html).map(({ id }) => id)
    const turned = cellsOn((await written({ ...report, cells: [...report.cells].reverse() })).html).map(({ id }) => id)
    expect(turned.reverse()).toEqual(ids)
    expect(ids.at(-1)).toBe('real-relay.lno.lno.lno')
  })

  test('the same cell twice has two links', async () => {
    expect(cellsOn((await written(only(REAL, REAL))).html).map(({ id }) => id)).toEqual([
      'real-relay.lno.lno.lno',
      'real-relay.lno.lno.lno.2',
    ])
  })

  test('names versions, and who never ran and why', async () => {
    const text = markup((await written()).html)
    for (const part of [
      '0.21.3-beta',
      'cln',
      'no lightningd was found; --cln PATH names one',
      '2026-03-01T12:00:00.000Z',
    ])
      expect(text).toContain(part)
  })
})

describe('what strangers wrote', () => {
  test('is text: no markup, no end of an element, no character that hides or moves', async () => {
    const hostile: Cell = {
      ...REAL,
      outcome: 'known',
      scenario: HOSTILE,
      payer: HOSTILE,
      observed: HOSTILE,
      expected: HOSTILE,
      why: HOSTILE,
      rule: HOSTILE,
      reason: HOSTILE,
      link: `https://example.com/"><img src=x>`,
      files: [...REAL.files, { name: HOSTILE, path: 'payer.log', kind: 'log' }],
    }
    const peers = [
      { driver: HOSTILE, version: HOSTILE },
      { driver: 'x', reason: HOSTILE },
    ]
    const scenarios = [{ id: HOSTILE, title: HOSTILE, action: HOSTILE, path: HOSTILE, shape: HOSTILE, why: HOSTILE }]
    const { html } = await written(fixtureReport({ cells: [hostile], peers, scenarios, selection: HOSTILE }))
    expect(html).not.toMatch(/<img|alert\(2\)<\/script>|\u202e|\u001b/)
    expect(html.match(/<script/g)).toHaveLength(html.match(/<\/script>/g)!.length)
    expect(cellsOn(html)[0]?.observed).toContain('<img src=x onerror="alert(1)"> </script>')
    expect(evidenceOn(html, 0)?.story?.steps).toHaveLength(32)
  })

  test.each([
    'javascript:alert(1)',
    'javascript://%0Aalert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'docs/interop-differences.md',
    '//example.com',
  ])('is no link where it is not one on the web: %s', async (link) => {
    const { html } = await written(only({ ...REAL, outcome: 'known', reason: 'because', link }))
    expect(markup(html)).not.toContain(`href="${link}`)
    expect(cellsOn(html)[0]).toMatchObject({ link, web: false })
  })
})

describe('keys', () => {
  test('stand in no file of a report, and yet messages were opened with them', async () => {
    const shown: Cell = { ...REAL, observed: `the node said ${secrets[0]}`, files: REAL.files }
    const from = tempDir()
    cpSync(FILES, from, { recursive: true })
    writeFileSync(join(from, 'payer.log'), `started with ${secrets[1]!.toUpperCase()}\nand went on\n`)
    const { dir, html } = await written(only(shown), from)
    const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.map(({ name }) => name).sort()).toEqual(
      ['index.html', 'report.json', 'payer.log', 'payer.capture', 'relay1.capture', 'payee.capture'].sort(),
    )
    for (const { name } of files) {
      const text = readFileSync(join(dir, name), 'utf8').toLowerCase()
      expect([name, secrets.filter((secret) => text.includes(secret))]).toEqual([name, []])
      if (name.endsWith('.capture')) expect(parseCapture(text).entries.some(({ kind }) => kind === 'keys')).toBe(false)
    }
    expect(JSON.stringify(evidenceOn(html, 0)?.story)).toContain('"bolt12 invoice"')
    expect(evidenceOn(html, 0)?.logs[0]?.text).toContain('and went on')
  })

  test('leave the files where they lie, when a report is written beside them', async () => {
    const dir = tempDir()
    mkdirSync(join(dir, 'cells'))
    cpSync(FILES, join(dir, 'cells'), { recursive: true })
    const files = REAL.files.map((file) => ({ ...file, path: `cells/${file.path}` }))
    // Two cells that share their files: both are opened before the keys go.
    await writeReport(only({ ...REAL, files }, { ...REAL, files, payer: 'ldk' }), dir)
    const html = readFileSync(join(dir, 'index.html'), 'utf8')
    for (const index of [0, 1]) expect(JSON.stringify(evidenceOn(html, index)?.story)).toContain('"bolt12 invoice"')
    for (const name of readdirSync(join(dir, 'cells'))) {
      expect(readFileSync(join(dir, 'cells', name), 'utf8')).not.toContain('node_key')
    }
    expect(cellsOn(html)[0]?.files[0]?.href).toBe('./cells/payer.capture')
    expect(statSync(join(dir, 'cells', 'payer.capture')).mode & 0o777).toBe(0o600)
  })

  test('a capture that is too large to be cleaned does not stay', async () => {
    const dir = tempDir()
    writeFileSync(join(dir, 'payer.capture'), '')
    truncateSync(join(dir, 'payer.capture'), MAX_FILE + 1)
    await writeReport(only({ ...REAL, files: [REAL.files[0]!] }), dir)
    expect(readdirSync(dir).sort()).toEqual(['index.html', 'report.json'])
    expect(evidenceOn(readFileSync(join(dir, 'index.html'), 'utf8'), 0)?.problems[0]).toContain('are read')
  })

  test('a path that leads out of the report is not followed', async () => {
    const [from, dir] = [join(tempDir(), 'from'), join(tempDir(), 'to')]
    mkdirSync(from)
    writeFileSync(join(from, '..', 'other.log'), 'not of this report')
    const path = '../other.log'
    await writeReport(only({ ...REAL, files: [{ name: 'x', path, kind: 'log' }] }), dir, from)
    const html = readFileSync(join(dir, 'index.html'), 'utf8')
    expect(html).not.toContain('not of this report')
    expect(evidenceOn(html, 0)?.problems).toEqual(['x: its path leads out of the report'])
    expect(readdirSync(join(dir, '..'))).toEqual(['to'])
  })
})

describe('bounds', () => {
  const log = (dir: string, name: string, text: string): Cell['files'][number] => {
    writeFileSync(join(dir, name), text)
    return { name, path: name, kind: 'log' }
  }

  test('of a long log its beginning and its end are shown', async () => {
    const from = tempDir()
    const lines = Array.from({ length: 50_000 }, (_, i) => `line ${i} é`).join('\n')
    const { html } = await written(only({ ...REAL, files: [log(from, 'long.log', lines)] }), from)
    const text = evidenceOn(html, 0)?.logs[0]?.text ?? ''
    expect(text).toMatch(/^line 0 é\n/)
    expect(text).toMatch(/\n… \d+ bytes are left out here …\n/)
    expect(text).toMatch(/\nline 49999 é$/)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_LOG)
  })

  test('a page that would be too large loses the logs of what passed first, those of failures last', async () => {
    const from = tempDir()
    const file = log(from, 'big.log', `${'x'.repeat(99)}\n`.repeat(700))
    const { cells } = fixtureReport()
    const { html } = await written(only(...cells.map((cell) => ({ ...cell, files: [file] }))), from)
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(MAX_PAGE)
    expect(Buffer.byteLength(html)).toBeGreaterThan(MAX_PAGE - 2 * MAX_LOG)
    const kept = (index: number) => (evidenceOn(html, index)?.logs.length ?? 0) > 0
    const by = (passed: boolean) => cells.flatMap(({ outcome }, i) => ((outcome === 'pass') === passed ? [i] : []))
    expect(by(false).filter((index) => !kept(index))).toEqual([])
    const left = by(true).filter((index) => !kept(index))
    expect(left.length).toBeGreaterThan(10)
    expect(evidenceOn(html, left[0]!)?.problems).toEqual(['the logs are left out here: the page would be too large'])
  })

  test('long sentences, and files that are not there, are said to be so', async () => {
    const gone: Cell = { ...REAL, observed: 'y'.repeat(100_000), files: [{ name: 'a', path: 'a', kind: 'log' }] }
    const { html } = await written(only(gone))
    expect(cellsOn(html)[0]?.observed).toMatch(/^y{1900,}… \(100000 characters\)$/)
    expect(evidenceOn(html, 0)?.problems).toEqual(['a: the file is not there'])
  })
})

describe('outcomes', () => {
  test('are told apart without colours', () => {
    expect(new Set(OUTCOMES.map((outcome) => OUTCOME[outcome].mark)).size).toBe(OUTCOMES.length)
  })

  /** WCAG 2 contrast of two colours. */
  function contrast(a: string, b: string): number {
    const luminance = (color: string) => {
      const [red, green, blue] = [1, 3, 5].map((at) => {
        const value = Number.parseInt(color.slice(at, at + 2), 16) / 255
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
      }) as [number, number, number]
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
    return (high + 0.05) / (low + 0.05)
  }

  test.each([
    ['light', LIGHT],
    ['dark', DARK],
  ] as const)('can be read, %s', (_name, { outcomes, page }) => {
    for (const [text, ground] of Object.values(outcomes)) expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5)
    for (const ground of [page.ground, page.raised]) {
      for (const text of [page.text, page.quiet, page.link]) expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5)
    }
    expect(contrast(page.focus, page.ground)).toBeGreaterThanOrEqual(3)
  })
})
