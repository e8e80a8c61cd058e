import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { tempDir } from '../support/temp-dir.js'
import { vectorText } from './vectors.js'

/** The command line as a process, for what only a process has: pipes, signals, the version check. */

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const OFFER = vectorText('bolt12/offers-test.json', 0, 'bolt12')

/** Starting a process takes long on a busy machine. */
const TIMEOUT = 60_000

function start(argv: readonly string[]): ChildProcessWithoutNullStreams {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent' }
  return spawn(process.execPath, ['--import', 'tsx', MAIN, ...argv], { env })
}

async function ended(child: ChildProcessWithoutNullStreams) {
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (part) => {
    stdout += part
  })
  child.stderr.on('data', (part) => {
    stderr += part
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

const FULL = '/dev/full'

test.skipIf(!existsSync(FULL))(
  'a full disk behind standard error takes nothing else away',
  { timeout: TIMEOUT },
  async () => {
    const full = openSync(FULL, 'w')
    const env = { PATH: process.env.PATH, HOME: '/nonexistent' }
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, 'decode', OFFER], {
      env,
      stdio: ['ignore', 'pipe', full],
    })
    closeSync(full)
    const [code] = (await once(child, 'close')) as [number | null]
    expect(code).toBe(0)
  },
)

test.skipIf(!existsSync(FULL))(
  'a full disk behind standard output is one line and exit code 1, without a stack',
  { timeout: TIMEOUT },
  async () => {
    const full = openSync(FULL, 'w')
    const env = { PATH: process.env.PATH, HOME: '/nonexistent' }
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, 'decode', '-q', OFFER], {
      env,
      stdio: ['ignore', full, 'pipe'],
    })
    closeSync(full)
    let stderr = ''
    child.stderr?.on('data', (part) => {
      stderr += part
    })
    const [code] = (await once(child, 'close')) as [number | null]
    expect(code).toBe(1)
    expect(stderr).toMatch(/^lno: FILE_UNREADABLE: cannot write to standard output \(ENOSPC\)[^\n]*\n$/)
  },
)

test('a string piped in is decoded, results and hints apart', { timeout: TIMEOUT }, async () => {
  const child = start(['decode', '-'])
  child.stdin.end(`${OFFER}\n`)
  const { code, stdout, stderr } = await ended(child)
  expect(code).toBe(0)
  expect(stdout).toContain('offer_issuer_id')
  expect(stderr).toBe(`Next: lno explain ${OFFER}\n`)
})

test('an error is one line and an exit code', { timeout: TIMEOUT }, async () => {
  const { code, stdout, stderr } = await ended(start(['decode', `${OFFER}b`]))
  expect(code).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^lno: STRING_[^\n]*\n$/)
})

test('a reader that goes away ends it quietly', { timeout: TIMEOUT }, async () => {
  const child = start(['explain', OFFER])
  child.stdout.destroy()
  const { code, stderr } = await ended(child)
  expect(code).toBe(0)
  expect(stderr.replace(/^Next: .*\n$/, '')).toBe('')
})

test('SIGINT while it waits for standard input: 130', { timeout: TIMEOUT }, async () => {
  const child = start(['decode', '-'])
  const end = ended(child)
  // More than a pipe holds: when all of it is taken, the process reads, and has its handlers.
  await new Promise((resolve) => child.stdin.write(' '.repeat(500_000), resolve))
  child.kill('SIGINT')
  const { code, stderr } = await end
  expect(code).toBe(130)
  expect(stderr).toBe('lno: stopped by SIGINT\n')
})

test('the lab is run by what is installed with it, whatever lies in the folder of the caller', {
  timeout: TIMEOUT,
}, async () => {
  const folder = tempDir()
  mkdirSync(join(folder, 'node_modules', 'tsx'), { recursive: true })
  writeFileSync(join(folder, 'node_modules', 'tsx', 'index.js'), 'console.log("not of the project")')
  const env = { PATH: process.env.PATH, HOME: '/nonexistent' }
  const loader = new URL('../../node_modules/tsx/dist/loader.mjs', import.meta.url).href
  const { code, stdout } = await ended(
    spawn(process.execPath, ['--import', loader, MAIN, 'interop', '--list'], { env, cwd: folder }),
  )
  expect(stdout).not.toContain('not of the project')
  expect(stdout).toMatch(/^Implementations: lno/)
  expect(code).toBe(0)
})
