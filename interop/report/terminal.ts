import { styleFor } from '../../src/cli/frame/style.js'
import { oneLine, wrap } from '../../src/cli/frame/text.js'
import type { Cell, Outcome, Report } from '../run/result.js'
import { arrange, type Block, type Column } from './arrange.js'
import { countsText, durationText, lineup, OUTCOME, OUTCOMES, rerunCommand } from './words.js'

/** How the matrix is printed. */
export interface MatrixOptions {
  /** Columns of the terminal; 60 is enough. */
  readonly width: number
  readonly color: boolean
}

/** Longest name of a scenario that stands in front of its row, as part of the width. */
const LABEL_SHARE = 0.4

/** Widest terminal that is made use of: longer lines are hard to follow. */
const MOST_WIDTH = 140

/**
 * The matrix of a report for a terminal, its legend, what failed with its reason and the command that plays it again, and
 * what was not played. Ends with a line of counts.
 */
export function matrixText(report: Report, { width, color }: MatrixOptions): string {
  const columns = Math.max(40, Math.min(width, MOST_WIDTH))
  const paint = painter(color)
  const parts = [
    ...arrange(report).map((block) => blockText(block, columns, paint)),
    legend(columns, paint),
    ...[failures(report, columns, paint), reasons(report, columns, paint), absent(report, columns, paint)],
    wrap(
      `${report.cells.length} cells in ${durationText(report.durationMs)}: ${countsText(report.cells)}`,
      columns,
      '  ',
    ),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

interface Painter {
  bold(text: string): string
  dim(text: string): string
  outcome(outcome: Outcome, text: string): string
}

function painter(color: boolean): Painter {
  const { bold, dim, good, bad, warn } = styleFor(color)
  const by = { fail: bad, flaky: warn, known: (text: string) => text, cannot: dim, pass: good }
  return { bold, dim, outcome: (outcome, text) => by[outcome](text) }
}

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** Columns by the names of those who play where there is room, by letters with a list where there is not. */
function blockText(block: Block, width: number, paint: Painter): string {
  const label = Math.min(
    Math.floor(width * LABEL_SHARE),
    block.rows.reduce((most, { scenario }) => Math.max(most, scenario.id.length), 0),
  )
  const room = width - label - 1
  const lines = block.columns.map(headLines)
  const widths = lines.map((head) => head.reduce((most, line) => Math.max(most, line.length), 0) + 1)
  const named = widths.reduce((sum, each) => sum + each, 0) <= room
  const heads = named ? lines : block.columns.map((_, i) => [letters(i)])
  const spans = named ? widths : heads.map(([letter]) => Math.max(2, (letter ?? '').length + 1))
  const out = [paint.bold(`${oneLine(block.path)} (${block.rows.flatMap(({ cells }) => cells.flat()).length})`)]
  for (const [from, to] of slices(spans, room)) {
    const height = Math.max(...heads.map((head) => head.length))
    for (let line = 0; line < height; line++) {
      const text = heads.slice(from, to).map((head, i) => (head[line] ?? '').padEnd(spans[from + i]!))
      out.push(paint.dim(`${' '.repeat(label + 1)}${text.join('')}`.trimEnd()))
    }
    for (const { scenario, cells } of block.rows) {
      if (cells.slice(from, to).every((slot) => slot.length === 0)) continue
      const marks = cells.slice(from, to).map((slot, i) => {
        const shown = slot.map(({ cell }) => paint.outcome(cell.outcome, OUTCOME[cell.outcome].mark)).join('')
        return shown + ' '.repeat(Math.max(0, spans[from + i]! - slot.length))
      })
      out.push(`${cut(oneLine(scenario.id), label).padEnd(label)} ${marks.join('').trimEnd()}`)
    }
  }
  if (!named) {
    const keys = block.columns.map((column, i) => `${letters(i)} ${oneLine(lineup(column))}`)
    out.push(...inColumns(keys, width).map(paint.dim))
  }
  return out.join('\n')
}

function headLines({ payer, relays, payee }: Column): readonly string[] {
  return [payer, ...relays, payee].map((name, i) => (i === 0 ? name : `>${name}`)).map(oneLine)
}

/** `a` … `z`, `aa` … */
function letters(index: number): string {
  const last = String.fromCharCode(97 + (index % 26))
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last
}

/** Runs of columns that fit into a line. */
function slices(spans: readonly number[], room: number): readonly (readonly [from: number, to: number])[] {
  const out: [number, number][] = []
  let from = 0
  let used = 0
  spans.forEach((span, i) => {
    if (i > from && used + span > room) {
      out.push([from, i])
      from = i
      used = 0
    }
    used += span
  })
  if (from < spans.length) out.push([from, spans.length])
  return out
}

/** Short texts side by side. */
function inColumns(texts: readonly string[], width: number): readonly string[] {
  const widest = texts.reduce((most, text) => Math.max(most, text.length), 0) + 3
  const count = Math.max(1, Math.floor((width - 2) / widest))
  const lines: string[] = []
  for (let i = 0; i < texts.length; i += count) {
    const line = texts.slice(i, i + count).map((text) => text.padEnd(widest))
    lines.push(`  ${line.join('').trimEnd()}`)
  }
  return lines
}

function legend(width: number, paint: Painter): string {
  return OUTCOMES.map((outcome) => {
    const { mark, word, meaning } = OUTCOME[outcome]
    return paint.outcome(outcome, `${mark} ${word.padEnd(7)}`) + hanging(meaning, width, 9)
  }).join('\n')
}

/** Text behind something of `indent` characters, its further lines below its first. */
function hanging(text: string, width: number, indent: number): string {
  return wrap(text, width - indent).replaceAll('\n', `\n${' '.repeat(indent)}`)
}

function labelled(label: string, text: string, width: number): readonly string[] {
  return text === '' ? [] : [`  ${label.padEnd(10)}${hanging(oneLine(text), width, 12)}`]
}

function failures({ cells }: Report, width: number, paint: Painter): string {
  const red = (['fail', 'flaky'] as const).flatMap((wanted) => cells.filter(({ outcome }) => outcome === wanted))
  if (red.length === 0) return ''
  const one = (cell: Cell): string => {
    const { mark, word } = OUTCOME[cell.outcome]
    const rule = cell.rule === undefined ? '' : ` (rule ${cell.rule})`
    return [
      `${paint.outcome(cell.outcome, `${mark} ${word}`)} ${oneLine(cell.scenario)}  ${oneLine(lineup(cell))}`,
      ...labelled('expected', cell.expected, width),
      ...labelled('observed', cell.observed, width),
      ...labelled('because', `${cell.why}${rule}`, width),
      ...labelled('files', cell.files.map(({ path }) => path).join(' '), width),
      `  ${paint.dim(oneLine(rerunCommand(cell)))}`,
    ].join('\n')
  }
  return [paint.bold('What failed'), ...red.map(one)].join('\n\n')
}

/** Known differences and what cannot be played: each reason once. */
function reasons({ cells }: Report, width: number, paint: Painter): string {
  const lines = (['known', 'cannot'] as const).flatMap((wanted) => {
    const counts = new Map<string, number>()
    for (const { outcome, reason, link } of cells) {
      if (outcome !== wanted) continue
      const text = `${reason ?? 'no reason given'}${link === undefined ? '' : ` (${link})`}`
      counts.set(text, (counts.get(text) ?? 0) + 1)
    }
    return [...counts].map(([text, count]) => {
      const { mark } = OUTCOME[wanted]
      return `${paint.outcome(wanted, mark)} ${String(count).padStart(4)}  ${hanging(oneLine(text), width, 8)}`
    })
  })
  return lines.length === 0 ? '' : [paint.bold('Reasons'), ...lines].join('\n')
}

function absent({ peers }: Report, width: number, paint: Painter): string {
  const lines = peers
    .filter(({ version }) => version === undefined)
    .map(({ driver, reason }) => wrap(oneLine(`${driver}: ${reason ?? 'no reason given'}`), width, '  '))
  return lines.length === 0 ? '' : [paint.bold('Never ran live'), ...lines].join('\n')
}
