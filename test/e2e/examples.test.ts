import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { fencedBlocks } from '../support/fenced.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** What each program of `examples/` prints. */
const PRINTED: Readonly<Record<string, readonly string[]>> = {
  'decode.ts': [
    'description: An example description',
    'amount: 1000000 msat',
    'issuer: BOLT 12 industries',
    'STRING_PADDING_NOT_ZERO: the bits left over at the end are not zero',
  ],
  'check-invoice.ts': ['the right one: may be paid', 'one of last week: INVOICE_EXPIRED'],
  'fetch-invoice-in-memory.ts': [
    'an invoice over 10000 msat for Tea',
    'note: table 4',
    'INVOICE_REFUSED: 20000 msat, at most 10000 msat were authorised',
  ],
}

function node(...argv: readonly string[]) {
  return spawnSync(process.execPath, argv, { cwd: ROOT, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
}

describe('an example', () => {
  for (const [name, lines] of Object.entries(PRINTED)) {
    test(`${name} prints what its reader expects`, () => {
      const { stdout, stderr, status } = node('--import', 'tsx', join('examples', name))
      expect({ stderr, status, lines: stdout.trimEnd().split('\n') }).toEqual({ stderr: '', status: 0, lines })
    })
  }

  test('is tested, whatever it is called', () => {
    const programs = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.ts'))
    expect(programs.sort()).toEqual(Object.keys(PRINTED).sort())
  })
})

test('docs/testing.md: the example for vitest passes in a project of its own', () => {
  const blocks = fencedBlocks(join(ROOT, 'docs', 'testing.md')).filter(({ words }) => words.includes('vitest'))
  expect(blocks).toHaveLength(1)
  // Below the project, where vitest is found; `lno` is found as an installed package.
  mkdirSync(join(ROOT, '.tmp'), { recursive: true })
  const folder = mkdtempSync(join(ROOT, '.tmp', 'vitest-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules', 'lno'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  writeFileSync(join(folder, 'vitest.config.js'), 'export default {}\n') // else that of this project is taken
  writeFileSync(join(folder, 'shop.test.ts'), blocks[0]!.text)
  const { stdout, stderr, status } = node('node_modules/vitest/vitest.mjs', 'run', '--root', folder)
  expect({ stderr, status }, stdout).toEqual({ stderr: '', status: 0 })
  expect(stdout).toMatch(/Tests {2}3 passed/)
})
