import { escapeForDisplay } from '../../base/display.js'

/**
 * A value of a cell. Text is somebody's: its control characters are escaped, and what a spreadsheet would run as a formula gets
 * an apostrophe in front, by which they know text. Numbers, times and hex are ours.
 */
export type Cell = { readonly text: string } | { readonly plain: string } | undefined

/**
 * What begins a formula in some spreadsheet, wide forms among it; white space in front of it does not help. Where commas stand in
 * numbers, cells end at semicolons, and quotes that do not begin a cell hold nothing together.
 */
const FORMULA = /(^|;)(?=[\s"']*[=+\-@|%＝＋－＠])/g

function cell(value: Cell): string {
  if (value === undefined) return ''
  const shown = 'plain' in value ? value.plain : defused(escapeForDisplay(value.text))
  return /[",;\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown
}

function defused(text: string): string {
  return text.replace(FORMULA, "$1'")
}

/** A table as RFC 4180 has it: a header, every line ended by CR and LF. */
export function csvText(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [header.map((plain): Cell => ({ plain })), ...rows]
  return lines.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')
}
