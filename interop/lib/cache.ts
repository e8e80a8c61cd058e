import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folder of the lab. */
export const LAB = fileURLToPath(new URL('..', import.meta.url))

/** Where built programs are kept between runs: `LNO_INTEROP_CACHE`, else `~/.cache/lno-interop`. */
export function cacheDir(): string {
  const home = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return process.env.LNO_INTEROP_CACHE || join(home, 'lno-interop')
}

/** Folders that builds leave in the sources. */
const LEFT_BY_BUILDS = new Set(['target', 'node_modules', 'dist'])

function* files(folder: string): Generator<string> {
  for (const name of readdirSync(folder).sort()) {
    if (LEFT_BY_BUILDS.has(name)) continue
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* files(path)
    else yield path
  }
}

/** A digest of all sources of a program: another source is another build. */
export function sourceDigest(folder: string): string {
  const hash = createHash('sha256')
  for (const path of files(folder))
    hash
      .update(`${relative(folder, path)}\0`)
      .update(readFileSync(path))
      .update('\0')
  return hash.digest('hex').slice(0, 16)
}

/** Names of programs that are taken from the cache and never built here: `LNO_INTEROP_NO_BUILD=lnd,btcd`. */
function neverBuilt(): readonly string[] {
  return (process.env.LNO_INTEROP_NO_BUILD ?? '').split(',')
}

/**
 * The folder that holds the programs built from these sources. When it is not there, `build` fills a fresh folder beside
 * it, which then takes its place: nobody ever sees half a build, and builds of several runs do not meet.
 * @throws Error what `build` throws; for a program that is not to be built here
 */
export async function cached(
  name: string,
  sources: string,
  build: (into: string) => Promise<void>,
): Promise<{ readonly dir: string; readonly built: boolean }> {
  const dir = join(cacheDir(), `${name}-${sourceDigest(sources)}`)
  if (existsSync(dir)) return { dir, built: false }
  if (neverBuilt().includes(name)) {
    throw new Error(
      `${name} was not built on this machine yet, and LNO_INTEROP_NO_BUILD says not to: npm run interop builds it`,
    )
  }
  const fresh = `${dir}.${process.pid}.part`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true })
  try {
    await build(fresh)
    try {
      renameSync(fresh, dir)
    } catch (error) {
      // Another run was quicker, with the same sources.
      if (!existsSync(dir)) throw error
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  return { dir, built: true }
}
