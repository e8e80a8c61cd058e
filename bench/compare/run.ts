// npm run compare [-- --quick]: the other BOLT 12 packages for JavaScript, by vectors passed, weight and speed. Needs npm's
// registry and GitHub; writes docs/comparison.md. Nothing in CI depends on it.
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from '../../scripts/lib/run.js'
import { interleave } from '../measure.js'
import { find, install, load, weights } from './build.js'
import { type Asked, CANDIDATES, type Candidate } from './candidates.js'
import { comparisonPage, type Row } from './page.js'
import { checksPathPoints, readVectors, score } from './vectors.js'

const { values } = parseArgs({ options: { quick: { type: 'boolean' } } })
const ROUNDS = values.quick ? 40 : 400

/** Two offers of the specification that most packages read: the key of the issuer alone, and a blinded path of two hops. */
const OFFERS = ['with description (but no amount)', 'with blinded path via Bob (0x424242...), path_key 020202...']

interface OfferVector {
  readonly description: string
  readonly bolt12: string
}

const texts = OFFERS.map((wanted) => {
  const found = readVectors<readonly OfferVector[]>('offers-test.json').find(
    ({ description }) => description === wanted,
  )
  if (found === undefined) throw new Error(`no offer "${wanted}" in the vectors`)
  return found.bolt12
})

await install()
const asked = new Map<Candidate, Asked>()
const rows: Row[] = []
for (const candidate of CANDIDATES) {
  const found = await find(candidate)
  const module = await load(candidate, found)
  const answers = candidate.ask(module)
  asked.set(candidate, answers)
  rows.push({
    candidate,
    found,
    weights: await weights(candidate, found),
    scores: score(answers),
    checksPoints: checksPathPoints(answers, texts[1]!),
    speeds: [],
  })
}

const own = asked.get(CANDIDATES[0]!)!
for (const row of rows) {
  const other = asked.get(row.candidate)!
  for (const text of texts) {
    try {
      other.offer(text)
    } catch {
      row.speeds.push(undefined)
      continue
    }
    // Its time over ours, both in turns: above 1 it is slower.
    const { first, ratio } = interleave(
      () => other.offer(text),
      () => own.offer(text),
      ROUNDS,
    )
    row.speeds.push({ microseconds: first / 1e3, ratio })
  }
}

const machine = `${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`
const page = comparisonPage(rows, machine)
await writeFile(join(ROOT, 'docs', 'comparison.md'), page)
console.log(page)
