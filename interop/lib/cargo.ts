import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDir, cached } from './cache.js'
import { runProgram } from './run.js'

export type CargoBuild =
  /** The folder that holds the programs. */
  | { readonly ok: true; readonly dir: string }
  | {
      readonly ok: false
      /** One sentence for people. */
      readonly reason: string
      /** Nothing is wrong with the sources: cargo is not here, or the registry does not answer. */
      readonly absent: boolean
    }

/** Milliseconds for what the registry has to send: some megabytes. */
const FETCH_MS = 180_000

/** Milliseconds for the compiler, on the slowest machine that anybody waits for. */
const BUILD_MS = 1_200_000

const EXE = process.platform === 'win32' ? '.exe' : ''

/** What cargo said last of what went wrong. */
function complaint(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  return (lines.filter((line) => line.startsWith('error')).at(-1) ?? lines.at(-1) ?? 'it said nothing').trim()
}

/** The exact version that a manifest pins of a crate. */
export function pinnedVersion(sources: string, crate: string): string {
  const manifest = readFileSync(join(sources, 'Cargo.toml'), 'utf8')
  return new RegExp(`^${crate} = .*"=([^"]+)"`, 'm').exec(manifest)?.[1] ?? 'unknown'
}

/**
 * Builds the programs of a crate as its lock file says, or finds them built. Compiled dependencies stay beside the cache of
 * programs, outside of the sources. Never throws.
 */
export async function cargoBuild(
  name: string,
  sources: string,
  programs: readonly string[],
  tell: (line: string) => void,
): Promise<CargoBuild> {
  let absent = false
  try {
    const { dir } = await cached(name, sources, async (into) => {
      const target = join(cacheDir(), `${name}-target`)
      const options = { cwd: sources, env: { ...process.env, CARGO_TARGET_DIR: target, CARGO_TERM_COLOR: 'never' } }
      absent = true
      if ((await runProgram('cargo', ['--version'], options)).code !== 0)
        throw new Error(`${name} is built by cargo, which is not here: install Rust (https://rustup.rs)`)
      tell(`${name}: fetching crates`)
      const fetched = await runProgram('cargo', ['fetch', '--locked'], { ...options, timeoutMs: FETCH_MS })
      if (fetched.code !== 0) {
        absent = !fetched.output.includes('lock file')
        throw new Error(`${name}: cargo could not fetch its crates: ${complaint(fetched.output)}`)
      }
      absent = false
      tell(`${name}: compiling`)
      const built = await runProgram('cargo', ['build', '--locked', '--offline'], { ...options, timeoutMs: BUILD_MS })
      if (built.code !== 0) throw new Error(`${name}: cargo build failed: ${complaint(built.output)}`)
      for (const program of programs) copyFileSync(join(target, 'debug', program + EXE), join(into, program + EXE))
    })
    return { ok: true, dir }
  } catch (error) {
    return { ok: false, reason: (error as Error).message, absent }
  }
}
