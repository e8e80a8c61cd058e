import { readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { filesBelow } from './files.js'
import { run, tool } from './run.js'

/** Folders without a host, in the order in which they may import: each only what stands before it. */
export const PURE = ['base', 'crypto', 'wire', 'noise', 'blinding', 'onion', 'bolt12', 'gossip', 'payments'] as const
const FOLDERS = [...PURE, 'wallets', 'node', 'cli', 'testing'] as const

/** Packages that cost start-up time or a platform: not in what a browser, or `lno decode`, loads. */
const HEAVY = ['ws', 'classic-level', 'valibot']
/**
 * What must stay light, counted over the imports that run when it is loaded. Every command is, too: help and completion load
 * it for its declaration alone.
 */
const LIGHT = [
  ...['index.ts', 'wire/index.ts', 'noise/index.ts', 'blinding/index.ts', 'onion/index.ts'],
  ...['onion/generations/index.ts', 'bolt12/legacy/index.ts'],
  ...['cli/main.ts', 'cli/decode.ts', 'cli/explain.ts'],
].map((file) => `src/${file}`)

interface Dependency {
  readonly resolved: string
  readonly module: string
  readonly dynamic: boolean
  readonly dependencyTypes: readonly string[]
}
interface Cruise {
  readonly modules: readonly { readonly source: string; readonly dependencies: readonly Dependency[] }[]
  readonly summary: {
    readonly violations: readonly {
      readonly from: string
      readonly to: string
      readonly rule: { readonly name: string }
    }[]
  }
}

/** One refused import. */
export interface Violation {
  readonly rule: string
  readonly from: string
  readonly to: string
}

/**
 * Reads every import below `<root>/src` and returns what is refused: by the rules of `.dependency-cruiser.cjs`, by the
 * weight of what must stay light, and because a file or its imports were not read at all.
 */
export async function refusedImports(root: string): Promise<readonly Violation[]> {
  const { stdout, output } = await run(tool('depcruise'), ['src', '--output-type', 'json'], { cwd: root })
  let cruise: Cruise
  try {
    cruise = JSON.parse(stdout)
  } catch {
    return [{ rule: 'dependency-cruiser does not run', from: output.trim(), to: '' }]
  }
  return [
    ...cruise.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
    ...unread(root, cruise),
    ...heavy(cruise),
  ]
}

/** dependency-cruiser exits with 0 when it understood nothing: so each file, and each file's imports, must be there. */
function unread(root: string, cruise: Cruise): readonly Violation[] {
  const read = new Map(cruise.modules.map((module) => [module.source, module.dependencies.length]))
  const found: Violation[] = []
  for (const path of filesBelow(join(root, 'src'), '.ts')) {
    const file = relative(root, path).split(sep).join('/')
    const dependencies = read.get(file)
    if (dependencies === undefined) found.push({ rule: 'file not read', from: file, to: '' })
    else if (dependencies === 0 && /^(import|export) .*from '/m.test(readFileSync(path, 'utf8'))) {
      found.push({ rule: 'imports not read', from: file, to: '' })
    }
    const folder = file.split('/').length > 2 ? file.split('/')[1]! : ''
    if (folder === '' ? file !== 'src/index.ts' : !FOLDERS.some((known) => known === folder)) {
      found.push({ rule: 'no layer rule knows this place', from: file, to: '' })
    }
  }
  return found
}

/**
 * What a light module loads: static imports all the way down. `import()` is a decision taken later, when a command needs
 * it, and `import type` is gone at run time.
 */
function heavy(cruise: Cruise): readonly Violation[] {
  const modules = new Map(cruise.modules.map((module) => [module.source, module.dependencies]))
  const found: Violation[] = []
  const commands = [...modules.keys()].filter((source) => /^src\/cli\/[^/]+\.ts$/.test(source))
  for (const entry of new Set([...LIGHT, ...commands])) {
    if (!modules.has(entry)) found.push({ rule: 'weight: entry is missing', from: entry, to: '' })
    const seen = new Set([entry])
    // A set iterates over what is added to it on the way.
    for (const source of seen) {
      for (const dependency of modules.get(source) ?? []) {
        if (dependency.dynamic || dependency.dependencyTypes.includes('type-only')) continue
        if (HEAVY.some((name) => dependency.resolved.includes(`node_modules/${name}/`) || dependency.module === name)) {
          found.push({ rule: 'weight', from: entry, to: `${dependency.module} by way of ${source}` })
        }
        seen.add(dependency.resolved)
      }
    }
  }
  return found
}
