import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Builds `dist` when a source is newer, so that tests of the built program never judge an old one. */
export default function setup(): void {
  if (newest(join(root, 'src'), '.ts') > newest(join(root, 'dist'), '.js')) {
    execFileSync(process.execPath, [join(root, 'scripts', 'build.js')], { stdio: 'inherit' })
  }
}

function newest(folder: string, ending: string): number {
  let time = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith(ending)) {
      time = Math.max(time, statSync(join(entry.parentPath, entry.name)).mtimeMs)
    }
  }
  return time
}
