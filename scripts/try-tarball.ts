// npm run try-tarball: packs lno as it would be published and uses it as a stranger does, in an empty folder.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FAULTS } from '../interop/saboteurs/faults.js'
import { mb, measureInstall, overBudget } from './lib/install.js'
import { type Ran, ROOT, run, tool } from './lib/run.js'

/** The first offer of BOLT 12's own test vectors. */
const OFFER = 'lno1zcss9mk8y3wkklfvevcrszlmu23kfrxh49px20665dqwmn4p72pksese'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
}
const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const entries = Object.entries(manifest.exports)
  .filter(([, target]) => typeof target !== 'string')
  .map(([path]) => `${manifest.name}${path.slice(1)}`)

let failed = 0
let steps = 0
/** One line for a step; `judge` returns what is wrong, or nothing. */
async function step(name: string, judge: () => Promise<string>): Promise<void> {
  const problem = await judge()
  steps++
  if (problem !== '') failed++
  console.log(`${problem === '' ? 'ok    ' : 'FAILED'}  ${name}${problem && `\n${problem.replace(/^/gm, '        ')}`}`)
}
/** Every file of a folder and of those in it. */
const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
const failure = ({ code, output }: Ran) => (code === 0 ? '' : output.trim() || `exit code ${code}`)

const work = mkdtempSync(join(tmpdir(), 'lno-tarball-'))
try {
  const packed = join(work, `${manifest.name}-${manifest.version}.tgz`)
  const empty = join(work, 'empty')
  mkdirSync(empty)
  const lno = (...args: string[]) => run('npx', ['--no-install', 'lno', ...args], { cwd: empty })

  // `prepare` builds: what is packed is what the sources say now.
  await step('npm pack', async () => failure(await run('npm', ['pack', '--pack-destination', work])))

  await step('installs into an empty folder', async () => {
    writeFileSync(join(empty, 'package.json'), '{ "private": true, "type": "module" }\n')
    const ran = await run('npm', ['install', '--no-audit', '--no-fund', packed], { cwd: empty })
    // npm's word on the configuration of this machine is not about the package.
    // Settings of this machine are not ours; and npm 11.19 names every package with an install script, in order to say that
    // it does not run it. Nothing here needs one: LevelDB comes built, and the steps below run without.
    const ours = (line: string) => /\bwarn\b/i.test(line) && !/Unknown \w+ config|warn install-scripts/.test(line)
    const warnings = ran.output.split('\n').filter(ours)
    return failure(ran) || warnings.join('\n')
  })
  await step('brings few packages', async () => {
    const install = measureInstall(empty)
    console.log(`        ${install.packages} packages, ${mb(install.bytes)}`)
    return overBudget(install)
  })

  await step('lno --version', async () => {
    const ran = await lno('--version')
    return failure(ran) || (ran.stdout.includes(manifest.version) ? '' : `said ${JSON.stringify(ran.stdout)}`)
  })
  await step('lno decode', async () => {
    const ran = await lno('decode', '--json', OFFER)
    return failure(ran) || (JSON.parse(ran.stdout).offer_issuer_id ? '' : `printed ${ran.stdout}`)
  })

  await step('holds nothing of the lab: no broken node, no switch to become one', async () => {
    const words = ['saboteur', '--fault', ...Object.keys(FAULTS)]
    const found = filesBelow(join(empty, 'node_modules', manifest.name)).flatMap((path) => {
      const text = readFileSync(path, 'utf8')
      return words.filter((word) => text.includes(word)).map((word) => `${path}: ${word}`)
    })
    return found.join('\n')
  })
  await step('lno interop says where the lab is', async () => {
    const ran = [await lno('interop'), await lno('interop', 'node', '--emulate', 'v0.11')]
    const wrong = ran.filter(({ code, output }) => code !== 1 || !output.includes('LAB_NOT_HERE'))
    return wrong.map(({ code, output }) => `exit ${code}: ${output}`).join('\n')
  })

  await step('lno demo', async () => {
    const ran = await lno('demo', '--json')
    return failure(ran) || (JSON.parse(ran.stdout).ok === true ? '' : `printed ${ran.stdout}`)
  })

  await step(`imports ${entries.join(', ')}`, async () => {
    const code = `for (const name of ${JSON.stringify(entries)}) {
      if (Object.keys(await import(name)).length === 0) throw new Error(name + ' exports nothing')
    }`
    return failure(await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: empty }))
  })

  writeFileSync(
    join(empty, 'consumer.ts'),
    `${entries.map((name, index) => `import * as entry${index} from '${name}'`).join('\n')}
export const all = [${entries.map((_, index) => `entry${index}`).join(', ')}]
`,
  )
  // No @types/node, no types of a browser and no skipLibCheck: every declaration that a consumer gets is judged.
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022'],
    types: [],
    strict: true,
    noEmit: true,
  }
  writeFileSync(join(empty, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
  for (const [version, compiler] of [
    ['5.9', 'typescript-5.9'],
    ['6.0', 'typescript'],
  ] as const) {
    const tsc = join(ROOT, 'node_modules', compiler, 'bin', 'tsc')
    await step(`types, TypeScript ${version}, without @types/node`, async () =>
      failure(await run(process.execPath, [tsc, '--pretty', 'false'], { cwd: empty })),
    )
  }

  await step('publint', async () => failure(await run(tool('publint'), ['run', '--strict', packed])))
  await step('attw', async () => {
    // It deletes the tarball that it is given.
    const copy = join(work, 'attw.tgz')
    copyFileSync(packed, copy)
    return failure(await run(tool('attw'), ['--profile', 'esm-only', copy]))
  })
} finally {
  rmSync(work, { recursive: true, force: true })
}
console.log(failed === 0 ? `${steps} steps passed` : `${failed} of ${steps} steps failed`)
process.exitCode = failed === 0 ? 0 : 1
