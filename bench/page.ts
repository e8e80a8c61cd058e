import type { Result } from './measure.js'
import type { PaymentsResult } from './payments/pay.js'
import { paymentLines } from './payments/print.js'

/** On what was measured. */
export interface Machine {
  readonly cpu: string
  readonly node: string
  readonly backend: string
  /** Turns of each pair. */
  readonly rounds: number
}

/** The page of docs about one run. */
export function benchPage(results: readonly Result[], payments: PaymentsResult | undefined, machine: Machine): string {
  const rows = results.map(({ name, perSecond, microseconds, primitives, ratio, aim }) =>
    [
      name,
      perSecond.toFixed(0),
      `${microseconds.toFixed(1)} µs`,
      `${primitives.toFixed(1)} µs`,
      ratio.toFixed(2),
      aim?.toFixed(2) ?? '',
    ].join(' | '),
  )
  const parts = results.map(
    ({ name, parts: all }) => `- **${name}**: ${all.map(({ what, times }) => `${times} x ${what}`).join('; ')}.`,
  )
  return `<!-- Written by \`npm run bench -- --write\`; changes by hand are lost. -->
# Bench

\`npm run bench\` (some minutes, most of them for payments; \`--quick\` for a first look, \`--json\` for programs, \`--only TEXT\`
for some of it, \`--payments COUNT\` for another number of payments) times the main operations, each beside the sum of the primitive operations that it cannot do without, through the same backend. The two take
turns of a millisecond or two, so that whatever else the machine does slows both; figures are medians over the turns. The ratio
says what our own code adds; figures a second depend on the machine and its other work, the ratio hardly does.

${machine.cpu}, Node ${machine.node}, backend ${machine.backend}, ${machine.rounds} turns:

| | a second | each | its primitives | ratio | aim |
| --- | --- | --- | --- | --- | --- |
${rows.map((row) => `| ${row} |`).join('\n')}

What counts as primitive:

${parts.join('\n')}

An offer has no signature, so that its primitives are the checks of its keys alone; the string, the stream, the rules and the
text of the fields come on top. Nothing asserts a time: a test that fails on a busy machine would prove nothing.
${payments ? paymentsSection(payments) : ''}`
}

function paymentsSection(result: PaymentsResult): string {
  return `
## Payments

A payer pays one offer again and again over a relay: request and invoice as onion messages, then the payment over two hosted
channels, between three whole nodes with embedded wallets in one process. Connections and channels are there before the clock
starts. Every operation on the curve is timed where it is called, so that the share is one of the same run; the rest is hashes,
ciphers, codecs, storage in memory and Noise.

\`\`\`text
${paymentLines(result).join('\n')}
\`\`\`
`
}
