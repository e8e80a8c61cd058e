import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PURE, refusedImports, type Violation } from './layers.js'
import { ROOT, run, tool } from './run.js'

/** A file put into a copy of the sources, and the rule that must refuse it (none: it must be let through). */
interface Plant {
  readonly file: string
  readonly text: string
  readonly refusedBy?: string
}

const IMPORTS: readonly Plant[] = [
  { file: 'src/node/planted-target.ts', text: 'export interface Planted { a: 1 }\nexport const planted = 1\n' },
  { file: 'src/cli/planted-target.ts', text: 'export interface Planted { a: 1 }\nexport const planted = 1\n' },
  // Every pure folder, so that none is missing from the list of layers.
  ...PURE.flatMap((folder): Plant[] => [
    { file: `src/${folder}/planted-up.ts`, text: "import '../node/planted-target.js'\n", refusedBy: `layer-${folder}` },
    {
      file: `src/${folder}/planted-type.ts`,
      text: "import type { Planted } from '../cli/planted-target.js'\nexport type Copy = Planted\n",
      refusedBy: `layer-${folder}`,
    },
    {
      file: `src/${folder}/planted-host.ts`,
      text: "import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n",
      refusedBy: 'pure-host',
    },
  ]),
  {
    file: 'src/bolt12/planted-export.ts',
    text: "export { planted } from '../node/planted-target.js'\n",
    refusedBy: 'layer-bolt12',
  },
  {
    file: 'src/bolt12/planted-later.ts',
    text: "export const later = () => import('../node/planted-target.js')\n",
    refusedBy: 'layer-bolt12',
  },
  { file: 'src/wallets/planted-up.ts', text: "import '../node/planted-target.js'\n", refusedBy: 'layer-wallets' },
  { file: 'src/node/planted-up.ts', text: "import '../cli/planted-target.js'\n", refusedBy: 'layer-node' },
  { file: 'src/testing/planted-aside.ts', text: "import '../cli/planted-target.js'\n", refusedBy: 'top-apart' },
  { file: 'src/index.ts', text: "export * from './node/planted-target.js'\n", refusedBy: 'pure-entry' },
  { file: 'src/wire/planted-a.ts', text: "import './planted-b.js'\nexport const a = 1\n", refusedBy: 'no-circle' },
  // dependency-cruiser names a circle once, by its first file.
  { file: 'src/wire/planted-b.ts', text: "import './planted-a.js'\nexport const b = 1\n" },
  {
    file: 'src/wire/planted-c.ts',
    text: "import type { D } from './planted-d.js'\nexport type C = D\n",
    refusedBy: 'no-circle',
  },
  { file: 'src/wire/planted-d.ts', text: "import type { C } from './planted-c.js'\nexport type D = C | 1\n" },
  {
    file: 'src/noise/planted-package.ts',
    text: "import { WebSocket } from 'ws'\nexport const socket = WebSocket\n",
    refusedBy: 'pure-packages',
  },
  {
    file: 'src/noise/planted-package-type.ts',
    text: "import type { WebSocket } from 'ws'\nexport type Socket = WebSocket\n",
    refusedBy: 'pure-packages',
  },
  {
    file: 'src/wire/planted-noble.ts',
    text: "import { sha256 } from '@noble/hashes/sha2.js'\nexport const hash = sha256\n",
    refusedBy: 'one-crypto-backend',
  },
  { file: 'src/onion/generations/planted.ts', text: 'export const planted = 1\n' },
  { file: 'src/onion/planted-between.ts', text: "export { planted } from './generations/planted.js'\n" },
  {
    file: 'src/onion/engine/planted.ts',
    text: "export { planted } from '../planted-between.js'\n",
    refusedBy: 'engine-generations',
  },
  { file: 'src/onion/reply-path.ts', text: "import './planted-between.js'\n", refusedBy: 'engine-generations' },
  {
    file: 'src/node/planted-dev.ts',
    text: "import { build } from 'esbuild'\nexport const pack = build\n",
    refusedBy: 'no-dev-package',
  },
  { file: 'src/node/planted-lost.ts', text: "import './planted-nowhere.js'\n", refusedBy: 'resolvable' },
  { file: 'src/planted/a.ts', text: 'export const a = 1\n', refusedBy: 'no layer rule knows this place' },
  { file: 'src/node/planted-socket.ts', text: "import 'ws'\n" },
  { file: 'src/cli/decode.ts', text: "import '../node/planted-socket.js'\n", refusedBy: 'weight' },
  { file: 'src/cli/planted-lazy.ts', text: "export const lazy = () => import('../node/planted-socket.js')\n" },
  { file: 'src/cli/explain.ts', text: "import './planted-lazy.js'\n" },
]

