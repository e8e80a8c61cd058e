// npm run check: everything that is judged without running the program. One line a check; exit 1 if any failed.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { declaredCodes, ERRORS_PAGE, errorsPage, PUBLISHED, publishedCodes } from './lib/codes.js'
import { refusedImports } from './lib/layers.js'
import { plantedProblems } from './lib/plants.js'
import { ROOT, run, tool } from './lib/run.js'

/** What is wrong, as text for people; empty when nothing is. Or why nothing was checked. */
type Check = () => Promise<string | { readonly unchecked: string }>

const program =
  (name: string, ...args: string[]): Check =>
  async () => {
    const { code, output } = await run(tool(name), args)
    return code === 0 ? '' : output.trim() || `exit code ${code}`
  }

const imports: Check = async () =>
  (await refusedImports(ROOT)).map(({ rule, from, to }) => `${rule}: ${from}${to && ` -> ${to}`}`).join('\n')

/** The files that import testcontainers, which `npm ci` does not install. */
const interopTypes: Check = () =>
  existsSync(join(ROOT, 'interop', 'node_modules', 'testcontainers'))
    ? program('tsc', '-p', join('interop', 'tsconfig.json'), '--pretty', 'false')()
    : Promise.resolve({ unchecked: 'not checked: npm ci --prefix interop' })

const errorCodes: Check = async () => {
  const codes = await declaredCodes()
  const published = new Set(existsSync(PUBLISHED) ? publishedCodes() : [])
  const declared = new Set(codes.map(({ code }) => code))
  return [
    ...codes
      .filter(({ code }, index) => codes[index - 1]?.code === code)
      .map(({ code, folder }) => `${code} of ${folder} is declared elsewhere too: a code has one meaning`),
    ...(existsSync(ERRORS_PAGE) && readFileSync(ERRORS_PAGE, 'utf8') === errorsPage(codes)
      ? []
      : ['docs/errors.md is not what codes.ts files say: npm run docs:errors']),
    ...[...declared].filter((code) => !published.has(code)).map((code) => `${code} is new: npm run docs:errors`),
    ...[...published].filter((code) => !declared.has(code)).map((code) => `${code} was published and is gone`),
  ].join('\n')
}

const checks: readonly (readonly [name: string, check: Check])[] = [
  ['format and lint (biome)', program('biome', 'check', '--error-on-warnings', '--max-diagnostics=100')],
  ['types (tsconfig.json)', program('tsc', '-p', 'tsconfig.json', '--pretty', 'false')],
  ['types without a host (tsconfig.pure.json)', program('tsc', '-p', 'tsconfig.pure.json', '--pretty', 'false')],
  ['types of the lab (interop/tsconfig.json)', interopTypes],
  ['imports (dependency-cruiser)', imports],
  ['nothing unused (knip)', program('knip')],
  ['error codes (docs/errors.md, conformance/codes.txt)', errorCodes],
  ['the checks refuse what they should', async () => (await plantedProblems()).join('\n')],
]

let failed = 0
let unchecked = 0
for (const [name, check] of checks) {
  const start = performance.now()
  const problem = await check()
  if (typeof problem === 'object') {
    unchecked++
    console.log(`-       ${name}  ${problem.unchecked}`)
    continue
  }
  console.log(`${problem === '' ? 'ok    ' : 'FAILED'}  ${name}  ${((performance.now() - start) / 1000).toFixed(1)} s`)
  if (problem !== '') {
    failed++
    console.log(problem.replace(/^/gm, '        '))
  }
}
const done = checks.length - unchecked
console.log(failed === 0 ? `${done} checks passed` : `${failed} of ${done} checks failed`)
process.exitCode = failed === 0 ? 0 : 1
