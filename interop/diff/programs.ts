import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { cached, LAB } from '../lib/cache.js'
import { cargoBuild } from '../lib/cargo.js'
import { type LineProcess, startLineProcess } from '../lib/line-process.js'
import { runProgram } from '../lib/run.js'
import { type Oracle, type OracleName, oracleOf } from './oracle.js'

/** A started oracle, or why there is none. */
export type Started =
  | { readonly oracle: Oracle; readonly program: LineProcess }
  | {
      readonly skipped: string
      /** Nothing is wrong with the sources: a tool is not here, or a registry does not answer. */
      readonly absent: boolean
    }

/** What is run, once it is there. */
type Built =
  | { readonly command: readonly [program: string, ...args: string[]] }
  | { readonly reason: string; readonly absent: boolean }

/** Milliseconds for Maven: downloads and the compiler, on the slowest machine that anybody waits for. */
const BUILD_MS = 1_200_000

/** What Maven says when it cannot reach its registry. */
const SILENT = /Could not (?:transfer|resolve|find artifact)|Unknown host|Connection (?:refused|reset|timed out)/

/** One build makes both programs of the crate, and the drivers of the lab find it under the same name. */
async function ldk(tell: (line: string) => void): Promise<Built> {
  const built = await cargoBuild('ldk', join(LAB, 'peers', 'ldk'), ['lno-ldk-peer', 'oracle'], tell)
  return built.ok ? { command: [join(built.dir, 'oracle')] } : built
}

async function kmp(tell: (line: string) => void): Promise<Built> {
  const sources = join(LAB, 'peers', 'kmp')
  let absent = true
  try {
    const { dir } = await cached('kmp', sources, async (into) => {
      for (const tool of ['java', 'mvn']) {
        if ((await runProgram(tool, ['-version'])).code === 0) continue
        throw new Error(`the oracle of lightning-kmp is built by Maven with JDK 17, and ${tool} is not here`)
      }
      // Maven writes beside its pom.xml, so that a copy of the sources is built.
      cpSync(sources, into, { recursive: true })
      tell('kmp: fetching and compiling')
      const { code, output } = await runProgram('mvn', ['-q', '-B', 'package'], { cwd: into, timeoutMs: BUILD_MS })
      if (code === 0) return
      absent = SILENT.test(output)
      const errors = output.split('\n').filter((line) => line.includes('ERROR'))
      throw new Error(`mvn package failed: ${(errors.length > 0 ? errors : [output]).slice(0, 8).join('\n')}`)
    })
    const path = [join(dir, 'target', 'kmp-oracle.jar'), join(dir, 'target', 'lib', '*')]
    return { command: ['java', '-cp', path.join(process.platform === 'win32' ? ';' : ':'), 'lno.interop.MainKt'] }
  } catch (error) {
    return { reason: (error as Error).message, absent }
  }
}

const BUILDS: Readonly<Record<OracleName, typeof ldk>> = { ldk, kmp }

/** Builds the oracle if its sources are new, and starts it. */
export async function startOracle(name: OracleName, tell: (line: string) => void, logFile?: string): Promise<Started> {
  const built = await BUILDS[name](tell)
  if (!('command' in built)) return { skipped: built.reason, absent: built.absent }
  const [command, ...args] = built.command
  const program = startLineProcess({ command, args, ...(logFile !== undefined && { logFile }) })
  return { oracle: await oracleOf(name, program), program }
}
