import type { Cell, Outcome } from '../run/result.js'

/** How the outcomes are told apart wherever a matrix is shown: by a mark and a word, never by colour alone. */
export interface OutcomeWords {
  readonly mark: string
  readonly word: string
  /** As a legend says it. */
  readonly meaning: string
}

export const OUTCOME: Readonly<Record<Outcome, OutcomeWords>> = {
  fail: { mark: '✕', word: 'fail', meaning: 'not as the specification says, and no written difference explains it' },
  flaky: { mark: '~', word: 'flaky', meaning: 'as the specification says, but only when played a second time' },
  known: { mark: '≠', word: 'known', meaning: 'a difference that is written down, with its reason' },
  cannot: { mark: '–', word: 'cannot', meaning: 'one side does not do this at all' },
  pass: { mark: '✓', word: 'pass', meaning: 'as the specification says' },
}

/** What needs a look first, first. */
export const OUTCOMES = Object.keys(OUTCOME) as readonly Outcome[]

type Lineup = Pick<Cell, 'payer' | 'payee' | 'relays'>

/** `ldk → lnd → lno`: who plays, from the payer to the payee. */
export function lineup({ payer, payee, relays }: Lineup): string {
  return [payer, ...relays, payee].join(' → ')
}

/** How often each outcome came. */
export function countOutcomes(cells: readonly Cell[]): Readonly<Record<Outcome, number>> {
  const counts = { fail: 0, flaky: 0, known: 0, cannot: 0, pass: 0 }
  for (const { outcome } of cells) counts[outcome]++
  return counts
}

/** `290 pass, 3 fail`: outcomes that came, in their order. */
export function countsText(cells: readonly Cell[]): string {
  const counts = countOutcomes(cells)
  const parts = OUTCOMES.filter((outcome) => counts[outcome] > 0).map((outcome) => `${counts[outcome]} ${outcome}`)
  return parts.length === 0 ? 'none' : parts.join(', ')
}

/**
 * Names of cells that are unique in a report and stay the same from run to run, so that a link to one still leads there
 * after the next run: `fetch-note.ldk.lnd.lno`.
 */
export function cellIds(cells: readonly Cell[]): readonly string[] {
  const seen = new Map<string, number>()
  return cells.map(({ scenario, payer, relays, payee }) => {
    const id = [scenario, payer, ...relays, payee].join('.')
    const count = (seen.get(id) ?? 0) + 1
    seen.set(id, count)
    return count === 1 ? id : `${id}.${count}`
  })
}

/** A word as a shell takes it. */
const word = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

/** The command that plays one cell again. */
export function rerunCommand({ scenario, payer, payee, relays }: Lineup & Pick<Cell, 'scenario'>): string {
  const over = relays.length === 0 ? '' : ` --relays ${word(relays.join(','))}`
  return `lno interop --only ${word(scenario)} --payer ${word(payer)} --payee ${word(payee)}${over}`
}

/** `850 ms`, `12.3 s`, `4 min 5 s` */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
