import type { Found, Weight } from './build.js'
import type { Candidate } from './candidates.js'
import type { Score } from './vectors.js'

/** All that was found out about one package. */
export interface Row {
  readonly candidate: Candidate
  readonly found: Found
  readonly weights: { readonly all: Weight; readonly decoder: Weight }
  readonly scores: readonly Score[]
  /** Whether a key in a blinded path that is no point is refused. */
  readonly checksPoints: boolean
  /** One for each offer; undefined where it is refused. */
  readonly speeds: ({ readonly microseconds: number; readonly ratio: number } | undefined)[]
}

const kb = (bytes: number) => (bytes / 1000).toFixed(1)
const passed = ({ passed: number, total }: Score) => (number === undefined ? 'no function' : `${number}/${total}`)

function speed(row: Row, i: number): string {
  const found = row.speeds[i]
  if (found === undefined) return 'refuses it'
  return 'own' in row.candidate.origin ? `1 (${found.microseconds.toFixed(0)} µs)` : `${found.ratio.toFixed(2)} x ours`
}

const readsPaths = (row: Row) => row.speeds[1] !== undefined

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function total(row: Row): string {
  const of = row.scores.reduce((sum, score) => sum + score.total, 0)
  return `${row.scores.reduce((sum, score) => sum + (score.passed ?? 0), 0)}/${of}`
}

const named = ({ candidate, found }: Row) => `\`${candidate.name}\` ${found.version}`

/** The page of docs, with the short table that the README shows at its end. */
export function comparisonPage(rows: readonly Row[], machine: string): string {
  const details = rows.filter(({ scores }) => scores.some(({ missed }) => missed.length > 0))
  return `<!-- Written by \`npm run compare\`; changes by hand are lost. -->
# Other BOLT 12 packages for JavaScript

Every figure on this page is from one run of \`npm run compare\` (${machine}). It installs the packages that npm has
(\`bench/compare/package.json\`), bundles each in the same way and asks
each the same questions. How each is asked stands in \`bench/compare/candidates.ts\`.

## What they are

${table(
  ['package', 'from', 'what it says it is for', 'what it cannot do'],
  rows.map(({ candidate, found }) => [
    `\`${candidate.name}\` ${found.version}`,
    found.from,
    candidate.claims,
    candidate.cannot,
  ]),
)}

None of these but \`lno\` sends or reads onion messages, makes blinded paths, or checks an invoice against the request that it answers.

Not measured, because npm has them not: \`bolt12-utils\` (offers, invoices and payer proofs) and \`bolt12-ts\` (offers, requests,
invoices and errors), which are published as sources.

## Vectors of the specification

The files of [\`vectors/bolt12\`](../vectors/PROVENANCE.md). An offer counts as passed when it is accepted with the right
description, or refused, as the file says; a merkle tree by its root, and the signed request also by its signature; a payer
proof by being accepted or refused. Why something was refused is not compared, and "refused" may mean that nothing of the kind is
ever accepted. "No function" is no failure: the package does not claim it. The features of an offer are judged by whoever
answers it; \`boltz-bolt12\` leaves that to its caller, without showing them.

${table(
  ['package', ...(rows[0]?.scores.map(({ file }) => file) ?? [])],
  rows.map((row) => [named(row), ...row.scores.map(passed)]),
)}

${details
  .map((row) => {
    const lines = row.scores
      .filter(({ missed }) => missed.length > 0)
      .map(({ file, missed, total: of }) =>
        missed.length > of / 2
          ? `- ${file}: ${missed.length} of ${of}`
          : `- ${file}: ${missed.map((name) => `"${name}"`).join(', ')}`,
      )
    return `Missed by ${named(row)}:\n\n${lines.join('\n')}`
  })
  .join('\n\n')}

## Weight

Bundled by esbuild for a browser, minified, then gzip -9; kB of 1000 bytes. A WebAssembly module counts with its JavaScript.

${table(
  ['package', 'all of it, minified', 'all of it, gzip', 'decoding an offer, minified', 'decoding an offer, gzip'],
  rows.map((row) => [
    named(row),
    ...[row.weights.all, row.weights.decoder].flatMap(({ minified, gzip }) => [`${kb(minified)} kB`, `${kb(gzip)} kB`]),
  ]),
)}

## Speed

Two offers of \`offers-test.json\` decoded, each package in turns with ours in the same process; medians. Above 1 is slower.
What is done differs. BOLT 12 demands that each key, those of paths included, is a point of the curve, which costs us more
than all the rest; the middle column says who checks it in paths.

${table(
  [
    'package',
    'an offer with an issuer id',
    'refuses a path with a key off the curve',
    'an offer with a blinded path of two hops',
  ],
  rows.map((row) => [
    named(row),
    speed(row, 0),
    readsPaths(row) ? (row.checksPoints ? 'yes' : 'no') : 'reads no such offer',
    speed(row, 1),
  ]),
)}

## In short

${table(
  ['package', 'BOLT 12 vectors passed', 'size, gzip (decoder alone)', 'decoding an offer', 'what it cannot do'],
  rows.map((row) => [
    named(row),
    total(row),
    `${kb(row.weights.all.gzip)} kB (${kb(row.weights.decoder.gzip)} kB)`,
    speed(row, 0),
    row.candidate.cannot,
  ]),
)}
`
}
