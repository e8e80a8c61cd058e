import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readTopology } from '../../interop/chain/topology.js'
import { lnd } from '../../interop/drivers/lnd.js'
import { run } from '../support/e2e/process.js'
import { skipped } from '../support/interop/skipped.js'
import { tempDir } from '../support/temp-dir.js'

/** One command that makes a chain, LND nodes and announced channels; as a process, as a person runs it. */

const ready = await lnd.prepare((line) => console.error(line))

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface Report {
  readonly folder: string
  readonly chain: { readonly rpc: string; readonly bitcoin_cli: string; readonly height: number }
  readonly nodes: readonly {
    readonly name: string
    readonly node_id: string
    readonly address: string
    readonly driver: string
    readonly rest: string
  }[]
  readonly channels: readonly {
    readonly from: string
    readonly to: string
    readonly scid: string
    readonly sat: string
  }[]
}

/** Runs the command; `onStderr` hears what it tells, and all that it leaves is below `temp`. */
function command(words: readonly string[], temp: string, onStderr?: (line: string) => void) {
  let printed: (report: Report) => void = () => undefined
  const report = new Promise<Report>((resolve) => {
    printed = resolve
  })
  const lines: string[] = []
  const running = run(
    process.execPath,
    ['--import', 'tsx', 'interop/chain/main.ts', ...words],
    { cwd: ROOT, env: { ...process.env, TMPDIR: temp } },
    {
      ...(onStderr && { onStderr }),
      onStdout: (line) => {
        lines.push(line)
        if (line === '}') printed(JSON.parse(lines.join('\n')))
      },
    },
  )
  running.child.stdin.end()
  onTestFinished(() => void (running.result() ?? running.child.kill('SIGTERM')))
  const ended = async (): Promise<never> => {
    const { code, stderr } = await running.ended
    throw new Error(`ended with ${code} before its report: ${stderr}`)
  }
  return { ...running, report: () => Promise.race([report, ended()]) }
}

/** Ids of processes with a folder in their environment; none where the system does not tell. */
function processesWith(folder: string): readonly string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)
    } catch {
      return false // It has ended, or is somebody else's.
    }
  })
}

describe.skipIf(skipped('lnd', ready))('npm run interop:chain', () => {
  test('two runs at once: each announces the channels that it was told of, and they do not meet', async () => {
    const temp = tempDir()
    const line = command(['--topology', 'A-B,B-C:2000000', '--gated', 'C'], temp)
    const kept = command(['--topology', 'A-B,D', '--keep'], temp)
    const [first, second] = await Promise.all([line.report(), kept.report()])

    expect(first.channels).toMatchObject([
      { from: 'A', to: 'B', sat: '1000000', scid: expect.stringMatching(/^152x\d+x\d+$/) },
      { from: 'B', to: 'C', sat: '2000000', scid: expect.stringMatching(/^152x\d+x\d+$/) },
    ])
    expect(first.nodes.map(({ name, driver }) => [name, driver])).toEqual([
      ['A', 'lnd'],
      ['B', 'lnd'],
      ['C', 'lnd-gated'],
    ])
    expect(second.channels).toMatchObject([{ from: 'A', to: 'B' }])
    expect(second.nodes.map(({ name }) => name)).toEqual(['A', 'B', 'D'])

    const own = ({ folder, chain, nodes }: Report) => [
      folder,
      chain.rpc,
      ...nodes.flatMap(({ node_id, address, rest }) => [node_id, address, rest]),
    ]
    const all = [...own(first), ...own(second)]
    expect(new Set(all).size).toBe(all.length)

    expect(await line.ended).toMatchObject({ code: 0 })
    expect(existsSync(first.folder)).toBe(false)

    // The other one goes on, and ends at Ctrl-C with all that it started.
    const [cli = '', ...words] = second.chain.bitcoin_cli.split(' ')
    const asked = run(cli, [...words, 'getblockchaininfo'], { env: { PATH: process.env.PATH } })
    asked.child.stdin.end()
    const { stdout } = await asked.ended
    expect(JSON.parse(stdout)).toMatchObject({ chain: 'regtest', blocks: second.chain.height })
    kept.child.kill('SIGINT')
    expect(await kept.ended).toMatchObject({ code: 130 })
    expect(existsSync(second.folder)).toBe(false)
    expect(processesWith(temp)).toEqual([])
  }, 300_000)

  test('Ctrl-C while nodes start: they end with it, and nothing stays', async () => {
    const temp = tempDir()
    let starting: () => void = () => undefined
    const started = new Promise<void>((resolve) => {
      starting = resolve
    })
    const running = command(['--topology', 'A,B'], temp, (line) => line.startsWith('btcd: ') && starting())
    await Promise.race([started, running.ended])
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 130, stdout: '' })
    expect(readdirSync(temp).filter((name) => name.startsWith('lno-'))).toEqual([])
    expect(processesWith(temp)).toEqual([])
  }, 120_000)
})

describe('a topology', () => {
  test('is read from channels and names, each with its amount or a million', () => {
    expect(readTopology('A-B,B-C:5000000, D')).toEqual({
      nodes: ['A', 'B', 'C', 'D'],
      channels: [
        { from: 'A', to: 'B', sat: 1_000_000n },
        { from: 'B', to: 'C', sat: 5_000_000n },
      ],
    })
  })

  test.each(['', 'A-', 'A-A', 'A-B:', 'A-B:x', 'A B', '-A', 'A-B-C'])('%j is refused', (text) => {
    expect(() => readTopology(text)).toThrow(/is no channel|no channel with itself/)
  })

  test('a command line that says nothing, or names nobody, is refused before anything starts', async () => {
    for (const words of [[], ['--topology', 'A-B', '--gated', 'Z'], ['--topology', 'A-A'], ['--nonsense']]) {
      const { code, stdout, stderr } = await command(words, tempDir()).ended
      expect({ code, stdout }, words.join(' ')).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain('npm run interop:chain -- --topology')
    }
  })
})
