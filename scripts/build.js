// Builds dist/ from src/ with the installed compiler. Plain JavaScript, so that `npm ci` can run it as `prepare`.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
let tsc
try {
  tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
} catch {
  // `npm install --omit=dev` of a checkout, or a git dependency without its tools: what is there must already be built.
  process.exit(existsSync(join(root, 'dist')) ? 0 : 1)
}
rmSync(join(root, 'dist'), { recursive: true, force: true })
try {
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
} catch {
  process.exit(1)
}
const bin = join(root, 'dist', 'cli', 'main.js')
if (existsSync(bin)) chmodSync(bin, 0o755)
