import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesBelow } from '../../scripts/lib/files.js'
import { type Fenced, fencedBlocks, reads, transcript } from '../support/fenced.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGES = [
  join(ROOT, 'README.md'),
  ...filesBelow(join(ROOT, 'docs'), '.md').filter((path) => !/[\\/]api[\\/]/.test(path)),
]

// An empty folder in which `lno` is the built program and `import 'lno'` the built library, as after an install.
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lno-pages-'))
  mkdirSync(join(folder, 'bin'))
  writeFileSync(
    join(folder, 'bin', 'lno'),
    `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'dist/cli/main.js')}" "$@"\n`,
  )
  chmodSync(join(folder, 'bin', 'lno'), 0o755)
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules', 'lno'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const environment = () => ({
  ...process.env,
  PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}`,
  HOME: folder,
  NO_COLOR: '1',
  XDG_CONFIG_HOME: undefined,
  XDG_STATE_HOME: undefined,
  XDG_DATA_HOME: undefined,
})

/** Runs each command of a block; the last may be said to fail (`exit=1`), the others must not. */
function replay({ text, words }: Fenced): void {
  const commands = transcript(text)
  const exit = Number(words.find((word) => word.startsWith('exit='))?.slice(5) ?? 0)
  commands.forEach(({ command, output }, index) => {
    const ran = spawnSync('sh', ['-c', `{ ${command}\n} 2>&1`], { cwd: folder, env: environment(), encoding: 'utf8' })
    if (!reads(ran.stdout, output)) expect(ran.stdout.trimEnd(), `$ ${command}`).toBe(output)
    expect(ran.status, `exit code of $ ${command}\n${ran.stdout}`).toBe(index === commands.length - 1 ? exit : 0)
  })
}

/** Compiles and runs an example. What it prints is in the block behind it, marked `output`. */
function runExample({ text, line }: Fenced, behind: Fenced | undefined): void {
  const file = join(folder, `example-${line}.ts`)
  writeFileSync(file, text)
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--types',
    'node',
  ]
  const types = ['--typeRoots', join(ROOT, 'node_modules', '@types')]
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const compiled = spawnSync(process.execPath, [tsc, ...options, ...types, file], { cwd: folder, encoding: 'utf8' })
  expect(compiled.stdout).toBe('')
  const script = file.replace(/ts$/, 'js')
  writeFileSync(script, transformSync(text, { loader: 'ts', format: 'esm', target: 'es2022' }).code)
  const printed = execFileSync(process.execPath, [script], { cwd: folder, env: environment(), encoding: 'utf8' })
  const said = behind?.words.includes('output') ? behind.text : ''
  if (!reads(printed, said)) expect(printed.trimEnd()).toBe(said)
}

for (const page of PAGES.filter(existsSync)) {
  const blocks = fencedBlocks(page)
  const tested = blocks.filter(({ words }) => words.includes('test'))
  if (tested.length === 0) continue
  describe(relative(ROOT, page), () => {
    for (const block of tested) {
      test(`line ${block.line}: ${block.text.split('\n')[0]}`, () => {
        if (block.language === 'console') replay(block)
        else if (block.language === 'ts') runExample(block, blocks[blocks.indexOf(block) + 1])
        else throw new Error(`a block of ${block.language} cannot be tested`)
      })
    }
  })
}

describe('README.md', () => {
  test('sets up with commands that package.json has', () => {
    const setup = fencedBlocks(join(ROOT, 'README.md')).filter(({ words }) => words.includes('setup'))
    expect(setup.map(({ language }) => language)).toEqual(['sh'])
    const commands = setup[0]!.text.split('\n')
    expect(commands).toContain('npm ci && npm test')
    for (const command of commands) expect(command).toMatch(/^npm ci && npm (test|run demo)$/)
  })

  test('shows no console session and no TypeScript that is not tested', () => {
    const untested = fencedBlocks(join(ROOT, 'README.md')).filter(
      ({ language, words }) => /^(console|ts|typescript)$/.test(language) && !words.includes('test'),
    )
    expect(untested.map(({ line }) => line)).toEqual([])
  })
})
