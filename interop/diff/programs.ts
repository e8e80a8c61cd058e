import { copyFileSync, cpSync } from 'node:fs'
import { join } from 'node:path'
import { cached, LAB } from '../lib/cache.js'
import { type LineProcess, startLineProcess } from '../lib/line-process.js'
import { runProgram } from '../lib/run.js'
import { type Oracle, type OracleName, oracleOf } from './oracle.js'

/** A started oracle, or why there is none. */
export type Started =
  | { readonly oracle: Oracle; readonly program: LineProcess; readonly builtInMs: number | undefined }
  | { readonly name: OracleName; readonly skipped: string }

/** A registry that is silent must not hold up a run for ever; a cold build takes minutes on a busy machine. */
const BUILD_MS = 1_200_000

/** Runs a build step. @throws Error with the end of what it said */
async function step(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const { code, output } = await runProgram(command, args, {
    cwd,
    env: { ...process.env, ...env },
    timeoutMs: BUILD_MS,
  })
  if (code !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.trim().split('\n').slice(-12).join('\n')}`)
}

interface Program {
  readonly sources: string
  /** Fills the folder with what is run. */
  build(into: string): Promise<void>
  command(dir: string): readonly [command: string, ...args: string[]]
}

const LDK_SOURCES = join(LAB, 'peers', 'ldk')
const KMP_SOURCES = join(LAB, 'peers', 'kmp')

const PROGRAMS: Readonly<Record<OracleName, Program>> = {
  ldk: {
    sources: LDK_SOURCES,
    async build(into) {
      const target = join(into, 'target')
      const env = { CARGO_TARGET_DIR: process.env.LNO_INTEROP_CARGO_TARGET ?? target }
      await step('cargo', ['build', '--quiet', '--locked', '--bin', 'oracle'], LDK_SOURCES, env)
      copyFileSync(join(env.CARGO_TARGET_DIR, 'debug', 'oracle'), join(into, 'oracle'))
      await step('rm', ['-rf', target], into)
    },
    command: (dir) => [join(dir, 'oracle')],
  },
  kmp: {
    sources: KMP_SOURCES,
    async build(into) {
      // Maven writes beside its pom.xml, so that a copy of the sources is built.
      cpSync(KMP_SOURCES, into, { recursive: true })
      await step('mvn', ['-q', '-B', 'package'], into)
    },
    command: (dir) => [
      'java',
      '-Xss8m',
      '-cp',
      [join(dir, 'target', 'kmp-oracle.jar'), join(dir, 'target', 'lib', '*')].join(':'),
      'lno.interop.MainKt',
    ],
  },
}

/** Builds the oracle if its sources are new, and starts it. What cannot be had is skipped, with the reason. */
export async function startOracle(name: OracleName, logFile?: string): Promise<Started> {
  const { sources, build, command } = PROGRAMS[name]
  const before = performance.now()
  try {
    const { dir, built } = await cached(`${name}-oracle`, sources, build)
    const builtInMs = built ? performance.now() - before : undefined
    const [first, ...args] = command(dir)
    const program = startLineProcess({ command: first, args, ...(logFile !== undefined && { logFile }) })
    return { oracle: await oracleOf(name, program), program, builtInMs }
  } catch (error) {
    return { name, skipped: error instanceof Error ? error.message : String(error) }
  }
}
