// Builds dist/ from src/ with the installed compiler. Plain JavaScript, so that `npm ci` can run it as `prepare`.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
let tsc
try {
  tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
} catch {
  // `npm install --omit=dev` of a checkout, or a git dependency without its tools: what is there must already be built.
  process.exit(existsSync(dist) ? 0 : 1)
}

// Built beside dist/ (declaration maps are relative: the depth must be the same) and swapped in when complete: a program that
// runs from dist/ meanwhile sees the old build or the new one, and a build that fails takes nothing away.
const fresh = `${dist}-new-${process.pid}`
const old = `${dist}-old-${process.pid}`
try {
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh, '--noEmitOnError'], {
    cwd: root,
    stdio: 'inherit',
  })
  await withoutComments(fresh)
  const bin = join(fresh, 'cli', 'main.js')
  if (existsSync(bin)) chmodSync(bin, 0o755)
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(fresh, dist)
} catch (error) {
  // The compiler has said what is wrong; anything else has not.
  if (typeof error.status !== 'number') console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(fresh, { recursive: true, force: true })
  rmSync(old, { recursive: true, force: true })
}

/** What the sources explain stands in the declarations as well; in the programs it would be a fifth of the package. */
async function withoutComments(folder) {
  const { buildSync } = await import('esbuild')
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.js'))
  buildSync({
    entryPoints: files.map((file) => join(folder, file)),
    outdir: folder,
    outbase: folder,
    allowOverwrite: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'error',
  })
}