/** One line each: a global that Biome must refuse in a pure folder. */
const DENIED = [
  'export const a = Date.now()',
  'export const b = globalThis',
  'export const c = Math.random()',
  "export const d = Math['random']()",
  'export const { random: e } = Math',
  'export const f = Math',
]
/** One line each: a name that the compiler must not know in a pure folder. */
const UNKNOWN = [
  'export const a = process.env',
  'export const b = Buffer.alloc(1)',
  'export const c = setTimeout(() => {}, 1)',
  "export const d = fetch('x')",
  'console.log(1)',
  'export const e = crypto.getRandomValues(new Uint8Array(1))',
  "export const f = new WebSocket('x')",
]

/**
 * The checks checked: plants what they exist to refuse in a copy of the sources, outside the checkout.
 * @returns a line for everything that was let through, or refused without need
 */
export async function plantedProblems(): Promise<readonly string[]> {
  const copy = mkdtempSync(join(tmpdir(), 'lno-check-'))
  try {
    const files = ['src', 'scripts', 'package.json', 'biome.json', '.gitignore', '.dependency-cruiser.cjs']
    for (const name of [...files, 'tsconfig.json', 'tsconfig.pure.json']) {
      cpSync(join(ROOT, name), join(copy, name), { recursive: true })
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    const before = await refusedImports(copy)
    for (const { file, text } of IMPORTS) plant(copy, file, text)
    const imports = importProblems(before, await refusedImports(copy))
    for (const folder of PURE) {
      plant(copy, `src/${folder}/planted-denied.ts`, DENIED.join('\n'))
      plant(copy, `src/${folder}/planted-unknown.ts`, UNKNOWN.join('\n'))
    }
    return [...imports, ...(await biomeProblems(copy)), ...(await compilerProblems(copy))]
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** Into a new file, or behind what a file of the copy says already. */
function plant(copy: string, file: string, text: string): void {
  mkdirSync(dirname(join(copy, file)), { recursive: true })
  appendFileSync(join(copy, file), text)
}

function importProblems(before: readonly Violation[], after: readonly Violation[]): readonly string[] {
  const problems: string[] = []
  const known = new Set(before.map(({ rule, from, to }) => `${rule} ${from} ${to}`))
  for (const { file, refusedBy } of IMPORTS) {
    const refused = after.filter(({ rule, from, to }) => from === file && !known.has(`${rule} ${from} ${to}`))
    if (refusedBy !== undefined && !refused.some(({ rule }) => rule === refusedBy)) {
      problems.push(`${refusedBy} let ${file} through`)
    }
    if (refusedBy === undefined && refused.some(({ rule }) => rule !== 'no-circle')) {
      problems.push(`${refused[0]!.rule} refused ${file} without need`)
    }
  }
  return problems
}

async function biomeProblems(copy: string): Promise<readonly string[]> {
  const files = PURE.map((folder) => `src/${folder}/planted-denied.ts`)
  const { stdout } = await run(tool('biome'), ['lint', '--reporter=json', '--max-diagnostics=none', ...files], {
    cwd: copy,
  })
  interface Diagnostic {
    readonly category: string
    readonly severity: string
    readonly location: { readonly path: string; readonly start: { readonly line: number } }
  }
  let diagnostics: readonly Diagnostic[]
  try {
    diagnostics = JSON.parse(stdout).diagnostics
  } catch {
    return [`biome did not judge the plants: ${stdout}`]
  }
  const refused = new Set(
    diagnostics
      .filter(({ category, severity }) => severity === 'error' && /noRestrictedGlobals|plugin/.test(category))
      .map(({ location }) => `${location.path}:${location.start.line}`),
  )
  return files.flatMap((file) =>
    DENIED.flatMap((line, index) =>
      refused.has(`${file}:${index + 1}`) ? [] : [`biome let "${line}" through in ${file}`],
    ),
  )
}

async function compilerProblems(copy: string): Promise<readonly string[]> {
  const files = PURE.map((folder) => `src/${folder}/planted-unknown.ts`)
  // What the real project includes, and only the plants judged: compiling the rest once is enough.
  const { stdout: included } = await run(tool('tsc'), ['-p', 'tsconfig.pure.json', '--listFilesOnly'], { cwd: copy })
  const missing = files.filter((file) => !included.includes(`/${file}\n`))
  writeFileSync(
    join(copy, 'tsconfig.planted.json'),
    JSON.stringify({ extends: './tsconfig.pure.json', include: ['scripts/host.d.ts', ...files] }),
  )
  const { stdout } = await run(tool('tsc'), ['-p', 'tsconfig.planted.json', '--pretty', 'false'], { cwd: copy })
  return [
    ...missing.map((file) => `tsconfig.pure.json does not include ${file}`),
    ...files.flatMap((file) =>
      UNKNOWN.flatMap((line, index) =>
        stdout.includes(`${file}(${index + 1},`) ? [] : [`the compiler let "${line}" through in ${file}`],
      ),
    ),
  ]
}
