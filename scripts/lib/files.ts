import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Paths of all files below `folder` whose name ends so, sorted. */
export function filesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
