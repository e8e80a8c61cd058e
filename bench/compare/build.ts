import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { ROOT, run } from '../../scripts/lib/run.js'
import type { Candidate, Loaded } from './candidates.js'

/** The global of every host, of which the types of Node 20 have the name only. */
declare const WebAssembly: {
  readonly Module: {
    new (code: Uint8Array): object
    imports(module: object): readonly { readonly module: string }[]
  }
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> }
}

/** Everything that the comparison installs and bundles; ignored by git. */
const WORK = join(ROOT, '.tmp', 'compare')
const HERE = join(ROOT, 'bench', 'compare')

async function must(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, output } = await run(command, args, { cwd })
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output}`)
  return stdout
}

/** Installs what npm has, without running any of its scripts. */
export async function install(): Promise<void> {
  await mkdir(join(WORK, 'built'), { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) await cp(join(HERE, file), join(WORK, file))
  await must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], WORK)
}

/** A candidate that is there: version, and what esbuild is to be given. */
export interface Found {
  readonly version: string
  readonly from: string
  readonly entry: string
}

export async function find({ origin }: Candidate): Promise<Found> {
  if ('own' in origin) {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    return { version, from: 'this checkout', entry: join(ROOT, 'src', 'index.ts') }
  }
  const manifest = join(WORK, 'node_modules', origin.npm, 'package.json')
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string }
  return { version, from: 'npm', entry: origin.npm }
}

async function bundle(code: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: WORK, loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    loader: { '.wasm': 'empty' },
    tsconfigRaw: '{}',
    write: false,
    logLevel: 'silent',
  })
  return outputFiles[0]!.contents
}

export interface Weight {
  readonly minified: number
  readonly gzip: number
}

const wasmOf = ({ name, wasm }: Candidate) => join(WORK, 'node_modules', name, wasm ?? '')

async function weigh(candidate: Candidate, code: string): Promise<Weight> {
  const parts = [await bundle(code)]
  if (candidate.wasm !== undefined) parts.push(await readFile(wasmOf(candidate)))
  return {
    minified: parts.reduce((sum, { length }) => sum + length, 0),
    gzip: parts.reduce((sum, part) => sum + gzipSync(part, { level: 9 }).length, 0),
  }
}

/** What a browser has to load: for all that the package can do, and for decoding an offer. */
export async function weights(candidate: Candidate, { entry }: Found): Promise<{ all: Weight; decoder: Weight }> {
  const from = JSON.stringify(entry)
  return {
    all: await weigh(
      candidate,
      `export * from ${from}${candidate.decoder === 'default' ? `\nexport { default } from ${from}` : ''}`,
    ),
    decoder: await weigh(candidate, `export { ${candidate.decoder} } from ${from}`),
  }
}

/** The package as it runs: the bundle that was weighed, every candidate treated alike. */
export async function load(candidate: Candidate, { entry }: Found): Promise<Loaded> {
  if (candidate.wasm !== undefined) return loadWasm(candidate)
  const from = JSON.stringify(entry)
  const extra =
    'own' in candidate.origin
      ? `\nexport { readRecords } from ${JSON.stringify(join(ROOT, 'src', 'wire', 'tlv.ts'))}`
      : ''
  const byDefault = candidate.decoder === 'default' ? `\nexport { default } from ${from}` : ''
  const file = join(WORK, 'built', `${candidate.name}.mjs`)
  await writeFile(file, await bundle(`export * from ${from}${byDefault}${extra}`))
  return import(pathToFileURL(file).href)
}

/** What a bundler that knows wasm-bindgen's modules would generate. */
async function loadWasm(candidate: Candidate): Promise<Loaded> {
  const glue = wasmOf(candidate).replace(/\.wasm$/, '.js')
  const module: Loaded = await import(pathToFileURL(glue).href)
  const code = new WebAssembly.Module(await readFile(wasmOf(candidate)))
  const imported = WebAssembly.Module.imports(code)[0]?.module ?? ''
  const instance = new WebAssembly.Instance(code, { [imported]: module })
  module.__wbg_set_wasm(instance.exports)
  const start = instance.exports.__wbindgen_start
  if (typeof start === 'function') start()
  return module
}
