import { fileURLToPath } from 'node:url'
import type { Cell, Outcome, Report, ScenarioInfo } from '../../interop/run/result.js'

/**
 * A report of some 300 cells of all outcomes, the same each time. Nobody played them: they are as large and as mixed as a
 * full run. One cell has captures of a real fetch, over a relay, between three nodes with keys of their own.
 */

/** Where the captures and the log of the real cell are. */
export const FILES = fileURLToPath(new URL('../fixtures/interop/', import.meta.url))

/** Text that would do harm on a page, in a table and in a terminal. */
export const HOSTILE =
  '<img src=x onerror="alert(1)"> </script><script>alert(2)</script> | `x` \u001b[31mred \u202Eevil'

const ACTIONS: readonly (readonly [action: string, title: string, shape: string, rule: string])[] = [
  ['fetch', 'An invoice is fetched', 'issuer id', 'IR1'],
  ['fetch', 'An invoice is fetched over a one-hop path', 'one-hop path', 'B1'],
  ['any amount', 'The payer chooses the amount', 'issuer id, any amount', 'RR10'],
  ['quantity', 'Three of five are asked for', 'quantity_max 5', 'RR8'],
  ['payer note', 'A note arrives as it was written', 'issuer id', 'RR15'],
  ['expired', 'An expired offer is refused by the payer', 'absolute_expiry in the past', 'OR8'],
  ['wrong amount', 'Too low an amount gets an invoice_error', 'issuer id', 'RR10'],
  ['refund', 'A refund is answered with a verified invoice', 'stand-alone request', 'SR1'],
  ['large message', 'A request in a packet of 32834 bytes', 'two paths', 'O9'],
]

const PATHS = [
  ['direct', 0],
  ['one relay', 1],
  ['two relays', 2],
] as const

const PAIRS = [
  ['lno', 'ldk'],
  ['ldk', 'lno'],
  ['lno', 'ldk-stock'],
  ['ldk-stock', 'lno'],
  ['lno', 'lno'],
] as const

const RELAYS = ['lno', 'ldk', 'lnd'] as const

const scenarios: readonly ScenarioInfo[] = PATHS.flatMap(([path], i) =>
  ACTIONS.map(([action, title, shape, rule], j) => ({
    id: `${action.replace(' ', '-')}-${j}-${['direct', 'relay', 'relays'][i]}`,
    title,
    action,
    path,
    shape,
    why: `the specification says so of a message that goes ${path}`,
    rule,
  })),
)

/** Mostly good, with some of everything, by position alone. */
function outcomeOf(n: number, players: readonly string[]): Outcome {
  if (players.includes('ldk-stock') && n % 5 === 0) return 'known'
  if (n % 37 === 5) return 'fail'
  if (n % 53 === 7) return 'flaky'
  if (n % 11 === 3) return 'cannot'
  return 'pass'
}

const OBSERVED: Readonly<Record<Outcome, string>> = {
  pass: 'a verified invoice of 10000 msat arrived',
  flaky: 'no answer the first time, a verified invoice the second',
  known: 'the connection was closed: feature bit 9 is demanded',
  cannot: 'not played',
  fail: `SENT_NO_REPLY: no answer within 15 s; the relay said: ${HOSTILE}`,
}

const EXTRAS: Readonly<Record<Outcome, Partial<Cell>>> = {
  pass: {},
  flaky: { runs: 2 },
  fail: { runs: 2 },
  known: {
    reason: 'Stock LDK demands feature bits that say how a channel would work',
    link: 'docs/interop-differences.md#demanded-features',
  },
  cannot: {
    reason: 'LDK does not let its user choose the way to the introduction node',
    link: 'https://example.com/ldk',
  },
}

function cellsOf(): readonly Cell[] {
  const cells: Cell[] = []
  scenarios.forEach((scenario, s) => {
    const [, hops] = PATHS.find(([path]) => path === scenario.path)!
    const ways =
      hops === 0
        ? [[]]
        : hops === 1
          ? RELAYS.map((relay) => [relay])
          : [['lno', 'ldk'] as const, ['lnd', 'lno'] as const]
    for (const [payer, payee] of PAIRS) {
      for (const relays of ways) {
        const n = cells.length * 7 + s
        const outcome = outcomeOf(n, [payer, payee])
        cells.push({
          scenario: scenario.id,
          payer,
          payee,
          relays,
          outcome,
          expected: `${scenario.title}, and both sides say so`,
          why: scenario.why,
          ...(scenario.rule !== undefined && { rule: scenario.rule }),
          observed: OBSERVED[outcome],
          durationMs: 300 + ((n * 97) % 4000),
          runs: 1,
          files: [],
          ...EXTRAS[outcome],
        })
      }
    }
  })
  return cells
}

/** The cell with captures: it passed. */
export const REAL: Cell = {
  scenario: 'real-relay',
  payer: 'lno',
  payee: 'lno',
  relays: ['lno'],
  outcome: 'pass',
  expected: 'A verified invoice',
  why: 'the relay passes on what is for others',
  rule: 'O13',
  observed: 'a verified invoice of 20000 msat arrived',
  durationMs: 812,
  runs: 1,
  files: [
    { name: 'payer.capture', path: 'payer.capture', kind: 'capture' },
    { name: 'relay1.capture', path: 'relay1.capture', kind: 'capture' },
    { name: 'payee.capture', path: 'payee.capture', kind: 'capture' },
    { name: 'payer.log', path: 'payer.log', kind: 'log' },
  ],
}

export function fixtureReport(more: Partial<Report> = {}): Report {
  return {
    report: 1,
    lno: { version: '0.1.0', commit: '0123456789abcdef0123456789abcdef01234567', modified: false },
    started: '2026-03-01T12:00:00.000Z',
    durationMs: 754_000,
    host: { node: 'v20.20.2', platform: 'linux x64', cpus: 2 },
    selection: 'all',
    peers: [
      { driver: 'lno', version: '0.1.0', how: 'own' },
      { driver: 'ldk', version: 'lightning 0.2.1', how: 'built' },
      { driver: 'ldk-stock', version: 'lightning 0.2.1', how: 'built' },
      { driver: 'lnd', version: '0.21.3-beta', how: 'built' },
      { driver: 'cln', reason: 'no lightningd was found; --cln PATH names one' },
      { driver: 'eclair', reason: 'no container engine answers' },
    ],
    scenarios: [
      ...scenarios,
      {
        id: 'real-relay',
        title: 'Two of an offer with a path and a dummy hop',
        action: 'quantity',
        path: 'one relay',
        shape: 'one-hop path, dummy hop',
        why: 'the relay passes on what is for others',
        rule: 'O13',
      },
    ],
    cells: [...cellsOf(), REAL],
    ...more,
  }
}
