// npm run size: what an install brings, and what each pure entry weighs in a browser. Exit 1 when over budget.
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { declaredCodes } from './lib/codes.js'
import { INSTALL_BUDGET, mb, measureInstall, overBudget } from './lib/install.js'
import { ROOT, run } from './lib/run.js'

/**
 * Ceilings in bytes of the built package, bundled for a browser, minified and gzipped, a little above what was
 * measured. Who needs a higher one raises it in the commit that needs it.
 */
const BUNDLES: readonly { readonly code: string; readonly ceiling: number }[] = [
  { code: "export * from 'lno'", ceiling: 40_000 },
  { code: "export * from 'lno/legacy'", ceiling: 32_000 },
  { code: "export * from 'lno/wire'", ceiling: 23_000 },
  { code: "export * from 'lno/noise'", ceiling: 13_600 },
  { code: "export * from 'lno/blinding'", ceiling: 20_000 },
  { code: "export * from 'lno/onion'", ceiling: 24_000 },
  { code: "export * from 'lno/generations'", ceiling: 16_500 },
  { code: "export { decodeOffer } from 'lno'", ceiling: 18_500 },
]

/** Sentences for people, which must stay where they are printed: one in a bundle means that a whole table is. */
const sentences = new Set((await declaredCodes()).map(({ advice }) => advice))

async function bundle(code: string): Promise<{ readonly text: string; readonly problem: string }> {
  try {
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: ROOT },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      legalComments: 'none',
      write: false,
      logLevel: 'silent',
    })
    const text = outputFiles[0]!.text
    const leaked = [...sentences].find((sentence) => text.includes(JSON.stringify(sentence).slice(1, -1)))
    return { text, problem: leaked === undefined ? '' : `a table of error texts is in it: "${leaked}"` }
  } catch (error) {
    return { text: '', problem: error instanceof Error ? error.message : String(error) }
  }
}

const problems: string[] = []

const installed = measureInstall(ROOT)
const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'])
const [own] = JSON.parse(stdout) as readonly [{ readonly unpackedSize: number; readonly size: number }]
const install = { packages: installed.packages + 1, bytes: installed.bytes + own.unpackedSize }
console.log(
  `install: ${install.packages} packages, ${mb(install.bytes)} (at most ${INSTALL_BUDGET.packages}, ${INSTALL_BUDGET.megabytes} MB)`,
)
console.log(`of that lno: ${mb(own.unpackedSize)} unpacked, ${mb(own.size)} packed`)
const over = overBudget(install)
if (over !== '') problems.push(over)

console.log('\n  minified     gzip  ceiling  bundle')
for (const { code, ceiling } of BUNDLES) {
  const { text, problem } = await bundle(code)
  const gzip = text === '' ? 0 : gzipSync(text, { level: 9 }).length
  const cells = [text.length, gzip, ceiling].map((number, i) => String(number).padStart(i === 0 ? 10 : 9))
  console.log(`${cells.join('')}  ${code}`)
  if (problem !== '') problems.push(`${code}: ${problem}`)
  if (gzip > ceiling) problems.push(`${code}: ${gzip} bytes are over its ${ceiling}`)
}
if (problems.length > 0) console.log(`\n${problems.join('\n')}`)
process.exitCode = problems.length === 0 ? 0 : 1
