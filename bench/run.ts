// npm run bench [-- --quick] [-- --json] [-- --only TEXT] [-- --payments COUNT] [-- --write]: how fast the main operations are,
// and how much of that is not cryptography. --write puts the outcome into docs/bench.md.
import './payments/counted-backend.js'
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { nobleBackend } from '../src/crypto/noble.js'
import { INVOICES } from './cases/invoices.js'
import { NOISE } from './cases/noise.js'
import { OFFERS } from './cases/offers.js'
import { ONIONS } from './cases/onions.js'
import { measure, type Result } from './measure.js'
import { benchPage } from './page.js'
import { measurePayments, PAYMENTS } from './payments/pay.js'
import { paymentLines } from './payments/print.js'

const ROUNDS = 300
const QUICK_ROUNDS = 40
const PAYMENT_COUNT = 1000
const QUICK_PAYMENT_COUNT = 60

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    only: { type: 'string' },
    payments: { type: 'string' },
    write: { type: 'boolean' },
  },
})
const rounds = values.quick ? QUICK_ROUNDS : ROUNDS
const wanted = (name: string) => name.includes(values.only ?? '')
const subjects = [...OFFERS, ...INVOICES, ...ONIONS, ...NOISE].filter(({ name }) => wanted(name))
const count = Number(values.payments ?? (values.quick ? QUICK_PAYMENT_COUNT : PAYMENT_COUNT))
if (!Number.isSafeInteger(count) || count < 0) throw new Error('--payments takes a number of payments, 0 for none')
const machine = { cpu: cpus()[0]?.model ?? 'unknown', node: process.version, backend: nobleBackend.name, rounds }

function row({ name, perSecond, microseconds, primitives, ratio, aim }: Result): string {
  const cells = [
    perSecond.toFixed(0).padStart(9),
    microseconds.toFixed(1).padStart(9),
    primitives.toFixed(1).padStart(11),
  ]
  const verdict = aim === undefined ? '' : `   ${ratio <= aim ? 'within' : 'OVER'} ${aim.toFixed(2)}`
  return `${name.padEnd(52)}${cells.join('')}${ratio.toFixed(3).padStart(8)}${verdict}`
}

if (!values.json && subjects.length > 0) {
  console.log(`${machine.cpu}, Node ${machine.node}, backend ${machine.backend}, medians of ${rounds} turns\n`)
  console.log(`${''.padEnd(52)} a second  µs each  primitives   ratio   aim`)
}
const results: Result[] = []
for (const subject of subjects) {
  const result = measure(subject, rounds)
  results.push(result)
  if (!values.json) console.log(row(result))
}
if (!values.json && results.length > 0) {
  console.log(
    '\nPrimitives are the operations that each cannot do without, through the same backend, timed in turns with it:',
  )
  for (const { name, parts } of results) {
    console.log(`  ${name}: ${parts.map(({ what, times }) => `${times} x ${what}`).join('; ')}`)
  }
}

const payments = wanted(PAYMENTS) && count > 0 ? await measurePayments(count) : undefined
if (values.json) console.log(JSON.stringify({ ...machine, results, ...(payments && { payments }) }, null, 2))
else if (payments) console.log(['', ...paymentLines(payments)].join('\n'))

if (values.write) await writeFile(new URL('../docs/bench.md', import.meta.url), benchPage(results, payments, machine))
