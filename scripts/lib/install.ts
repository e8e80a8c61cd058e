import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What `npm i lno` may bring, lno itself counted: a library is judged by its install before it is tried. */
export const INSTALL_BUDGET = { packages: 30, megabytes: 13 } as const

export interface Install {
  readonly packages: number
  readonly bytes: number
}

/** Counts the packages below `<folder>/node_modules` that its lock file does not call development's, and their bytes. */
export function measureInstall(folder: string): Install {
  const lock: { packages: Record<string, { dev?: boolean; devOptional?: boolean }> } = JSON.parse(
    readFileSync(join(folder, 'node_modules', '.package-lock.json'), 'utf8'),
  )
  const paths = Object.entries(lock.packages)
    .filter(([path, entry]) => path.startsWith('node_modules/') && !entry.dev && !entry.devOptional)
    .map(([path]) => path)
  return {
    packages: paths.length,
    bytes: paths.reduce((sum, path) => sum + bytesBelow(join(folder, path)), 0),
  }
}

/** Sum of the lengths of the files of one package, without packages nested in it. */
function bytesBelow(folder: string): number {
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue
    const path = join(folder, entry.name)
    bytes += entry.isDirectory() ? bytesBelow(path) : statSync(path).size
  }
  return bytes
}

/** The budget broken, as a sentence; empty when it is kept. */
export function overBudget({ packages, bytes }: Install): string {
  const { packages: most, megabytes } = INSTALL_BUDGET
  return packages > most || bytes > megabytes * 1e6
    ? `an install of ${packages} packages and ${mb(bytes)} is over its ${most} packages and ${megabytes} MB`
    : ''
}

/** Megabytes of 10^6 bytes, one decimal. */
export function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
