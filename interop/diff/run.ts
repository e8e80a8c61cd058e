import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { EXPLAINED } from './explained.js'
import type { OracleName } from './oracle.js'
import { differencesPage } from './page.js'
import { startOracle } from './programs.js'
import {
  chooseExamples,
  type Examples,
  type Judged,
  parseExamples,
  runSuites,
  staleExamples,
  writeExamples,
} from './session.js'

/**
 * `npm run interop:diff`: objects that fast-check makes up, read by us, by LDK and by lightning-kmp, and the reverse. Every
 * difference is explained in `explained.ts`, or the run ends with 1.
 */

const USAGE = `npm run interop:diff -- [options]
  --all           2,000 objects a kind; 200 otherwise
  --count N       so many
  --seed N        objects of another seed; the default is always the same
  --only ldk|kmp  one oracle alone
  --suites TEXT   suites whose name holds the text: mutated, onion
  --allow-skip    no failure when no oracle can be built here
  --write         examples and docs/interop-differences.md anew, from what this run saw`

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const EXAMPLES = join(ROOT, 'interop/diff/examples.jsonl')
const PAGE = join(ROOT, 'docs/interop-differences.md')
const DEFAULT_SEED = 12
const NAMES: readonly OracleName[] = ['ldk', 'kmp']
/** Cases that are printed in full. */
const MOST_PRINTED = 20

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    count: { type: 'string' },
    seed: { type: 'string', default: `${DEFAULT_SEED}` },
    only: { type: 'string' },
    suites: { type: 'string', default: '' },
    'allow-skip': { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const count = Number(values.count ?? (values.all ? 2000 : 200))
const isNumber = (n: number, least: number) => Number.isSafeInteger(n) && n >= least
const isName = values.only === undefined || NAMES.some((name) => name === values.only)
if (values.help || !isName || !isNumber(seed, 0) || !isNumber(count, 1)) {
  console.log(USAGE)
  process.exit(values.help ? 0 : 2)
}

const folder = join(
  ROOT,
  '.tmp',
  'interop',
  `diff-${seed}-${count}${values.only === undefined ? '' : `-${values.only}`}`,
)
mkdirSync(folder, { recursive: true })
const known: Examples = existsSync(EXAMPLES) ? parseExamples(readFileSync(EXAMPLES, 'utf8')) : {}
const started = performance.now()
const judged: Judged[] = []
const stale: string[] = []
const skipped: string[] = []
const broken: string[] = []

console.log(`interop:diff, seed ${seed}, ${count} objects a kind`)
for (const name of NAMES) {
  if (values.only !== undefined && values.only !== name) continue
  const starting = performance.now()
  const found = await startOracle(name, (line) => console.log(line), join(folder, `${name}.log`))
  if ('skipped' in found) {
    if (found.absent) skipped.push(name)
    else broken.push(name)
    console.log(`\n${found.absent ? 'SKIPPED' : 'BROKEN'}: there is no oracle ${name} here.\n${found.skipped}\n`)
    continue
  }
  const { oracle, program } = found
  console.log(`\n${oracle.title}, there after ${seconds(performance.now() - starting)}`)
  console.log(
    `  ${'suite'.padEnd(26)}${['asked', 'both yes', 'explained', 'open', ''].map((head) => head.padStart(11)).join('')}`,
  )
  let before = performance.now()
  judged.push(
    ...(await runSuites(
      { oracle, seed, count, table: EXPLAINED, part: values.suites },
      ({ name: suite, asked, accepted }, all) => {
        const open = all.filter(({ explained }) => explained === undefined).length
        const now = performance.now()
        const cells = [asked, accepted, all.length - open, open, seconds(now - before)]
        before = now
        console.log(`  ${suite.padEnd(26)}${cells.map((value) => `${value}`.padStart(11)).join('')}`)
      },
    )),
  )
  if (!values.write) stale.push(...(await staleExamples(oracle, known, EXPLAINED)))
  await program.stop()
}

const file = join(folder, 'differences.jsonl')
writeFileSync(file, judged.map((one) => `${JSON.stringify({ seed, ...one })}\n`).join(''), { mode: 0o600 })
const open = judged.filter(({ explained }) => explained === undefined)

console.log('\nexplained')
for (const { id, fault, title } of EXPLAINED) {
  const times = judged.filter(({ explained }) => explained === id).length
  console.log(`  ${`${times}`.padStart(6)}  ${fault.padEnd(13)} ${id}: ${title}`)
}
for (const { oracle, question, origin, what, ours, codes, theirs } of open.slice(0, MOST_PRINTED)) {
  console.log(
    `\nUNEXPLAINED ${oracle} ${what} (${origin}), seed ${seed}\n  we:   ${ours} ${codes.join(' ')}\n  they: ${theirs}`,
  )
  console.log(`  ${JSON.stringify(question)}`)
}
if (open.length > MOST_PRINTED) console.log(`\nand ${open.length - MOST_PRINTED} more`)
for (const line of stale) console.log(`\nSTALE ${line}`)

if (values.write) {
  const examples = chooseExamples(known, judged, EXPLAINED)
  writeFileSync(EXAMPLES, writeExamples(examples))
  writeFileSync(PAGE, differencesPage(EXPLAINED, examples))
  console.log(`\nwritten: ${PAGE}`)
}
const wanted = values.only === undefined ? NAMES.length : 1
const noneRan = skipped.length + broken.length === wanted
console.log(
  `\n${judged.length} differences, ${open.length} unexplained, ${seconds(performance.now() - started)}; cases: ${file}`,
)
if (skipped.length > 0) console.log(`SKIPPED: ${skipped.join(', ')}`)
const failed = open.length > 0 || stale.length > 0 || broken.length > 0 || (noneRan && !values['allow-skip'])
process.exit(failed ? 1 : 0)
