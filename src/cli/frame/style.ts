import type { Io, Output } from './io.js'

/** Words in colour, or unchanged. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  good(text: string): string
  bad(text: string): string
  warn(text: string): string
  /** For pictures: the same in every theme. */
  whiteOnBlack(text: string): string
}

/**
 * Whether an output gets colours: `--no-color`, then FORCE_COLOR, then NO_COLOR and TERM=dumb, then whether it is a
 * terminal (the order of Node itself).
 */
export function usesColor(output: Output, env: Io['env'], noColor: boolean): boolean {
  if (noColor) return false
  const forced = env.FORCE_COLOR
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  return env.TERM !== 'dumb' && output.isTTY
}

export function styleFor(color: boolean): Style {
  const paint = (on: number | string, off: number | string) => (text: string) =>
    color && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    good: paint(32, 39),
    bad: paint(31, 39),
    warn: paint(33, 39),
    whiteOnBlack: paint('97;40', '39;49'),
  }
}
