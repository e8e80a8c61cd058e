import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached, LAB } from './cache.js'
import { runProgram } from './run.js'

/** A program that a module of `peers/` pins, and how it is built. */
export interface GoProgram {
  /** Folder in `peers/`; also the program's name. */
  readonly name: string
  /** The module that is required for it. */
  readonly module: string
  /** Its main package, as the module's path and what follows. */
  readonly package: string
  /** Of `go build -tags`. */
  readonly tags?: readonly string[]
}

/** Milliseconds that the module proxy has to answer. */
const PROXY_MS = 120_000

/** Milliseconds for a build: an hour on a machine that is otherwise busy. */
const BUILD_MS = 3_600_000

/**
 * Path of the program: the cached one, else built from the Go module proxy with the versions of `go.mod` and the digests
 * of `go.sum`. Modules and build results go where Go keeps them for everybody (`go env GOMODCACHE GOCACHE`).
 * @throws Error one sentence: what is missing, and what would bring it
 */
export async function goProgram(program: GoProgram, tell: (line: string) => void): Promise<string> {
  const sources = join(LAB, 'peers', program.name)
  const { dir } = await cached(program.name, sources, (into) => build(program, sources, into, tell))
  return join(dir, program.name)
}

async function build(program: GoProgram, sources: string, into: string, tell: (line: string) => void): Promise<void> {
  const { name, tags = [] } = program
  const needed = /^go (\S+)$/m.exec(readFileSync(join(sources, 'go.mod'), 'utf8'))?.[1] ?? '0'
  // The toolchain that is here: none is downloaded behind anybody's back.
  const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly', GOWORK: 'off' }
  const go = (args: readonly string[], timeoutMs: number) => runProgram('go', args, { cwd: sources, env, timeoutMs })

  const { code, output } = await runProgram('go', ['env', 'GOVERSION'], { env })
  const found = /^go(\S+)/.exec(output)?.[1]
  if (code !== 0 || found === undefined)
    throw new Error(`${name} needs Go ${needed} or newer to be built: there is none`)
  if (!isAtLeast(found, needed)) throw new Error(`${name} needs Go ${needed} or newer to be built: this is Go ${found}`)

  tell(`${name}: building with Go ${found}; what comes from the Go module proxy is kept by Go`)
  const loaded = await go(['mod', 'download', program.module], PROXY_MS)
  if (loaded.code !== 0)
    throw new Error(`${name} cannot be built: the Go module proxy did not give it (${lastLine(loaded.output)})`)
  const args = ['build', '-buildvcs=false', '-trimpath', '-ldflags', '-s -w', '-tags', tags.join(' ')]
  const built = await go([...args, '-o', join(into, name), program.package], BUILD_MS)
  if (built.code !== 0) throw new Error(`${name} cannot be built: ${lastLine(built.output)}`)
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? ''
}

/** Whether a version such as `1.26.8` is not below another; what follows a letter (`1.26rc1`) is left out. */
export function isAtLeast(version: string, least: string): boolean {
  const parts = (text: string) => (text.match(/^[\d.]+/)?.[0] ?? '0').split('.').map(Number)
  const [have, want] = [parts(version), parts(least)]
  for (let at = 0; at < want.length; at++) {
    const difference = (have[at] ?? 0) - (want[at] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}
