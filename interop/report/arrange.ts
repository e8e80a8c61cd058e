import type { Cell, Report, ScenarioInfo } from '../run/result.js'
import { cellIds, lineup } from './words.js'

/** A cell with its name and where it stands. */
export interface Placed {
  readonly cell: Cell
  readonly id: string
  /** In `Report.cells`. */
  readonly index: number
}

/** Who plays in a column. */
export type Column = Pick<Cell, 'payer' | 'payee' | 'relays'>

export interface Row {
  readonly scenario: ScenarioInfo
  /** One a column of its block; several where a report has the same cell more than once. */
  readonly cells: readonly (readonly Placed[])[]
}

/**
 * Scenarios over one path (`direct`, `one relay`, …) by who plays. A scenario says how many relays there are, so that one
 * matrix of all of them would be mostly empty; a block a path is nearly full.
 */
export interface Block {
  readonly path: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

/** Implementations in the order of the report, then others by name. */
function playerOrder({ peers, cells }: Report): (name: string) => number {
  const names = [...new Set(peers.map(({ driver }) => driver))]
  const others = cells.flatMap(({ payer, relays, payee }) => [payer, ...relays, payee]).sort()
  const order = new Map([...new Set([...names, ...others])].map((name, i) => [name, i]))
  return (name) => order.get(name) ?? order.size
}

/** The scenarios of a report, those too that cells name and the report does not describe. */
function scenariosOf({ scenarios, cells }: Report): readonly ScenarioInfo[] {
  const known = new Set(scenarios.map(({ id }) => id))
  const unknown = [...new Set(cells.map(({ scenario }) => scenario))].filter((id) => !known.has(id))
  return [...scenarios, ...unknown.map((id) => ({ id, title: id, action: '', path: 'other', shape: '', why: '' }))]
}

/** The blocks of a report's matrix, paths in the order in which scenarios name them; without blocks that nobody played. */
export function arrange(report: Report): readonly Block[] {
  const ids = cellIds(report.cells)
  const order = playerOrder(report)
  const placed = report.cells.map((cell, index): Placed => ({ cell, id: ids[index]!, index }))
  const scenarios = scenariosOf(report)
  const byScenario = groupBy(placed, ({ cell }) => cell.scenario)
  return [...groupBy(scenarios, ({ path }) => path)].flatMap(([path, members]) => {
    const played = members.filter(({ id }) => byScenario.has(id))
    const cells = played.flatMap(({ id }) => byScenario.get(id) ?? [])
    const columns = [...groupBy(cells, ({ cell }) => lineup(cell)).values()]
      .map((group): Column => group[0]!.cell)
      .sort((a, b) => compare(rank(a, order), rank(b, order)))
    if (columns.length === 0) return []
    const rows = played.map((scenario): Row => {
      const own = groupBy(byScenario.get(scenario.id) ?? [], ({ cell }) => lineup(cell))
      return { scenario, cells: columns.map((column) => own.get(lineup(column)) ?? []) }
    })
    return [{ path, columns, rows }]
  })
}

function rank({ payer, relays, payee }: Column, order: (name: string) => number): readonly number[] {
  return [order(payer), relays.length, ...relays.map(order), order(payee)]
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? -1) - (b[i] ?? -1)
    if (difference !== 0) return difference
  }
  return 0
}

function groupBy<T>(values: readonly T[], key: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const value of values) {
    const group = groups.get(key(value))
    if (group) group.push(value)
    else groups.set(key(value), [value])
  }
  return groups
}
